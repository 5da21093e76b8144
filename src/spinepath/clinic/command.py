"""`spinepath serve`, `demo` and `manage`: running the clinic. Django is imported only when one of them is called."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from spinepath.clinic import place

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 2,
) -> None:
    """Serve the clinic. The database is brought up to date first; nothing unsafe is asked for or assumed."""
    if host not in place.LOOPBACK and not place.says_yes("SPINEPATH_HTTPS"):
        _refuse(
            f"On {host} others could read along.",
            "Put a server that speaks HTTPS in front, set SPINEPATH_HTTPS=yes and SPINEPATH_HOSTS; or use 127.0.0.1.",
        )
    _up_to_date()
    _serve(host, port, workers)


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    anew: Annotated[bool, typer.Option("--new", help="Throw the old demo day away and make a new one.")] = False,
    only_make: Annotated[bool, typer.Option("--only-make", help="Make the day and do not serve it.")] = False,
) -> None:
    """Serve a made-up clinic on a made-up day, to look around in. It has a data folder of its own."""
    os.environ["SPINEPATH_DEMO"] = "yes"
    os.environ.setdefault("SPINEPATH_DATA", "spinepath-demo")
    made_on = place.data_folder() / "demo"
    today = date.today().isoformat()
    if anew:
        _throw_away(made_on)
    _up_to_date()
    from spinepath.clinic.demo import make_day

    for line in make_day():
        typer.echo(line)
    if not made_on.exists():
        made_on.write_text(today)
    elif made_on.read_text() != today:
        typer.echo("This day was made earlier, so its dates are past. `spinepath demo --new` makes a new one.")
    if not only_make:
        typer.echo(f"The clinic opens in a moment: http://{host}:{port}/  (stop with Ctrl-C)")
        _serve(host, port, workers=1)


def crowd(
    people: Annotated[int, typer.Option(min=50, help="How many people.")] = 50_000,
    findings: Annotated[int | None, typer.Option(min=0, help="How many findings together; else 20 each.")] = None,
    sessions: Annotated[int | None, typer.Option(min=0, help="How many sessions together; else 10 each.")] = None,
) -> None:
    """Fill an empty database with a crowd of made-up people, to measure pages with. Takes minutes."""
    os.environ["SPINEPATH_DEMO"] = "yes"
    _up_to_date()
    from spinepath.clinic.crowd import make_crowd

    findings = people * 20 if findings is None else findings
    sessions = people * 10 if sessions is None else sessions
    for line in make_crowd(people, findings, sessions):
        typer.echo(line)


def _throw_away(made_on: Path) -> None:
    """The whole data folder of a demo; a folder of a real clinic is never touched."""
    folder = made_on.parent
    if made_on.exists():
        shutil.rmtree(folder)
    elif folder.exists():
        _refuse(f"{folder} was not made by a demo.", "Name another folder in SPINEPATH_DATA.")


def manage(
    arguments: Annotated[list[str], typer.Argument(help="A command of Django, for example createsuperuser.")],
) -> None:
    """Run a command of Django on the clinic's data."""
    _set_up()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["spinepath manage", *arguments])


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spinepath.clinic.settings")
    django.setup()


def _up_to_date() -> None:
    _set_up()
    from django.core.management import call_command

    from spinepath.clinic.advice import keep_knowledge

    call_command("migrate", verbosity=0)
    keep_knowledge()


def _serve(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "spinepath.clinic.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        workers_kill_timeout=10,  # one that is told to stop while it starts does not hear it
        log_level=LogLevels.warning,
    ).serve()


def _refuse(cause: str, act: str) -> NoReturn:
    typer.echo(f"{cause} {act}", err=True)
    sys.exit(2)
