"""The rules on PostgreSQL: charts that are, or will be, in a hospital's database."""

from __future__ import annotations

from collections.abc import Iterable

from spinepath.backends.charts import refuse_unreadable, rows
from spinepath.backends.compiled import Verdict
from spinepath.backends.dialects import POSTGRES
from spinepath.backends.sql import Script
from spinepath.backends.verdicts import verdicts
from spinepath.engine.conditions import Values
from spinepath.engine.knowledge import Knowledge

try:
    import psycopg
except ImportError as missing:
    raise ImportError("Psycopg is missing: pip install 'spinepath[postgres]'.") from missing


def judge(knowledge: Knowledge, charts: Iterable[Values], server: str) -> list[Verdict]:
    """What the rules say of each chart, in order. `server` tells how to connect, as libpq has it ("dbname=clinic").

    The charts stand in a temporary table, which is gone afterwards; nothing else is written. Raises Refused for values
    that their facts cannot have.
    """
    script = Script(knowledge, POSTGRES)
    charts = list(charts)
    refuse_unreadable(knowledge, charts)
    with psycopg.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(_plain(script.table().replace("create table", "create temporary table")))
        with cursor.copy("copy charts from stdin") as copy:
            for row in rows(knowledge, charts):
                copy.write_row(row)
        # machine code for a thousand conditions takes far longer to make than it saves
        cursor.execute("set local jit = off")
        cursor.execute(_plain(f"{script.answers()} order by person"))
        found = list(verdicts(script, cursor))
        connection.rollback()
    return found


def _plain(text: str) -> bytes:
    return text.encode()
