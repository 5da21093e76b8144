"""What can be read but should not stand: failing cases, loose safety, false certainty, homeless claims, loose ends."""

from __future__ import annotations

import msgspec
import pytest

from spinepath.engine.check import check, dangers_in, declared_dangers, guards, report_as_json
from spinepath.engine.load import build
from tests.engine.small import TEXTS, changed, faults_in, files, page, place_of, small

RULE = """id: screen.cough
when: fever
then: {at_least: wait}
if_unknown: settle
says: {therapist: A cough.}
since: 2026-01-01
state: project
cases:
  - {name: Yes, given: {fever: yes}, expect: {this_rule: fires}}
  - {name: No, given: {fever: no}, expect: {this_rule: clear}}"""
FACT = "id: cough\nname: Cough\nask: Do you cough?\nwhy_we_ask: So.\nstate: project"
SCREEN = "id: q\ntitle: Do you?\nkind: checklist\nreader: patient\norder: 9\nsettles: [cough]"
TECHNIQUE = "id: t\nname: T\ntechnique_class: walking\npatient: Walk.\noffer: core\nstate: project"
USING_COUGH = RULE.replace("fever", "cough")


def with_(**sections: str | list[str]) -> list[str]:
    """The faults of the small base with one page more for each section."""
    pages = {
        f"extra_{section}": page(section, *([entries] if isinstance(entries, str) else entries))
        for section, entries in sections.items()
    }
    return faults_in(files(**pages))


def test_the_small_base_is_whole_and_counted() -> None:
    report = check(small())
    assert report.faults == ()
    assert report.facts == len(small().facts) == 19
    assert report.rules == len(small().rules) == 13
    assert report.cases == sum(len(rule.cases) for rule in small().rules.values()) == 28
    assert report.claims == {"homed": 1, "total": 2, "not_followed": 1}
    assert report.sources == {"total": 2, "verified": 1, "secondary": 0, "recalled": 1}


def test_the_report_for_machines_has_the_promised_keys() -> None:
    content = files(extra=page("sources", "id: lost\nwho: A\ntitle: T\nkind: page\nstate: recalled"))
    data = report_as_json(check(build(content)))
    assert list(data) == ["knowledge", "facts", "rules", "cases", "claims", "sources", "faults"]
    assert data["faults"] == [
        {"place": "extra.yaml:4", "cause": "Nothing uses lost (sources).", "act": "Use it, or remove it."}
    ]


# cases


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{this_rule: fires}", "{this_rule: clear}", "The case 'Yes' of screen.cough fails: it screen.cough is fires"),
        ("{this_rule: fires}", "{disposition: go}", "fails: it disposition is emergency, not go."),
        ("  - {name: Yes, given: {fever: yes}, expect: {this_rule: fires}}\n", "", "has no case in which it fires."),
        ("  - {name: No, given: {fever: no}, expect: {this_rule: clear}}", "", "no case in which it does not fire."),
    ],
)
def test_every_case_holds_and_both_sides_are_shown(old: str, new: str, words: str) -> None:
    found = with_(rules=RULE.replace(old, new))
    assert any(fault.startswith("extra_rules.yaml:") and words in fault for fault in found), found


def test_a_rule_without_cases_is_refused() -> None:
    assert with_(rules=RULE.split("cases:")[0]) == [
        "extra_rules.yaml:4: The rule screen.cough has no case in which it fires. Add one under cases.",
        "extra_rules.yaml:4: The rule screen.cough has no case in which it does not fire. Add one under cases.",
    ]


def test_an_open_case_shows_a_rule_that_does_not_fire() -> None:
    open_case = "  - {name: Nobody asked, given: {}, expect: {this_rule: open}}"
    assert with_(rules=RULE.replace("  - {name: No, given: {fever: no}, expect: {this_rule: clear}}", open_case)) == []


def test_a_failing_case_is_told_at_its_own_line() -> None:
    (fault,) = with_(rules=RULE.replace("{this_rule: clear}", "{this_rule: open}"))
    assert fault == (
        "extra_rules.yaml:13: The case 'No' of screen.cough fails: it screen.cough is clear, not open. "
        "Correct the rule or the case."
    )


# laws of safety


@pytest.mark.parametrize("level", ["wait", "refer", "emergency"])
def test_what_forbids_care_may_not_pass_over_an_open_question(level: str) -> None:
    found = with_(rules=RULE.replace("wait", level).replace("settle", "note"))
    assert found == [
        f"extra_rules.yaml:4: screen.cough leads to {level} but its open question would be passed over. "
        "Write  if_unknown: settle."
    ]


def test_what_only_limits_care_may_note_an_open_question() -> None:
    assert with_(rules=RULE.replace("wait", "careful").replace("settle", "note\npassed_over: So.")) == []


LOOSENING = "screen.cough would be cleared by a question that nobody answered."


@pytest.mark.parametrize(
    ("when", "loosens"),
    [
        ("confirmed(fever)", True),
        ("known(fever) and fever", True),
        ("not not confirmed(fever)", True),
        ("fever or not (numbness and not confirmed(weak_leg))", True),
        ("count(fever, confirmed(weak_leg)) >= 1", True),
        ("confirmed(not confirmed(fever))", True),
        ("fever and not confirmed(weak_leg)", False),
        ("fever or not known(weak_leg)", False),
        ("not (numbness and confirmed(weak_leg)) and fever", False),
    ],
)
@pytest.mark.parametrize(
    "then", ["at_least: wait", "exclude: [pulling]", "restrict: [rub]", "hold: yes", "at_least: careful"]
)
def test_confirmed_and_known_may_not_loosen_what_forbids_something(when: str, loosens: bool, then: str) -> None:
    rule = RULE.replace("when: fever", f"when: {when}").replace("at_least: wait", then)
    assert any(LOOSENING in fault for fault in with_(rules=rule)) is loosens


def test_confirmed_may_stand_where_nothing_is_forbidden() -> None:
    rule = RULE.replace("when: fever", "when: confirmed(fever)").replace("at_least: wait", "prefer: [rub]")
    assert with_(rules=rule) == []


@pytest.mark.parametrize("when", ["known(fever)", "fever and not confirmed(numbness)"])
def test_a_fact_is_worked_out_from_what_is_true_not_from_what_is_known(when: str) -> None:
    found = with_(facts=f"id: cough\nname: Cough\nstate: project\nworked_out: {{when: {when}}}")
    assert any(
        "cough is worked out from what is known rather than from what is true. Use known(...)" in fault
        for fault in found
    )


def test_a_rule_does_something() -> None:
    (fault,) = with_(rules=RULE.replace("{at_least: wait}", "{}"))
    assert fault == "extra_rules.yaml:4: The rule screen.cough does nothing. Give it an effect under then."


def test_no_hands_on_class_is_left_where_no_care_is_offered() -> None:
    ground = TEXTS["ground.yaml"].replace("bars: [rubbing, pulling]", "bars: [rubbing]")
    found = [fault for fault in faults_in(files(ground=ground)) if "offers no care" in fault]
    assert found == [
        f"{place_of('ground', f'id: {name}')}: {name} offers no care but leaves pulling, which is hands-on. "
        "Add it under bars."
        for name in ("wait", "refer")
    ]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("at_least: go", True),
        ("exclude: [rub]", True),
        ("restrict: [rub]", True),
        ("hold: yes", True),
        ("caution: [rub]", False),
        ("prefer: [rub]", False),
        ("need: [blood_test]", False),
    ],
)
def test_which_rules_guard(then: str, expected: bool) -> None:
    content = files(extra=page("rules", RULE.replace("at_least: wait", then)))
    assert guards(build(content).rules["screen.cough"]) is expected


# dangers


@pytest.mark.parametrize(
    ("fact", "when", "words"),
    [
        (FACT, "not cough", "Rules treat no of cough as a danger, but the fact does not say so. Write  danger: [no]"),
        (FACT + "\ndanger: [no]", "cough", "Rules treat yes of cough as a danger"),
        (FACT + "\ndanger: [no]", "cough", "Write  danger: [no, yes], or correct the rule."),
        (FACT + "\nanswer: choice\nvalues: {a: A, b: B}", "cough = a", "Rules treat a of cough as a danger"),
        (
            FACT + "\nanswer: choice\nvalues: {a: A, b: B, c: C}",
            "not cough = a",
            "Rules treat b, c of cough as a danger",
        ),
        (FACT + "\nanswer: number\nunit: x\nleast: 0\nmost: 9", "cough > 3", "Rules treat high of cough as a danger"),
        (FACT + "\nanswer: number\nunit: x\nleast: 0\nmost: 9", "not cough > 3", "Rules treat low of cough"),
        (FACT + "\nanswer: number\nunit: x\nleast: 0\nmost: 9", "cough = 3", "Rules treat high, low of cough"),
        (FACT + "\ndanger: []", "count(cough, fever) >= 2", "Rules treat yes of cough as a danger"),
    ],
    ids=lambda value: value[-30:],
)
def test_a_fact_says_itself_which_answers_are_dangers(fact: str, when: str, words: str) -> None:
    found = with_(facts=fact, rules=RULE.replace("when: fever", f"when: {when}"))
    assert any(fault.startswith("extra_facts.yaml:4: ") and words in fault for fault in found), found


def test_dangers_are_traced_through_worked_out_facts_and_confirmations() -> None:
    found = list(dangers_in(small(), small().rules["screen.age"].when))
    assert found == [("age_years", "high"), ("fever", "yes"), ("numbness", "yes")]
    assert list(dangers_in(small(), small().rules["screen.fever"].when)) == [("fever", "yes"), ("seen_by_doctor", "no")]


def test_what_a_fact_declares_is_yes_unless_written_otherwise() -> None:
    facts = small().facts
    assert declared_dangers(facts["fever"]) == ("yes",)
    assert declared_dangers(facts["seen_by_doctor"]) == ("no",)
    assert declared_dangers(facts["pain"]) == ()
    assert declared_dangers(facts["place_of_pain"]) == ("upper_neck",)


# screens


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        (
            {"questions": SCREEN.replace("cough", "fever")},
            "fever is asked on dangers already. Remove it from one screen.",
        ),
        ({"questions": SCREEN.replace("cough", "danger_sign")}, "danger_sign is worked out, not asked."),
        ({"questions": SCREEN.replace("cough", "scan_left")}, "Patients are asked scan_left without a reason."),
        (
            {
                "questions": SCREEN,
                "facts": FACT + "\nanswer: number\nunit: x\nleast: 0\nmost: 9\ndanger: [high]",
                "rules": RULE.replace("when: fever", "when: cough > 5"),
            },
            "cough is not a yes/no fact. Put it on a page instead of a checklist.",
        ),
        (
            {"questions": SCREEN, "facts": FACT.replace("why_we_ask: So.\n", ""), "rules": USING_COUGH},
            "Patients are asked cough without a reason. Add  ask  and  why_we_ask.",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_every_fact_is_asked_once_in_words_that_its_reader_understands(sections: dict[str, str], words: str) -> None:
    found = with_(**sections)
    assert any(words in fault for fault in found), found


# honesty


@pytest.mark.parametrize(
    ("state", "source", "words"),
    [
        (
            "verified",
            "[old_talk]",
            "cough says verified but rests on recalled sources. Lower the state, or name a source.",
        ),
        ("secondary", "[old_talk]", "cough says secondary but rests on recalled sources."),
        ("verified", "[heard_of]", "cough says verified but rests on sources read second-hand."),
        ("verified", "[]", "cough says verified but rests on no source. Say  state: project, or name a better source."),
        ("recalled", "[]", "cough says recalled but rests on no source."),
        ("verified", "[old_talk, read_book]", None),
        ("secondary", "[heard_of]", None),
        ("recalled", "[old_talk]", None),
        ("project", "[]", None),
    ],
)
def test_no_entry_claims_to_be_surer_than_its_sources(state: str, source: str, words: str | None) -> None:
    heard = "id: heard_of\nwho: C\ntitle: T\nkind: page\nstate: secondary"
    found = with_(
        sources=heard,
        facts=[
            FACT.replace("project", state) + f"\nsource: {source}",
            "id: other\nname: O\nask: O?\nstate: secondary\nsource: [heard_of]",
        ],
        rules=USING_COUGH.replace("when: cough", "when: cough or other"),
    )
    honest = [fault for fault in found if "but rests on" in fault]
    assert len(honest) == (1 if words else 0)
    assert not words or honest[0].startswith(f"extra_facts.yaml:4: {words}")


# claims


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("verdict: followed\nwhy: So.", "The claim claim-x has no home. Name the entry that carries it under home."),
        ("verdict: adjusted\nwhy: So.", "The claim claim-x has no home."),
        (
            "verdict: followed\nwhy: So.\nhome: [rub]",
            "rub is home to claim-x but does not name it. Add  claims: [claim-x]  to rub, or correct the home.",
        ),
        (
            "verdict: followed\nwhy: So.\nhome: [run_away]",
            "Claim claim-x names run_away (home), which is not anywhere.",
        ),
    ],
)
def test_every_claim_has_a_home_that_names_it(claim: str, words: str) -> None:
    found = with_(claims=f"id: claim-x\nlines: [5]\nsays: X.\n{claim}")
    assert any(fault.startswith("extra_claims.yaml:4: ") and words in fault for fault in found), found


def test_a_claim_that_is_not_followed_needs_no_home() -> None:
    assert with_(claims="id: claim-x\nlines: [5]\nsays: X.\nverdict: not_followed\nwhy: So.") == []


def test_an_entry_that_names_a_claim_is_its_home() -> None:
    (fault,) = faults_in(files(**changed("plan", "dose: {minutes: [5, 10]}", "claims: [claim-magic]")))
    assert fault == (
        f"{place_of('plan', 'id: rub')}: rub names the claim claim-magic, whose home is elsewhere. "
        "Add rub to the homes of the claim."
    )


# loose ends


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("facts", FACT),
        ("groups", "id: lost\nname: L\nfacts: [fever]"),
        ("numbers", "id: lost\nname: L\nvalue: 3\nunit: x\nstate: project"),
        ("sources", "id: lost\nwho: A\ntitle: T\nkind: page\nstate: recalled"),
        ("codes", "id: lost\nsystem: loinc\ncode: x\ndisplay: X\nseen_in: X"),
        ("investigations", "id: lost\nname: L\nindication: I\nbefore: B\nurgency: U\nstate: project"),
        ("limits", "id: lost\nname: L\nunit: x\nstricter: lower\nsays: S"),
        ("readings", "id: lost\nname: L\norder: 9\nsays: {therapist: T}\nstate: project"),
        ("scales", "id: lost\nname: L\nlevels: []\nstate: project"),
        ("provisos", "id: lost\nkind: info\nsays: S"),
        ("skills", "id: lost\nname: L\nsays: S\nstate: project"),
        ("equipment", "id: lost\nname: L\nsays: S\nstate: project"),
        ("charts", "id: lost\nname: L"),
        ("guidelines", "id: lost\nname: L\nyear: 2020\nscope: S\nstrength_words: W\nin_force: yes\nstate: project"),
    ],
)
def test_what_nothing_uses_is_named(section: str, entry: str) -> None:
    name = entry.split("\n")[0].removeprefix("id: ")
    assert with_(**{section: entry}) == [
        f"extra_{section}.yaml:4: Nothing uses {name} ({section}). Use it, or remove it."
    ]


def test_to_be_asked_on_a_screen_is_not_yet_to_be_of_use() -> None:
    found = with_(facts=FACT, questions=SCREEN)
    assert found == ["extra_facts.yaml:4: Nothing uses cough (facts). Use it, or remove it."]


def test_a_fact_may_be_used_through_groups_worked_out_facts_and_named_numbers() -> None:
    number = FACT.replace("cough", "coughs") + "\nanswer: number\nunit: x\nleast: 0\nmost: 9\ndanger: [high]"
    found = with_(
        facts=[FACT, number, "id: ill\nname: Ill\nstate: project\nworked_out: {when: count(airway) >= 1}"],
        groups="id: airway\nname: Airway\nfacts: [cough, fever]",
        numbers="id: often\nname: Often\nvalue: 5\nunit: x\nstate: project",
        rules=RULE.replace("when: fever", "when: ill or coughs > often")
        .replace("at_least: wait", "prefer: [rub]")
        .replace("{fever: no}", "{fever: no, cough: no, coughs: 0}"),
    )
    assert found == []


# words


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("facts", FACT + "\nhint: We Guarantee it."),
        ("facts", FACT.replace("ask: Do you", "ask: Can you guarantee that you")),
        ("facts", FACT.replace("So.", "We guarantee it.")),
        ("facts", FACT + "\nitem: A guarantee"),
        ("techniques", TECHNIQUE.replace("Walk.", "Walking is a guarantee.")),
        ("rules", RULE.replace("{therapist: A cough.}", "{therapist: T., patient: 'We guarantee: yes.'}")),
        (
            "topics",
            "id: topic.x\ntitle: X\nkind: education\nreader: both\nsays: [One., We guarantee it.]\nstate: project",
        ),
    ],
)
def test_words_that_patients_should_not_read_are_refused(section: str, entry: str) -> None:
    name = entry.split("\n")[0].removeprefix("id: ")
    found = with_(**{section: entry})
    assert any(
        f"{name} tells patients 'guarantee'. Nobody can promise a result. Say it otherwise." in fault for fault in found
    ), found


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("rules", RULE.replace("A cough.", "No guarantee.")),
        ("topics", "id: topic.x\ntitle: X\nkind: evidence\nreader: therapist\nsays: [No guarantee.]\nstate: project"),
        ("techniques", TECHNIQUE.replace("Walk.", "Our guaranteeing neighbour.")),
    ],
)
def test_other_readers_and_other_words_are_not_meant(section: str, entry: str) -> None:
    assert with_(**{section: entry}) == []


def test_the_real_base_says_what_is_wrong_with_it_in_full_sentences(real) -> None:
    report = check(real)
    assert report.facts == len(real.facts)
    assert report.claims["total"] == len(real.claims)
    assert report.sources["total"] == sum(report.sources[state] for state in ("verified", "secondary", "recalled"))
    for fault in report.faults:
        assert all(msgspec.structs.astuple(fault))


def test_a_technique_that_is_off_is_excluded_from_the_start() -> None:
    techniques = {**small().techniques}
    techniques["run"] = msgspec.structs.replace(techniques["run"], offer="off")
    found = check(msgspec.structs.replace(small(), techniques=techniques)).faults
    assert [fault.cause for fault in found] == ["run is off, but nothing excludes it."]


def test_what_forbids_or_limits_tells_why_its_open_question_is_passed_over() -> None:
    rule = small().rules["contra.skin"]
    silent = msgspec.structs.replace(rule, if_unknown="note")
    told = msgspec.structs.replace(silent, passed_over="The therapist sees it.")
    faults = [fault.cause for fault in check(small().with_rule(silent)).faults]
    assert "contra.skin forbids or limits something, but its open question is passed over without a reason." in faults
    assert not [one.cause for one in check(small().with_rule(told)).faults if "passed over without" in one.cause]
