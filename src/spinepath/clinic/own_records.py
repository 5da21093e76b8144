"""What the clinic's register, diary and forms say of facts, as findings of the source "clinic" or "record".

Which fact is answered by what stands in the knowledge base (`own_records`). What nobody said was had elsewhere leaves
a count unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from spinepath.clinic import once, prepared
from spinepath.clinic.models import Consent, Course, Episode, Session
from spinepath.clinic.written import person_of_episode
from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.own_records import OwnRecord
from spinepath.engine.values import NotAValue, read_value


class _Session(NamedTuple):
    """A session up to today, as it stands in the diary."""

    pk: int
    episode_id: int
    course_id: int
    day: date
    status: str
    skills: list[str]
    """Of the therapist with whom it is."""
    phases: list[dict[str, Any]] | None
    """What its note says; None without one."""


class _Course(NamedTuple):
    pk: int
    episode_id: int
    ended_at: datetime | None


@dataclass
class _Books:
    """What the diary says of one episode at a moment."""

    episode: Episode
    now: datetime
    done: list[_Session]
    done_anywhere: list[_Session]
    """Those of the person's other episodes among them."""
    courses: list[_Course]
    """Of all episodes of the person."""
    skills: list[str] | None
    """Of whoever treats today, else of the therapist of the episode; None without one."""
    consents: list[str]

    @property
    def today(self) -> date:
        return self.now.date()

    def day_of(self, found: Finding) -> date:
        """The day on the clinic's wall on which something was said; the database tells another place's clock."""
        return found.at.astimezone(self.now.tzinfo).date()

    def of_course(self) -> list[_Session]:
        """The sessions had of the course that runs, or of the last one."""
        running = [course.pk for course in self.courses if course.ended_at is None]
        return [session for session in self.done if session.course_id in running]


def findings(knowledge: Knowledge, episode: Episode, said: Iterable[Finding], now: datetime) -> list[Finding]:
    """What the clinic knows by itself at `now`; nothing for what it does not know."""
    books = replace(once.ask(("diary", episode.pk, now.date()), lambda: _books(episode, now)), now=now)
    said = list(said)
    found: list[Finding] = []
    for name, written in episode.clinic.answers.items():
        fact = knowledge.facts.get(name)
        if fact is not None and fact.who == "clinic":
            found.extend(_as_said(knowledge, name, written, episode))
    for entry in knowledge.own_records.values():
        value = _TELLS[entry.tells](_Asked(knowledge, entry, books, [one for one in said if one.fact == entry.fact]))
        if value is not None:
            source = "clinic" if entry.tells == "therapist_has_skill" else "record"
            found.append(Finding(fact=entry.fact, value=value, at=now, source=source, by=None))  # type: ignore[arg-type]
    return found


def _as_said(knowledge: Knowledge, name: str, written: str, episode: Episode) -> list[Finding]:
    try:
        value = read_value(knowledge.facts[name], written)
    except NotAValue:
        return []
    return [Finding(fact=name, value=value, at=episode.opened_at, source="clinic", by=None)]


def _books(episode: Episode, now: datetime) -> _Books:
    """Nothing in it depends on more of `now` than its day."""
    return books_of([episode], now)[episode.pk]


def books_of(episodes: Collection[Episode], now: datetime) -> dict[int, _Books]:
    """The same for many episodes, by row, with as many queries as for one."""
    today, begin = now.date(), now.replace(hour=0, minute=0, second=0, microsecond=0)
    person_of = person_of_episode({one.person_id for one in episodes})
    sessions, done, consents, courses = defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list)
    # by episode and day alone: a database that weighs badly would go through everything that was ever done
    for session in map(_Session._make, _sessions(list(person_of), today)):
        sessions[session.episode_id].append(session)
        if session.status == Session.Status.DONE:
            done[person_of[session.episode_id]].append(session)
    for episode_pk, technique in _consents([one.pk for one in episodes], begin, begin + timedelta(days=1)):
        consents[episode_pk].append(technique)
    for course in map(_Course._make, _courses(list(person_of))):
        courses[person_of[course.episode_id]].append(course)
    return {
        one.pk: _Books(
            episode=one,
            now=now,
            done=[each for each in sessions[one.pk] if each.status == Session.Status.DONE],
            done_anywhere=done[one.person_id],
            courses=courses[one.person_id],
            skills=_skills_of_today(one, sessions[one.pk], today),
            consents=consents[one.pk],
        )
        for one in episodes
    }


def _sessions(episodes: list[int], today: date) -> list[tuple[Any, ...]]:
    return prepared.rows(
        lambda episodes, today: (
            Session.objects.filter(episode__in=episodes, day__lte=today)
            .order_by("day", "start")
            .values_list(*_Session._fields[:5], "therapist__skills", "note__phases")
        ),
        episodes,
        today,
    )


def _consents(episodes: list[int], since: datetime, until: datetime) -> list[tuple[int, str]]:
    """The techniques agreed to in a time, and not withdrawn."""
    return prepared.rows(
        lambda episodes, since, until: Consent.objects.filter(
            episode__in=episodes, given_at__gte=since, given_at__lt=until, withdrawn_at=None
        ).values_list("episode_id", "technique"),
        episodes,
        since,
        until,
    )


def _courses(episodes: list[int]) -> list[tuple[Any, ...]]:
    return prepared.rows(
        lambda episodes: Course.objects.filter(episode__in=episodes).order_by("made_at").values_list(*_Course._fields),
        episodes,
    )


def _skills_of_today(episode: Episode, sessions: list[_Session], today: date) -> list[str] | None:
    statuses = (Session.Status.BOOKED, Session.Status.DONE)
    now_on = [one for one in sessions if one.day == today and one.status in statuses]
    if now_on:
        return min(now_on, key=lambda one: one.pk).skills
    return episode.therapist.skills if episode.therapist else None


@dataclass(frozen=True)
class _Asked:
    """One entry of the knowledge base, and all there is to answer it from."""

    knowledge: Knowledge
    entry: OwnRecord
    books: _Books
    said: list[Finding]


def _age(asked: _Asked) -> Value:
    born, today = asked.books.episode.person.birth_date, asked.books.today
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _sex(asked: _Asked) -> Value:
    sex = asked.books.episode.person.sex
    return sex if sex in asked.knowledge.facts[asked.entry.fact].values else None


def _elsewhere(asked: _Asked) -> float | None:
    """What somebody said was had before or elsewhere: the highest count given before the first session here."""
    return _highest_before(asked, asked.said, asked.books.done)


def _highest_before(asked: _Asked, said: Iterable[Finding], done: Iterable[_Session]) -> float | None:
    """The highest count that was given on the day of the first of these sessions or before."""
    first = min((session.day for session in done), default=None)
    counts = [
        float(one.value)
        for one in said
        if isinstance(one.value, (int, float)) and (first is None or asked.books.day_of(one) <= first)
    ]
    return max(counts, default=None)


def _sessions_of_episode(asked: _Asked) -> Value:
    before = _elsewhere(asked)
    return None if before is None else int(before) + len(asked.books.done)


def _sessions_of_course(asked: _Asked) -> Value:
    """Had here in the course that runs, and what was said of it before: since the last course ended here.

    What was said of an older course is no longer asked about. Where none runs and nothing was said, it is unknown.
    """
    ended = [course.ended_at for course in asked.books.courses if course.ended_at]
    said = [one for one in asked.said if not ended or one.at > max(ended)]
    before = _highest_before(asked, said, asked.books.of_course())
    runs = any(course.ended_at is None for course in asked.books.courses)
    return len(asked.books.of_course()) + int(before or 0) if runs or before is not None else None


def _courses_of_year(asked: _Asked) -> Value:
    before = _elsewhere(asked)
    year = asked.books.now - timedelta(days=365)
    own = sum(course.ended_at is None or course.ended_at > year for course in asked.books.courses)
    return None if before is None else int(before) + own


def _days_since_course_ended(asked: _Asked) -> Value:
    ended = [course.ended_at for course in asked.books.courses if course.ended_at]
    return max((asked.books.now - max(ended)).days, 0) if ended else None


def _days_since_last_session(asked: _Asked) -> Value:
    """In whichever episode: it is the person who reacts to a session."""
    before = [session.day for session in asked.books.done_anywhere if session.day < asked.books.today]
    return (asked.books.today - max(before)).days if before else None


def _days_since_course_began(asked: _Asked) -> Value:
    days = [session.day for session in asked.books.of_course()]
    return (asked.books.today - min(days)).days if days else None


def _course_is_running(asked: _Asked) -> Value:
    return bool(asked.books.of_course())


def _session_is_running(asked: _Asked) -> Value:
    today = any(session.day == asked.books.today for session in asked.books.done)
    return (
        True
        if today or any(one.value is True for one in asked.said if asked.books.day_of(one) == asked.books.today)
        else None
    )


def _therapist_has_skill(asked: _Asked) -> Value:
    return None if asked.books.skills is None else set(asked.entry.skills) <= set(asked.books.skills)


def _used_last_session(asked: _Asked) -> Value:
    """On the last day with a session, in whichever episode. Without a note, or with a name that is gone, unknown."""
    before = [session for session in asked.books.done_anywhere if session.day < asked.books.today]
    last = [session for session in before if session.day == before[-1].day]
    notes = [session.phases for session in last if session.phases is not None]
    phases = [phase for note in notes for phase in note]
    used = {one["id"] for phase in phases for one in phase.get("techniques", []) if one.get("done")}
    known = [technique for technique in used if technique in asked.knowledge.names_of]
    if any(not asked.knowledge.names_of[technique].isdisjoint(asked.entry.techniques) for technique in known):
        return True
    return False if last and len(notes) == len(last) and len(known) == len(used) else None


def _consent_today(asked: _Asked) -> Value:
    given = any(
        not asked.knowledge.names_of[technique].isdisjoint(asked.entry.techniques)
        for technique in asked.books.consents
        if technique in asked.knowledge.names_of
    )
    return True if given else None


_TELLS = {
    "age": _age,
    "sex": _sex,
    "sessions_of_episode": _sessions_of_episode,
    "sessions_of_course": _sessions_of_course,
    "courses_of_year": _courses_of_year,
    "days_since_course_ended": _days_since_course_ended,
    "days_since_last_session": _days_since_last_session,
    "days_since_course_began": _days_since_course_began,
    "course_is_running": _course_is_running,
    "session_is_running": _session_is_running,
    "therapist_has_skill": _therapist_has_skill,
    "used_last_session": _used_last_session,
    "consent_today": _consent_today,
}
