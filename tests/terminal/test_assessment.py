"""An assessment on the screen: everything a therapist needs, in order, in the words of the knowledge base."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.engine.assess import assess
from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.terminal.assessment import show_assessment
from tests.engine.charts import Base
from tests.engine.small import answers, changed, files, page, small
from tests.terminal.typed import Typed

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def findings(chart: dict[str, Value]) -> list[Finding]:
    return [Finding(fact=fact, value=value, at=NOW, source="patient") for fact, value in chart.items()]


def shown(
    *more: Finding,
    knowledge: Knowledge | None = None,
    empty: bool = False,
    without: str = "",
    full: bool = False,
    **changes: Value,
) -> str:
    """What is shown for the clean chart, or an empty one, with these changes and findings."""
    base = knowledge or small()
    chart = {fact: value for fact, value in answers(**changes).items() if fact != without and not empty}
    console = Typed()
    show_assessment(console, base, assess(base, [*findings(chart), *more], NOW), full=full)
    return console.flat


TITLES = (
    "Why",
    "What to do now",
    "Ask or examine next",
    "Tests and opinions needed",
    "Still possible",
    "Techniques",
    "Draft package",
    "Limits",
    "Advice",
    "What to say to the patient",
    "What would change it",
    "Findings set aside",
    "Rests on",
)


def titles(text: str) -> list[str]:
    """The parts shown, in the order in which they stand."""
    places = {title: text.find(f" {title} ") for title in TITLES}
    return sorted((title for title, place in places.items() if place >= 0), key=places.__getitem__)


# what decides and what to do


def test_a_clean_chart_shows_what_may_be_done_and_a_package() -> None:
    text = shown()
    for words in (
        "Go ",
        "Nothing was found. Time: none",
        "knowledge 1.0+",
        "as of 2026-03-10T12:00+00:00",
        "Everything that could be dangerous was asked (10 answers), and nothing was found that forbids care.",
        "Ask again next time.",
        "✓ offered Rubbing (all forms) · Pull · Walking (all forms)",
        "Always: Stroll · Run",
        "By hand, if wanted, beginning at: Pull and stroll Hard rub Pull Rub F1 (light)",
        "Course: Short course: 3-6 sessions of 30 minutes, 2-4 days apart, review within 3 weeks",
        "Session: Warm-up → Main part",
        "Every day at home: Walk daily.",
        "Treatment can start.",
        "Signed off by: nobody yet.",
        "This supports a qualified professional; it does not diagnose or treat.",
    ):
        assert words in text, words
    assert "lead here" not in text
    assert titles(text) == [
        *("Why", "What to do now", "Techniques", "Draft package"),
        *("What to say to the patient", "What would change it"),
    ]


def test_an_emergency_shows_only_what_decides_and_what_to_do() -> None:
    text = shown(fever=True, age_years=75, skin_broken=True)
    for words in (
        "Emergency",
        "Call for help. Time: now",
        "Fever with back pain. Emergency. Within: 4 hours. ‹verified› screen.fever",
        "These answers alone lead here: Fever: yes.",
        "• Call. • Take the temperature.",
        "Blood test: today",
        "A. Author 2020. A book. ‹verified› read_book",
    ):
        assert words in text, words
    assert titles(text) == [
        *("Why", "What to do now", "Tests and opinions needed"),
        *("What to say to the patient", "What would change it", "Rests on"),
    ]


def test_what_is_left_when_care_is_ruled_out_is_told_without_what_is_not() -> None:
    text = shown(numbness=True, weak_leg=True)
    assert "Still possible ✓ offered Stroll · Run" in text
    assert "✗" not in text
    assert "✗ excluded Rubbing (all forms) · Pull · Pull and stroll – Two signs of a pressed nerve" in shown(
        numbness=True, weak_leg=True, full=True
    )


def test_the_parts_stand_in_the_order_in_which_they_are_needed() -> None:
    old = Finding(fact="pain", value=8, at=NOW - timedelta(days=2), source="patient")
    for text in (
        shown(fever=None, age_years=75, numbness=True, brittle_bones=True),
        shown(old, without="pain", age_years=75, numbness=True),
        shown(fever=True, scan_left=None),
    ):
        assert titles(text) == [title for title in TITLES if title in titles(text)]
        assert len(titles(text)) > 5


def test_a_rule_that_a_wider_one_covers_is_not_told_as_well() -> None:
    covered = changed("screen", "passed_over: A test base.\n    says: {therapist: Very new", COVERED)
    base = build(files(**covered))
    both = {"since_days": 1, "age_years": 75, "numbness": True}
    assert (
        "Very new pain." not in shown(knowledge=base, **both).partition("What to do now")[0].partition("Techniques")[0]
    )
    assert "Very new pain." in shown(knowledge=base, since_days=1)
    assert "Very new pain." in shown(knowledge=base, full=True, **both)


COVERED = "passed_over: A test base.\n    contained_in: screen.age\n    says: {therapist: Very new"

# what the patient is told


def test_the_patient_is_told_what_the_rules_say_and_only_else_what_the_disposition_says() -> None:
    assert "patient • Go to the hospital. Tell them of the fever. What would" in shown(fever=True)
    assert "patient • Your pain is new. What would" in shown(since_days=1)
    assert "patient • Treatment can start with care. What would" in shown(age_years=75, numbness=True)


# questions


def test_open_questions_are_told_with_their_reasons_and_what_they_mean() -> None:
    text = shown(fever=None)
    for words in (
        "Once everything is answered it lies between “Go” and “Emergency”.",
        "Questions about danger are still open; until they are answered nobody is treated by hand.",
        "Have you had a fever? fever Fever can mean an infection.",
        "? undecided Rubbing (all forms) · Pull · Pull and stroll – Fever with back pain",
        "Fever: no → Go",
        "Fever: yes → Emergency",
    ):
        assert words in text, words


def test_of_many_questions_only_the_first_are_told() -> None:
    asked = len(assess(small(), [], NOW).questions)
    assert asked > 6
    assert f"and {asked - 6} more; `spinepath interview` asks them on as few screens as possible" in shown(empty=True)
    assert "as few screens" not in shown(empty=True, full=True)


def test_where_many_rules_wait_they_are_not_named_one_by_one() -> None:
    assert "– several rules wait for answers" in shown(empty=True)
    assert "– several rules wait for answers" not in shown(empty=True, full=True)


# techniques, limits, advice


def test_restrictions_limits_and_readings_are_told() -> None:
    text = shown(skin_broken=True, since_days=1, weak_leg=True)
    for words in (
        "✓ offered Pull · Run",
        "✓ with care Pull and stroll · Stroll – Broken skin",
        "! restricted Rub – Broken skin",
        "✗ excluded Hard rub – Broken skin",
        "At most 5 sessions. At least 4 days of rest.",
        "Course: It goes wrong.",
        "The remaining bookings are held until a named person releases them.",
    ):
        assert words in text, words


def test_every_modification_is_told_but_of_what_stands_against_a_technique_only_the_first() -> None:
    care = changed("plan", "then: {restrict: [pull]}", "then: {caution: [stroll], exclude: [rub_hard]}")
    base = build(files(**care))
    text = shown(knowledge=base, scan_left=True, skin_broken=True)
    assert "Stroll – The scan speaks against pulling; Broken skin" in text
    assert "✗ excluded Hard rub – The scan speaks against pulling Draft" in text
    full = shown(knowledge=base, scan_left=True, skin_broken=True, full=True)
    assert "✗ excluded Hard rub – The scan speaks against pulling; Broken skin" in full


def test_what_the_clinic_has_switched_off_is_told_apart_from_what_the_findings_forbid() -> None:
    text = shown(policy_pulling=False, brittle_bones=True)
    assert "✗ off here Pull · Pull and stroll – switched off in this clinic" in text
    assert "✗ excluded" not in text
    full = shown(policy_pulling=False, brittle_bones=True, full=True)
    assert "✗ excluded Pull · Pull and stroll – This clinic does not pull; Brittle bones" in full
    assert "off here" not in full


def test_what_lies_above_the_limits_and_what_is_not_shown_is_named() -> None:
    many = page(
        "techniques",
        *(
            f"id: rub_{number}\nname: Rub {number}\ntechnique_class: rubbing\npatient: We rub.\nphases: [main]\n"
            f"scale: force\nstart_level: F{1 + (number == 5)}\noffer: comfort\nstate: project"
            for number in range(1, 6)
        ),
    )
    force = "name: Sessions, scale: force, unit: level, stricter: lower, says: 'Up to {value}.'}"
    limit = changed(
        "ground", "name: Sessions, unit: sessions, stricter: lower, says: 'At most {value} sessions.'}", force
    )
    rule = changed("plan", "limit: {sessions_most: 9}}\n    if_unknown", "limit: {sessions_most: 1}}\n    if_unknown")
    base = build(files(many=many, **limit, **rule))
    text = shown(knowledge=base, age_years=60)
    assert "also possible: Rub 2 · Rub 3 · Rub 4" in text
    assert "not now, because even its lowest level lies above the limits: Rub 5" in text
    assert "Limits • Up to F1 (light)." in text
    assert "also possible" not in shown(knowledge=base, age_years=60, full=True)
    assert "Rub 4 F1 (light), at most F2" in shown(knowledge=base, full=True)


def advising(*texts: str) -> Knowledge:
    """The small base with rules that tell these texts to everybody; the last one also excludes."""
    rules = (
        f"id: tell.{place}\nwhen: age_years >= 1\nthen: {{tell: '{text}'"
        + (", exclude: [rub_hard]" if place == len(texts) else "")
        + "}\nif_unknown: note\nsays: {therapist: A tip.}\nsince: 2026-01-01\nstate: project"
        for place, text in enumerate(texts, 1)
    )
    return build(files(more=page("rules", *rules)))


def test_advice_of_strict_rules_comes_first_and_only_six_pieces_are_told() -> None:
    base = advising("One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.", "Eight.")
    text = shown(knowledge=base)
    assert "Advice • Eight. ‹project› tell.8 • One. ‹project› tell.1 • Two." in text
    assert "• Five. ‹project› tell.5 and 2 more with --full" in text
    full = shown(knowledge=base, full=True)
    assert "• Seven. ‹project› tell.7" in full
    assert "more with --full" not in full


def test_advice_that_says_the_same_is_told_once() -> None:
    text = shown(knowledge=advising("Keep it low.", "Walk a lot.", "keep it low", "Walk a lot, and swim.", "Rest."))
    assert "Advice • Rest. ‹project› tell.5 • Keep it low. ‹project› tell.1 • Walk a lot, and swim. ‹project›" in text
    assert text.count("eep it low") == 1


# what would change it, and what was set aside


def test_of_many_answers_only_the_first_are_told() -> None:
    facts = "\n".join(
        f"  - {{id: sign_{number}, name: Sign {number}, ask: Is it there?, state: project}}" for number in range(8)
    )
    when = " and ".join(f"sign_{number}" for number in range(8))
    rule = (
        f"id: screen.signs\nwhen: {when}\nthen: {{at_least: refer}}\nif_unknown: settle\n"
        "says: {therapist: All signs.}\nsince: 2026-01-01\nstate: project"
    )
    base = build(files(signs=f"{page('rules', rule)}\nfacts:\n{facts}\n"))
    signs = [Finding(fact=f"sign_{number}", value=True, at=NOW, source="patient") for number in range(8)]
    assert "Sign 5: yes; and 2 more with --full." in shown(*signs, knowledge=base)
    assert "Sign 7: yes." in shown(*signs, knowledge=base, full=True)


def test_where_sources_disagree_both_are_told_with_date_and_author() -> None:
    at = NOW - timedelta(days=2)
    record = Finding(fact="numbness", value=True, at=at, source="record", by="a letter")
    words = (
        "Numbness: yes (record, a letter, 2026-03-08) counts; set aside: no (patient, 2026-03-10). "
        "The more dangerous answer counts until a clinician settles it."
    )
    assert words in shown(record)


def test_where_no_answer_is_the_more_dangerous_one_it_counts_as_unknown() -> None:
    record = Finding(fact="place_of_pain", value="leg", at=NOW, source="record")
    words = (
        "Place of the pain: sources disagree: The back (patient, 2026-03-10), A leg (record, 2026-03-10). It counts as"
    )
    assert words in shown(record)


def test_dangers_that_are_too_old_are_told_one_by_one_and_the_rest_together() -> None:
    at = NOW - timedelta(days=9)
    old = [
        Finding(fact="fever", value=True, at=at, source="patient"),
        Finding(fact="strength", value=4, at=at, source="clinician", by="Dr. Day"),
        Finding(fact="pain", value=3, at=at, source="patient"),
        Finding(fact="weak_leg", value=False, at=at, source="patient"),
    ]
    text = shown(*old, empty=True)
    for words in (
        "Fever: yes (patient, 2026-03-01) is too old and counts as unknown.",
        "Strength of the leg: 4 grade (clinician, Dr. Day, 2026-03-01) is too old and counts as unknown.",
        "Other answers too old to count: 2 (patient, 2026-03-01).",
    ):
        assert words in text, words
    full = shown(*old, empty=True, full=True)
    assert "Pain: 3 points (patient, 2026-03-01) is too old and counts as unknown." in full
    assert "Other answers" not in full


def test_words_in_square_brackets_are_shown_as_they_are_written() -> None:
    content = {
        **changed("ground", "At most {value} sessions.", "At most {value} [red]sessions[/]."),
        **changed("screen", "Very new pain.", "'Very [bold]new[/] pain.'"),
        **changed("plan", "name: Warm-up", "name: '[Warm-up]'"),
    }
    text = shown(knowledge=build(files(**content)), since_days=1)
    assert "At most 5 [red]sessions[/]." in text
    assert "Very [bold]new[/] pain." in text
    assert "[Warm-up] → Main part" in text


def test_a_base_without_a_release_is_signed_off_by_nobody() -> None:
    from tests.engine.small import GROUND

    head, _, rest = GROUND.partition("dispositions:")
    knowledge = build(files(ground=f"{head.partition('releases:')[0]}dispositions:{rest}"))
    assert "Signed off by: nobody yet." in shown(knowledge=knowledge)


def test_without_a_preset_phases_or_level_the_package_leaves_them_out() -> None:
    import msgspec

    knowledge = msgspec.structs.replace(small(), presets={}, phases={})
    text = shown(knowledge=knowledge)
    assert "Always: Stroll" in text
    assert "Course:" not in text
    assert "Session:" not in text
    assert "at home:" not in text


def test_the_steps_at_home_are_named_and_the_first_is_told_in_full() -> None:
    step = "id: later\nname: Later\npart_of: home\norder: 2\ncontent: [Run., Jump.]\ngo_on_when: Done.\nstate: project"
    knowledge = build(files(steps=page("phases", step, step.replace("ater", "ast").replace("2", "3"))))
    text = shown(knowledge=knowledge)
    assert "Every day at home: Walk daily. • Step by step at home: Later → Last What to say" in text
    assert "Later → Last Later: Run. Jump." in shown(knowledge=knowledge, full=True)


def test_when_nothing_is_left_by_hand_that_is_told() -> None:
    assert "By hand: nothing." in shown(policy_pulling=False, skin_broken=True)


@settings(max_examples=max(10, settings().max_examples // 4))
@given(st.data())
def test_whatever_the_chart_it_is_shown(base: Base, data: st.DataObject) -> None:
    console = Typed()
    found = assess(base.knowledge, findings(base.known(data.draw(base.charts()))), NOW)
    show_assessment(console, base.knowledge, found, full=data.draw(st.booleans()))
    disposition = base.knowledge.dispositions[found.outcome.disposition]
    assert disposition.name in console.flat
    assert "Signed off by" in console.flat
    assert ("Draft package" in console.flat) == disposition.offers_care
