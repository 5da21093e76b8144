"""The log never holds a word about a person."""

from __future__ import annotations

import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError

from spinepath.clinic.logs import Quiet


def told(caught: BaseException | None, text: str = "Internal Server Error: /people/") -> str:
    record = logging.LogRecord("django.request", logging.ERROR, "x", 1, text, (), None)
    if caught is not None:
        try:
            try:
                raise ValueError("Helen Marsh, 14.05.1982")
            except ValueError as first:
                raise caught from first
        except BaseException:
            record.exc_info = sys.exc_info()
    return Quiet("{levelname} {message}", style="{").format(record)


def test_an_exception_is_told_by_kind_and_place_and_not_by_its_words() -> None:
    said = told(IntegrityError("Failing row contains (1, Marsh, Helen, 1982-05-14)."))
    assert "IntegrityError" in said
    assert "ValueError" in said
    assert "test_logs.py" in said
    for word in ("Marsh", "Helen", "1982"):
        assert word not in said


@pytest.mark.parametrize(
    "path", ["/i/sEcReT-word/", "/calendar/of/sEcReT-word.ics", "/account/password/first/MQ/sEcReT/"]
)
def test_the_secret_of_a_link_is_left_out(path: str) -> None:
    assert "sEcReT" not in told(None, f"Internal Server Error: {path}")


def test_everything_that_is_logged_goes_through_it() -> None:
    formatters = settings.LOGGING["formatters"]
    assert {one["()"] for one in formatters.values()} == {"spinepath.clinic.logs.Quiet"}
    assert all(one["formatter"] in formatters for one in settings.LOGGING["handlers"].values())
    assert settings.DEBUG is False
    assert settings.ADMINS == []  # nobody is mailed a page with what was typed into it
