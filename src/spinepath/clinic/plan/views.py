"""Pages of a plan: the advice with its reasons, choosing, restricted techniques, other ways."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spinepath.clinic import advice
from spinepath.clinic.access import StaffRequest, episode_of, may, staff
from spinepath.clinic.models import Episode, Plan, Session
from spinepath.clinic.pages import episode_page
from spinepath.clinic.plan import drafting, other_ways, state
from spinepath.clinic.plan.allowed import allowed, outcome_as_signed, restricting_rules
from spinepath.clinic.plan.options import Options, measures
from spinepath.clinic.plan.refused import ChangedMeanwhile, Refused, note_refusal
from spinepath.clinic.plan.sheet import sheet_of
from spinepath.clinic.plan.telling import Telling

FIRST_SHOWN = 6
"""So many techniques stand on the form at once; the rest is folded away."""


@staff("see_record")
def plan(request: StaffRequest, key: str) -> HttpResponse:
    """The advice with why and why not, and the plan with what stands in its way."""
    episode = episode_of(request, key)
    found = advice.assessment_of(episode)
    outcome = outcome_as_signed(episode)
    now = drafting.current(episode)
    context: dict[str, Any] = {
        "telling": Telling(found),
        "options": Options(outcome, now.overrides.all() if now else ()),
        "plan": now,
        "may_plan": may(request.member, "plan"),
    }
    if now:
        is_draft = now.status == Plan.Status.DRAFT
        problems = state.before_agreeing(now, outcome) if is_draft else state.problems_of(now, outcome)
        context |= {"sheet": sheet_of(now, found), "is_draft": is_draft, "problems": problems}
        context["problems_here"] = [one for one in problems if not one.is_hold]  # a hold stands above
        context["agreed_before"] = drafting.agreed(episode) if is_draft else None
        ahead = (Session.Status.BOOKED, Session.Status.HELD)
        context["is_booked"] = Session.objects.filter(course__plan=now, status__in=ahead).exists()
        context["waiting"] = [one.technique for one in problems if one.act == "ask"]
    return episode_page(request, episode, "clinic/plan/page.html", "plan", context)


@staff("plan")
def choose(request: StaffRequest, key: str) -> HttpResponse:
    """Choose techniques, course and goals; a faulty form comes back as it was typed."""
    episode = episode_of(request, key)
    before = drafting.current(episode)
    options = Options(outcome_as_signed(episode), before.overrides.all() if before else ())
    if request.method != "POST":
        wanted = drafting.as_wanted(before) if before else drafting.proposed(options)
        return _form(request, episode, options, wanted, before.key if before else "", {})
    wanted = drafting.read(request.POST)
    based_on = request.POST.get("based_on", "")[:12]
    try:
        made = drafting.save(episode, wanted, request.member, based_on)
    except Refused as refused:
        note_refusal(request, episode, "plan", refused)
        return _form(request, episode, options, wanted, based_on, refused.faults, 422)
    except ChangedMeanwhile:
        says = _("Somebody else saved a plan meanwhile. Look at it first, or save yours again to replace it.")
        return _form(request, episode, options, wanted, before.key if before else "", {"": says}, 409)
    return _next(episode, made)


def _next(episode: Episode, made: Plan) -> HttpResponseRedirect:
    """Restricted techniques are interrupted one after the other; then the plan is shown."""
    waiting = [problem for problem in state.before_agreeing(made) if problem.act == "override"]
    if waiting:
        place = [one["id"] for one in made.techniques].index(waiting[0].technique)
        return redirect("plan_override", episode.key, made.key, place)
    return redirect("plan", episode.key)


def _form(
    request: StaffRequest,
    episode: Episode,
    options: Options,
    wanted: drafting.Wanted,
    based_on: str,
    faults: dict[str, str],
    status: int = 200,
) -> HttpResponse:
    context = {
        "options": options,
        "wanted": wanted,
        "goals": [_goal_fields(row, goal) for row, goal in enumerate(wanted.goals)],
        "more_open": any(one.id in wanted.techniques for one in options.offered[FIRST_SHOWN:]),
        "measures": measures(),
        "based_on": based_on,
        "faults": list(faults.items()),
        "fault_of": faults,
    }
    return episode_page(request, episode, "clinic/plan/choose.html", "plan", context, status)


def _goal_fields(row: int, goal: dict[str, str]) -> dict[str, Any]:
    """A goal as typed, with the names of its fields."""
    return {"number": row + 1, **goal, **{f"{key}_field": f"goal-{row}-{key}" for key in goal}}


@require_POST
@staff("plan")
def agree(request: StaffRequest, key: str, plan_key: str) -> HttpResponse:
    """The draft becomes the plan."""
    episode = episode_of(request, key)
    chosen = get_object_or_404(episode.plans, key=plan_key)
    try:
        state.agree(chosen, request.member)
    except Refused as refused:
        note_refusal(request, episode, "plan", refused)
        for says in refused.faults.values():
            messages.error(request, says)
    except ChangedMeanwhile:
        messages.error(request, _("There is a newer plan. Look at it before you agree."))
    else:
        messages.success(request, _("The plan is agreed. It can be booked now."))
    return redirect("plan", episode.key)


@staff("plan")
def override(request: StaffRequest, key: str, plan_key: str, place: int) -> HttpResponse:
    """The interruption before a restricted technique: why it is restricted, who wants it nevertheless, and why."""
    episode = episode_of(request, key)
    chosen, technique = technique_of(episode, plan_key, place)
    outcome = outcome_as_signed(episode)
    standing = allowed(outcome, technique, chosen.overrides.all())
    faults: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("act") == "leave_out":
        return _leave_out(request, episode, chosen, technique)
    if request.method == "POST":
        rules, reason = request.POST.getlist("rule"), request.POST.get("reason", "")
        try:
            state.override(chosen, technique, rules, reason, bool(request.POST.get("told")), request.member)
        except Refused as refused:
            note_refusal(request, episode, "override", refused)
            faults = refused.faults
        else:
            return redirect("plan_consent", episode.key, chosen.key, place)
    elif standing.standing == "overridden" or standing:
        return redirect("plan", episode.key)
    base = advice.knowledge()
    restricting = restricting_rules(outcome, technique) if technique in outcome.techniques else ()
    context = {
        "plan": chosen,
        "technique": base.techniques.get(technique),
        "standing": standing.standing,
        "rules": [base.rules[name] for name in restricting],
        "other_rules": [base.rules[name] for name in standing.because if name not in restricting],
        "reason": request.POST.get("reason", ""),
        "told": bool(request.POST.get("told")),
        "faults": list(faults.items()),
        "fault_of": faults,
    }
    status = 422 if faults else 200
    return episode_page(request, episode, "clinic/plan/override.html", "plan", context, status)


def _leave_out(request: StaffRequest, episode: Episode, chosen: Plan, technique: str) -> HttpResponse:
    wanted = drafting.as_wanted(chosen)
    wanted.techniques = [name for name in wanted.techniques if name != technique]
    try:
        made = drafting.save(episode, wanted, request.member, chosen.key)
    except (Refused, ChangedMeanwhile):
        messages.error(request, _("The plan could not be changed here. Choose again."))
        return redirect("plan_choose", episode.key)
    return _next(episode, made)


def technique_of(episode: Episode, plan_key: str, place: int) -> tuple[Plan, str]:
    """A plan of the episode and the technique at this place of it; 404 for none."""
    chosen = get_object_or_404(episode.plans, key=plan_key)
    if place >= len(chosen.techniques):
        raise Http404
    return chosen, chosen.techniques[place]["id"]


@staff("see_record")
def alternatives(request: StaffRequest, key: str) -> HttpResponse:
    """Other ways side by side with their numbers, and where experts and the article disagree."""
    episode = episode_of(request, key)
    now = drafting.current(episode)
    chosen = [one["id"] for one in now.techniques] if now else []
    context = {
        "ways": list(advice.knowledge().alternatives.values()),
        "topics": other_ways.topics(),
        "stances": other_ways.stances(chosen),
        "contradictions": other_ways.contradictions(now),
        "plan": now,
    }
    return episode_page(request, episode, "clinic/plan/alternatives.html", "plan", context)
