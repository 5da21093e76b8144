"""What the tests of cohorts share with those of the back ends."""

from __future__ import annotations

from tests.backends.conftest import example_charts, session

__all__ = ["example_charts", "session"]
