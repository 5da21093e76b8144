"""Records in, tables out: `charts.parquet` for the rules, `persons.parquet`, `faults.jsonl` and `summary.json`.

Everything is written beside its place and moved into it at the end. An import that fails leaves what was there.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from spinepath.engine.findings import values_at
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.files import files_in
from spinepath.interop.fhir.problems import FaultLog, FaultyRecords
from spinepath.interop.fhir.reading import Progress, Records, read_records
from spinepath.interop.fhir.summary import Summary
from spinepath.interop.fhir.tables import ChartWriter, PersonWriter

CHARTS, PERSONS, FAULTS, SUMMARY = "charts.parquet", "persons.parquet", "faults.jsonl", "summary.json"

_FULL = 28  # errno.ENOSPC, which some systems report as EDQUOT
_QUOTA = 122


def import_records(
    inputs: Sequence[str | Path],
    out: Path,
    knowledge: Knowledge,
    as_of: datetime,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Reads records and writes the tables for `as_of` into the folder `out`, which is made when it is missing.

    Files of an earlier import there are replaced. Raises FaultyRecords when there are no records, when no person is in
    them, or when the folder cannot be written; then nothing has changed.
    """
    files = files_in(inputs)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".import-") as beside:
            folder = Path(beside)
            summary = _written(files, folder, knowledge, as_of, progress)
            for name in (FAULTS, PERSONS, SUMMARY, CHARTS):
                (folder / name).replace(out / name)
    except OSError as problem:
        raise FaultyRecords.of(str(out), f"The folder cannot be written: {problem.strerror}.", _act(problem)) from None
    return summary


def _act(problem: OSError) -> str:
    if problem.errno in (_FULL, _QUOTA):
        return "Make room there, or choose another folder. Nothing was changed."
    return "Choose a folder that can be written. Nothing was changed."


def _written(
    files: Sequence[Path],
    folder: Path,
    knowledge: Knowledge,
    as_of: datetime,
    progress: Callable[[Progress], None] | None,
) -> Summary:
    with (folder / FAULTS).open("wb") as file:
        log = FaultLog(file)
        with read_records(files, knowledge, work=folder, faults=log, progress=progress) as records:
            summary = Summary(as_of=as_of, knowledge=knowledge.version, files=len(files))
            _tables(records, folder, knowledge, summary)
    if summary.persons == 0:
        first = "; ".join(f"{fault.place}: {fault.reason}" for fault in log.first[:3])
        raise FaultyRecords.of(", ".join(map(str, files[:3])), "There is no patient in these records.", first)
    summary.resources = dict(sorted(records.tally.by_type.items()))
    summary.faults = dict(log.reasons.most_common())
    summary.first_faults = tuple(log.first)
    (folder / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
    return summary


def _tables(records: Records, folder: Path, knowledge: Knowledge, summary: Summary) -> None:
    charts, persons = ChartWriter(folder / CHARTS, knowledge), PersonWriter(folder / PERSONS)
    found, known = Counter[str](), Counter[str]()
    try:
        for record in records.persons():
            findings = records.historian.findings(record, summary.as_of)
            values = values_at(knowledge, findings, summary.as_of)
            charts.add(record.person, values)
            persons.add(record)
            found.update(finding.fact for finding in findings)
            known.update(values.keys())
            summary.persons += 1
            summary.deceased += bool(record.personal and record.personal.deceased)
            summary.without_patient += record.personal is None
            summary.merged += record.entries > 1
            summary.repeated += record.repeated
    finally:
        charts.close()
        persons.close()
    summary.findings = {fact: found[fact] for fact in knowledge.facts if fact in found}
    summary.known = {fact: known[fact] for fact in knowledge.facts if fact in known}
