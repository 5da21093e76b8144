"""The step page: a course is proposed and booked as a whole; afterwards what is booked, and what needs a place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from spinepath.booking.clash import Clash
from spinepath.booking.course import NO_WISHES, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.propose import Proposal, alternatives
from spinepath.booking.repair import Repair
from spinepath.clinic import advice
from spinepath.clinic.access import StaffRequest, episode_of, may, staff
from spinepath.clinic.book import asking, changes, diary, prices, ready, showing, wishes, words, writing
from spinepath.clinic.models import Course, Episode, Plan, Session
from spinepath.clinic.pages import episode_page
from spinepath.clinic.record import Author, NotRecorded, add, holds_of

PROPOSALS = 3


@staff("book")
@require_http_methods(["GET", "POST"])
def book(request: StaffRequest, key: str) -> HttpResponse:
    """The whole course in one act, or what is booked of it."""
    episode = episode_of(request, key)
    acts = {"wishes": _keep_wishes, "relax": _relax, "had": _say_had, "book": _book, "mend": _mend}
    if request.method == "POST":
        act: Callable[[StaffRequest, Episode], HttpResponse] | None = acts.get(request.POST.get("act", ""))
        if act is not None:
            return act(request, episode)
    return _page(request, episode)


def _page(
    request: StaffRequest,
    episode: Episode,
    *,
    status: int = 200,
    form: wishes.WishesForm | None = None,
    said: list[str] | None = None,
) -> HttpResponse:
    known = asking.known_of(episode)
    plan = asking.agreed_plan(episode)
    context: dict[str, Any] = {"plan": plan, "said": said or [], "may_plan": may(request.member, "plan")}
    is_same_plan = known.running is not None and plan is not None and known.running.plan_id == plan.pk
    if known.running is not None and (is_same_plan or plan is None) and _has_sessions(known.running):
        context |= _booked_context(request, known.running, known.now)
    else:
        context |= _proposal_context(request, known, plan, form)
    return episode_page(request, episode, "clinic/book/book.html", "book", context, status=status)


def _has_sessions(row: Course) -> bool:
    return any(one.status in diary.TAKES_PLACE for one in diary.rows_of(row))


# what can be booked


def _proposal_context(
    request: StaffRequest, known: asking.Known, plan: Plan | None, form: wishes.WishesForm | None
) -> dict[str, Any]:
    hindrances = ready.hindrances(known, plan)
    if hindrances or plan is None:
        reads = may(request.member, "see_record")
        is_told = bool(holds_of(known.episode.pk))  # above, with what to do
        left = [one for one in hindrances if not (one.is_hold and is_told)]
        told = {(one.says if reads else one.desk): one.step for one in left}
        return {"mode": "not now", "hindrances": [(says, step if reads else "") for says, step in told.items()]}
    ahead = diary.sessions_of(known.running, diary.AHEAD) if known.running else []
    around = diary.diary_of(known.episode.clinic, known.now, course=known.running, without=[one.id for one in ahead])
    members = diary.treating(request.clinic)
    wished = wishes.usable(wishes.kept(request, known.episode), around.clinic)
    names = showing.Names(request.clinic)
    found: dict[str, Any] = {
        "mode": "propose",
        "form": form or wishes.WishesForm(initial=wishes.as_typed(wished), members=members),
        "wishes": wishes.written(wished),
        "is_wished": wished != NO_WISHES,
        "instead_of": len(ahead),
    }
    try:
        course = asking.course_to_book(known, plan)
    except FaultyBooking:
        return {"mode": "not now", "hindrances": [(_("The plan cannot be booked as it is. Make a new plan."), "plan")]}
    found["course"] = course
    found["needs"] = showing.needs(course)
    if course.sessions < 1:
        return {"mode": "all had", "course": course}
    answer = alternatives(around, course, _liking_own(known.episode, wished, around), count=PROPOSALS)
    if isinstance(answer, Clash):
        return found | {"mode": "clash"} | _clash_context(request, answer, names)
    listed = prices.price_list(request.clinic, known.now.date())
    return found | {"proposals": [_shown(one, names, listed) for one in answer]}


def _liking_own(episode: Episode, wished: Wishes, around: Diary) -> Wishes:
    """The therapist of the episode is liked best, where no other wish was said."""
    own = diary.therapist_id(episode.therapist_id) if episode.therapist_id else ""
    if wished.therapists or wished.therapists_liked or own not in around.therapists:
        return wished
    return msgspec.structs.replace(wished, therapists_liked=frozenset({own}))


def _shown(one: Proposal, names: showing.Names, listed: Any) -> dict[str, Any]:
    return {
        "aim": _(words.AIMS[one.aim]),
        "sessions": [names.shown(session) for session in one.sessions],
        "weeks": showing.weeks([session.day for session in one.sessions]),
        "held": sum(session.status == "held" for session in one.sessions),
        "price": prices.price(one.sessions, listed),
        "text": showing.written(one.sessions),
    }


def _clash_context(request: StaffRequest, clash: Clash, names: showing.Names) -> dict[str, Any]:
    facts: dict[str, str] = {one.tells: one.fact for one in advice.knowledge().own_records.values()}
    refusals = words.refusals(clash, facts)
    # when the last course ended is asked only of those who had one
    unknown = [one.fact for one in refusals if one.fact]
    asked = [fact for fact in unknown if fact != facts["days_since_course_ended"]] or unknown
    return {
        "clash": clash,
        "refusals": [one.says for one in refusals],
        "to_ask": [(f"had_{place}", advice.knowledge().facts[fact]) for place, fact in enumerate(asked)],
        "removed": [(_(words.REMOVES.get(one.rule, one.rule)), one.slots, one.alone) for one in clash.removed][:8],
        "relaxing": [
            (words.relaxing_words(one, names.therapists), wishes.written(one.wishes), words.can_be_applied(one))
            for one in clash.relaxing
        ],
        "may_ask": may(request.member, "add_findings"),
    }


def _keep_wishes(request: StaffRequest, episode: Episode) -> HttpResponse:
    form = wishes.WishesForm(request.POST, members=diary.treating(request.clinic))
    if not form.is_valid():
        return _page(request, episode, status=422, form=form)
    wishes.keep(request, episode, form.wishes())
    return redirect("book", key=episode.key)


def _say_had(request: StaffRequest, episode: Episode) -> HttpResponse:
    """What the person says was had elsewhere, as findings."""
    if not may(request.member, "add_findings"):
        raise PermissionDenied
    own = advice.knowledge().own_records.values()
    countable: list[str] = sorted(one.fact for one in own if one.tells in words.COUNTS)
    given = {fact: request.POST[fact].strip() for fact in countable if fact in request.POST}
    try:
        if not given:
            raise NotRecorded({"": _("Nothing was answered.")})
        add(episode, given, Author(source="record", by=request.member.name, member=request.member))
    except NotRecorded as problem:
        called = {fact: advice.knowledge().facts[fact].name for fact in given}
        said = [f"{called[fact]}: {text}" if fact in called else text for fact, text in problem.faults.items()]
        return _page(request, episode, status=422, said=said)
    return redirect("book", key=episode.key)


def _relax(request: StaffRequest, episode: Episode) -> HttpResponse:
    found = wishes.read(request.POST.get("wishes", ""))
    if found is None:
        return _page(request, episode, status=422, said=[_("These wishes could not be read. Enter them again.")])
    wishes.keep(request, episode, found)
    return redirect("book", key=episode.key)


def _book(request: StaffRequest, episode: Episode) -> HttpResponse:
    try:
        chosen = showing.read(request.POST.get("sessions", ""))
        wished = wishes.read(request.POST.get("wishes", "")) or NO_WISHES
        row = writing.book(episode, request.member, chosen, _here(request, wished))
    except ready.NotNow:
        return _page(request, episode, status=409, said=[_("Nothing was booked: something has changed.")])
    except writing.Taken as taken:
        return _page(request, episode, status=409, said=_taken_words(taken))
    except IntegrityError:
        return _page(request, episode, status=409, said=[_("Nothing was booked: a place was taken meanwhile.")])
    except (ValueError, FaultyBooking):
        return _page(request, episode, status=422, said=[_("Nothing was booked: choose one of the proposals.")])
    count = Session.objects.filter(course=row, status__in=diary.AHEAD).count()
    messages.success(request, ngettext("{} session is booked.", "{} sessions are booked.", count).format(count))
    return redirect("book", key=episode.key)


def _here(request: StaffRequest, wished: Wishes) -> Wishes:
    """The wishes, or none when they name somebody who does not work here (any more)."""
    return wishes.usable(wished, diary.clinic_of(request.clinic, timezone.localtime()))


def _taken_words(taken: writing.Taken) -> list[str]:
    said = [_("Nothing was booked: it was possible a moment ago and is not any more. These are fresh proposals.")]
    for number, broken in sorted(taken.broken.items())[:3]:
        said.extend(_("Session {}: {}").format(number, text) for text in words.all_words(broken))
    return said


# what is booked


def _booked_context(request: StaffRequest, row: Course, now: datetime) -> dict[str, Any]:
    names = showing.Names(request.clinic)
    rows = diary.rows_of(row)
    lost, open_ones = writing.missing(row), changes.unsettled(row, now)
    context: dict[str, Any] = {
        "mode": "booked",
        "course_row": row,
        "sessions": [names.row(one, now) for one in rows],
        "waiting": len(lost),
        "unsettled": open_ones,
        "held": any(one.status == Session.Status.HELD for one in rows),
        "price": row.price,
    }
    if lost and not open_ones:
        context |= _mend_context(row, lost, names)
    return context


def _mend_context(row: Course, lost: list[str], names: showing.Names) -> dict[str, Any]:
    found = changes.booked(row)
    try:
        answer = changes.mended(found, lost)
    except FaultyBooking:
        return {}
    if not isinstance(answer, Repair):
        return {"mend_clash": answer, "mend_refusals": [one.says for one in words.refusals(answer, {})]}
    before, moved = found.diary.sessions, [one for one in answer.sessions if one.id in answer.moved]
    return {
        "mend": [(names.shown(one), names.shown(before[one.id]) if one.id in before else None) for one in moved],
        "mend_mark": changes.mark_of(answer.sessions),
    }


def _mend(request: StaffRequest, episode: Episode) -> HttpResponse:
    row = asking.running_course(episode)
    if row is None:
        return redirect("book", key=episode.key)
    row.episode = episode
    if not writing.missing(row):
        return redirect("book", key=episode.key)
    if not changes.mend(row, request.POST.get("mark", "")[:64], request.member):
        said = [_("Nothing was changed: the diary is not as it was. Look at the new proposal.")]
        return _page(request, episode, status=409, said=said)
    messages.success(request, _("The course is complete again."))
    return redirect("book", key=episode.key)
