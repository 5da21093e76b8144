"""Every way in which records come, and every way in which they can be broken."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir import files
from spinepath.interop.fhir.files import batches_in, files_in
from spinepath.interop.fhir.problems import FaultLog, FaultyRecords
from tests.interop.fhir.records import Read, bundle, condition, ndjson, patient

EPILEPSY = condition("84757009")


def kinds(*paths: Path) -> list[str]:
    return [
        found.kind for path in paths for batch in batches_in(path, FaultLog(), lambda _: None) for found in batch.found
    ]


def faults(path: Path) -> tuple[list[str], list[str]]:
    """The types that were read, and the faults."""
    log = FaultLog()
    read = [found.kind for batch in batches_in(path, log, lambda _: None) for found in batch.found]
    return read, [f"{fault.place}: {fault.reason}" for fault in log.first]


# which files


def test_folders_patterns_and_files_lead_to_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.json", "a.ndjson", "deep/c.json.gz", "deep/d.NDJSON.gz", "notes.txt", "index.csv"):
        (tmp_path / name).touch()
    found = ["a.ndjson", "b.json", "c.json.gz", "d.NDJSON.gz"]
    assert sorted(path.name for path in files_in([tmp_path])) == found
    assert sorted(path.name for path in files_in([tmp_path / "**" / "*.gz"])) == found[2:]
    assert [path.name for path in files_in([tmp_path / "b.json", tmp_path])].count("b.json") == 1
    assert files_in([tmp_path / "notes.txt"]) == [tmp_path / "notes.txt"]


@pytest.mark.parametrize("given_name", ["nowhere.json", "no*thing.json", "empty"])
def test_an_input_that_leads_to_no_file_is_refused(tmp_path: Path, given_name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FaultyRecords, match="There are no records here"):
        files_in([tmp_path / given_name])
    with pytest.raises(FaultyRecords):
        files_in([])


# every form


@pytest.mark.parametrize("kind", ["transaction", "collection", "searchset", "batch", "document"])
def test_bundles_of_every_kind(tmp_path: Path, kind: str) -> None:
    assert kinds(bundle(tmp_path / "b.json", [patient(), EPILEPSY], kind)) == ["Patient", "Condition"]


def test_single_resources_lines_bundles_in_lines_and_gzip(tmp_path: Path) -> None:
    single = tmp_path / "one.json"
    single.write_text(json.dumps(patient(), indent=2))
    lines = ndjson(
        tmp_path / "l.ndjson", [patient(), EPILEPSY, {"resourceType": "Bundle", "entry": [{"resource": EPILEPSY}]}]
    )
    packed = tmp_path / "l.ndjson.gz"
    packed.write_bytes(gzip.compress(lines.read_bytes()))
    assert kinds(single) == ["Patient"]
    assert kinds(lines) == kinds(packed) == ["Patient", "Condition", "Condition"]


def test_a_bom_is_no_matter_and_neither_is_an_empty_line_or_a_missing_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(patient()).encode() + b"\r\n\r\n \n" + json.dumps(EPILEPSY).encode())
    assert faults(path) == (["Patient", "Condition"], [])
    whole = tmp_path / "a.json"
    whole.write_bytes(b"\xef\xbb\xbf" + json.dumps(patient()).encode())
    assert faults(whole) == (["Patient"], [])


def test_entries_without_a_resource_and_deletions_are_no_faults(tmp_path: Path) -> None:
    entries = [
        {"resource": patient()},
        {"response": {"status": "200"}},
        {"resource": EPILEPSY, "request": {"method": "DELETE", "url": "Condition/1"}},
    ]
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    assert faults(path) == (["Patient"], [])


# every fault


def test_a_broken_line_is_told_with_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    lines = [json.dumps(patient()), '{"resourceType": "Cond', "[]", '{"id": "x"}', json.dumps(EPILEPSY)]
    path.write_text("\n".join(lines))
    read, told = faults(path)
    assert read == ["Patient", "Condition"]
    place = f"{tmp_path.name}/a.ndjson"
    assert told == [
        f"{place}:2: This is not JSON, or it breaks off.",
        f"{place}:3: Expected object, got array.",
        f"{place}:4: Object missing required field resourceType.",
    ]


def test_a_broken_entry_is_told_with_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b.json", [patient(), {"id": "no type"}, EPILEPSY])
    assert faults(path) == (
        ["Patient", "Condition"],
        [f"{tmp_path.name}/b.json entry 2: Object missing required field resourceType."],
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            json.dumps(patient(name="Ж"), ensure_ascii=False).encode("cp1251"),
            "The text is not in UTF-8. Save it as UTF-8.",
        ),
        (json.dumps(patient()).encode("utf-16"), "The text is not in UTF-8. Save it as UTF-8."),
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"<Patient/>", "This is not JSON, or it breaks off."),
        (
            b'{"resourceType": "Patient"}' * 2,
            "After the document there is more. A file with one resource a line must be named .ndjson.",
        ),
        (b'{"a":' * 100_000, "It is nested too deeply."),
        (b'{"resourceType": "Bundle", "entry": {}}', "Expected array, got object."),
    ],
    ids=["cp1251", "utf-16", "empty", "blank", "xml", "two", "deep", "entry"],
)
def test_documents_that_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    read, told = faults(path)
    assert not read
    assert len(told) == 1
    assert told[0].endswith(reason)


def test_a_damaged_or_cut_off_gzip_file_is_a_fault_and_what_came_before_is_read(tmp_path: Path) -> None:
    noise = random.Random(1)  # noqa: S311
    many = [patient(f"p{number}", note=str(noise.random())) for number in range(5000)]
    whole = gzip.compress("".join(f"{json.dumps(one)}\n" for one in many).encode())
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(whole[: len(whole) // 2])
    read, told = faults(path)
    assert len(read) > 1000
    assert told[-1].endswith("The file cannot be read to its end: it is damaged, or not what its name says.")
    path.write_bytes(b"this is not gzip")
    assert faults(path)[1][0].endswith("The file cannot be read to its end: it is damaged, or not what its name says.")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.symlink_to("/proc/self/mem")
    assert faults(path) == ([], [f"{tmp_path.name}/a.json: The file cannot be read to its end: Input/output error."])


def test_a_huge_line_is_refused_at_its_place_without_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    with path.open("wb") as file:
        file.write(json.dumps(patient()).encode() + b"\n")
        file.seek(2 * 2**30, 1)  # 2 GB of nothing, which takes no room on the disk
        file.write(b"\n" + json.dumps(EPILEPSY).encode() + b"\n")
    read, told = faults(path)
    assert read == ["Patient", "Condition"]
    assert told == [f"{tmp_path.name}/a.ndjson:2: The line is longer than 64 MB."]


def test_a_document_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_DOCUMENT", 2**20)
    path = tmp_path / "a.json"
    path.write_bytes(b" " * 2**20 + json.dumps(patient()).encode())
    assert faults(path) == (
        [],
        [f"{tmp_path.name}/a.json: The document is longer than 1 MB. Split it, or export NDJSON."],
    )


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.json", "a.ndjson", "a.json.gz"):
        (folder / name).write_bytes(content)
        faults(folder / name)


@given(st.data())
def test_a_resource_broken_anywhere_never_takes_another_with_it(
    real: Knowledge, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = json.dumps(EPILEPSY)
    cut = data.draw(st.integers(0, len(whole) - 1))
    swapped = whole[:cut] + data.draw(st.sampled_from(["", "null", "[]", "7", '"x"'])) + whole[cut + 1 :]
    path = tmp_path_factory.mktemp("cut") / "a.ndjson"
    path.write_text(f"{swapped}\n{json.dumps(patient())}\n{json.dumps(condition('441509002'))}\n")
    assert Read(real, path).values()["pacemaker"] is True
