"""Tests of the rules over many people."""
