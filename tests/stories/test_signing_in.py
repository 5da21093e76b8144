"""Signing in, as a member of the clinic does it."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.stories


def test_a_therapist_signs_in(visitor: Any) -> None:
    ben = visitor()
    ben.page.goto("/")
    ben.check("sign in")
    ben.sign_in("ben")
    ben.sees("Ben Okafor")
