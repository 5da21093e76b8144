"""Screens: what still matters, gathered as it is asked; and an interview that misses no danger."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.engine.evaluate import evaluate
from spinepath.engine.load import build
from spinepath.engine.questions import questions
from spinepath.engine.screens import Screen, next_screen, reader_of, walk
from tests.engine.charts import Base
from tests.engine.small import answers, files, page, small


def test_the_first_screen_asks_for_the_gravest_dangers_together() -> None:
    assert next_screen(small(), {}) == Screen(
        question="dangers", facts=("fever", "numbness", "weak_leg"), reader="patient", still_to_come=5
    )


def test_a_screen_shows_only_what_is_still_open_on_it() -> None:
    found = next_screen(small(), answers(fever=None, numbness=None, weak_leg=False), answered=["numbness"])
    assert found is not None
    assert found.facts == ("fever",)


def test_what_was_answered_with_i_do_not_know_is_not_asked_again() -> None:
    assert next_screen(small(), answers(fever=None), answered=["fever"]) is None


def test_a_fact_on_no_screen_is_asked_on_its_own() -> None:
    assert next_screen(small(), answers(scan_left=None, scan_right=None)) == Screen(
        question=None, facts=("scan_left",), reader="clinician", still_to_come=1
    )


def test_patients_are_asked_before_clinicians() -> None:
    chart = answers(strength=None, brittle_bones=None, numbness=True)
    first = next_screen(small(), chart)
    assert first is not None
    assert first.question == "illnesses", "although the strength of the leg could be graver"
    only = next_screen(small(), chart, reader="clinician")
    assert only is not None
    assert (only.question, only.facts) == ("examination", ("strength",))
    assert next_screen(small(), answers(strength=None, numbness=True), reader="patient") is None


def test_what_waits_for_another_answer_comes_after_everything_else() -> None:
    rule = (
        "id: x.waits\nwhen: numbness and pain > 5\nthen: {at_least: emergency}\nif_unknown: settle\n"
        "says: {therapist: X.}\nsince: 2026-01-01\nstate: project"
    )
    knowledge = build(files(extra=page("rules", rule)))
    chart = answers(numbness=None, pain=None, scan_left=None, weak_leg=True)
    shown = [screen.question or screen.facts[0] for screen in walk(knowledge, answers(numbness=True)).screens]
    assert shown.index("about_you") < shown.index("scan_left")
    first = next_screen(knowledge, chart)
    assert first is not None
    assert first.facts == ("numbness",)


def test_the_reader_is_that_of_the_screen_or_else_of_the_fact() -> None:
    assert reader_of(small(), "fever") == "patient"
    assert reader_of(small(), "strength") == "clinician"
    assert reader_of(small(), "seen_by_doctor") == "patient"
    assert reader_of(small(), "scan_left") == "clinician"


# whole interviews


def test_an_interview_of_a_healthy_person_asks_each_screen_once() -> None:
    shown = walk(small(), answers())
    assert [screen.question or screen.facts[0] for screen in shown.screens] == [
        "dangers",
        "about_you",
        "illnesses",
        "examination",
        "scan_left",
        "scan_right",
    ]
    assert shown.outcome.disposition == "go"
    assert (shown.shown_to("patient"), shown.shown_to("clinician")) == (3, 3)


def test_an_interview_stops_at_a_certain_emergency() -> None:
    shown = walk(small(), answers(fever=True))
    assert len(shown.screens) == 1
    assert shown.outcome.disposition == "emergency"


def test_an_interview_of_somebody_who_knows_nothing_ends_and_offers_no_hands() -> None:
    shown = walk(small(), {})
    assert shown.outcome.disposition == "wait"
    assert not [
        name
        for name, offer in shown.outcome.techniques.items()
        if offer.status == "offered" and small().is_hands_on(name)
    ]


INTERVIEWS = settings(max_examples=max(6, settings().max_examples // 8))
"""A whole interview takes as long as many assessments."""


@INTERVIEWS
@given(st.data())
def test_an_interview_with_whole_answers_asks_nothing_twice_and_misses_no_danger(
    base: Base, data: st.DataObject
) -> None:
    knowledge = base.knowledge
    drawn = data.draw(base.whole_charts())
    chart = {fact: drawn[fact] for fact in base.patient_facts}
    shown = walk(knowledge, chart)
    asked = [fact for screen in shown.screens for fact in screen.facts]
    assert len(asked) == len(set(asked))
    assert questions(knowledge, {fact: chart[fact] for fact in asked}, shown.outcome) == ()
    whole = evaluate(knowledge, chart)
    if not knowledge.dispositions[whole.disposition].offers_care:
        assert knowledge.strictness[shown.outcome.disposition] >= knowledge.strictness[whole.disposition]
    for name, offer in shown.outcome.techniques.items():
        if offer.status == "offered" and knowledge.is_hands_on(name) and whole.techniques[name].status != "offered":
            against = [rule for rule in whole.techniques[name].because if shown.outcome.rules[rule] != "fires"]
            assert all(knowledge.rules[rule].if_unknown == "note" for rule in against), (name, against)


@INTERVIEWS
@given(st.data())
def test_an_interview_ends_whatever_is_answered_and_never_offers_hands_where_a_danger_is_open(
    base: Base, data: st.DataObject
) -> None:
    outcome = walk(base.knowledge, data.draw(base.charts())).outcome
    rules = [base.knowledge.rules[name] for name in outcome.open]
    if any(rule.then.at_least and rule.if_unknown == "settle" for rule in rules):
        assert not base.knowledge.dispositions[outcome.disposition].offers_care


def test_among_equals_the_authors_order_counts_before_the_number_of_rules() -> None:
    def rule(name: str, when: str) -> str:
        return (
            f"id: {name}\nwhen: {when}\nthen: {{at_least: emergency}}\nif_unknown: settle\n"
            "says: {therapist: X.}\nsince: 2026-01-01\nstate: project"
        )

    rules = (rule(f"x.many_{number}", "brittle_bones") for number in range(9))
    knowledge = build(files(extra=page("rules", *rules)))
    assert walk(knowledge, answers()).screens[0].question == "dangers"


def test_what_stands_on_record_is_not_asked_in_a_walk() -> None:
    shown = walk(small(), answers(), known=answers(fever=None)).screens
    assert [screen.facts for screen in shown] == [("fever",)]
