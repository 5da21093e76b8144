"""What the booking engine says, in words: rules in the way, a clash, ways out, what a proposal is good at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from spinepath.booking.check import Broken
from spinepath.booking.clash import Clash
from spinepath.booking.relax import Relaxing
from spinepath.booking.rules import Rule
from spinepath.clinic.models.places import WEEKDAYS

# what is said of one session that is not possible where it is put; {bound} and {found} are numbers
SAYS: dict[Rule, str] = {
    "course_unknown": noop("Nobody has said which sessions this person has had in a course that runs already."),
    "episode_unknown": noop("Nobody has said how many sessions this person has had for this complaint."),
    "year_unknown": noop("Nobody has said how many courses this person has had in the last twelve months."),
    "last_course_unknown": noop("Nobody has said when the last course ended."),
    "course_full": noop("The course would have {found} sessions. At most {bound} are allowed before a review."),
    "episode_full": noop("That would be {found} sessions for this complaint. At most {bound} are allowed."),
    "year_full": noop("That would be {found} courses in twelve months. At most {bound} are allowed."),
    "session_minutes": noop("A session would take {found} minutes. At most {bound} are allowed."),
    "between_courses": noop("That is too soon after the last course."),
    "days_least": noop("Too close to another session of the course. Days between: {found}; the least is {bound}."),
    "days_most": noop("Too far from another session of the course. Days between: {found}; the most is {bound}."),
    "week_limit": noop("That would be {found} sessions within seven days. At most {bound} are allowed."),
    "course_length": noop("The course would take {found} days. At most {bound} are allowed."),
    "order": noop("The sessions of the course would change their order."),
    "gate": noop("A review comes before this session. It waits until somebody has released it."),
    "skill": noop("This therapist has no training for what the plan needs."),
    "equipment": noop("This room does not have what the plan needs."),
    "outside_diary": noop("That day lies outside the weeks that can be booked."),
    "off_grid": noop("Sessions begin every {bound} minutes."),
    "no_such_time": noop("The clock changes at that hour."),
    "closed": noop("The clinic is closed then."),
    "shift": noop("The therapist does not work then."),
    "room_closed": noop("The room cannot be used then."),
    "room_taken": noop("The room is taken then."),
    "therapist_taken": noop("The therapist has another session then."),
    "unknown_therapist": noop("This therapist does not treat here any more."),
    "unknown_room": noop("This room is not used any more."),
    "person_taken": noop("The person has another session then."),
    "absence": noop("The person is away then."),
    "weekday": noop("The person wished for other days of the week."),
    "hours": noop("The person wished for other hours."),
    "earliest": noop("The person wished to begin later."),
    "starts_by": noop("The person wished to begin earlier."),
    "therapist": noop("The person wished for another therapist."),
    "therapist_sex": noop("The person wished for a therapist of the other sex."),
    "same_therapist": noop("The person wished for the same therapist throughout."),
}

# what removes places, in a clash: short, for a table
REMOVES: dict[Rule, str] = {
    "between_courses": noop("rest after the last course"),
    "days_least": noop("least days between two sessions"),
    "days_most": noop("most days between two sessions"),
    "week_limit": noop("sessions allowed in seven days"),
    "course_length": noop("length of the course"),
    "skill": noop("therapists without the training needed"),
    "equipment": noop("no room has what the plan needs"),
    "outside_diary": noop("days outside the weeks that can be booked"),
    "closed": noop("the clinic is closed"),
    "shift": noop("the therapist does not work"),
    "room_closed": noop("no room is open"),
    "room_taken": noop("all rooms are taken"),
    "therapist_taken": noop("the therapist has other sessions"),
    "person_taken": noop("the person has other sessions"),
    "absence": noop("the person is away"),
    "weekday": noop("days of the week wished for"),
    "hours": noop("hours wished for"),
    "earliest": noop("first day wished for"),
    "starts_by": noop("latest first session wished for"),
    "therapist": noop("therapists wished for"),
    "therapist_sex": noop("sex of the therapist wished for"),
    "same_therapist": noop("same therapist throughout"),
}

AIMS: dict[str, str] = {
    "best": noop("Best on the whole"),
    "earliest": noop("Earliest start"),
    "same_therapist": noop("Same therapist throughout"),
    "liked_hours": noop("In the hours liked best"),
    "even": noop("Most evenly spread"),
    "next_best": noop("Another good one"),
}

_ASKED_BY: dict[Rule, str] = {
    "course_unknown": "sessions_of_course",
    "episode_unknown": "sessions_of_episode",
    "year_unknown": "courses_of_year",
    "last_course_unknown": "days_since_course_ended",
}
"""Of which own record of the knowledge base a number is unknown."""

COUNTS = frozenset(_ASKED_BY.values())
"""What of this somebody can say who had care elsewhere."""


def broken_words(one: Broken) -> str:
    """One rule in the way, as a sentence."""
    return _(SAYS[one.rule]).format(bound=number(one.bound), found=number(one.found))


def all_words(broken: Iterable[Broken]) -> list[str]:
    """Every rule in the way, each sentence once."""
    return list(dict.fromkeys(broken_words(one) for one in broken))


def number(value: float | None) -> str:
    """A number without a needless point."""
    return "?" if value is None else f"{value:g}"


@dataclass(frozen=True)
class Refusal:
    """A clinical number that forbids the course. `fact` is what to ask for, when it is only unknown."""

    says: str
    fact: str | None


def refusals(clash: Clash, facts: Mapping[str, str]) -> list[Refusal]:
    """The clinical numbers that forbid the course; `facts` gives the fact of each own record."""
    return [
        Refusal(
            _(SAYS[one.rule]).format(bound=number(one.most), found=number(one.count)),
            facts.get(_ASKED_BY[one.rule]) if one.rule in _ASKED_BY else None,
        )
        for one in clash.refusals
    ]


def relaxing_words(one: Relaxing, therapists: Mapping[str, str]) -> str:
    """What would have to give way, as the words of a button."""
    return "; ".join(_relaxed(rule, one, therapists) for rule in one.rules)


def can_be_applied(one: Relaxing) -> bool:
    """Do wishes alone make room, so that it can be tried at once?"""
    return not {"room_taken", "therapist_taken"} & set(one.rules)


def _relaxed(rule: Rule, one: Relaxing, therapists: Mapping[str, str]) -> str:
    days = {day: str(label) for day, label in WEEKDAYS}
    if rule == "weekday" and one.weekdays:
        return _("also on {}").format(", ".join(days[day] for day in one.weekdays))
    if rule == "therapist" and one.therapists:
        return _("also with {}").format(", ".join(therapists.get(name, "?") for name in one.therapists))
    if rule == "hours" and one.minutes_wider:
        return _("{} minutes earlier and later in the day").format(one.minutes_wider)
    if rule == "starts_by" and one.weeks_later:
        return ngettext("begin {} week later", "begin {} weeks later", one.weeks_later).format(one.weeks_later)
    if rule == "earliest" and one.weeks_sooner:
        return ngettext("begin {} week sooner", "begin {} weeks sooner", one.weeks_sooner).format(one.weeks_sooner)
    return _(_GIVEN_UP[rule])


_GIVEN_UP: dict[Rule, str] = {
    "weekday": noop("any day of the week"),
    "hours": noop("any time of day"),
    "therapist": noop("any therapist"),
    "same_therapist": noop("more than one therapist"),
    "therapist_sex": noop("a therapist of any sex"),
    "starts_by": noop("begin whenever it is possible"),
    "earliest": noop("begin as soon as possible"),
    "absence": noop("come in spite of the absence"),
    "room_taken": noop("move a session of somebody else to another room or time"),
    "therapist_taken": noop("move a session of somebody else"),
}
