"""What stands in the way of a plan: before it is agreed, before it is booked, before it is used in a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, Member, Override, Plan, Task
from spinepath.clinic.plan import consents, drafting
from spinepath.clinic.plan.allowed import allowed, outcome_as_signed, restricting_rules
from spinepath.clinic.plan.options import Options
from spinepath.clinic.plan.refused import ChangedMeanwhile, Refused
from spinepath.clinic.record import holds_of
from spinepath.engine.evaluate import Outcome

Act = Literal["", "override", "consent", "change", "agree", "follow", "ask", "goal"]


@dataclass(frozen=True)
class Problem:
    """Something that stands in the way: its technique with the place in the plan, its rules, what settles it."""

    says: str
    technique: str = ""
    rules: tuple[str, ...] = ()
    act: Act = ""
    place: int = 0
    is_hold: bool = False
    """Is it a hold, which stands above every page of the episode?"""


def problems_of(plan: Plan, outcome: Outcome | None = None, *, treating: bool = False) -> list[Problem]:
    """Why an agreed plan cannot be booked now, or, with `treating`, not be used today. Empty when it can.

    Answers that have grown old since the plan was made do not stand in the way of booking, because every session asks
    them again; in a session they do.
    """
    if plan.status != Plan.Status.AGREED:
        return [Problem(_("This plan is not agreed."), act="agree")]
    now_so = outcome or (advice.outcome_of(plan.episode) if treating else outcome_as_signed(plan.episode))
    return _standing_in_the_way(plan, now_so, strictly=treating)


def _standing_in_the_way(plan: Plan, outcome: Outcome, *, strictly: bool) -> list[Problem]:
    """What stops everything, and what of the plan is not allowed; where no care is offered the first says it all."""
    stopped = _stopped(plan.episode, outcome)
    if not advice.knowledge().dispositions[advice.firm(outcome)].offers_care:
        return stopped
    return [*stopped, *_not_allowed(plan, outcome, strictly=strictly)]


def _stopped(episode: Episode, outcome: Outcome) -> list[Problem]:
    """What stops everything: a grave disposition for which a rule fires, a danger nobody has dealt with, a hold."""
    base = advice.knowledge()
    found: list[Problem] = []
    if not base.dispositions[advice.firm(outcome)].offers_care:
        says = _("The advice is now: %(name)s.") % {"name": base.dispositions[outcome.disposition].name}
        found.append(Problem(says))
    elif Task.objects.filter(episode=episode, kind=Task.Kind.DANGER, settled_at=None).exists():
        found.append(Problem(_("A danger answer has not been dealt with yet."), act="follow"))
    if holds_of(episode.pk):
        found.append(Problem(_("Bookings are held until a named person releases them."), act="follow", is_hold=True))
    return found


def _not_allowed(plan: Plan, outcome: Outcome, *, strictly: bool) -> list[Problem]:
    """Techniques and doses of the plan that the rules no longer allow."""
    options = Options(outcome, plan.overrides.all())
    found: list[Problem] = []
    for place, one in enumerate(plan.techniques):
        problems = _of_technique(one, options, outcome, strictly=strictly)
        found.extend(replace(problem, place=place) for problem in problems)
    if options.sessions_most is not None and plan.sessions > options.sessions_most:
        says = _("Now at most %(most)s sessions are allowed before the next review.") % {"most": options.sessions_most}
        found.append(Problem(says, act="change"))
    if plan.minutes > options.minutes_most:
        says = _("Now a session lasts at most %(most)s minutes.") % {"most": options.minutes_most}
        found.append(Problem(says, act="change"))
    return found


def _of_technique(one: dict[str, str], options: Options, outcome: Outcome, *, strictly: bool) -> list[Problem]:
    name = one["id"]
    option = options.all.get(name)
    standing = allowed(outcome, name, options.overrides)
    called = {"name": option.technique.name if option else name}
    if option is None or standing.standing == "not_known":
        return [Problem(_("A technique of the plan is no longer in the knowledge base."), act="change")]
    if standing.standing == "excluded":
        return [Problem(_("%(name)s is not allowed now.") % called, name, standing.because, "change")]
    if standing.standing == "restricted":
        return [Problem(_("%(name)s needs a named reason.") % called, name, standing.because, "override")]
    if standing.standing == "undecided":
        says = _("%(name)s waits for answers.") % called
        return [Problem(says, name, standing.because, "ask")] if strictly else []
    levels = [level.id for level in option.levels]
    if option.is_graded and one["level"] not in levels:
        return [Problem(_("%(name)s: its level lies above today's limits.") % called, name, (), "change")]
    return []


# before it is agreed


def before_agreeing(plan: Plan, outcome: Outcome | None = None) -> list[Problem]:
    """What is missing until a draft can be agreed, in the order in which to settle it."""
    found_so = outcome or outcome_as_signed(plan.episode)
    found = _standing_in_the_way(plan, found_so, strictly=True)
    active = [one for one in plan.techniques if _is_core(one["id"])]
    if not active:
        found.append(Problem(_("Exercise and education are missing. A plan is never hands alone."), act="change"))
    if not plan.goals:
        found.append(Problem(_("No goal is agreed yet."), act="goal"))
    base, signed = advice.knowledge(), consents.valid(plan)
    overridden = {row.technique for row in plan.overrides.all()}
    for place, one in enumerate(plan.techniques):
        name = one["id"]
        if name in overridden and name in base.techniques and name not in signed:
            says = _("%(name)s needs the person's signature.") % {"name": base.techniques[name].name}
            found.append(Problem(says, name, (), "consent", place))
    return found


def _is_core(name: str) -> bool:
    technique = advice.knowledge().techniques.get(name)
    return technique is not None and technique.offer == "core"


@transaction.atomic
def agree(plan: Plan, member: Member) -> Plan:
    """Make a draft the plan that counts; the one before is replaced. Raises Refused or ChangedMeanwhile.

    Agreeing twice is agreeing once.
    """
    lock_episodes(plan.episode_id)
    plan.refresh_from_db()
    episode = plan.episode
    if plan.status == Plan.Status.AGREED:
        return plan
    newest = drafting.current(episode)
    if newest is None or newest.pk != plan.pk:
        raise ChangedMeanwhile
    problems = before_agreeing(plan)
    if problems:
        raise Refused({f"{place}": problem.says for place, problem in enumerate(problems)}, by_rules=True)
    episode.plans.filter(status=Plan.Status.AGREED).update(status=Plan.Status.REPLACED)
    plan.assessment = advice.keep_assessment(episode, "plan", member)
    plan.status, plan.agreed_at = Plan.Status.AGREED, timezone.now()
    plan.save(update_fields=["assessment", "status", "agreed_at"])
    before_booking = (Episode.Stage.ASK, Episode.Stage.SCREEN, Episode.Stage.EXAMINE, Episode.Stage.PLAN)
    Episode.objects.filter(pk=episode.pk, stage__in=before_booking).update(stage=Episode.Stage.BOOK)
    audit.note(episode.clinic, member.name, audit.CHANGE, "plan", key=plan.key, episode=episode, detail="agreed")
    return plan


# a restricted technique nevertheless


@transaction.atomic
def override(plan: Plan, technique: str, rules: list[str], reason: str, told: bool, member: Member) -> Override:
    """A named clinician's reason to do a restricted technique. Raises Refused.

    `rules` are those that the page showed: when others restrict it now, the page has to be read again. A technique
    that is excluded or undecided has no override.
    """
    lock_episodes(plan.episode_id)
    plan = Plan.objects.get(pk=plan.pk)
    episode = plan.episode
    outcome = outcome_as_signed(episode)
    if technique not in [one["id"] for one in plan.techniques] or plan.status == Plan.Status.REPLACED:
        raise Refused({"": _("This technique is not in the plan any more. Look at the plan again.")})
    standing = allowed(outcome, technique).standing
    if standing != "restricted":
        says = _("This technique has no override: it is offered, or the rules forbid it now.")
        raise Refused({"": says}, by_rules=standing != "offered")
    restricting = list(restricting_rules(outcome, technique))
    if set(rules) != set(restricting):
        raise Refused({"": _("The reasons have changed since this page was opened. Read them again.")})
    faults = {}
    if len(" ".join(reason.split())) < 10 or len(reason) > 2000 or "\x00" in reason:
        faults["reason"] = _("Write the reason, in 10 to 2000 letters.")
    if not told:
        faults["told"] = _("Confirm that the person was told why it is restricted.")
    if faults:
        raise Refused(faults)
    same = plan.overrides.filter(technique=technique, rules=restricting, member=member, reason=reason.strip()).first()
    if same:
        return same
    made = Override.objects.create(
        plan=plan, technique=technique, rules=restricting, reason=reason.strip(), member=member
    )
    audit.note(episode.clinic, member.name, audit.ADD, "override", key=plan.key, episode=episode)
    return made
