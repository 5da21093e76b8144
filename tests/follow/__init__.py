"""Tests of the follow-up: what is due, what counts as change, whether a course may be repeated."""
