"""Letters to colleagues: the report, and the urgent referral."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from spinepath.clinic.models import Episode
from spinepath.clinic.plan.letters import paper
from spinepath.clinic.plan.letters.paper import Block
from spinepath.clinic.plan.sheet import Line, Sheet
from spinepath.clinic.plan.telling import Telling
from spinepath.engine.check import declared_dangers
from spinepath.engine.entries import Fact
from spinepath.engine.findings import Finding
from spinepath.engine.values import write_value
from spinepath.engine.words import source_line, value_words


def report(episode: Episode, telling: Telling, sheet: Sheet | None) -> tuple[str, tuple[Block, ...]]:
    """Findings, advice with its reasons, and the plan."""
    disposition = telling.disposition
    blocks: list[Block] = [
        paper.notice(disposition.name, (disposition.says.therapist,), urgent=telling.is_grave),
        paper.heading(_("Complaint")),
        paper.text(episode.complaint),
        paper.heading(_("What was found")),
        *_findings(telling),
        paper.heading(_("Why this is advised")),
        paper.bullets([rule.says.therapist for rule in telling.deciding] or [_nothing_found(telling)]),
    ]
    if telling.needs:
        needs = [f"{need.name}: {need.urgency}" for need in telling.needs]
        blocks += [paper.heading(_("Tests and opinions needed")), paper.bullets(needs)]
    if telling.questions:
        asked = [question.fact.name for question in telling.questions[:12]]
        blocks += [paper.heading(_("Not known yet")), paper.bullets(asked)]
    if sheet:
        blocks += _plan(episode, sheet)
    if telling.sources:
        sources = [source_line(source) for source in telling.sources[:8]]
        blocks += [paper.heading(_("Rests on")), paper.bullets(sources)]
    return "", (*blocks, paper.signature())


def _nothing_found(telling: Telling) -> str:
    says = _("Everything that could be dangerous was asked (%(count)s answers); nothing was found that forbids care.")
    return says % {"count": telling.answered}


def _plan(episode: Episode, sheet: Sheet) -> list[Block]:
    agreed = episode.plans.filter(status="agreed").order_by("-agreed_at").first()
    rows = [[line.technique.name if line.technique else "", _dose(line), _consent(line)] for line in sheet.lines]
    course = sheet.preset.name if sheet.preset else ""
    count = _("%(sessions)s sessions of %(minutes)s minutes") % {
        "sessions": agreed.sessions if agreed else "",
        "minutes": agreed.minutes if agreed else "",
    }
    pairs = [(_("Course"), f"{course}: {count}"), (_("Reviews"), "; ".join(gate.name for gate in sheet.gates))]
    pairs += [(_("Goal"), goal.says) for goal in sheet.goals]
    reasons = [
        (line.technique.name, f"{line.override.reason} ({line.override.member.name})")
        for line in sheet.lines
        if line.override and line.technique
    ]
    blocks = [paper.heading(_("Plan")), paper.pairs(pairs)]
    blocks.append(paper.table([_("Technique"), _("Dose"), _("Consent")], rows, [1.4, 1.8, 1.2]))
    return [*blocks, paper.heading(_("Restricted, and done for a reason")), paper.pairs(reasons)] if reasons else blocks


def _dose(line: Line) -> str:
    if not line.level:
        return ""
    return line.level if line.level == line.most_level else f"{line.level} – {line.most_level}"


def _consent(line: Line) -> str:
    if line.consent:
        return _("signed %(day)s") % {"day": date_format(localtime(line.consent.given_at), _("j M Y"))}
    return _("not signed yet") if line.by_hand else ""


# the referral


def referral(episode: Episode, telling: Telling, sheet: Sheet | None) -> tuple[str, tuple[Block, ...]]:  # noqa: ARG001
    """What was found and when, why it is urgent, and what was said and done."""
    disposition = telling.disposition
    blocks = [
        paper.notice(f"{disposition.name} – {disposition.time_limit}", (disposition.says.therapist,), urgent=True),
        paper.pairs([(_("Complaint"), episode.complaint), (_("Phone of the patient"), episode.person.phone or "–")]),
        paper.heading(_("Why")),
        paper.bullets([_with_time(rule.says.therapist, rule.within) for rule in telling.deciding]),
        paper.heading(_("What was found")),
        *_findings(telling),
    ]
    if telling.acts:
        blocks += [paper.heading(_("What is asked for")), paper.bullets(telling.acts)]
    if telling.needs:
        needs = [f"{need.name}: {need.urgency}" for need in telling.needs]
        blocks += [paper.heading(_("Tests and opinions needed")), paper.bullets(needs)]
    blocks += [paper.heading(_("What the patient was told")), paper.bullets(telling.patient)]
    return "", (*blocks, paper.signature())


def _with_time(says: str, within: str | None) -> str:
    return f"{says} {_('Within')}: {within}." if within else says


def _findings(telling: Telling) -> list[Block]:
    """What decides and what is not normal, with by whom and when; the newest answer of each counts."""
    deciding = {answer.fact.id for answer in telling.why} if telling.is_grave else set()
    rows: dict[str, list[str]] = {}
    found = [stand.decided_by for stand in telling.found.standings.values() if stand.decided_by]
    for finding in sorted(found, key=lambda one: one.fact not in deciding):
        fact = telling.base.facts[finding.fact]
        if finding.value is not None and (finding.fact in deciding or _is_telling(fact, finding)):
            rows[finding.fact] = [fact.name, value_words(telling.base, fact, finding.value), _by(finding)]
    if not rows:
        return [paper.text(_("Nothing out of the ordinary."))]
    return [paper.table([_("Finding"), _("Answer"), _("By whom and when")], list(rows.values())[:60], [2, 1.2, 1.5])]


def _is_telling(fact: Fact, finding: Finding) -> bool:
    """Does it lead to stricter advice, or is it not normal? What the clinic knows by itself is left out."""
    said = write_value(finding.value)
    return finding.source not in ("clinic", "record") and (
        said in declared_dangers(fact) or said != (fact.normal or said)
    )


def _by(finding: Finding) -> str:
    when = date_format(localtime(finding.at), _("j M Y, H:i"))
    return f"{finding.by or finding.source}, {when}"
