"""Tests of src/spinepath/backends, in the same order."""
