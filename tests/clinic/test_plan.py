"""A plan holds only what the rules allow: at save, at consent, when it is agreed, and whenever it is used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Consent, Episode, Member, Override, Plan
from spinepath.clinic.plan import consents, drafting, state
from spinepath.clinic.plan.allowed import allowed, outcome_as_signed, restricting_rules
from spinepath.clinic.plan.options import Options, measures
from spinepath.clinic.plan.refused import ChangedMeanwhile, Refused
from spinepath.clinic.record import Author, add
from spinepath.engine.chart_file import written_in
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, new_episode, queries_of

GOAL = {"says": "Sit through a film", "measure": "measure.leg_pain", "target": "2"}
NOTHING = {"says": "", "measure": "", "target": ""}


def options_of(episode: Episode) -> Options:
    return Options(outcome_as_signed(episode))


def wanted_of(episode: Episode, *techniques: str) -> drafting.Wanted:
    wanted = drafting.proposed(options_of(episode))
    wanted.techniques += techniques
    wanted.goals = [dict(GOAL), dict(NOTHING), dict(NOTHING)]
    return wanted


def form_of(episode: Episode, *techniques: str, **more: Any) -> dict[str, Any]:
    wanted = wanted_of(episode, *techniques)
    form = {"technique": wanted.techniques, "preset": wanted.preset, "based_on": "", "note": ""}
    form |= {"sessions": wanted.sessions, "minutes": wanted.minutes}
    form |= {f"goal-0-{key}": value for key, value in GOAL.items()}
    return form | more


@pytest.fixture
def restricted(cleared: Episode, therapist: Member) -> tuple[Episode, str]:
    """An episode in which some technique is restricted, and that technique."""
    add(cleared, {"spine_unstable": "yes"}, Author.of(therapist))
    found = options_of(cleared).restricted
    assert found
    return cleared, found[0].id


# what may be chosen


def test_the_core_is_always_inside(cleared: Episode, therapist: Member) -> None:
    wanted = wanted_of(cleared)
    wanted.techniques = []
    plan = drafting.save(cleared, wanted, therapist, "")
    core = [one["id"] for one in plan.techniques]
    assert core == [one.id for one in options_of(cleared).core]
    assert core


def test_an_excluded_technique_cannot_be_chosen_even_by_a_forged_form(as_therapist: Client, cleared: Episode) -> None:
    options = options_of(cleared)
    for one in (*options.excluded, *options.off_here)[:4]:
        answer = as_therapist.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared, one.id))
        assert answer.status_code == 422, one.id
        assert "There is a problem" in answer.content.decode()
    assert not Plan.objects.exists()
    assert AuditEntry.objects.filter(act="refused", about="plan").exists()


def test_an_override_helps_no_excluded_technique(cleared: Episode, therapist: Member) -> None:
    outcome = outcome_as_signed(cleared)
    excluded = options_of(cleared).off_here[0].id
    every_rule = list(advice.knowledge().rules)
    forged = Override(technique=excluded, rules=every_rule, reason="because", member=therapist)
    assert allowed(outcome, excluded, [forged]).standing == "excluded"
    assert not allowed(outcome, excluded, [forged])
    assert not allowed(outcome, "no_such_technique", [forged])


def test_nothing_is_planned_while_danger_is_not_asked(as_therapist: Client, episode: Episode) -> None:
    answer = as_therapist.post(reverse("plan_choose", args=[episode.key]), {"technique": "walking", "based_on": ""})
    assert answer.status_code == 422
    assert not Plan.objects.exists()


def test_what_is_offered_is_saved_with_its_levels_and_gates(as_therapist: Client, cleared: Episode) -> None:
    chosen = next(one for one in options_of(cleared).offered if one.is_graded)
    answer = as_therapist.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared, chosen.id))
    assert answer.status_code == 302
    plan = Plan.objects.get()
    saved = next(one for one in plan.techniques if one["id"] == chosen.id)
    assert saved["level"] == chosen.levels[0].id
    assert saved["most_level"] == chosen.levels[-1].id
    assert plan.gates
    assert all(gate["after_sessions"] is None or gate["after_sessions"] <= plan.sessions for gate in plan.gates)


def test_a_level_above_the_limits_is_refused(cleared: Episode, therapist: Member) -> None:
    chosen = next(one for one in options_of(cleared).offered if one.is_graded)
    wanted = wanted_of(cleared, chosen.id)
    highest = advice.knowledge().scales[chosen.technique.scale].levels[-1].id
    wanted.levels[chosen.id] = highest
    with pytest.raises(Refused) as refused:
        drafting.save(cleared, wanted, therapist, "")
    assert f"level-{chosen.id}" in refused.value.faults


@pytest.mark.parametrize("sessions", ["0", "21", "-3", "six", "", "1e3", "６", "999999999"])
def test_sessions_stay_within_the_ceiling(cleared: Episode, therapist: Member, sessions: str) -> None:
    wanted = wanted_of(cleared)
    wanted.sessions = sessions
    with pytest.raises(Refused) as refused:
        drafting.save(cleared, wanted, therapist, "")
    assert set(refused.value.faults) == {"sessions"}


def test_a_course_with_a_bad_verdict_or_above_the_ceiling_is_refused(cleared: Episode, therapist: Member) -> None:
    closed = [preset for preset, why, _most in options_of(cleared).presets if why]
    assert {preset.verdict for preset in closed} & {"contradicted"}
    for preset in closed:
        wanted = wanted_of(cleared)
        wanted.preset = preset.id
        with pytest.raises(Refused):
            drafting.save(cleared, wanted, therapist, "")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "😀" * 50, "שלום", "a\x00b", "x" * 100_000, "{{ 7 }}"])
@pytest.mark.parametrize(
    "field", ["technique", "preset", "sessions", "minutes", "goal-0-says", "goal-0-measure", "goal-0-target", "note"]
)
def test_no_form_breaks_the_page(as_therapist: Client, cleared: Episode, field: str, text: str) -> None:
    answer = as_therapist.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared, **{field: text}))
    assert answer.status_code in (302, 422)
    assert "<script>alert" not in answer.content.decode()


# two at once, twice, stale


def test_saving_twice_keeps_one(as_therapist: Client, cleared: Episode) -> None:
    for _time in range(2):
        assert as_therapist.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared)).status_code == 302
    assert Plan.objects.count() == 1


def test_two_therapists_at_once_lose_nothing(cleared: Episode, therapist: Member) -> None:
    lead = Member.objects.get(clinic=cleared.clinic, role="lead")
    first = drafting.save(cleared, wanted_of(cleared), lead, "")
    page = signed_in(cleared.clinic, "therapist")
    answer = page.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared, note="mine, as typed"))
    assert answer.status_code == 409
    assert "mine, as typed" in answer.content.decode()
    assert drafting.current(cleared) == first
    again = page.post(reverse("plan_choose", args=[cleared.key]), form_of(cleared, note="mine", based_on=first.key))
    assert again.status_code == 302
    assert Plan.objects.filter(status=Plan.Status.REPLACED).get() == first


def test_agreeing_keeps_the_advice_and_replaces_what_was_agreed(cleared: Episode, therapist: Member) -> None:
    first = state.agree(drafting.save(cleared, wanted_of(cleared), therapist, ""), therapist)
    assert state.problems_of(first) == []
    assert advice.replayed(first.assessment).outcome.disposition == first.assessment.disposition
    wanted = wanted_of(cleared)
    wanted.note = "another"
    draft = drafting.save(cleared, wanted, therapist, first.key)
    first.refresh_from_db()
    assert first.status == Plan.Status.AGREED
    assert drafting.agreed(cleared) == first
    state.agree(draft, therapist)
    assert state.agree(draft, therapist).status == Plan.Status.AGREED
    first.refresh_from_db()
    assert first.status == Plan.Status.REPLACED
    with pytest.raises(ChangedMeanwhile):
        state.agree(first, therapist)


def test_without_a_goal_nothing_is_agreed(as_therapist: Client, cleared: Episode, therapist: Member) -> None:
    wanted = wanted_of(cleared)
    wanted.goals = []
    plan = drafting.save(cleared, wanted, therapist, "")
    as_therapist.post(reverse("plan_agree", args=[cleared.key, plan.key]))
    plan.refresh_from_db()
    assert plan.status == Plan.Status.DRAFT


def test_a_plan_goes_stale_when_a_finding_forbids_it(cleared: Episode, therapist: Member) -> None:
    chosen = options_of(cleared).offered[0].id
    plan = state.agree(drafting.save(cleared, wanted_of(cleared, chosen), therapist, ""), therapist)
    add(cleared, {"spine_unstable": "yes"}, Author.of(therapist))
    problems = state.problems_of(plan)
    assert chosen in {problem.technique for problem in problems}
    assert state.problems_of(plan, treating=True)
    page = signed_in(cleared.clinic, "therapist").get(reverse("plan", args=[cleared.key])).content.decode()
    assert "cannot be used now" in page


def test_a_danger_stops_a_plan(cleared: Episode, therapist: Member) -> None:
    plan = state.agree(drafting.save(cleared, wanted_of(cleared), therapist, ""), therapist)
    add(cleared, {"saddle_numbness": "yes"}, Author.of(therapist))
    assert state.problems_of(plan)


# restricted, with reason and consent


def test_a_restricted_technique_interrupts_and_waits(restricted: tuple[Episode, str], as_therapist: Client) -> None:
    episode, technique = restricted
    answer = as_therapist.post(reverse("plan_choose", args=[episode.key]), form_of(episode, technique))
    assert answer.status_code == 302
    assert "nevertheless" in answer["Location"]
    page = as_therapist.get(answer["Location"])
    rule = advice.knowledge().rules[restricting_rules(outcome_as_signed(episode), technique)[0]]
    assert rule.says.therapist[:40] in page.content.decode()
    plan = Plan.objects.get()
    with pytest.raises(Refused):
        state.agree(plan, plan.made_by)


def test_reason_and_signature_let_it_be_agreed(restricted: tuple[Episode, str], therapist: Member) -> None:
    episode, technique = restricted
    plan = drafting.save(episode, wanted_of(episode, technique), therapist, "")
    rules = list(restricting_rules(outcome_as_signed(episode), technique))
    with pytest.raises(Refused):
        consents.give(plan, technique, "Helen Marsh", [], True, therapist)  # not before the reason
    for reason, told in (("too short", True), ("A long enough reason for this", False), ("  ", False)):
        with pytest.raises(Refused):
            state.override(plan, technique, rules, reason, told, therapist)
    with pytest.raises(Refused):
        state.override(plan, technique, rules[:-1], "A long enough reason for this", True, therapist)
    state.override(plan, technique, rules, "A long enough reason for this", True, therapist)
    with pytest.raises(Refused):
        state.agree(plan, therapist)  # not before the signature
    consents.give(plan, technique, "Helen Marsh", [], True, therapist)
    assert state.agree(plan, therapist).status == Plan.Status.AGREED
    assert state.problems_of(plan) == []


def test_no_override_for_what_is_offered_or_not_in_the_plan(cleared: Episode, therapist: Member) -> None:
    plan = drafting.save(cleared, wanted_of(cleared), therapist, "")
    for technique in (plan.techniques[0]["id"], options_of(cleared).off_here[0].id):
        with pytest.raises(Refused):
            state.override(plan, technique, [], "A long enough reason for this", True, therapist)


def test_it_can_be_left_out(restricted: tuple[Episode, str], as_therapist: Client) -> None:
    episode, technique = restricted
    page = as_therapist.post(reverse("plan_choose", args=[episode.key]), form_of(episode, technique))["Location"]
    assert as_therapist.post(page, {"act": "leave_out"})["Location"] == reverse("plan", args=[episode.key])
    now = drafting.current(episode)
    assert now is not None
    assert technique not in [one["id"] for one in now.techniques]


# consent


@pytest.fixture
def by_hand(cleared: Episode, therapist: Member) -> tuple[Plan, str]:
    technique = options_of(cleared).offered[0].id
    return drafting.save(cleared, wanted_of(cleared, technique), therapist, ""), technique


def page_of(plan: Plan, technique: str) -> str:
    place = [one["id"] for one in plan.techniques].index(technique)
    return reverse("plan_consent", args=[plan.episode.key, plan.key, place])


def test_consent_keeps_what_was_told_and_the_signature(by_hand: tuple[Plan, str], as_therapist: Client) -> None:
    plan, technique = by_hand
    strokes = [[[1, 2], [30, 40]], [[5, 6]]]
    form = {"agrees": "yes", "signed_name": "Helen Marsh", "signature": json.dumps(strokes)}
    for _time in range(2):
        assert as_therapist.post(page_of(plan, technique), form).status_code == 302
    row = Consent.objects.get()
    assert row.signature == strokes
    assert [one["id"] for one in row.told] == [topic.id for topic in consents.told_for(technique)]
    assert technique in consents.valid(plan)
    assert as_therapist.get(reverse("consent_shown", args=[plan.episode.key, row.pk])).status_code == 200
    for _time in range(2):
        as_therapist.post(reverse("consent_withdraw", args=[plan.episode.key, row.pk]))
    assert consents.valid(plan) == {}


@pytest.mark.parametrize(
    "signature", ["", "{", "5", "[[[1]]]", '[["a","b"]]', "[[[1e9,2]]]", "[[[NaN,1]]]", "[" * 5000, '{"a":1}', "null"]
)
def test_no_signature_breaks_the_page(by_hand: tuple[Plan, str], as_therapist: Client, signature: str) -> None:
    form = {"agrees": "yes", "signed_name": "😀 <b>שלום</b>", "signature": signature}
    assert as_therapist.post(page_of(*by_hand), form).status_code in (302, 422)


@pytest.mark.parametrize("form", [{}, {"agrees": "yes"}, {"signed_name": "x"}, {"agrees": "yes", "signed_name": "\0"}])
def test_without_tick_and_name_nothing_is_signed(
    by_hand: tuple[Plan, str], as_therapist: Client, form: dict[str, str]
) -> None:
    assert as_therapist.post(page_of(*by_hand), form).status_code == 422
    assert not Consent.objects.exists()


def test_nobody_consents_to_what_is_not_allowed_now(by_hand: tuple[Plan, str], as_therapist: Client) -> None:
    plan, technique = by_hand
    add(plan.episode, {"saddle_numbness": "yes"}, Author.of(plan.made_by))
    assert as_therapist.get(page_of(plan, technique)).status_code == 409
    answer = as_therapist.post(page_of(plan, technique), {"agrees": "yes", "signed_name": "Helen Marsh"})
    assert answer.status_code == 422
    assert not Consent.objects.exists()


def test_a_consent_ends_with_its_days(by_hand: tuple[Plan, str], therapist: Member) -> None:
    plan, technique = by_hand
    row = consents.give(plan, technique, "Helen Marsh", [], True, therapist)
    assert row.expires_at is not None
    assert technique in consents.valid(plan, row.given_at)
    assert technique not in consents.valid(plan, row.expires_at)


def test_each_class_by_hand_says_what_is_told_and_for_how_long() -> None:
    base = advice.knowledge()
    for found in base.classes.values():
        assert found.told, found.id
        assert found.consent_days, found.id
        assert all(base.topics[name].reader != "therapist" for name in found.told)


def test_what_waits_only_for_its_signature_can_be_signed_for(clinic: Any, therapist: Member) -> None:
    """The rules ask for a signature of the day before force is used; nobody could ever sign otherwise."""
    facts = advice.knowledge().facts
    chart = written_in(advice.knowledge(), "thrust_gate_met")
    clinic.answers |= {name: value for name, value in chart.items() if facts[name].who == "clinic"}
    clinic.save()
    lead = Member.objects.get(clinic=clinic, role="lead")
    episode = new_episode(clinic, lead)
    answers = answers_of("thrust_gate_met")
    signed = {entry.fact for entry in advice.knowledge().own_records.values() if entry.tells == "consent_today"}
    add(episode, {fact: value for fact, value in answers.items() if fact not in signed}, Author.of(lead))
    standings = {name: allowed(outcome_as_signed(episode), name).standing for name in advice.knowledge().techniques}
    waiting = [name for name, standing in standings.items() if standing in ("offered", "restricted")]
    now = advice.outcome_of(episode)
    assert [name for name in waiting if now.techniques[name].status == "undecided"]


# who, where, and how much work


def test_other_clinics_and_roles_see_no_plan(by_hand: tuple[Plan, str]) -> None:
    plan, technique = by_hand
    key = plan.episode.key
    pages = [
        reverse("plan", args=[key]),
        reverse("plan_choose", args=[key]),
        reverse("plan_alternatives", args=[key]),
        page_of(plan, technique),
        reverse("letters", args=[key]),
    ]
    other = signed_in(make_clinic("Other", suffix="2"), "therapist")
    desk = signed_in(plan.episode.clinic, "desk")
    for page in pages:
        assert other.get(page).status_code == 404
        assert desk.get(page).status_code == 403
    assert other.post(reverse("plan_agree", args=[key, plan.key])).status_code == 404


def test_a_plan_of_another_episode_is_not_found(by_hand: tuple[Plan, str], as_therapist: Client) -> None:
    plan, _technique = by_hand
    stranger = new_episode(plan.episode.clinic, plan.made_by, "Stone")
    assert as_therapist.post(reverse("plan_agree", args=[stranger.key, plan.key])).status_code == 404
    assert as_therapist.get(reverse("plan_consent", args=[stranger.key, plan.key, 0])).status_code == 404
    assert as_therapist.get(reverse("plan_consent", args=[plan.episode.key, plan.key, 99])).status_code == 404


def test_more_techniques_ask_the_database_no_more(cleared: Episode, as_therapist: Client, therapist: Member) -> None:
    page = reverse("plan", args=[cleared.key])
    plan = drafting.save(cleared, wanted_of(cleared), therapist, "")
    queries_of(as_therapist, page)
    few = queries_of(as_therapist, page)
    many = [one.id for one in options_of(cleared).offered]
    plan = drafting.save(cleared, wanted_of(cleared, *many), therapist, plan.key)
    for technique in consents.wanted(plan):
        consents.give(plan, technique, "Helen Marsh", [], True, therapist)
    assert queries_of(as_therapist, page) <= few


def test_measures_for_goals_are_numbers_with_a_range() -> None:
    assert measures()
    assert all(one.least is not None and one.fact in advice.knowledge().facts for one in measures())
