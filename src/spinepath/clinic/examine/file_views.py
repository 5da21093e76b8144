"""Pages of the files of an episode. A file is served to those who may read the record, and nothing in it may run."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, episode_of, may, staff
from spinepath.clinic.examine.files import KINDS, Refused, keep, settle, too_large, withdraw
from spinepath.clinic.models import Document, Episode, Task
from spinepath.clinic.pages import episode_page

_LONGEST_TITLE = 200
_SHOWN_IN_PAGE = ("image/jpeg", "image/png")
_NOTHING_RUNS = "default-src 'none'; sandbox; frame-ancestors 'none'"


@staff("see_record")
@require_http_methods(["GET", "POST"])
def files(request: StaffRequest, key: str) -> HttpResponse:
    """All files, and the form that adds one."""
    episode = episode_of(request, key)
    if request.method == "GET":
        return _files(request, episode, "", [])
    title = " ".join(request.POST.get("title", "").replace("\x00", "").split())
    faults = _faults(request, episode, title)
    if not faults:
        try:
            document = keep(episode, request.member, title, request.FILES["file"])  # type: ignore[arg-type]
        except Refused as refused:
            faults = [("file", str(refused))]
        else:
            messages.success(request, _("The file was kept. It is on your list until somebody has read it."))
            return redirect("document", key=episode.key, file=document.key)
    return _files(request, episode, title, faults, status=422)


def _faults(request: StaffRequest, episode: Episode, title: str) -> list[tuple[str, str]]:
    faults = []
    if not may(request.member, "add_findings") or not episode.is_open:
        faults.append(("", _("This episode was closed. Nothing was kept. Open it again, or begin a new one.")))
    if not title:
        faults.append(("title", _("Write what the file is, for example: report of the scan.")))
    if len(title) > _LONGEST_TITLE:
        faults.append(("title", _("Write a shorter title, at most 200 letters.")))
    if getattr(request, "too_large", False):
        faults.append(("file", too_large()))
    elif "file" not in request.FILES:
        faults.append(("file", _("Choose a file.")))
    return faults


def _files(
    request: StaffRequest, episode: Episode, title: str, faults: list[tuple[str, str]], status: int = 200
) -> HttpResponse:
    context = {
        "documents": Document.objects.filter(episode=episode).select_related("member"),
        "to_read": _to_read(episode),
        "kinds": {kind: name for kind, (_ending, name) in KINDS.items()},
        "title": title,
        "faults": faults,
        "fault_of": dict(reversed(faults)),
    }
    return episode_page(request, episode, "clinic/examine/files.html", "examine", context, status)


def _to_read(episode: Episode) -> set[str]:
    tasks = Task.objects.filter(episode=episode, kind=Task.Kind.DOCUMENT, settled_at=None)
    return set(tasks.values_list("about", flat=True))


def _document(episode: Episode, key: str) -> Document:
    rows = Document.objects.select_related("member", "episode__clinic", "episode__person")
    return get_object_or_404(rows, episode=episode, key=key)


@staff("see_record")
@require_http_methods(["GET", "POST"])
def file(request: StaffRequest, key: str, file: str) -> HttpResponse:
    """One file: what its header says, that it was read, and how it is withdrawn."""
    episode = episode_of(request, key)
    document = _document(episode, file)
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        answer = _act(request, document, faults)
        if answer is not None:
            return answer
    context = {
        "document": document,
        "kind": KINDS.get(document.kind, ("", document.kind))[1],
        "is_image": document.kind in _SHOWN_IN_PAGE,
        "waits": document.key in _to_read(episode),
        "reason": request.POST.get("reason", ""),
        "faults": faults,
    }
    return episode_page(request, episode, "clinic/examine/file.html", "examine", context, status=422 if faults else 200)


def _act(request: StaffRequest, document: Document, faults: list[tuple[str, str]]) -> HttpResponse | None:
    """Do what was asked and go on; None, with the fault, when it cannot be done."""
    here = redirect("document", key=document.episode.key, file=document.key)
    if request.POST.get("act") == "read":
        if settle(document, request.member):
            messages.success(request, _("You have read it. The task is done."))
        return here
    reason = " ".join(request.POST.get("reason", "").replace("\x00", "").split())
    if not reason:
        faults.append(("reason", _("Write why the file is withdrawn, for example: belongs to somebody else.")))
        return None
    if withdraw(document, request.member, reason):
        messages.success(request, _("The file was withdrawn. It stays in the record with your reason."))
    else:
        messages.info(request, _("The file was withdrawn before."))
    return here


@staff("see_record")
@require_GET
def content(request: StaffRequest, key: str, file: str) -> HttpResponse:
    """The bytes, as what they are: pictures to be looked at, everything else to be saved."""
    episode = episode_of(request, key)
    document = _document(episode, file)
    if document.kind not in KINDS:
        raise Http404
    audit.note(request.clinic, request.member.name, audit.READ, "document", key=document.key, episode=episode)
    try:
        opened = document.file.open("rb")
    except OSError:
        raise Http404 from None
    answer = FileResponse(
        opened,
        content_type=document.kind,
        as_attachment=document.kind not in _SHOWN_IN_PAGE,
        filename=f"{document.key}.{KINDS[document.kind][0]}",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _NOTHING_RUNS
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer  # type: ignore[return-value]  # a stream is an answer as well
