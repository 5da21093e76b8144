"""Records in FHIR to a table of charts, beside merely parsing the same files as JSON."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import in_turn
from spinepath.engine.cache import default_folder, load_cached
from spinepath.interop.fhir.importing import import_records

TITLE = "Records in FHIR"
PACKAGES = ("msgspec", "pyarrow")

RECORDS = Path(__file__).parents[1] / "tests" / "data" / "synthea" / "smart-r4"


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    files = sorted(RECORDS.glob("*.json.gz"))
    with tempfile.TemporaryDirectory() as folder:
        out, as_of = Path(folder), datetime(2019, 6, 1, tzinfo=UTC)
        summary = import_records(files, out, knowledge, as_of)

        def unpack() -> None:
            for path in files:
                gzip.decompress(path.read_bytes())

        def parse() -> None:
            for path in files:
                json.loads(gzip.decompress(path.read_bytes()))

        took = in_turn(
            {"import": lambda: import_records(files, out, knowledge, as_of), "unpack": unpack, "parse": parse}, runs=5
        )
    read, wanted, parsed = summary.read, took["import"], took["parse"]
    yield f"records of {summary.persons} persons, {read} resources, {summary.files} files, gzip; one core"
    yield f"  import to Parquet                           {wanted:.2f} s, {read / wanted:.0f} a second (bar 5000)"
    yield f"  unpacking the files alone                   {took['unpack']:.2f} s"
    yield f"  unpacking, and parsing with Python's json   {parsed:.2f} s, ratio {wanted / parsed:.2f}"
