"""What needs somebody, as lines of the day: in the words of the reader's role, with the one act that settles each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from spinepath.clinic.access import may
from spinepath.clinic.links import link
from spinepath.clinic.models import Member, Task
from spinepath.clinic.today.tasks import Shown

_FOR_DESK = {
    Task.Kind.DANGER: lazy("A therapist must look at this now"),
    Task.Kind.HOLD: lazy("Sessions wait for a therapist"),
    Task.Kind.GATE: lazy("A therapist looks before it goes on"),
    Task.Kind.FOLLOW_UP: lazy("A therapist asks how it went"),
    Task.Kind.MEASURE: lazy("Questions to be answered"),
    Task.Kind.CONSENT: lazy("A signature is needed"),
    Task.Kind.DOCUMENT: lazy("Document to read"),
}
"""The kinds for who reads no word of medicine, as the desk; the others are called as for everybody."""

_ACTS = {
    Task.Kind.DANGER: lazy("Look and decide"),
    Task.Kind.HOLD: lazy("Look and decide"),
    Task.Kind.GATE: lazy("Review"),
    Task.Kind.FOLLOW_UP: lazy("Ask how it went"),
    Task.Kind.MEASURE: lazy("Take the measure"),
    Task.Kind.CONSENT: lazy("Renew consent"),
    Task.Kind.DOCUMENT: lazy("Read"),
    Task.Kind.CLASH: lazy("Repair"),
    Task.Kind.FIT: lazy("Move"),
}
"""What is done about each kind."""


@dataclass(frozen=True)
class TaskLine:
    """A task in words; `who` is the person. What the reader may not see or do, and what there is not, is empty."""

    kind: str
    title: str
    since: str
    who: str
    who_address: str
    therapist: str
    says: str
    act: str
    act_address: str


def lines(tasks: Iterable[Shown], member: Member, day: date) -> list[TaskLine]:
    """The tasks as this member may see them on this day."""
    reads, books = may(member, "see_record"), may(member, "book")
    return [_line(one, day, reads=reads, books=books) for one in tasks]


def _line(one: Shown, day: date, *, reads: bool, books: bool) -> TaskLine:
    task, episode = one.task, one.task.episode
    kind = Task.Kind(task.kind)
    act, act_address = _act(one, reads=reads, books=books)
    who_address = ""
    if episode is not None:
        who_address = link("episode", episode.key) if reads else link("person", episode.person.key)
    return TaskLine(
        kind=kind,
        title=capfirst(str(kind.label if reads else _FOR_DESK.get(kind, kind.label))),
        since=_since(task.due, day) if one.is_late else "",
        who=str(episode.person) if episode else "",
        who_address=who_address,
        therapist=episode.therapist.name if episode and episode.therapist else "",
        says=one.says if reads or one.is_plain else "",
        act=act,
        act_address=act_address,
    )


def _since(due: date, day: date) -> str:
    when = date_format(due, _("j M") if due.year == day.year else _("j M Y"))
    return _("since %(day)s") % {"day": when}


def _act(one: Shown, *, reads: bool, books: bool) -> tuple[str, str]:
    """What the reader can do about it, and where; both empty when it is for others."""
    kind, episode = Task.Kind(one.task.kind), one.task.episode
    if episode is None:
        return "", ""
    if kind == Task.Kind.FIT:
        return (str(_ACTS[kind]), link(one.page, one.key)) if books else ("", "")
    if reads:
        return str(_ACTS[kind]), link(one.page, one.key) + ("#tasks" if one.page == "episode" else "")
    if kind == Task.Kind.CLASH and books:
        return str(_ACTS[kind]), link("book", episode.key)
    if kind == Task.Kind.DANGER and episode.person.phone:
        return _("Call"), f"tel:{episode.person.phone.replace(' ', '')}"
    return "", ""
