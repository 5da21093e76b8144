"""Letters in plain words: the plan, and the exercises at home."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Episode
from spinepath.clinic.plan.letters import paper
from spinepath.clinic.plan.letters.paper import Block
from spinepath.clinic.plan.sheet import Line, Sheet
from spinepath.clinic.plan.telling import Telling, range_words
from spinepath.engine.content import Phase, Topic
from spinepath.engine.page_parts import page_part

PICTURES = Path(__file__).parents[2] / "static" / "own" / "home"
NO_PICTURE = "none"


@cache
def picture(name: str) -> str:
    """A drawing of an exercise as SVG; empty for none."""
    file = PICTURES / f"{name}.svg"
    return file.read_text(encoding="utf-8") if name != NO_PICTURE and file.exists() else ""


def plan(episode: Episode, telling: Telling, sheet: Sheet | None) -> tuple[str, tuple[Block, ...]]:
    """The plan as the person takes it home."""
    blocks: list[Block] = []
    if sheet and sheet.preset:
        blocks += [
            paper.heading(_("How often and how long")),
            paper.pairs(_course(episode, sheet)),
        ]
    if sheet:
        blocks += [paper.heading(_("What you want to reach")), paper.bullets(_goals(sheet))] if sheet.goals else []
        blocks += [paper.heading(_("What you do yourself")), paper.bullets(_told(sheet.active))]
        blocks.append(paper.text(_("This is the most important part. You get your exercises on a sheet of their own.")))
        if sheet.by_hand:
            blocks += [paper.heading(_("What we can add by hand")), paper.bullets(_told(sheet.by_hand))]
            blocks.append(paper.text(_("You agree to each of these on its own, and you can say no at any time.")))
    blocks += [paper.heading(_("What you should know")), paper.bullets(telling.patient)]
    blocks += [paper.heading(_("Other ways"))]
    blocks.append(paper.table([_("Way"), _("What it may bring"), _("What it risks")], _ways(), [1.1, 2, 1.6]))
    return "", (*blocks, *help_now(episode))


def _course(episode: Episode, sheet: Sheet) -> list[tuple[str, str]]:
    if sheet.preset is None:
        return []
    agreed = episode.plans.filter(status="agreed").order_by("-agreed_at").first()
    sessions = str(agreed.sessions) if agreed else range_words(sheet.preset.sessions)
    minutes = str(agreed.minutes) if agreed else range_words(sheet.preset.minutes)
    return [
        (_("Sessions"), _("up to %(sessions)s, of %(minutes)s minutes") % {"sessions": sessions, "minutes": minutes}),
        (_("Days between"), range_words(sheet.preset.days_between)),
        (_("We look together"), "; ".join(gate.name for gate in sheet.gates) or _("at the end")),
        (_("If it does not help"), _("We stop and think again with you.")),
    ]


def _goals(sheet: Sheet) -> list[str]:
    return [
        f"{goal.says} – "
        + _("measured by %(measure)s, aim %(target)s")
        % {"measure": goal.measure.name if goal.measure else "", "target": goal.target}
        + (f" ({_('now')} {goal.now})" if goal.now else "")
        for goal in sheet.goals
    ]


def _told(lines: list[Line]) -> list[str]:
    techniques = [line.technique for line in lines]
    return [f"{one.name}: {one.patient}" for one in techniques if one is not None]


def _ways() -> list[list[str]]:
    return [[way.name, way.benefit, way.risk] for way in knowledge().alternatives.values()]


def help_now(episode: Episode) -> list[Block]:
    """When to get help and how fast, and whom to call."""
    base = knowledge()
    calls = _("Emergency number: %(number)s. Our clinic: %(phone)s.")
    line = calls % {"number": episode.clinic.emergency_phone, "phone": episode.clinic.phone or "–"}
    topics = [base.topics[name] for name in page_part(base, "letters").topics]
    return [paper.notice(topic.patient_title or topic.title, (*topic.says, line), urgent=True) for topic in topics] or [
        paper.notice(_("Get help"), (line,), urgent=True)
    ]


def home(episode: Episode, telling: Telling, sheet: Sheet | None) -> tuple[str, tuple[Block, ...]]:  # noqa: ARG001
    """The steps at home with drawings, and how much pain is all right."""
    base = knowledge()
    at_home = sorted((one for one in base.phases.values() if one.part_of == "home"), key=lambda one: one.order)
    blocks: list[Block] = []
    for phase in at_home:
        if phase.go_on_when is None:
            blocks += [paper.heading(phase.name), paper.bullets(phase.content)]
    blocks += [block for topic in _rules_of_home() for block in _topic(topic)]
    for phase in at_home:
        if phase.go_on_when is not None:
            blocks += _step(phase)
    blocks += help_now(episode)
    return _("One step after the other. Go on when a step is easy, and go back when the leg says so."), tuple(blocks)


def _rules_of_home() -> list[Topic]:
    """What is told beside the steps: the advice for patients that stands on their page of the knowledge base."""
    base = knowledge()
    steps = {phase.id for phase in base.phases.values() if phase.part_of == "home"}
    page = next((page for page in base.pages if steps & set(page.entries)), None)
    topics = [base.topics[name] for name in page.entries if name in base.topics] if page else []
    return [topic for topic in topics if topic.reader in ("patient", "both")]


def _topic(topic: Topic) -> list[Block]:
    return [paper.notice(topic.patient_title or topic.title, topic.says)]


def _step(phase: Phase) -> list[Block]:
    pictures = phase.drawings or (NO_PICTURE,) * len(phase.content)
    steps = [(picture(name), says, says) for name, says in zip(pictures, phase.content, strict=False)]
    dose = _dose(phase)
    found = [paper.heading(f"{phase.order}. {phase.name}")]
    if phase.when:
        found.append(paper.text(phase.when, soft=True))
    found.append(paper.drawings(steps))
    rows = [(_("How much"), dose)] if dose else []
    return [*found, paper.pairs([*rows, (_("Go on when"), phase.go_on_when or "")])]


def _dose(phase: Phase) -> str:
    return " · ".join(f"{name.replace('_', ' ')}: {range_words(bounds)}" for name, bounds in phase.dose.items())
