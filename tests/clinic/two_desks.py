"""Run by a test in a process of its own: two desks book the same places at the same moment, on a database on disk."""

from __future__ import annotations

import threading

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from spinepath.booking.course import NO_WISHES  # noqa: E402
from spinepath.clinic.book import writing  # noqa: E402
from spinepath.clinic.demo import make_clinic  # noqa: E402
from spinepath.clinic.models import Episode, Member, Session  # noqa: E402
from tests.clinic.bookings import cleared_too, proposed  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    clinic = make_clinic()
    member = Member.objects.get(clinic=clinic, role="lead")
    episodes = [cleared_too(clinic, member), cleared_too(clinic, member)]
    chosen = proposed(episodes[0]).sessions
    told: list[str] = []
    ready = threading.Barrier(2)

    def desk(episode: Episode) -> None:
        ready.wait()
        try:
            writing.book(episode, member, chosen, NO_WISHES)
            told.append("booked")
        except writing.Taken:
            told.append("taken")
        finally:
            connection.close()

    desks = [threading.Thread(target=desk, args=[one]) for one in episodes]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    print(*sorted(told), Session.objects.count())  # noqa: T201


if __name__ == "__main__":
    main()
