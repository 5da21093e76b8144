"""A PostgreSQL server of our own that is gone afterwards.

`python -m tests.postgres COMMAND ...` runs a command with SPINEPATH_DATABASE naming such a server: the clinic's tests,
for example, so that they hold on both databases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, which Debian does not put on the path; None when there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def running() -> Iterator[str]:
    """The folder of the socket of a server that runs meanwhile; its user and its database are `postgres`."""
    place = programs()
    if place is None:
        raise RuntimeError("PostgreSQL is missing. Install it: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="spinepath-postgres-") as folder:
        as_owner: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
            as_owner = ["runuser", "-u", "postgres", "--"]

        def run(program: str, *arguments: str) -> None:
            command = [*as_owner, str(place / program), "-D", f"{folder}/data", *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)  # noqa: S603

        run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        run(
            "pg_ctl",
            "start",
            "--wait",
            f"--log={folder}/log",
            f"--options=-k {folder} -c listen_addresses='' -c fsync=off",
        )
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")


def address(folder: str) -> str:
    """How the clinic names the database of that server."""
    return f"postgresql://postgres@{quote(folder, safe='')}/postgres"


def main() -> int:
    with running() as folder:
        return subprocess.run(sys.argv[1:], env={**os.environ, "SPINEPATH_DATABASE": address(folder)}).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
