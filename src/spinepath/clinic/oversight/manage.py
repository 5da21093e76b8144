"""Pages of the clinic's settings: about the clinic, hours, rooms, members, prices, and what it says of itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, staff
from spinepath.clinic.advice import today_of
from spinepath.clinic.book import absence_views, fitting
from spinepath.clinic.models import Away, Closure, Member, Opening, PriceList, Room, Session, Shift
from spinepath.clinic.oversight import forms as shown
from spinepath.clinic.oversight import members, policies

_WAITING = [Session.Status.BOOKED, Session.Status.HELD]


def faults_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The faults of a form for the summary at the top of its page."""
    return [
        (form[name].auto_id if name in form.fields else "", str(text))
        for name, texts in form.errors.items()
        for text in texts
    ]


def _page(request: StaffRequest, template: str, context: dict[str, Any], *wrong: forms.BaseForm) -> HttpResponse:
    faults = [fault for form in wrong for fault in faults_of(form)]
    status = context.pop("status", 422 if faults else 200)
    return render(request, f"clinic/oversight/{template}.html", {"faults": faults, **context}, status=status)


def _kept(request: StaffRequest, row: Model, about: str, act: str) -> None:
    """Save what a form made, and note it."""
    with transaction.atomic():
        row.save()
        audit.note(request.clinic, request.member.name, act, about, key=str(row.pk))


def _stale(request: StaffRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    messages.error(
        request,
        _("Somebody changed this while the page was open. Nothing was saved. Below is what counts now."),
    )
    return _page(request, template, {**context, "status": 409})


@staff("manage")
def manage(request: StaffRequest) -> HttpResponse:
    """What can be set, each with how it stands."""
    clinic = request.clinic
    said = policies.sayings(clinic)
    context = {
        "clinic": clinic,
        "openings": clinic.openings.count(),
        "rooms": clinic.rooms.filter(is_used=True).count(),
        "members": clinic.members.filter(is_active=True).count(),
        "prices": _in_force(request),
        "closures": clinic.closures.filter(last__gte=today_of(clinic)).order_by("first")[:3],
        "unsaid": sum(not one.said and not one.is_policy for one in said),
        "switched": [one for one in said if one.is_policy and one.said and one.said != one.fact.default],
    }
    return _page(request, "manage", context)


def _in_force(request: StaffRequest) -> PriceList | None:
    rows = PriceList.objects.filter(clinic=request.clinic, since__lte=today_of(request.clinic))
    return rows.order_by("-since", "-pk").first()


@staff("manage")
def about(request: StaffRequest) -> HttpResponse:
    """Name, address, phones, clock and grid."""
    form = shown.ClinicForm(request.POST or None, instance=request.clinic)
    if request.method == "POST" and form.is_stale:
        request.clinic.refresh_from_db()
        return _stale(request, "form", _about(shown.ClinicForm(instance=request.clinic)))
    if request.method == "POST" and form.is_valid():
        _kept(request, form.save(commit=False), "clinic", audit.CHANGE)
        messages.success(request, _("Saved."))
        return redirect("manage")
    return _page(request, "form", _about(form), form)


def _about(form: forms.BaseForm) -> dict[str, Any]:
    return {"form": form, "title": _("About the clinic"), "back": "manage"}


# hours


@staff("manage")
def hours(request: StaffRequest) -> HttpResponse:
    """When the clinic is open, and when not after all."""
    adding = request.POST.get("add")
    data = request.POST if request.method == "POST" else None
    opening = shown.OpeningForm(data if adding == "opening" else None, clinic=request.clinic, prefix="opening")
    closure = shown.ClosureForm(data if adding == "closure" else None, clinic=request.clinic, prefix="closure")
    for form, what in ((opening, "opening hours"), (closure, "closure")):
        if form.is_bound and form.is_valid():
            if _is_there(form):
                messages.info(request, _("It is there already; nothing was added twice."))
            else:
                with fitting.watched(request.clinic, request.member) as watch:
                    _kept(request, form.save(commit=False), what, audit.ADD)
                _tell_lost(request, _("Added."), watch)
            return redirect("hours")
    context = {
        "opening": opening,
        "closure": closure,
        "openings": request.clinic.openings.order_by("weekday", "start"),
        "closures": request.clinic.closures.filter(last__gte=today_of(request.clinic))
        .select_related("room")
        .order_by("first"),
    }
    return _page(request, "hours", context, opening, closure)


def _tell_lost(request: StaffRequest, done: str, watch: fitting.Watch) -> None:
    """Say that it is done, and what has become of what was booked: nothing is moved by itself."""
    count = len(watch.lost)
    if not count:
        messages.success(request, done)
        return
    text = ngettext(
        "%(n)d session that is booked does not fit any more. It stands on Today, for the desk to move.",
        "%(n)d sessions that are booked do not fit any more. They stand on Today, for the desk to move.",
        count,
    )
    messages.warning(request, f"{done} {text % {'n': count}}")


def _is_there(form: forms.ModelForm[Any]) -> bool:
    """Is there a row that says the very same? Then a button was pressed twice."""
    row = form.instance
    owner = {"member": row.member} if hasattr(row, "member_id") else {"clinic": row.clinic}
    said: bool = type(row).objects.filter(**owner, **form.cleaned_data).exists()
    return said


_OF_CLINIC: dict[str, type[Model]] = {"opening": Opening, "closure": Closure}
_OF_MEMBER: dict[str, type[Model]] = {"shift": Shift, "away": Away}


@require_POST
@staff("manage")
def remove(request: StaffRequest, what: str, pk: int) -> HttpResponse:
    """Take away opening hours, a closure or a shift; an absence is withdrawn."""
    row: Model | None = None
    if what in _OF_CLINIC:
        rows, back = _OF_CLINIC[what]._default_manager.filter(clinic=request.clinic, pk=pk), redirect("hours")
    elif what in _OF_MEMBER:
        rows = _OF_MEMBER[what]._default_manager.filter(member__clinic=request.clinic, pk=pk)
        row = rows.first()
        back = redirect("member", row.member_id) if row else redirect("members")  # type: ignore[attr-defined]
    else:
        return redirect("manage")
    if what == "away":
        absence_views.take_back(request, row)  # type: ignore[arg-type]
        return back
    with fitting.watched(request.clinic, request.member) as watch:
        count, _kinds = rows.delete()
        if count:
            audit.note(request.clinic, request.member.name, audit.CHANGE, what, key=str(pk), detail="taken away")
    _tell_lost(request, _("Taken away.") if count else _("It was taken away already."), watch)
    return back


# rooms


@staff("manage")
def rooms(request: StaffRequest) -> HttpResponse:
    """The rooms, and one more."""
    form = shown.RoomForm(request.POST or None, clinic=request.clinic, initial={"is_used": True})
    if request.method == "POST" and form.is_valid():
        _kept(request, form.save(commit=False), "room", audit.ADD)
        messages.success(request, _("The room was added."))
        return redirect("rooms")
    return _page(request, "rooms", {"form": form, "rooms": request.clinic.rooms.all()}, form)


@staff("manage")
def room(request: StaffRequest, pk: int) -> HttpResponse:
    """One room."""
    row = get_object_or_404(Room, clinic=request.clinic, pk=pk)
    form = shown.RoomForm(request.POST or None, instance=row, clinic=request.clinic)
    context = {"form": form, "title": row.name, "back": "rooms"}
    if request.method == "POST" and form.is_stale:
        row.refresh_from_db()
        return _stale(request, "form", {**context, "form": shown.RoomForm(instance=row, clinic=request.clinic)})
    if request.method == "POST" and form.is_valid():
        with fitting.watched(request.clinic, request.member) as watch:
            _kept(request, form.save(commit=False), "room", audit.CHANGE)
        _tell_lost(request, _("Saved."), watch)
        return redirect("rooms")
    return _page(request, "form", context, form)


# members


@staff("manage")
def members_page(request: StaffRequest) -> HttpResponse:
    """Everybody who works here, and one more."""
    form = shown.NewMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        added = members.add(form.save(commit=False), form.cleaned_data["username"], request.member)
        request.session["told_once"] = [added.pk, members.new_link(added, request.member)]
        messages.success(request, _("The member was added."))
        return redirect("member", added.pk)
    rows = request.clinic.members.select_related("user").order_by("-is_active", "name")
    return _page(request, "members", {"form": form, "members": rows}, form)


@staff("manage")
def member(request: StaffRequest, pk: int) -> HttpResponse:
    """One member: role and qualifications, shifts, absences, the way in."""
    row = _member(request, pk)
    adding = request.POST.get("add")
    data = request.POST if request.method == "POST" else None
    form = shown.MemberForm(data if adding == "details" else None, instance=row)
    shift = shown.ShiftForm(data if adding == "shift" else None, member=row, prefix="shift")
    away = shown.AwayForm(data if adding == "away" else None, member=row, prefix="away")
    context = {"form": form, "shift": shift, "away": away, "row": row}
    if form.is_bound and form.is_stale:
        row = _member(request, pk)
        context |= {"form": shown.MemberForm(instance=row), "row": row}
        return _stale(request, "member", context | _around(request, row))
    if form.is_bound and form.is_valid():
        try:
            with fitting.watched(request.clinic, request.member) as watch:
                members.change(form.save(commit=False), request.member)
        except members.LastOne as problem:
            form.add_error("role", str(problem))
        else:
            _tell_lost(request, _("Saved."), watch)
            return redirect("member", pk)
    for one, what in ((shift, "shift"), (away, "absence")):
        if one.is_bound and one.is_valid():
            if not _is_there(one):
                with fitting.watched(request.clinic, request.member) as watch:
                    _kept(request, one.save(commit=False), what, audit.ADD)
                _tell_lost(request, _("Added."), watch)
            return redirect("member", pk)
    return _page(request, "member", context | _around(request, _member(request, pk)), form, shift, away)


def _member(request: StaffRequest, pk: int) -> Member:
    return get_object_or_404(Member.objects.select_related("user", "clinic"), clinic=request.clinic, pk=pk)


def _around(request: StaffRequest, row: Member) -> dict[str, Any]:
    """What the page of a member shows beside the form; a link that was just made is told once."""
    told = request.session.get("told_once")
    if told and told[0] == row.pk:
        del request.session["told_once"]
    today = today_of(request.clinic)
    return {
        "row": row,
        "link": request.build_absolute_uri(told[1]) if told and told[0] == row.pk else "",
        "shifts": row.shifts.order_by("weekday", "start"),
        "absences": row.absences.filter(last__gte=today).order_by("first"),
        "booked": row.sessions.filter(day__gte=today, status__in=_WAITING).count(),
        "factors": row.user.authenticator_set.count(),  # type: ignore[attr-defined]
    }


@require_POST
@staff("manage")
def door(request: StaffRequest, pk: int) -> HttpResponse:
    """Close or open the door for a member, or make a link for a new password."""
    row = _member(request, pk)
    act = request.POST.get("act")
    try:
        if act == "link":
            request.session["told_once"] = [row.pk, members.new_link(row, request.member)]
        elif act == "factors":
            count = members.drop_factors(row, request.member)
            text = ngettext("%(n)d way in was taken away.", "%(n)d ways in were taken away.", count) % {"n": count}
            messages.success(request, text)
        elif act in ("open", "close"):
            with fitting.watched(request.clinic, request.member) as watch:
                members.set_active(row, act == "open", request.member)
            _tell_lost(
                request, _("The member may sign in again.") if act == "open" else _("The door is closed."), watch
            )
    except members.LastOne as problem:
        messages.error(request, str(problem))
    return redirect("member", pk)


# prices


@staff("manage")
def prices(request: StaffRequest) -> HttpResponse:
    """Price lists, newest first. None is ever changed; a new one takes over from its day on."""
    form = shown.PriceForm(request.POST or None, initial={"since": today_of(request.clinic)})
    if request.method == "POST" and form.is_valid():
        rates = form.pairs("minutes", "price", shown.MOST_RATES)
        discounts = form.pairs("sessions", "percent", shown.MOST_DISCOUNTS)
        row = {
            "since": form.cleaned_data["since"],
            "rates": [{"kind": "session", "minutes": one, "price": str(price)} for one, price in sorted(rates)],
            "discounts": [{"sessions": one, "percent": str(percent)} for one, percent in sorted(discounts)],
        }
        if PriceList.objects.filter(clinic=request.clinic, **row).exists():
            messages.info(request, _("It is there already; nothing was added twice."))
        else:
            _kept(request, PriceList(clinic=request.clinic, **row), "price list", audit.ADD)
            messages.success(request, _("The price list was added."))
        return redirect("prices")
    context = {
        "form": form,
        "rates": form.rows("minutes", "price", shown.MOST_RATES),
        "discounts": form.rows("sessions", "percent", shown.MOST_DISCOUNTS),
        "lists": request.clinic.price_lists.order_by("-since", "-pk")[:20],
        "in_force": _in_force(request),
        "currency": request.clinic.currency,
    }
    return _page(request, "prices", context, form)


# what the clinic says of itself


@staff("manage")
def says(request: StaffRequest) -> HttpResponse:
    """The facts that the clinic answers for everybody, and its policies."""
    faults: dict[str, str] = {}
    typed = {name[5:]: str(value)[:200] for name, value in request.POST.dict().items() if name.startswith("fact-")}
    seen = {name[5:]: str(value) for name, value in request.POST.dict().items() if name.startswith("seen-")}
    if request.method == "POST":
        try:
            changed = policies.say(request.clinic, typed, seen, request.member)
        except policies.NotSaid as problem:
            faults = problem.faults
        else:
            _tell(request, changed)
            return redirect("says")
    rows = policies.sayings(request.clinic, {**request.clinic.answers, **typed} if faults else None)
    context = {
        "groups": [
            (_("What is so here"), [one for one in rows if not one.is_policy]),
            (_("Policies"), [one for one in rows if one.is_policy]),
        ],
        "faults": [(f"fact-{name}", text) for name, text in faults.items()],
        "wrong": faults,
        "answers": request.clinic.answers,
        "status": 422 if faults else 200,
        "now": timezone.localtime(),
    }
    return _page(request, "says", context)


def _tell(request: StaffRequest, changed: list[str]) -> None:
    if not changed:
        messages.info(request, _("Nothing was changed."))
        return
    text = ngettext(
        "%(n)d answer was changed. Advice for everybody changes from now on; earlier decisions stay as they were.",
        "%(n)d answers were changed. Advice for everybody changes from now on; earlier decisions stay as they were.",
        len(changed),
    )
    messages.success(request, text % {"n": len(changed)})
