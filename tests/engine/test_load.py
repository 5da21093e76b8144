"""A folder of files to a knowledge base, or every fault in it and nothing half-done."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from spinepath.engine.check import check
from spinepath.engine.content_files import content_hash, read_files
from spinepath.engine.faults import FaultyKnowledge
from spinepath.engine.load import build, load
from tests.engine.small import TEXTS, changed, faults_in, files, page, place_of, small

FACT = "id: cough\nname: Cough\nask: Do you cough?\nwhy_we_ask: So.\nstate: project"


def written(folder: Path, content: dict[str, bytes]) -> Path:
    for name, text in content.items():
        (folder / name).write_bytes(text)
    return folder


def test_the_small_base_has_no_fault() -> None:
    assert faults_in(files()) == []


def test_pages_are_kept_in_reading_order_with_their_entries() -> None:
    assert [found.file for found in small().pages] == list(TEXTS)
    assert small().pages[1].title == "Questions"
    assert small().pages[1].about == "What is asked, and on which screens."
    assert small().pages[1].entries[:2] == ("fever", "numbness")


def test_a_folder_is_read_with_its_folders_inside(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    (folder / "inside").mkdir(parents=True)
    written(folder, {name: text for name, text in files().items() if name != "plan.yaml"})
    written(folder / "inside", {"plan.yaml": files()["plan.yaml"]})
    (folder / "notes.txt").write_text("not read")
    knowledge = load(folder)
    assert [found.file for found in knowledge.pages] == [
        "room/ask.yaml",
        "room/ground.yaml",
        "room/inside/plan.yaml",
        "room/screen.yaml",
    ]
    assert knowledge.rules["screen.fever"].place == "room/screen.yaml:5"


@pytest.mark.parametrize("name", ["empty", "nowhere", "a_file"])
def test_where_nothing_is_to_read_it_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a_file").write_text("text")
    with pytest.raises(FaultyKnowledge) as problem:
        load(tmp_path / name)
    assert str(problem.value) == (
        f"{tmp_path / name}: There is no knowledge base here. Give the folder that holds its .yaml files."
    )


@pytest.mark.parametrize("kind", ["folder", "lost_link"])
def test_a_file_that_cannot_be_read_is_never_passed_over(tmp_path: Path, kind: str) -> None:
    written(tmp_path, files())
    odd = tmp_path / "zzz.yaml"
    odd.mkdir() if kind == "folder" else odd.symlink_to(tmp_path / "gone")
    with pytest.raises(FaultyKnowledge, match=r"zzz\.yaml: The file cannot be read \(.+\)\. Mend or remove it\."):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "extra.yaml: The file is empty. Write at least one entry, or remove the file."),
        ("# only a remark", "extra.yaml: The file is empty."),
        ("- a", "extra.yaml:1: A file of the knowledge base holds sections. Start it with  title: ..."),
        ("word", "extra.yaml:1: A file of the knowledge base holds sections."),
        ("about: A", "extra.yaml:1: The file has no title. Start it with  title: a line for its readers."),
        ("title: T", "extra.yaml:1: The file has no about. Start it with  about: a line for its readers."),
        ("title: [T]\nabout: A", "extra.yaml:1: The file has no title."),
        ("title: T\nabout: A\nfatcs: []", "extra.yaml:3: There is no section 'fatcs'. Did you mean facts?"),
        (
            "title: T\nabout: A\nqqq: []",
            "extra.yaml:3: There is no section 'qqq'. Sections are: facts, groups, numbers",
        ),
        ("title: T\nabout: A\nfacts: x", "extra.yaml:3: A section must be a list of entries."),
        ("title: T\nabout: A\nabout: B", "extra.yaml:3: about is given twice in one entry (first on line 2)."),
        ("title: T\n\tabout: A", "extra.yaml:2: The line starts with a tab."),
        ("title: &t T\nabout: *t", "extra.yaml:1: Anchors and aliases (& and *) are not read."),
        ("title: T\nabout: A\n---\n", "extra.yaml:3: A second document starts here (---)."),
        ("title: !!str T\nabout: A", "extra.yaml:1: The tag tag:yaml.org,2002:str is not read."),
        ("title: " + "[" * 100, "extra.yaml:1: The nesting is deeper than 24 levels."),
        ("x" * 50_000_000, "extra.yaml: The file has 50,000,000 bytes; at most 5,000,000 are read."),
    ],
    ids=lambda value: value[:30],
)
def test_a_page_that_is_none_is_refused(text: str, expected: str) -> None:
    found = faults_in(files(extra=text))
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_page_in_a_foreign_encoding_is_refused() -> None:
    content = {**files(), "extra.yaml": "title: Größe\nabout: A".encode("latin-1")}
    assert faults_in(content) == ["extra.yaml:1: Byte 9 is not UTF-8 text. Save the file as UTF-8."]


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    bomb = "title: T\nabout: A\na: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]"
    assert faults_in(files(extra=bomb)) == [
        "extra.yaml:3: Anchors and aliases (& and *) are not read. Write the text out in full."
    ]


def test_a_very_long_text_is_quoted_in_short() -> None:
    (fault,) = faults_in(files(extra=page("facts", FACT.replace("project", "x" * 100_000))))
    assert len(fault) < 700
    assert "is not allowed here" in fault


@pytest.mark.parametrize(
    ("section", "entry", "at", "first"),
    [
        ("facts", FACT.replace("cough", "fever", 1), "extra.yaml:4", place_of("ask", "id: fever")),
        ("groups", "id: fever\nname: Fever\nfacts: [numbness]", "extra.yaml:4", place_of("ask", "id: fever")),
        (
            "sources",
            "id: rub\nwho: A\ntitle: T\nkind: page\nstate: recalled",
            "extra.yaml:4",
            place_of("plan", "id: rub"),
        ),
        (  # rows become rules after everything else is read
            "classes",
            "id: contra.skin\nname: X\nhands_on: no\nabout: X",
            place_of("screen", "id: contra.skin"),
            "extra.yaml:4",
        ),
    ],
)
def test_an_id_is_used_once_over_all_files_and_sections(section: str, entry: str, at: str, first: str) -> None:
    name = entry.split("\n")[0].removeprefix("id: ")
    assert (
        f"{at}: The id {name} is used already, at {first}. "
        "Give one of the two another id; ids are unique over all files."
    ) in faults_in(files(extra=page(section, entry)))


def test_every_fault_of_every_file_is_found_in_one_go() -> None:
    content = files(
        extra=page("facts", FACT.replace("project", "sure"), FACT.replace("cough", "sneeze").replace("name", "nam")),
        broken="",
        other=page("limits", "id: x_most\nname: X\nunit: x\nstricter: less\nsays: X"),
    )
    assert faults_in(content) == [
        "broken.yaml: The file is empty. Write at least one entry, or remove the file.",
        "extra.yaml:8: 'sure' is not allowed here. Use one of: verified, secondary, recalled, project.",
        "extra.yaml:10: A fact has no key 'nam'. Did you mean name?",
        "other.yaml:7: 'less' is not allowed here. Use one of: lower, higher.",
    ]


def test_no_fault_is_told_twice() -> None:
    found = faults_in(files(extra=page("facts", "id: side_<side>\nfor_each: side\nname: X\nask: X?\nstate: sure")))
    assert len(found) == len(set(found))


# for each side


def test_an_entry_for_each_side_is_read_twice() -> None:
    left, right = small().facts["scan_left"], small().facts["scan_right"]
    assert left.ask == "What does the scan of the left hip show, beside the right one?"
    assert right.ask == "What does the scan of the right hip show, beside the left one?"
    assert left.place == right.place


def test_sides_reach_into_keys_lists_and_inner_entries() -> None:
    rule = (
        "id: side.<side>\nfor_each: side\nwhen: scan_<side> and not scan_<other>\nthen: {caution: [pull]}\n"
        "if_unknown: note\nsays: {therapist: The <side> side.}\nsince: 2026-01-01\nstate: project\ncases:\n"
        "  - {name: On the <side>, given: {scan_<side>: yes, scan_<other>: no}, expect: {this_rule: fires}}\n"
        "  - {name: Not, given: {scan_<side>: no}, expect: {this_rule: clear, fires: [], clear: [side.<side>]}}"
    )
    content = files(extra=page("rules", rule))
    assert faults_in(content) == []
    knowledge = build(content)
    assert knowledge.rules["side.left"].says.therapist == "The left side."
    assert knowledge.rules["side.right"].cases[0].given == {"scan_right": "yes", "scan_left": "no"}
    assert knowledge.rules["side.right"].cases[1].expect.clear == ("side.right",)


def test_other_things_than_sides_are_not_known() -> None:
    (fault,) = faults_in(files(extra=page("facts", f"{FACT}\nfor_each: finger")))
    assert fault.startswith("extra.yaml:9: A fact has no key 'for_each'.")


# tables


def test_a_row_becomes_a_rule_with_two_cases() -> None:
    rule = small().rules["contra.bones"]
    assert rule.then.at_least == "careful"
    assert rule.then.exclude == ("pulling",)
    assert rule.then.restrict == ()
    assert rule.then.caution == ("rubbing",)
    assert rule.says.therapist == "Brittle bones. Never pull."
    assert rule.if_unknown == "settle"
    assert [(case.expect.this_rule, case.expect.excludes) for case in rule.cases] == [
        ("fires", ("pulling",)),
        ("clear", ()),
    ]
    assert {case.start for case in rule.cases} == {"nothing_found"}


def test_variants_add_single_techniques_to_a_row() -> None:
    rule = small().rules["contra.skin"]
    assert rule.then.exclude == ("rub_hard",)
    assert rule.then.restrict == ("rubbing",)
    assert rule.then.caution == ("stroll",)
    assert rule.says.therapist == "Broken skin."


@pytest.mark.parametrize("cells", ["C", "C A A", "C X", "c a", "CA", "'A.'", ". ,"])
def test_wrong_cells_in_a_row_are_refused_with_the_columns(cells: str) -> None:
    shown = cells.strip("'")
    found = faults_in(files(**changed("screen", "cells: C A", f"cells: {cells}")))
    assert found == [
        f"{place_of('screen', 'id: contra.bones')}: The row contra.bones has the cells {shown!r}. "
        "Write 2 letters, A, R, C or a point, one for each of: rubbing, pulling."
    ]


def test_a_variant_at_a_level_that_does_not_exist_is_refused() -> None:
    found = faults_in(files(**changed("screen", "{absolute: [rub_hard]", "{absolut: [rub_hard]")))
    place = place_of("screen", "{absolute: [rub_hard]")
    assert found[0] == f"{place}: 'absolut' is not allowed here. Did you mean absolute?"


# the fingerprint


def test_the_fingerprint_changes_with_every_byte_name_and_border() -> None:
    first = {"a.yaml": b"xy", "b.yaml": b"z"}
    others = [
        {"a.yaml": b"xy", "b.yaml": b"Z"},
        {"a.yaml": b"x", "b.yaml": b"yz"},
        {"a.yaml": b"xy", "c.yaml": b"z"},
        {"a.yaml": b"xy"},
        {"a.yaml": b"xy", "b.yaml": b"z", "c.yaml": b""},
    ]
    hashes = [content_hash(content) for content in (first, *others)]
    assert len(set(hashes)) == len(hashes)
    assert content_hash(dict(reversed(first.items()))) == hashes[0]


def test_the_version_names_release_and_content() -> None:
    assert small().version == f"1.0+{content_hash(files())[:12]}"
    head, _, rest = TEXTS["ground.yaml"].partition("dispositions:")
    unreleased = build(files(ground=f"{head.partition('releases:')[0]}dispositions:{rest}"))
    assert unreleased.version.startswith("unreleased+")


def test_a_release_keeps_its_version_in_a_folder_of_any_name(tmp_path: Path) -> None:
    versions = set()
    for name in ("knowledge", "release-2"):
        (tmp_path / name / "inner").mkdir(parents=True)
        for page_name, content in files().items():
            (tmp_path / name / "inner" / page_name).write_bytes(content)
        versions.add(load(tmp_path / name).version)
    assert len(versions) == 1


@pytest.mark.parametrize("name", ["more.yml", "more.YAML"])
def test_a_file_that_would_be_passed_over_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "x.yaml").write_text("x")
    (tmp_path / "room" / name).write_text("x")
    with pytest.raises(
        FaultyKnowledge, match=rf"room/{name}: Only files whose names end in .yaml are read. Rename it."
    ):
        read_files(tmp_path / "room")


def test_a_folder_that_cannot_be_read_is_told_and_not_passed_over() -> None:
    with tempfile.TemporaryDirectory() as place:
        room = Path(place, "room")
        (room / "inner").mkdir(parents=True)
        (room / "x.yaml").write_text("x")
        (room / "inner").chmod(0)
        Path(place).chmod(0o755)
        nobody = os.geteuid() == 0
        if nobody:
            os.seteuid(65534)  # whoever runs the tests as root can read everything
        try:
            with pytest.raises(FaultyKnowledge, match=r"inner: The folder cannot be read \(Permission denied\)"):
                read_files(room)
        finally:
            if nobody:
                os.seteuid(0)
            (room / "inner").chmod(0o755)


def test_files_are_named_from_the_folder_on(tmp_path: Path) -> None:
    (tmp_path / "room" / "inner").mkdir(parents=True)
    (tmp_path / "room" / "inner" / "x.yaml").write_text("x")
    assert read_files(tmp_path / "room") == {"room/inner/x.yaml": b"x"}


def test_a_row_that_applies_in_several_ways_has_a_case_for_each() -> None:
    line = "fires_for: {skin_broken: yes}"
    edges = "\n        edges:\n          fires_for:\n            - {skin_broken: yes, fever: yes}"
    rule = build(files(**changed("screen", line, line + edges))).rules["contra.skin"]
    assert [case.name.rpartition(": ")[2] for case in rule.cases[:2]] == ["the row applies", "the row does not apply"]
    (edge,) = rule.cases[2:]
    assert (edge.name, edge.expect.this_rule) == ("edge: skin_broken yes, fever yes", "fires")
    assert edge.given == {"skin_broken": "yes", "fever": "yes"}


def test_the_edges_of_a_rule_are_cases_in_a_line_each() -> None:
    line = "  - id: screen.fever\n"
    edges = "    edges:\n      fires_for: [{fever: yes}]\n      clear_for: [{fever: no}, {}]\n      open_for: [{}]\n"
    rule = build(files(**changed("screen", line, line + edges))).rules["screen.fever"]
    found = [(case.name, case.expect.this_rule) for case in rule.cases if case.name.startswith("edge")]
    assert found == [
        ("edge: fever yes", "fires"),
        ("edge: fever no", "clear"),
        ("edge: nothing more", "clear"),
        ("edge: nothing more", "open"),
    ]


def test_an_edge_that_is_none_is_told_like_any_case() -> None:
    line = "  - id: screen.fever\n"
    report = check(build(files(**changed("screen", line, f"{line}    edges: {{fires_for: [{{fever: no}}]}}\n"))))
    assert any("screen.fever is clear, not fires" in fault.cause for fault in report.faults)
