"""What is written down of a person: every row as it was kept, lasting ones of other episodes, for one and for many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spinepath.clinic import advice, once, written
from spinepath.clinic.models import Episode, KeptFinding, Member
from spinepath.clinic.record import Author, add, correct
from tests.clinic.people import new_episode

pytestmark = pytest.mark.django_db


def lasting_and_not() -> tuple[str, str]:
    """Two facts that somebody answers with yes or no: one that lasts, and one that does not."""
    asked = [fact for fact in advice.knowledge().facts.values() if fact.answer == "yes_no" and fact.who == "patient"]
    return next(fact.id for fact in asked if fact.lasting), next(fact.id for fact in asked if not fact.lasting)


def two_episodes(therapist: Member) -> tuple[Episode, Episode]:
    """Of one person, with the same two answers in each."""
    first = new_episode(therapist.clinic, therapist, "Marsh")
    second = Episode.objects.create(
        person=first.person, clinic=first.clinic, therapist=therapist, opened_at=first.opened_at
    )
    for episode, answer in ((first, "yes"), (second, "no")):
        add(episode, dict.fromkeys(lasting_and_not(), answer), Author.of(therapist))
    return first, second


def test_a_row_is_what_was_kept(therapist: Member) -> None:
    episode, _other = two_episodes(therapist)
    wrong = KeptFinding.objects.filter(episode=episode).order_by("pk").first()
    assert wrong is not None
    correct(wrong, "no", Author.of(therapist), "Misheard.")
    kept = [tuple(getattr(row, name) for name in written.Row._fields) for row in episode.findings.order_by("at", "pk")]
    assert written.rows_of(episode) == kept
    assert {row.pk for row in written.rows_of(episode)} - {row.pk for row in written.standing(kept_rows(episode))} == {
        wrong.pk
    }


def kept_rows(episode: Episode) -> list[KeptFinding]:
    return list(KeptFinding.objects.filter(episode=episode))


def test_what_lasts_counts_in_the_other_episode_and_nothing_else(therapist: Member) -> None:
    lasting, passing = lasting_and_not()
    first, second = two_episodes(therapist)
    assert [(row.episode_id, row.fact) for row in written.earlier_rows_of(advice.knowledge(), second)] == [
        (first.pk, lasting)
    ]
    told = written.findings_of(advice.knowledge(), second)
    assert sorted((one.fact, one.value) for one in told) == sorted(
        [(lasting, True), (lasting, False), (passing, False)]
    )


def test_a_fact_that_is_no_longer_known_is_no_finding(therapist: Member) -> None:
    episode, _other = two_episodes(therapist)
    row = written.rows_of(episode)[0]
    assert written.as_finding(advice.knowledge(), row) is not None
    assert written.as_finding(advice.knowledge(), row._replace(fact="named_otherwise_since")) is None
    assert written.as_finding(advice.knowledge(), row._replace(value="said otherwise since")) is None


def test_many_at_once_are_told_the_same_with_as_few_queries(therapist: Member) -> None:
    first, second = two_episodes(therapist)
    alone = new_episode(therapist.clinic, therapist, "Alone")
    base = advice.knowledge()
    with CaptureQueriesContext(connection) as few:
        written.read_at_once(base, [alone])
    with CaptureQueriesContext(connection) as asked:
        told = written.read_at_once(base, [first, second, alone])
    assert len(asked) == len(few)
    for episode in (first, second, alone):
        mine, earlier = written.rows_of(episode), written.earlier_rows_of(base, episode)
        with once.known(told):
            assert (written.rows_of(episode), written.earlier_rows_of(base, episode)) == (mine, earlier)
