"""From the form of a plan to a plan that is kept: read it, hold it against the rules, save it as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit, prepared
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, Member, Override, Plan
from spinepath.clinic.plan.allowed import outcome_as_signed
from spinepath.clinic.plan.options import Option, Options, measures
from spinepath.clinic.plan.refused import ChangedMeanwhile, Refused

GOALS_MOST = 3
_NOTE_MOST = 4000
_GOAL_MOST = 200
_WHOLE = {"sessions": lambda: _("Sessions"), "minutes": lambda: _("Minutes each")}


@dataclass
class Wanted:
    """What somebody wants the plan to be, as typed."""

    techniques: list[str] = field(default_factory=list)
    levels: dict[str, str] = field(default_factory=dict)
    phases: dict[str, str] = field(default_factory=dict)
    preset: str = ""
    sessions: str = ""
    minutes: str = ""
    goals: list[dict[str, str]] = field(default_factory=list)
    note: str = ""


def read(form: QueryDict) -> Wanted:
    """The form as typed; nothing is checked here."""
    chosen = list(dict.fromkeys(form.getlist("technique")))
    keys = ("says", "measure", "target")
    goals = [{key: form.get(f"goal-{row}-{key}", "").strip() for key in keys} for row in range(GOALS_MOST)]
    return Wanted(
        techniques=chosen,
        levels={name: form.get(f"level-{name}", "") for name in chosen},
        phases={name: form.get(f"phase-{name}", "") for name in chosen},
        preset=form.get("preset", ""),
        sessions=form.get("sessions", "").strip(),
        minutes=form.get("minutes", "").strip(),
        goals=goals,
        note=form.get("note", ""),
    )


def as_wanted(plan: Plan) -> Wanted:
    """A plan as the form shows it."""
    goals = [{key: str(goal.get(key, "")) for key in ("says", "measure", "target")} for goal in plan.goals]
    empty = {"says": "", "measure": "", "target": ""}
    return Wanted(
        techniques=[one["id"] for one in plan.techniques],
        levels={one["id"]: one["level"] or "" for one in plan.techniques},
        phases={one["id"]: one["phase"] for one in plan.techniques},
        preset=plan.preset,
        sessions=str(plan.sessions),
        minutes=str(plan.minutes),
        goals=[*goals, *(dict(empty) for _row in range(GOALS_MOST - len(goals)))],
        note=plan.note,
    )


def proposed(options: Options) -> Wanted:
    """What is proposed at first: the core, and the course that the rules prefer."""
    preset = options.package.preset if options.package else None
    return Wanted(
        techniques=[one.id for one in options.core],
        preset=preset.id if preset else "",
        sessions=str(options.sessions_within(preset)) if preset else "",
        minutes=str(int(preset.minutes[-1])) if preset else "",
        goals=[{"says": "", "measure": "", "target": ""} for _row in range(GOALS_MOST)],
    )


def current(episode: Episode) -> Plan | None:
    """The plan that counts: the newest that was not replaced; a draft before what was agreed earlier."""
    found = prepared.first(
        lambda episode: (
            Plan.objects.filter(episode=episode)
            .exclude(status=Plan.Status.REPLACED)
            .select_related("made_by", "assessment")
            .order_by("-made_at", "-pk")[:1]
        ),
        episode.pk,
    )
    if found is not None:
        found.episode = episode
    return found


def agreed(episode: Episode) -> Plan | None:
    """The plan that may be booked and treated by, whatever draft may stand beside it; None for none."""
    rows = episode.plans.filter(status=Plan.Status.AGREED).select_related("made_by", "assessment")
    return rows.order_by("-agreed_at", "-pk").first()


@transaction.atomic
def save(episode: Episode, wanted: Wanted, member: Member, based_on: str) -> Plan:
    """Keep a draft. A draft that stood there is replaced; what was agreed stays until the new one is agreed.

    `based_on` is the key of the plan that the page showed, empty for none. Raises Refused with what is wrong, and
    ChangedMeanwhile when another plan was saved since. Sending the same twice keeps one.
    """
    lock_episodes(episode.pk)
    before = current(episode)
    options = Options(outcome_as_signed(episode), before.overrides.all() if before else ())
    content = _checked(wanted, options)
    if before and before.status == Plan.Status.DRAFT and _is_same(before, content) and before.made_by_id == member.pk:
        return before
    if (before.key if before else "") != based_on:
        raise ChangedMeanwhile
    kept = advice.keep_assessment(episode, "plan", member)
    made = Plan.objects.create(episode=episode, assessment=kept, made_by=member, **content)
    if before and before.status == Plan.Status.DRAFT:
        _carry_over(before, made)
        Plan.objects.filter(pk=before.pk).update(status=Plan.Status.REPLACED)
    audit.note(episode.clinic, member.name, audit.ADD, "plan", key=made.key, episode=episode)
    return made


def _is_same(plan: Plan, content: Mapping[str, Any]) -> bool:
    return all(getattr(plan, key) == value for key, value in content.items())


def _carry_over(before: Plan, made: Plan) -> None:
    """Reasons that were given for a draft hold for its next version, as long as the technique is in it."""
    chosen = {one["id"] for one in made.techniques}
    for row in before.overrides.all():
        if row.technique in chosen:
            copy = Override(plan=made, technique=row.technique, rules=row.rules, reason=row.reason, member=row.member)
            copy.save(force_insert=True)


# against the rules


def _checked(wanted: Wanted, options: Options) -> dict[str, Any]:
    if options.package is None:
        raise Refused({"": _("Care must not begin yet, so nothing can be planned. See what is asked for first.")})
    faults: dict[str, str] = {}
    techniques = _techniques(wanted, options, faults)
    by_rules = bool(faults)
    preset = options.base.presets.get(wanted.preset)
    sessions = minutes = 0
    if preset is None or options.why_not_preset(preset):
        faults["preset"] = _("Choose one of the courses that are open now.")
    else:
        most = options.sessions_within(preset)
        sessions = _whole(wanted.sessions, 1, most, "sessions", faults)
        minutes = _whole(wanted.minutes, options.minutes_least, options.minutes_most, "minutes", faults)
    goals = _goals(wanted, faults)
    note = wanted.note.replace("\r\n", "\n").strip()
    if len(note) > _NOTE_MOST or "\x00" in note:
        faults["note"] = _("Write at most %(most)s letters.") % {"most": _NOTE_MOST}
    if faults or preset is None:
        raise Refused(faults, by_rules=by_rules)
    return {
        "preset": preset.id,
        "sessions": sessions,
        "minutes": minutes,
        "techniques": techniques,
        "gates": options.gates(preset, sessions),
        "goals": goals,
        "note": note,
    }


def _techniques(wanted: Wanted, options: Options, faults: dict[str, str]) -> list[dict[str, Any]]:
    """The core and what was chosen, in the order of the catalogue, each with its level and where it belongs."""
    for name in wanted.techniques:
        option = options.all.get(name)
        if option is None or not option.can_be_chosen:
            called = option.technique.name if option else _("A technique")
            faults.setdefault(
                f"technique-{name}" if option else "",
                _("%(name)s cannot be chosen: the rules do not allow it now.") % {"name": called},
            )
    chosen = {*wanted.techniques, *(one.id for one in options.core)}
    return [
        _technique(one, wanted, faults) for name, one in options.all.items() if name in chosen and one.can_be_chosen
    ]


def _technique(option: Option, wanted: Wanted, faults: dict[str, str]) -> dict[str, Any]:
    levels = [level.id for level in option.levels] if option.is_graded else []
    level = wanted.levels.get(option.id) or (levels[0] if levels else "")
    if levels and level not in levels:
        faults[f"level-{option.id}"] = _("%(name)s: choose a level that is open now.") % {"name": option.technique.name}
    phases = [phase.id for phase in option.phases]
    phase = wanted.phases.get(option.id) or _first_in_session(option)
    if phase not in phases:
        text = _("%(name)s: choose where in the session it belongs.") % {"name": option.technique.name}
        faults[f"phase-{option.id}"] = text
    return {
        "id": option.id,
        "level": level if levels else None,
        "most_level": levels[-1] if levels else None,
        "phase": phase,
    }


def _first_in_session(option: Option) -> str:
    return min(option.phases, key=lambda phase: phase.part_of != "session").id


def _whole(written: str, least: int, most: int, name: str, faults: dict[str, str]) -> int:
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 5 else -1
    if not least <= number <= most:
        says = _("%(what)s: write a whole number from %(least)s to %(most)s.")
        faults[name] = says % {"what": _WHOLE[name](), "least": least, "most": most}
    return number


def _goals(wanted: Wanted, faults: dict[str, str]) -> list[dict[str, str]]:
    known = {str(one.id): one for one in measures()}
    goals = []
    for row, goal in enumerate(wanted.goals[:GOALS_MOST]):
        if not any(goal.values()):
            continue
        if not goal["says"] or len(goal["says"]) > _GOAL_MOST or "\x00" in goal["says"]:
            faults[f"goal-{row}-says"] = _("Write the goal in the person's words, in at most 200 letters.")
        measure = known.get(goal["measure"])
        if measure is None:
            faults[f"goal-{row}-measure"] = _("Choose by what the goal is measured.")
        elif not _is_number_between(goal["target"], measure.least or 0, measure.most or 0):
            between = {"least": f"{measure.least:g}", "most": f"{measure.most:g}"}
            faults[f"goal-{row}-target"] = _("Write a number from %(least)s to %(most)s.") % between
        goals.append(goal)
    return goals


def _is_number_between(written: str, least: float, most: float) -> bool:
    try:
        return len(written) < 10 and least <= float(written) <= most
    except ValueError:
        return False
