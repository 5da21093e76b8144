"""Run by a test in a process of its own, on PostgreSQL: two who write at once, the second while the first is not done.

Prints a line for each case: its name, and how it went for the one and for the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from spinepath.booking.course import NO_WISHES  # noqa: E402
from spinepath.clinic import advice, audit  # noqa: E402
from spinepath.clinic.book import writing  # noqa: E402
from spinepath.clinic.demo import make_clinic  # noqa: E402
from spinepath.clinic.examine import saving  # noqa: E402
from spinepath.clinic.locks import lock_episodes  # noqa: E402
from spinepath.clinic.models import AdverseEvent, Clinic, Course, Episode, Member, Task  # noqa: E402
from spinepath.clinic.oversight import erase, policies  # noqa: E402
from spinepath.clinic.record import Author, add  # noqa: E402
from spinepath.clinic.today import tasks  # noqa: E402
from spinepath.clinic.treat import closing, rescreen  # noqa: E402
from tests.clinic.bookings import cleared_too, proposed  # noqa: E402
from tests.clinic.courses import session_today, under_care  # noqa: E402
from tests.clinic.people import new_episode  # noqa: E402

PATIENT = Author(source="patient", by="personal link")
MOST_SECONDS = 20


class Beside:
    """Somebody else's act, on a connection of its own."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.told = act, ""
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.act()
            self.told = "done"
        except Exception as problem:
            self.told = type(problem).__name__
        finally:
            connection.close()

    def start(self) -> None:
        """Returns when it is done, or waits for somebody."""
        self.thread.start()
        until = time.monotonic() + MOST_SECONDS
        while self.thread.is_alive() and not _somebody_waits() and time.monotonic() < until:
            time.sleep(0.02)

    def end(self) -> str:
        self.thread.join()
        return self.told


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def danger_while_booking(clinic: Clinic, member: Member) -> str:
    """A danger is being told while the desk presses Book."""
    episode = cleared_too(clinic, member)
    chosen = proposed(episode).sessions
    sign = next(name for name in rescreen.stop_signs())
    desk = Beside(lambda: writing.book(episode, member, chosen, NO_WISHES))
    with transaction.atomic():
        add(episode, {sign: "yes"}, PATIENT)
        desk.start()
    return f"{desk.end()} {Course.objects.filter(episode=episode).count()}"


def answer_while_beginning(_clinic: Clinic, member: Member) -> str:
    """A stop sign is seen while Begin writes that there is none so far: it was seen after that, and counts."""
    session = session_today(under_care(member))
    sign = rescreen.stop_signs()[0]
    other = Beside(lambda: closing.seen(session, [sign], member))
    with transaction.atomic():
        Episode.objects.select_for_update(no_key=True).get(pk=session.episode_id)
        other.start()
        closing.begin(session, {}, member)
    told = other.end()
    return f"{told} {advice.values_of(session.episode, timezone.localtime())[sign]}"


def answer_before_the_audit(clinic: Clinic, member: Member) -> str:
    """An answer and a sheet of the same episode come while somebody else is at the audit."""
    session = session_today(under_care(member, family_name="Long"))
    answer = Beside(lambda: add(session.episode, {rescreen.stop_signs()[0]: "no"}, PATIENT))
    saves = Beside(lambda: saving.save(session.episode, member, {rescreen.stop_signs()[1]: "no"}, None, 0))
    with transaction.atomic():
        audit.note(clinic, "somebody", audit.READ, "record")
        answer.start()
        saves.start()
        time.sleep(0.5)  # the second waits too: for whom differs
    return f"{answer.end()} {saves.end()}"


def page_while_booking(clinic: Clinic, member: Member) -> str:
    """A colleague opens a chart while the desk books."""
    episode = cleared_too(clinic, member)
    reader = Beside(lambda: audit.note(clinic, member.name, audit.READ, "record", episode=episode))
    with transaction.atomic():
        writing.lock(episode)
        reader.start()
        audit.note(clinic, "desk", audit.ADD, "course", episode=episode)
    return reader.end()


def page_while_the_clinic_says(clinic: Clinic, member: Member) -> str:
    """A colleague opens a chart while the clinic's own answers are changed."""
    reader = Beside(lambda: audit.note(clinic, member.name, audit.READ, "record"))
    with transaction.atomic():
        policies.say(clinic, {}, {}, member)
        reader.start()
        audit.note(clinic, "administrator", audit.CHANGE, "what the clinic says")
    return reader.end()


def answer_while_erasing(_clinic: Clinic, member: Member) -> str:
    """The person is erased while an answer comes in."""
    episode = new_episode(member.clinic, member, "Gone")
    answer = Beside(lambda: add(episode, {rescreen.stop_signs()[0]: "no"}, PATIENT))
    with transaction.atomic():
        erase.erase(episode.person, "Gone", member)
        answer.start()
    return answer.end()


def day_begins_while_closing(clinic: Clinic, member: Member) -> str:
    """The first look at the day makes and settles tasks of an episode that is being closed."""
    session = session_today(under_care(member, family_name="Close"))
    today = timezone.localdate()
    row = {"clinic": clinic, "episode": session.episode, "kind": Task.Kind.FOLLOW_UP, "due": today}
    Task.objects.create(**row, about=f"{Task.Kind.FOLLOW_UP}:of-old", says="")
    AdverseEvent.objects.create(
        episode=session.episode, session=session, at=timezone.now(), member=member, follow_up_due=today
    )
    begins = Beside(lambda: tasks.refresh(clinic, today))
    with transaction.atomic():
        lock_episodes(session.episode_id)
        audit.note(clinic, member.name, audit.CHANGE, "episode", episode=session.episode)
        begins.start()
        Task.objects.filter(episode=session.episode).update(settled_at=timezone.now())
    return begins.end()


CASES = [
    danger_while_booking,
    answer_while_beginning,
    answer_before_the_audit,
    page_while_booking,
    page_while_the_clinic_says,
    answer_while_erasing,
    day_begins_while_closing,
]


def main() -> None:
    call_command("migrate", verbosity=0)
    clinic = make_clinic()
    member = Member.objects.filter(clinic=clinic, role="lead")[0]
    for case in CASES:
        try:
            print(case.__name__, case(clinic, member), flush=True)  # noqa: T201
        except Exception as problem:
            print(case.__name__, "own", type(problem).__name__, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
