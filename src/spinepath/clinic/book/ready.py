"""May this episode be booked now? What stands in the way, in words for those who read the record and for the desk."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from spinepath.clinic import advice
from spinepath.clinic.book import diary
from spinepath.clinic.book.asking import Known
from spinepath.clinic.models import Episode, Plan
from spinepath.clinic.plan.state import Problem, problems_of


@dataclass(frozen=True)
class Hindrance:
    """One thing that stands in the way: `says` to clinicians, `desk` without a clinical word; `step` settles it.

    What holds the bookings (`is_hold`) stands above every page of the episode where somebody has to release it.
    """

    says: str
    desk: str
    step: str
    is_hold: bool = False


class NotNow(Exception):
    """Nothing was booked; `hindrances` say why."""

    def __init__(self, hindrances: list[Hindrance]) -> None:
        super().__init__(f"{len(hindrances)} hindrances")
        self.hindrances = hindrances


def hindrances(known: Known, plan: Plan | None) -> list[Hindrance]:
    """Everything that forbids a new booking; empty when there is nothing.

    Answers that have grown old since the plan was agreed do not forbid it: every session asks them again. A plan that
    rests on an assessment without care does.
    """
    if known.episode.stage == Episode.Stage.CLOSED:
        says = _("This episode is closed. A new complaint begins a new one.")
        return [Hindrance(says, says, "follow")]
    if plan is None:
        says = _("There is no agreed plan yet. A course is booked from the plan that the person agreed to.")
        return [Hindrance(says, _("There is no agreed plan yet. The therapist makes it."), "plan")]
    found = [_of_plan(one) for one in problems_of(plan)]
    if diary.begun().filter(session__episode=known.episode, session__status__in=diary.AHEAD).exists():
        says = _("A session has begun and its note is not signed. Sign it first.")
        found.append(Hindrance(says, says, "treat"))
    if plan.preset not in advice.knowledge().presets:
        says = _("The course that the plan names is no longer in the knowledge base. Make a new plan.")
        found.append(Hindrance(says, _to_therapist(), "plan"))
    agreed_on = advice.knowledge().dispositions.get(plan.assessment.disposition)
    if not found and (agreed_on is None or not agreed_on.offers_care):
        called = agreed_on.name if agreed_on else plan.assessment.disposition
        says = _("The plan rests on an assessment that offers no care: {}.").format(called)
        found.append(Hindrance(says, _to_therapist(), "ask"))
    if known.outcome.held:
        says = " ".join(_reasons(known)) or _to_therapist()
        found.append(Hindrance(says, _to_therapist(), "follow", is_hold=True))
    return found


def _of_plan(problem: Problem) -> Hindrance:
    step = problem.act if problem.act in ("ask", "follow") else "plan"
    if step == "plan":
        return Hindrance(problem.says, _("The plan has to be looked at again. The therapist does that."), step)
    return Hindrance(problem.says, _to_therapist(), step, problem.is_hold)


def _reasons(known: Known) -> list[str]:
    rules = advice.knowledge().rules
    return [rules[name].says.therapist for name in known.outcome.fired if rules[name].then.hold]


def _to_therapist() -> str:
    return _("Nothing can be booked at the moment. The therapist has to decide first.")
