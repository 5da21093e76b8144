"""Pages about people: finding, registering, changing, and putting two entries together."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spinepath.clinic import audit, prepared
from spinepath.clinic.access import StaffRequest, may, staff, within
from spinepath.clinic.models import Episode, Merge, Person
from spinepath.clinic.models.keys import new_key
from spinepath.clinic.people import register as registering
from spinepath.clinic.people.find import LONGEST_QUERY, age_on, alike, find
from spinepath.clinic.people.merge import NotMerged, merge, undo
from spinepath.clinic.people.register import DETAILS, EpisodeForm, Merged, Overtaken, PersonForm

_ASKED = "people_asked"


def _person(request: StaffRequest, key: str) -> Person:
    return prepared.one_or_404(
        lambda clinic, key: Person.objects.filter(clinic=clinic, key=key).select_related("merged_into", "clinic"),
        request.clinic.pk,
        key,
    )


def _note_read(request: StaffRequest, person: Person) -> None:
    audit.note(request.clinic, request.member.name, audit.READ, "person", key=person.key, person=person)


# finding


@staff("see_people")
def people(request: StaffRequest) -> HttpResponse:
    """Everybody, or those who fit what was typed. A name never stands in an address: it is kept in the session."""
    if request.method == "POST":
        asked = request.POST.get("asked", "")[:LONGEST_QUERY].replace("\0", "")
        if request.session.get(_ASKED, "") != asked:
            request.session[_ASKED] = asked
        if not request.headers.get("HX-Request"):
            return redirect("people")
    asked = request.session.get(_ASKED, "")
    number = _number(request.GET.get("page"))
    found = find(request.clinic, asked, number)
    audit.note(request.clinic, request.member.name, audit.READ, "people", detail=f"page {number}")
    context = {"found": found, "asked": asked, "now": _now_of(request, found.people)}
    part = request.headers.get("HX-Request") and request.method == "POST"
    return render(request, "clinic/people/found.html" if part else "clinic/people/people.html", context)


def _number(written: str | None) -> int:
    return min(int(written), 100_000) if written and written.isascii() and written.isdigit() and len(written) < 7 else 1


def _now_of(request: StaffRequest, shown: list[Person]) -> dict[int, Episode]:
    """The newest open episode of each person who is shown."""
    rows = prepared.rows(
        lambda clinic, people: (
            Episode.objects.filter(clinic=clinic, person__in=people)
            .exclude(stage=Episode.Stage.CLOSED)
            .select_related("therapist")
            .order_by("opened_at")
        ),
        request.clinic.pk,
        [one.pk for one in shown],
    )
    return {row.person_id: row for row in rows}


# registering and changing


def _once(request: StaffRequest) -> str:
    """The key that a form was given when it was shown; empty when none is sent."""
    sent = request.POST.get("once", "")
    return sent if registering.is_key(sent) else ""


@staff("see_people")
def register(request: StaffRequest) -> HttpResponse:
    """A new person; those who may be the same are shown before anything is saved."""
    once = _once(request)
    form = PersonForm(request.POST if request.method == "POST" else None)
    same: list[Person] = []
    if request.method == "POST" and form.is_valid():
        made = form.save(commit=False)
        before = within(request, Person.objects.filter(key=once)).first()
        same = [] if before or request.POST.get("is_new") else alike(request.clinic, made)
        if not same:
            saved = before or registering.registered(request.clinic, request.member, made, once)
            messages.success(request, _("%(who)s is registered.") % {"who": _called(saved)})
            return redirect("person", saved.key)
    status = 422 if form.errors else 409 if same else 200
    return render(
        request, "clinic/people/register.html", {"form": form, "once": once or new_key(), "same": same}, status=status
    )


def _called(person: Person) -> str:
    return f"{person.given_name} {person.family_name}"


@staff("see_people")
def edit(request: StaffRequest, key: str) -> HttpResponse:
    """The details of a person. Who comes second sees what the first one saved, beside what they typed."""
    person = _person(request, key)
    context: dict[str, Any] = {"person": person, "version": person.version, "shown": registering.as_shown(person)}
    _note_read(request, person)
    if request.method != "POST":
        return render(request, "clinic/people/edit.html", {**context, "form": PersonForm(instance=person)})
    form = PersonForm(request.POST, instance=_person(request, key))
    context |= {"form": form, "version": request.POST.get("version", ""), "shown": request.POST.get("shown", "")}
    if not form.is_valid():
        return render(request, "clinic/people/edit.html", context, status=422)
    try:
        version = _number_or(context["version"], -1)
        saved = registering.change(person, request.member, form.cleaned_data, version, context["shown"])
    except Overtaken as overtaken:
        return _overtaken(request, overtaken)
    messages.success(request, _("The details of %(who)s are saved.") % {"who": _called(saved)})
    return redirect("person", key)


def _number_or(written: str, otherwise: int) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else otherwise


def _overtaken(request: StaffRequest, overtaken: Overtaken) -> HttpResponse:
    born = date.fromisoformat(overtaken.together["birth_date"])
    form = PersonForm(initial={**overtaken.together, "birth_date": born})
    rows = [
        {
            "label": form.fields[name].label,
            "theirs": overtaken.theirs[name],
            "mine": overtaken.together[name],
            "is_clash": name in overtaken.both,
        }
        for name in DETAILS
        if name in overtaken.theirs
    ]
    context = {
        "person": overtaken.now,
        "form": form,
        "version": overtaken.now.version,
        "shown": registering.as_shown(overtaken.now),
        "changes": rows,
        "who": registering.last_changed_by(overtaken.now),
    }
    return render(request, "clinic/people/edit.html", context, status=409)


# one person


@staff("see_people")
def person(request: StaffRequest, key: str, form: EpisodeForm | None = None) -> HttpResponse:
    """Who this is, the episodes, and what was put together with it."""
    found = _person(request, key)
    _note_read(request, found)
    episodes = prepared.rows(
        lambda clinic, person: (
            Episode.objects.filter(clinic=clinic, person=person)
            .select_related("therapist")
            .order_by("-opened_at", "-pk")
        ),
        request.clinic.pk,
        found.pk,
    )
    context = {
        "person": found,
        "age": age_on(found, timezone.localdate()),
        "language": dict(settings.LANGUAGES).get(found.language, found.language),
        "sex": dict(registering.sexes()).get(found.sex, ""),
        "episodes": episodes,
        "form": form or EpisodeForm(clinic=request.clinic),
        "once": _once(request) or new_key(),
        "merges": prepared.rows(
            lambda person: Merge.objects.filter(into=person, undone_at=None).select_related("merged", "by"), found.pk
        ),
        "may_open": may(request.member, "book") and not found.merged_into_id and not found.erased_at,
        "may_read": may(request.member, "see_record"),
        "may_book": may(request.member, "book"),
        "may_export": may(request.member, "export"),
    }
    return render(request, "clinic/people/person.html", context, status=422 if form else 200)


@require_POST
@staff("see_people", "book")
def start_episode(request: StaffRequest, key: str) -> HttpResponse:
    """Open an episode, once for each time the form was shown."""
    found = _person(request, key)
    form = EpisodeForm(request.POST, clinic=request.clinic)
    if not form.is_valid():
        return person(request, key, form)
    try:
        made = registering.opened(found, request.member, form.cleaned_data, _once(request))
    except Merged:
        messages.error(request, _("This person was merged meanwhile. Open the episode with the entry that goes on."))
        return redirect("person", key)
    messages.success(request, _("The episode is open."))
    return redirect("episode", made.key) if may(request.member, "see_record") else redirect("person", key)


# two entries of one person


@staff("see_people", "book")
def choose_merge(request: StaffRequest, key: str) -> HttpResponse:
    """Which other entry is the same person: those that look alike, or those found by name."""
    found = _person(request, key)
    asked = request.POST.get("asked", "")[:LONGEST_QUERY]
    others = find(request.clinic, asked).people if asked.strip() else alike(request.clinic, found)
    others = [one for one in others if one.pk != found.pk and not one.merged_into_id]
    return render(request, "clinic/people/choose_merge.html", {"person": found, "asked": asked, "others": others})


@staff("see_people", "book")
def merge_with(request: StaffRequest, key: str, other: str) -> HttpResponse:
    """Both side by side; one of them is chosen to go on."""
    pair = [_person(request, key), _person(request, other)]
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        chosen = next((one for one in pair if one.key == request.POST.get("goes_on")), None)
        if chosen is None:
            faults = [("goes-on-1", _("Choose the entry that goes on."))]
        else:
            rest = next((one for one in pair if one.pk != chosen.pk), chosen)
            try:
                merge(chosen, rest, request.member)
            except NotMerged as refused:
                faults = [("", str(refused))]
            else:
                messages.success(request, _("The two entries are one now. It can be undone on this page."))
                return redirect("person", chosen.key)
    for one in pair:
        _note_read(request, one)
    counts = [{"person": one, "episodes": _episodes(one), "place": place} for place, one in enumerate(pair, 1)]
    labels = {name: field.label for name, field in PersonForm().fields.items()}
    rows = [(labels[name], *(_told(one, name) for one in pair)) for name in DETAILS]
    context = {"sides": counts, "rows": rows, "faults": faults, "person": pair[0]}
    return render(request, "clinic/people/merge.html", context, status=422 if faults else 200)


def _episodes(person: Person) -> int:
    return Episode.objects.filter(person=person).count()


def _told(person: Person, name: str) -> str:
    value = getattr(person, name)
    if name == "language":
        return str(dict(settings.LANGUAGES).get(str(value), value))
    if name == "sex":
        return dict(registering.sexes()).get(person.sex, person.sex)
    return person.birth_date.strftime("%d.%m.%Y") if name == "birth_date" else str(value)


@require_POST
@staff("see_people", "book")
def unmerge(request: StaffRequest, key: str) -> HttpResponse:
    """Take a merged entry out again."""
    found = _person(request, key)
    done = Merge.objects.filter(merged=found, undone_at=None).select_related("into", "merged").order_by("-at").first()
    try:
        if done is None:
            raise NotMerged(_("This was taken apart already."))
        undo(done, request.member)
    except NotMerged as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("They are two entries again. Each has the episodes it had."))
    return redirect("person", key)
