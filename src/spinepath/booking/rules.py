"""What may stand in the way of a session, as words for programs; a surface says them in the reader's language."""

from __future__ import annotations

from typing import Final, Literal, get_args

Clinical = Literal[
    # what is known of the person forbids more
    "course_unknown",
    "episode_unknown",
    "year_unknown",
    "last_course_unknown",
    "course_full",
    "episode_full",
    "year_full",
    "session_minutes",
    # how the course must lie
    "between_courses",
    "days_least",
    "days_most",
    "week_limit",
    "course_length",
    "order",
    "gate",
    # what the techniques need
    "skill",
    "equipment",
]
"""Nobody at the desk may set these aside."""

Rule = Literal[
    Clinical,
    # when and where the clinic can
    "outside_diary",
    "off_grid",
    "no_such_time",
    "closed",
    "shift",
    "room_closed",
    "room_taken",
    "therapist_taken",
    "unknown_therapist",
    "unknown_room",
    # what the person can and wishes
    "person_taken",
    "absence",
    "weekday",
    "hours",
    "earliest",
    "starts_by",
    "therapist",
    "therapist_sex",
    "same_therapist",
]

CLINICAL: Final[frozenset[Rule]] = frozenset(get_args(Clinical))

WISHES: Final[tuple[Rule, ...]] = (
    "starts_by",
    "earliest",
    "hours",
    "weekday",
    "therapist",
    "same_therapist",
    "therapist_sex",
    "absence",
)
"""What the person may give up, what is given up most easily first."""

BOOKED: Final[tuple[Rule, ...]] = ("room_taken", "therapist_taken")
"""What moving the sessions of others could change."""
