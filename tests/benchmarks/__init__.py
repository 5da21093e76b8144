"""Tests of benchmarks: what is compared must mean the same."""
