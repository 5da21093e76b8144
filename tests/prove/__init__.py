"""Tests of the proofs: that they hold, and that they can fail."""
