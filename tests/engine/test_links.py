"""Every reference leads somewhere, every value fits its fact, and nothing rests on itself."""

from __future__ import annotations

import msgspec
import pytest

from spinepath.engine.content import SECTIONS
from spinepath.engine.links import LINKS, links_of
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
FACT = "id: cough\nname: Cough\nask: Do you cough?\nstate: project"
NUMBER = "id: cough\nname: Cough\nask: How often?\nstate: project\nanswer: number\nunit: times\nleast: 0\nmost: 9"


def refused(section: str, entry: str) -> list[str]:
    return [fault for fault in faults_in(files(extra=page(section, entry))) if fault.startswith("extra.yaml:")]


@pytest.mark.parametrize(
    ("section", "entry", "words"),
    [
        (
            "rules",
            RULE.replace("wait", "wiat"),
            "Rule screen.cough names wiat (then.at_least), which is not in dispositions. Did you mean wait?",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "exclude: [zzz]"),
            "names zzz (then.exclude), which is not in techniques or classes. Add it, or remove the name.",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "restrict: [rubb]"),
            "(then.restrict), which is not in techniques or classes. Did you mean rub?",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "caution: [fever]"),
            "names fever (then.caution), which is not in techniques or classes.",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "need: [blod_test]"),
            "(then.need), which is not in investigations. Did you mean blood_test?",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "limit: {session_most: 3}"),
            "(then.limit), which is not in limits. Did you mean sessions_most?",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "prefer: [zzz]"),
            "names zzz (then.prefer), which is not in techniques or presets.",
        ),
        (
            "rules",
            RULE.replace("at_least: wait", "reading: alrm"),
            "(then.reading), which is not in readings. Did you mean alarm?",
        ),
        (
            "rules",
            RULE + "\ncontained_in: screen.fevr",
            "(contained_in), which is not in rules. Did you mean screen.fever?",
        ),
        (
            "rules",
            RULE + "\nsource: [red_book]",
            "names red_book (source), which is not in sources. Did you mean read_book?",
        ),
        ("rules", RULE + "\nclaims: [claim-fevr]", "(claims), which is not in claims. Did you mean claim-fever?"),
        ("rules", RULE.replace("when: fever", "when: fevr"), "There is no fact fevr (column 1). Did you mean fever?"),
        (
            "rules",
            RULE.replace("given: {fever: yes}", "given: {fevr: yes}"),
            "the case 'Yes' names fevr (given), which is not in facts or groups. Did you mean fever?",
        ),
        (
            "rules",
            RULE.replace("{this_rule: fires}", "{offers: [rubb]}"),
            "the case 'Yes' names rubb (expect.offers), which is not in techniques. Did you mean rub?",
        ),
        (
            "rules",
            RULE.replace("{this_rule: fires}", "{ask: [fevr]}"),
            "(expect.ask), which is not in facts. Did you mean fever?",
        ),
        (
            "rules",
            RULE.replace("name: Yes,", "name: Yes, start: nothing_fond,"),
            "(start), which is not in charts. Did you mean nothing_found?",
        ),
        (
            "facts",
            FACT + "\ncodes: [loinc.1]",
            "Fact cough names loinc.1 (codes), which is not in codes. Did you mean loinc.0?",
        ),
        (
            "facts",
            NUMBER + "\nworked_out: {fall_of: pian}",
            "names pian (worked_out.fall_of), which is not in facts. Did you mean pain?",
        ),
        (
            "facts",
            NUMBER + "\nworked_out: {rise_of: pian}",
            "names pian (worked_out.rise_of), which is not in facts. Did you mean pain?",
        ),
        (
            "groups",
            "id: g\nname: G\nfacts: [fevr]",
            "Group g names fevr (facts), which is not in facts. Did you mean fever?",
        ),
        (
            "questions",
            "id: q\ntitle: Q?\nkind: page\nreader: patient\norder: 9\nsettles: [fevr]",
            "(settles), which is not in facts.",
        ),
        (
            "charts",
            "id: c\nname: C\nanswers: {danger: none}",
            "names danger (answers), which is not in questions. Did you mean dangers?",
        ),
        (
            "techniques",
            "id: t\nname: T\ntechnique_class: rubing\npatient: T\noffer: core\nstate: project",
            "(technique_class), which is not in classes. Did you mean rubbing?",
        ),
        (
            "provisos",
            "id: p\nkind: info\nsays: P\nrules: [screen.fevr]",
            "Proviso p names screen.fevr (rules), which is not in rules.",
        ),
        (
            "myths",
            "id: m\nweb_says: W\nevidence_says: E\nso_we: S\nstate: project\nhome: [screen.fevr]",
            "names screen.fevr (home), which is not anywhere. Did you mean screen.fever?",
        ),
        (
            "contradictions",
            "id: X1\ntitle: T\nsides: [[claim-fever], [claim-magik]]\nreading: R\nhome: [screen.fever]",
            "names claim-magik (sides), which is not in claims. Did you mean claim-magic?",
        ),
        (
            "stances",
            "id: s\nfamilies: [x]\nguidelines: [g]\nstance: may\nsays: S\nstate: project",
            "names g (guidelines), which is not in guidelines.",
        ),
        (
            "tables",
            "id: t\nname: T\ncolumns: [rubing]\nif_unknown: note\nrows: []",
            "names rubing (columns), which is not in classes. Did you mean rubbing?",
        ),
    ],
    ids=lambda value: value[:60],
)
def test_a_name_that_leads_nowhere_is_refused_with_the_nearest_one(section: str, entry: str, words: str) -> None:
    found = refused(section, entry)
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_what_every_kind_of_entry_names_is_checked(section: str) -> None:
    """For each reference of the small base: with the target's name changed, the place that names it is found."""
    for entry in small().section(section).values():
        for path, name, sections in links_of(entry):
            assert any(name in small().section(one) for one in sections), (entry.id, path)


def test_every_key_in_the_list_of_references_exists() -> None:
    for kind, keys in LINKS.items():
        for path in keys:
            assert path.split(".")[0] in kind.__struct_fields__, (kind, path)


def test_every_key_that_holds_names_is_in_the_list_of_references() -> None:
    from spinepath.engine.entries import Word

    kinds = [kind for kind in SECTIONS.values() if issubclass(kind, msgspec.Struct)]
    for kind in kinds:
        known = {path.split(".")[0] for parent, keys in LINKS.items() if issubclass(kind, parent) for path in keys}
        for field in msgspec.structs.fields(kind):
            levels = ("start_level", "most_level_with_leg_signs")  # on the technique's own scale, checked apart
            if field.type in (Word | None, tuple[Word, ...]) and field.name not in levels:
                assert field.name in known, (kind.__name__, field.name)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (FACT + "\nanswer: choice", "The choice cough has no values. Add  values: {word: label}."),
        (FACT + "\nanswer: choice\nvalues: {unknown: Hm}", "cough has the value unknown. Remove it;"),
        (FACT + "\nanswer: number", "The number cough lacks unit, least or most. Add all three."),
        (NUMBER.replace("unit: times\n", ""), "The number cough lacks unit, least or most."),
        (NUMBER.replace("least: 0\n", ""), "The number cough lacks unit, least or most."),
        (FACT + "\nfresh_for: 2 weeks", "cough is fresh for '2 weeks'. Write session, always or  14 days."),
        (FACT + "\nfresh_for: 0 days", "cough is fresh for '0 days'."),
        (NUMBER + "\ngrows: yes", "cough grows but is counted in times. Count in days, weeks, months or years."),
        (FACT.replace("ask: Do you cough?\n", ""), "cough is neither asked nor worked out. Add  ask: ..."),
        (FACT + "\ndanger: [maybe]", "cough cannot have the danger 'maybe'. Use yes, no or []."),
        (NUMBER + "\ndanger: [yes]", "cough cannot have the danger 'yes'. Use high, low or []."),
        (FACT + "\nanswer: choice\nvalues: {a: A}\ndanger: [b]", "cough cannot have the danger 'b'. Use a or []."),
        (FACT + "\nnormal: maybe", "cough cannot be this. Write yes, no or unknown."),
        (FACT + "\ndefault: true", "cough cannot be this. true and false are not answers here. Write yes, no"),
        (NUMBER + "\nnormal: 12", "cough is outside 0 to 9 times. Correct the number, or write unknown."),
        (FACT + "\nworked_out: {}", "cough is worked out in 0 ways. Use one of: when, fall_of, rise_of."),
        (FACT + "\nworked_out: {when: fever, fall_of: pain}", "cough is worked out in 2 ways."),
        (FACT + "\nworked_out: {fall_of: pain}", "cough is a yes_no worked out by fall_of. Use when for yes/no facts"),
        (NUMBER + "\nworked_out: {when: fever}", "cough is a number worked out by when."),
        (NUMBER + "\nworked_out: {fall_of: fever}", "cough compares fever, which is not a number. Compare a number"),
        (FACT.replace("id: cough", "id: known"), "No condition can name known. Use letters, digits and _ only"),
        (FACT.replace("id: cough", "id: dry.cough"), "No condition can name dry.cough."),
        (FACT.replace("id: cough", "id: dry-cough"), "No condition can name dry-cough."),
    ],
    ids=lambda value: value[-50:],
)
def test_a_fact_that_makes_no_sense_is_refused(entry: str, words: str) -> None:
    found = refused("facts", entry)
    assert any(words in fault for fault in found), found
    assert found[0].startswith("extra.yaml:4: ")


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("groups", "id: not\nname: N\nfacts: [fever]"),
        ("numbers", "id: three.four\nname: N\nvalue: 3\nunit: x\nstate: project"),
    ],
)
def test_groups_and_numbers_need_names_that_conditions_can_write(section: str, entry: str) -> None:
    assert "No condition can name" in refused(section, entry)[0]


# circles


@pytest.mark.parametrize(
    ("entries", "circle"),
    [
        (["id: x\nname: X\nstate: project\nworked_out: {when: x}"], "x -> x"),
        (
            [
                "id: x\nname: X\nstate: project\nworked_out: {when: fever or y}",
                "id: y\nname: Y\nstate: project\nworked_out: {when: not z}",
                "id: z\nname: Z\nstate: project\nworked_out: {when: x and fever}",
            ],
            "x -> y -> z -> x",
        ),
        ([NUMBER.replace("cough", "x") + "\nworked_out: {fall_of: x}"], "x -> x"),
    ],
)
def test_facts_worked_out_in_a_circle_are_refused(entries: list[str], circle: str) -> None:
    assert faults_in(files(extra=page("facts", *entries))) == [
        f"extra.yaml:4: Facts are worked out in a circle: {circle}. Break the circle."
    ]


def test_charts_that_start_from_each_other_are_refused() -> None:
    content = files(**changed("ask", "name: Nothing is known", "name: Nothing is known\n    start: nothing_found"))
    (fault,) = faults_in(content)
    assert "Charts start from each other in a circle: nobody_asked -> nothing_found -> nobody_asked." in fault


@pytest.mark.parametrize(
    ("old", "new"),
    [("variant_of: rub", "variant_of: rub_hard"), ("made_of: [pull, stroll]", "made_of: [pull, pull_and_stroll]")],
)
def test_techniques_made_of_themselves_are_refused(old: str, new: str) -> None:
    (fault,) = faults_in(files(**changed("plan", f"{old}\n", f"{new}\n")))
    assert "Techniques are made of each other in a circle: " in fault
    assert fault.endswith("Break the circle.")


# values in cases and charts


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("fever: true", "fever cannot be this. true and false are not answers here. Write yes, no or unknown."),
        ("fever: 3", "fever cannot be this. Write yes, no or unknown."),
        ("age_years: 121", "age_years is outside 0 to 120 years. Correct the number, or write unknown."),
        ("age_years: old", "age_years cannot be this. Write a number (years), or unknown."),
        ("age_years: 40 days", "age_years is given in another unit. Give it in years."),
        ("since_days: 2026-01-01", "since_days is given as a date. Give it as a number of days here."),
        ("place_of_pain: lag", "place_of_pain cannot be this. Did you mean leg?"),
        ("danger_sign: yes", "danger_sign is worked out, not given. Give the facts it rests on."),
        ("nerve_signs: 5", "numbness cannot be this. Write yes, no or unknown."),
    ],
)
def test_a_value_that_does_not_fit_its_fact_is_refused_in_cases_and_charts(given: str, words: str) -> None:
    rule = RULE.replace("{fever: yes}", f"{{{given}}}")
    assert f"extra.yaml:12: {words}" in refused("rules", rule)
    assert f"extra.yaml:4: {words}" in refused("charts", f"id: c\nname: C\ngiven: {{{given}}}")


def test_a_fact_compared_with_its_past_may_be_given_in_a_case() -> None:
    assert refused("charts", "id: c\nname: C\ngiven: {pain_fall: 30}") == [
        "extra.yaml:4: Nothing uses c (charts). Use it, or remove it."
    ]


# levels of a technique


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("start_level: F1", "start_level: F9", "rub has the start_level F9, not on its scale. Levels are: F1, F2."),
        ("leg_signs: F1", "leg_signs: F22", "the most_level_with_leg_signs F22, not on its scale. Did you mean F2?"),
        ("    scale: force\n", "", "rub has the start_level F1, not on its scale. Levels are: none."),
    ],
)
def test_a_level_stands_on_the_scale_of_its_technique(old: str, new: str, words: str) -> None:
    found = faults_in(files(**changed("plan", old, new)))
    assert any(fault.startswith(place_of("plan", "id: rub")) and words in fault for fault in found), found


# the ladder of dispositions


MISSING = "Some dispositions must offer care and some must not. Add what is missing."


def test_there_must_be_dispositions_that_offer_care() -> None:
    text = TEXTS["ground.yaml"].replace("    offers_care: yes\n", "")
    assert faults_in(files(ground=text)) == [f"{place_of('ground', 'id: go')}: {MISSING}"]


def test_there_must_be_dispositions_that_offer_no_care() -> None:
    text = TEXTS["ground.yaml"]
    for order in (3, 4, 5):
        text = text.replace(f"    order: {order}\n", f"    order: {order}\n    offers_care: yes\n")
    assert faults_in(files(ground=text)) == [f"{place_of('ground', 'id: go')}: {MISSING}"]


def test_a_base_without_any_disposition_is_refused() -> None:
    assert faults_in({"x.yaml": b"title: T\nabout: A"}) == [f"the knowledge base: {MISSING}"]


def test_two_dispositions_cannot_be_equally_strict() -> None:
    (fault,) = faults_in(files(**changed("ground", "order: 4", "order: 3")))
    assert fault.endswith("refer is as strict as wait. Give each disposition an order of its own.")


def test_a_stricter_disposition_cannot_offer_the_care_that_a_milder_one_forbids() -> None:
    (fault,) = faults_in(files(**changed("ground", "    order: 4\n", "    order: 4\n    offers_care: yes\n")))
    assert fault.endswith(
        "refer offers care although wait, milder, does not. Offer care in the mildest dispositions only."
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (NUMBER + "\nlasting: yes", "cough has no danger that could last. Remove lasting."),
        (FACT + "\ndanger: []\nlasting: yes", "cough has no danger that could last. Remove lasting."),
        (
            NUMBER.replace("ask: How often?", "worked_out: {fall_of: pain, within: pain}"),
            "cough looks back within pain, which is no growing number of days. Name a number of days that grows.",
        ),
    ],
)
def test_what_lasts_and_how_far_back_must_make_sense(entry: str, words: str) -> None:
    assert any(words in fault for fault in refused("facts", entry))
