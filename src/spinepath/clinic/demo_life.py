"""One made-up person's way through the clinic, step by step, by the same acts that the pages call.

The clock is set back for each step, so that the record says when it would have happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from django.utils import timezone

from spinepath.booking.clinic import Hours
from spinepath.booking.course import Wishes
from spinepath.booking.propose import Proposal, propose
from spinepath.clinic import advice
from spinepath.clinic.book import asking, diary, gates, writing
from spinepath.clinic.models import Clinic, Episode, Member, Person, PersonalLink, Session
from spinepath.clinic.plan import consents, drafting, state
from spinepath.clinic.plan.allowed import outcome_as_signed
from spinepath.clinic.plan.options import Options
from spinepath.clinic.record import Author, add
from spinepath.clinic.treat import closing, notes, rescreen
from spinepath.engine.chart_file import written_in
from spinepath.engine.page_parts import page_part
from spinepath.engine.screens import reader_of

CHART = "nothing_found"
"""What is answered where a step says nothing else: the chart of the knowledge base in which nothing is found."""

CHART_LATER = "course_under_way"
"""What is answered from the first session on, where nothing was said before."""

_COUNTS = ("sessions_of_episode", "sessions_of_course", "courses_of_year")
"""Nobody in the demo had hands-on care elsewhere, and somebody has to say so."""


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Every clock of the clinic shows this moment; the real one is ahead of it."""
    zone = moment.tzinfo
    with mock.patch.object(timezone, "now", return_value=moment), timezone.override(zone):
        yield


class Life:
    """A person with an episode, and the answers that hold until a step changes them."""

    def __init__(self, clinic: Clinic, today: date, about: Mapping[str, Any]) -> None:
        given, family = about["name"]
        self.clinic, self.today = clinic, today
        self.zone = ZoneInfo(clinic.zone)
        self.member = Member.objects.get(clinic=clinic, user__username=about["therapist"])
        self.about = about
        self.person = Person.objects.create(
            clinic=clinic,
            given_name=given,
            family_name=family,
            birth_date=about["born"],
            sex=about["sex"],
            phone=str(about["phone"]),
            language=about.get("language", "en"),
        )
        self.answers = _answers_of(CHART)
        self.goal = ""
        self.episode: Episode

    def step(self, what: Mapping[str, Any]) -> None:
        """Do one step at its day and time, or the sessions up to yesterday."""
        if what["do"] == "treat":
            self.treat(what["with"], releases="gates" in what)
            return
        hour, minute = map(int, what["at"].split(":"))
        moment = datetime.combine(self.today + timedelta(days=what["day"]), time(hour, minute), self.zone)
        # a demo made before breakfast has no findings from after it: they would not count yet
        with clock_at(min(moment, timezone.now())):
            getattr(self, what["do"])(what)

    # the steps

    def open(self, _what: Mapping[str, Any]) -> None:
        """The first contact."""
        self.episode = Episode.objects.create(
            person=self.person,
            clinic=self.clinic,
            complaint=self.about["complaint"],
            therapist=self.member,
            opened_at=timezone.now(),
        )

    def link(self, _what: Mapping[str, Any]) -> None:
        """A personal link was sent."""
        until = timezone.now() + timedelta(days=7)
        PersonalLink.make(self.episode, PersonalLink.Purpose.ASK, until, self.member)

    def ask(self, what: Mapping[str, Any]) -> None:
        """The person answers: all questions, or the first share of them."""
        self._change(what)
        mine = [name for name in self.answers if reader_of(advice.knowledge(), name) == "patient"]
        told = set(what.get("with", {}))
        some = [name for name in mine if name in told] + [name for name in mine if name not in told]
        count = round(len(some) * what.get("share", 1))
        add(self.episode, {name: self.answers[name] for name in some[: max(count, len(told))]}, self._person())
        if "share" not in what:
            self._stage(Episode.Stage.EXAMINE)

    def examine(self, what: Mapping[str, Any]) -> None:
        """The therapist examines, and says what was had elsewhere."""
        self._change(what)
        base = advice.knowledge()
        counts = [one.fact for one in base.own_records.values() if one.tells in _COUNTS]
        self.answers = {**dict.fromkeys(counts, "0"), **self.answers}
        mine = {name: value for name, value in self.answers.items() if reader_of(base, name) != "patient"}
        add(self.episode, mine, Author.of(self.member), occasion="plan")
        self._again()
        self._stage(Episode.Stage.PLAN)

    def draft(self, what: Mapping[str, Any]) -> Any:
        """A plan: the core, the first techniques by hand that are allowed, a goal."""
        self._again()
        options = Options(outcome_as_signed(self.episode))
        wanted = drafting.proposed(options)
        base = advice.knowledge()
        by_hand = [choice.technique.id for choice in options.package.by_hand] if options.package else []
        wanted.techniques += by_hand[: what["by_hand"]]
        wanted.levels.update(
            {one: base.techniques[one].start_level or "" for one in wanted.techniques if one in base.techniques}
        )
        measure = next(iter(base.measures.values()))
        wanted.goals[0] = {"says": what["goal"], "measure": measure.id, "target": "2"}
        return drafting.save(self.episode, wanted, self.member, "")

    def plan(self, what: Mapping[str, Any]) -> None:
        """A plan that is signed and agreed."""
        made = self.draft(what)
        for technique in consents.wanted(made):
            name = f"{self.person.given_name} {self.person.family_name}"
            consents.give(made, technique, name, [[[10, 40], [40, 10], [70, 45], [120, 20]]], True, self.member)
        state.agree(made, self.member)
        self.episode.refresh_from_db()

    def book(self, what: Mapping[str, Any]) -> None:
        """The whole course, on weekdays that fall so many days back from today."""
        self._again()
        start, end = (time.fromisoformat(one) for one in what["hours"])
        weekdays = {(self.today - timedelta(days=back)).isoweekday() for back in what["days_back"]}
        earliest = self.today + timedelta(days=what["earliest"]) if "earliest" in what else None
        therapist = frozenset({diary.therapist_id(self.member.pk)})
        wishes = Wishes(
            weekdays=tuple(sorted(weekdays)),
            hours=(Hours(start=start, end=end),),
            therapists=therapist,
            earliest=earliest,
        )
        known = asking.known_of(self.episode)
        plan = asking.agreed_plan(self.episode)
        if plan is None:
            raise RuntimeError(f"{self.person.key}: there is no agreed plan.")
        asked = asking.course_to_book(known, plan)
        found = propose(diary.diary_of(self.clinic, known.now), asked, wishes)
        if not isinstance(found, Proposal):
            raise RuntimeError(f"{self.person.key}: no course: {found}")
        writing.book(self.episode, self.member, found.sessions, wishes)
        self.episode.refresh_from_db()

    def tell(self, what: Mapping[str, Any]) -> None:
        """The person tells something new, from home."""
        self._change(what)
        add(self.episode, {name: self.answers[name] for name in what["with"]}, self._person(), occasion="follow")

    def event(self, what: Mapping[str, Any]) -> None:
        """A reaction to care is kept."""
        session = Session.objects.filter(episode=self.episode, status="done").order_by("-day").first()
        closing.report_event(self.episode, session, what["severity"], [], what["says"], self.member)

    def treat(self, told: list[Mapping[str, Any]], *, releases: bool) -> None:
        """Every session before today that is still booked, each with what the person said before it.

        With `releases` the therapist reviews the course at each gate and decides to go on.
        """
        self.answers = {**_answers_of(CHART_LATER), **self.answers}
        for changed in told:
            ahead = Session.objects.filter(episode=self.episode, status="booked", day__lt=self.today)
            session = ahead.order_by("day", "start").first()
            if session is None:
                return
            with clock_at(datetime.combine(session.day, session.start, self.zone)):
                self._change({"with": changed})
                self._one_session(session)
                if releases:
                    self._review(session)

    def _one_session(self, session: Session) -> None:
        assessment = advice.assessment_of(self.episode)
        compared = page_part(advice.knowledge(), "before_and_after").facts
        wanted = {*rescreen.facts_to_ask(assessment.values, assessment.questions, is_running=False), *compared}
        self._add(name for name in self.answers if name in wanted)
        self._again()
        before = {name: self.answers.get(name) for name in compared}
        plan = notes.plan_of(session)
        note = closing.begin(session, dict.fromkeys(consents.wanted(plan), "yes"), self.member)
        note.before = before
        note.save(update_fields=["before"])
        rescreen.keep_ticks(self.episode, dict.fromkeys(rescreen.in_phases(), True), self.member)
        session.refresh_from_db()
        what = notes.written(None, session, plan)
        what.after = {name: str(value) for name, value in before.items() if value}
        notes.sign(session, what, session.note.version, self.member, advice.outcome_of(self.episode))
        self.episode.refresh_from_db()

    def _review(self, session: Session) -> None:
        for gate in gates.gates_due(session.course, timezone.localtime()):
            gates.release(session.course, gate, self.member, "Clearly better, and a goal remains.")

    # small parts

    def _change(self, what: Mapping[str, Any]) -> None:
        self.answers.update({name: _written(value) for name, value in what.get("with", {}).items()})

    def _again(self) -> None:
        """Whatever is open is answered as it was before: a visit asks what has grown old."""
        for _round in range(4):
            asked = [ask.fact for ask in advice.assessment_of(self.episode).questions]
            known = [name for name in asked if name in self.answers]
            if not known:
                return
            self._add(known)

    def _add(self, names: Any) -> None:
        by_patient: dict[str, str] = {}
        by_member: dict[str, str] = {}
        for name in names:
            mine = reader_of(advice.knowledge(), name) == "patient"
            (by_patient if mine else by_member)[name] = self.answers[name]
        if by_patient:
            add(self.episode, by_patient, self._person())
        if by_member:
            add(self.episode, by_member, Author.of(self.member))

    def _person(self) -> Author:
        return Author(source="patient", by=f"{self.person.given_name} {self.person.family_name}")

    def _stage(self, stage: str) -> None:
        Episode.objects.filter(pk=self.episode.pk).update(stage=stage)
        self.episode.stage = stage


def _answers_of(chart: str) -> dict[str, str]:
    """The answers of a chart that a person or a member gives: not what is worked out, and not what the clinic knows."""
    base = advice.knowledge()
    own = {entry.fact for entry in base.own_records.values()}
    return {
        name: value
        for name, value in written_in(base, chart).items()
        if value != "unknown"
        and name not in own
        and base.facts[name].worked_out is None
        and base.facts[name].default is None
    }


def _written(value: object) -> str:
    """YAML reads `yes` as a truth; the record has words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
