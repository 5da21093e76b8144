"""Reminders by e-mail: made when something is booked, sent when they are due, never twice. No word of medicine."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from spinepath.clinic.ask import doors
from spinepath.clinic.languages import language_of
from spinepath.clinic.models import Clinic, Course, PersonalLink, Reminder, Session

MOST_TRIES = 5
ASKED_AFTER, ASKED_UNTIL = timedelta(days=1), timedelta(days=4)
"""After the beginning of a session that was had: from when on the person is asked how it goes, and until when."""
WAIT = timedelta(minutes=15)
"""Before the next try; doubled each time."""


class NoMail(Exception):
    """No server is named that takes mail; nothing was sent, and nothing counts as sent."""


def starts_at(session: Session, clinic: Clinic) -> datetime:
    """The moment at which the session begins."""
    return datetime.combine(session.day, session.start, zoneinfo.ZoneInfo(clinic.zone))


def plan_for(row: Course, now: datetime) -> None:
    """Make the reminders of a course anew: one for each session ahead that is booked and of which nobody was told.

    Those that were sent for a place that has changed do not count. Held sessions get one when they are booked.
    """
    clinic = row.episode.clinic
    sessions = list(Session.objects.filter(course=row).prefetch_related("reminders"))
    waiting = Reminder.objects.filter(session__course=row, asks=False, sent_at=None, claimed_at=None)
    waiting.delete()
    made = []
    for session in sessions:
        due = starts_at(session, clinic) - timedelta(hours=clinic.reminder_hours)
        begins = starts_at(session, clinic)
        sent = [one for one in session.reminders.all() if not one.asks and (one.sent_at or one.claimed_at)]
        told = [one for one in sent if one.due_at == due]
        if session.status == Session.Status.BOOKED and begins > now and not told:
            made.append(Reminder(session=session, due_at=due))
    Reminder.objects.bulk_create(made)


def ask_after(session: Session) -> None:
    """The person will be asked a day later how it goes, by a personal link; once, and where people reach the clinic."""
    if settings.ADDRESS and session.episode.person.email:
        due_at = starts_at(session, session.clinic) + ASKED_AFTER
        Reminder.objects.get_or_create(session=session, asks=True, defaults={"due_at": due_at})


def due(now: datetime) -> Iterator[Reminder]:
    """Reminders whose time has come: of sessions that are still to be, and those that ask after one that was had."""
    rows = Reminder.objects.filter(sent_at=None, claimed_at=None, tries__lt=MOST_TRIES, due_at__lte=now)
    ahead, had = Q(asks=False, session__status=Session.Status.BOOKED), Q(asks=True, session__status=Session.Status.DONE)
    people = "session__episode__person", "session__episode__clinic", "session__clinic"
    yield from rows.filter(ahead | had).select_related(*people).order_by("due_at")[:1000]


def send_due(now: datetime | None = None) -> tuple[int, int]:
    """Send what is due: how many were sent, how many failed. Raises NoMail.

    Whoever claims a reminder first sends it, nobody else.
    """
    if not settings.MAIL_GOES_OUT:
        raise NoMail
    now = now or timezone.now()
    sent = failed = 0
    for reminder in due(now):
        if _is_too_late(reminder, now):
            _give_up(reminder, "too late")
            failed += 1
        elif not reminder.session.episode.person.email:
            _give_up(reminder, "no e-mail address")
            failed += 1
        elif Reminder.objects.filter(pk=reminder.pk, claimed_at=None, sent_at=None).update(claimed_at=now):
            was_sent = _send(reminder, now)
            sent, failed = sent + was_sent, failed + (not was_sent)
    return sent, failed


def _is_too_late(reminder: Reminder, now: datetime) -> bool:
    begins = starts_at(reminder.session, reminder.session.clinic)
    if not reminder.asks:
        return begins <= now
    return now >= begins + ASKED_UNTIL or not reminder.session.episode.is_open


def _give_up(reminder: Reminder, because: str) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(tries=MOST_TRIES, failed_because=because)


def _send(reminder: Reminder, now: datetime) -> bool:
    try:
        (question if reminder.asks else message)(reminder.session).send()
    except Exception as problem:
        again = now + WAIT * 2**reminder.tries
        # only the kind of the problem: its text may hold the address
        Reminder.objects.filter(pk=reminder.pk).update(
            claimed_at=None, tries=F("tries") + 1, due_at=again, failed_because=type(problem).__name__[:200]
        )
        return False
    # when it was due by the session's place, so that it is known that of this place the person was told
    due_at = starts_at(reminder.session, clinic := reminder.session.clinic) - timedelta(hours=clinic.reminder_hours)
    Reminder.objects.filter(pk=reminder.pk).update(
        sent_at=timezone.now(),
        failed_because="",
        tries=F("tries") + 1,
        due_at=reminder.due_at if reminder.asks else due_at,
    )
    return True


def message(session: Session) -> EmailMessage:
    """The message: which clinic, when, how to cancel. Never why."""
    clinic, person = session.clinic, session.episode.person
    with translation.override(language_of(person)):
        when = _("{day}, {time}").format(
            day=date_format(session.day, _("l, j F Y")), time=time_format(session.start, "H:i")
        )
        where = ", ".join(part for part in (clinic.name, " ".join(clinic.address.split())) if part)
        lines = [
            _("You have an appointment:"),
            "",
            when,
            where,
            "",
            _("To cancel or move it, please call {phone}.").format(phone=clinic.phone)
            if clinic.phone
            else _("To cancel or move it, please call the clinic."),
        ]
        subject = _("Your appointment at {clinic}").format(clinic=" ".join(clinic.name.split()))
        return EmailMessage(subject=subject, body="\n".join(lines), to=[person.email])


def question(session: Session) -> EmailMessage:
    """The message that asks how it goes: a personal link that opens for a few days, and nothing of why."""
    clinic, person = session.clinic, session.episode.person
    told = doors.make_link(
        session.episode, PersonalLink.Purpose.FOLLOW, None, timedelta(days=doors.LINK_DAYS), by="reminders"
    )
    with translation.override(language_of(person)):
        name = " ".join(clinic.name.split())
        lines = [
            _("{clinic} would like to know how you are. A few short questions stand here:").format(clinic=name),
            "",
            settings.ADDRESS + reverse("enter", args=[told]),
            "",
            _("The link is yours alone and opens for {days} days. Do not pass it on.").format(days=doors.LINK_DAYS),
            _("Do not answer this message: nobody reads it. If you get worse, call {phone}.").format(phone=clinic.phone)
            if clinic.phone
            else _("Do not answer this message: nobody reads it. If you get worse, call the clinic."),
            _("In an emergency call {phone}.").format(phone=clinic.emergency_phone),
        ]
        subject = _("A few questions from {clinic}").format(clinic=name)
        return EmailMessage(subject=subject, body="\n".join(lines), to=[person.email])


LATE = timedelta(hours=1)
"""What is due for so long was not even tried: nobody runs the command that sends."""


@dataclass(frozen=True)
class Standstill:
    """Why nothing goes out: `because` is "mail" (no server takes any) or "remind" (nobody runs it).

    `rows` are those of whom somebody should call, the next sessions first, `others` how many more wait.
    """

    because: str
    rows: list[Reminder]
    others: int


def standstill(clinic: Clinic, now: datetime) -> Standstill | None:
    """Does nothing go out, and who waits for it? None while reminders can be sent and none is late."""
    waiting = Reminder.objects.filter(session__clinic=clinic, sent_at=None, claimed_at=None, tries=0)
    if settings.MAIL_GOES_OUT and not _to_call(_late(waiting, now)).exists():
        return None
    rows = _to_call(waiting.filter(due_at__lte=now + timedelta(days=1)))
    found = list(rows.select_related("session__episode__person").order_by("session__day", "session__start")[:50])
    others = max(_to_call(waiting).count() - len(found), 0)
    return Standstill("remind" if settings.MAIL_GOES_OUT else "mail", found, others)


def _late(rows: QuerySet[Reminder], now: datetime) -> QuerySet[Reminder]:
    """Those that would long have been tried: not of a course that was just booked, and nothing was sent since."""
    rows = rows.filter(due_at__lte=now - LATE, session__course__made_at__lte=now - LATE)
    last: datetime | None = Reminder.objects.aggregate(last=Max("sent_at"))["last"]
    return rows.filter(due_at__gt=last) if last else rows


def _to_call(rows: QuerySet[Reminder]) -> QuerySet[Reminder]:
    today = timezone.localdate()
    return rows.filter(asks=False, session__status=Session.Status.BOOKED, session__day__gte=today)


def failures(clinic: Clinic) -> list[Reminder]:
    """Reminders that somebody should replace with a call: those given up, and those of which nobody knows."""
    rows = Reminder.objects.filter(session__clinic=clinic, session__status=Session.Status.BOOKED, sent_at=None)
    rows = rows.filter(session__day__gte=timezone.localdate()).exclude(failed_because="", claimed_at=None)
    return list(rows.select_related("session__episode__person").order_by("session__day", "session__start")[:50])
