"""What a page asks once, and when it asks anew."""

from __future__ import annotations

from django.test import Client, RequestFactory

from spinepath.clinic import once, written
from spinepath.clinic.models import Episode, Member
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of


def _asked_twice(method: str) -> list[int]:
    answers = iter(range(9))
    with once.for_reading(RequestFactory().generic(method, "/")):
        return [once.ask(("number",), lambda: next(answers)) for _time in range(2)]


def test_a_page_that_is_read_asks_once() -> None:
    assert _asked_twice("GET") == [0, 0]


def test_a_request_that_may_write_asks_each_time() -> None:
    assert _asked_twice("POST") == [0, 1]


def test_the_next_request_asks_anew() -> None:
    assert _asked_twice("GET") == _asked_twice("GET")
    answers = iter(range(9))
    assert [once.ask(("number",), lambda: next(answers)) for _time in range(2)] == [0, 1]


def test_a_finding_that_is_added_meanwhile_counts_at_once(episode: Episode, therapist: Member) -> None:
    with once.for_reading(RequestFactory().get("/")):
        before = len(written.rows_of(episode))
        answers = answers_of("nothing_found")
        add(episode, answers, Author.of(therapist))
        assert len(written.rows_of(episode)) == before + len(answers)


def test_the_address_of_a_style_names_its_content(client: Client, db: None) -> None:
    page = client.get("/account/login/").content.decode()
    address = page.partition('type="image/svg+xml"')[0].rpartition('href="')[2].partition('"')[0]
    assert "?v=" in address
    answer = client.get(address)
    answer.close()
    assert "immutable" in answer.headers["Cache-Control"]
