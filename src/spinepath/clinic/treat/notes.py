"""The note of a session: what was planned carried over, drafts that save themselves, the signature, additions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Consent, Member, Note, Plan, Session
from spinepath.clinic.plan.options import Options
from spinepath.engine.evaluate import Outcome

FREE_MOST, LINE_MOST = 20000, 200
_FIELDS = ("done", "level", "minutes", "where", "why")


@dataclass
class Written:
    """What stands on the page: for each technique its fields, pain after, the free note."""

    phases: list[dict[str, Any]] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    free: str = ""

    def techniques(self) -> list[dict[str, Any]]:
        """Every technique in the order of the phases."""
        return [one for phase in self.phases for one in phase["techniques"]]


class Stale(Exception):
    """Somebody else saved the note meanwhile; `note` is what stands now."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.version)
        self.note = note


class Signed(Exception):
    """The note is signed: only additions are possible."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.version)
        self.note = note


class NotSigned(Exception):
    """The note stays a draft; `faults` are (field, text)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(len(faults))
        self.faults = faults


def plan_of(session: Session) -> Plan:
    """The plan by which the session is treated: the agreed one of the episode, else that of its course."""
    agreed = Plan.objects.filter(episode_id=session.episode_id, status=Plan.Status.AGREED).first()
    return agreed or session.course.plan


def last_note(session: Session) -> Note | None:
    """The last signed note of the episode before this session."""
    rows = Note.objects.filter(session__episode_id=session.episode_id, signed_at__isnull=False)
    return rows.exclude(session=session).order_by("-session__day", "-session__start").first()


def planned(session: Session, plan: Plan) -> Written:
    """The phases with the techniques of the plan, each with the dose of the last session or of the plan."""
    base = advice.knowledge()
    before = last_note(session)
    given = {one["id"]: one for phase in (before.phases if before else []) for one in phase.get("techniques", [])}
    by_phase: dict[str, list[dict[str, Any]]] = {}
    for one in plan.techniques:
        technique = base.techniques.get(one["id"])
        if technique is not None:
            by_phase.setdefault(_phase_of(one, technique.phases), []).append(_row(one, given.get(one["id"])))
    phases = sorted((one for one in base.phases.values() if one.part_of == "session"), key=lambda one: one.order)
    return Written(phases=[{"phase": one.id, "techniques": by_phase.get(one.id, [])} for one in phases])


def _phase_of(one: Mapping[str, Any], phases: tuple[str, ...]) -> str:
    """The phase that the plan names, or the first one of a session in which the technique has its place."""
    known = advice.knowledge().phases
    named = one.get("phase") or ""
    in_session = [name for name in (named, *phases) if name in known and known[name].part_of == "session"]
    return in_session[0] if in_session else ""


def _row(one: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    level = (before or {}).get("level") if before and before.get("done") else None
    planned_level = level or one.get("level") or ""
    return {
        "id": one["id"],
        "planned_level": planned_level,
        "level": planned_level,
        "minutes": (before or {}).get("minutes", ""),
        "where": (before or {}).get("where", ""),
        "done": True,
        "why": "",
    }


def written(note: Note | None, session: Session, plan: Plan) -> Written:
    """What the note says, or what is planned while it is empty."""
    start = planned(session, plan)
    if note is None or not note.saved_at:
        agreed = agreed_to(note) if note and note.consent else None
        for one in start.techniques():
            one["done"] = agreed is None or one["id"] in agreed or not advice.knowledge().is_hands_on(one["id"])
        return start
    kept = {one["id"]: one for phase in note.phases for one in phase.get("techniques", [])}
    if note.signed_at:
        return Written(phases=note.phases, after=note.after, free=note.free)
    for phase in start.phases:
        phase["techniques"] = [{**one, **kept.get(one["id"], {})} for one in phase["techniques"]]
    return Written(phases=start.phases, after=note.after, free=note.free)


def agreed_to(note: Note) -> set[str]:
    """The techniques by hand that the person agreed to in this session, without those taken back since."""
    said = note.consent.get("techniques", {})
    back = Consent.objects.filter(
        episode__sessions=note.session_id, withdrawn_at__gte=datetime.fromisoformat(note.consent["at"])
    )
    return {name for name, answer in said.items() if answer == "yes"} - set(back.values_list("technique", flat=True))


def typed(start: Written, form: Mapping[str, str], compared: list[str]) -> Written:
    """What was typed into the page, as it is: read strictly only when it is signed."""
    for one in start.techniques():
        prefix = f"t-{one['id']}-"
        one.update({name: _clean(form.get(prefix + name, ""))[:LINE_MOST] for name in _FIELDS if name != "done"})
        # None: it was not allowed when the page was opened, so nobody has said yet whether it was done
        waits = prefix + "waits" in form and not one["why"].strip()
        one["done"] = True if prefix + "done" in form else None if waits else False
    after = {name: _clean(form.get(f"after-{name}", ""))[:20] for name in compared}
    return Written(phases=start.phases, after=after, free=_clean(form.get("free", "")).replace("\r\n", "\n"))


def _clean(text: str) -> str:
    return text.replace("\x00", "")


# keeping


def note_of(session: Session) -> Note:
    """The note of the session, made when there is none."""
    note, _made = Note.objects.get_or_create(session=session)
    return note


@transaction.atomic
def save_draft(session: Session, what: Written, version: int, member: Member, *, over: bool = False) -> Note:
    """Keep the draft. Raises Stale when somebody saved something else meanwhile, Signed when it is closed.

    Saving the same twice is saving it once. What somebody else wrote, or what is knowingly written `over`, stays among
    the replaced drafts unless the new one holds it.
    """
    note = Note.objects.select_for_update(no_key=True).get(pk=note_of(session).pk)
    if note.signed_at is not None:
        raise Signed(note)
    same = (note.phases, note.after, note.free) == (what.phases, what.after, what.free)
    if same and note.saved_at:
        return note
    if version != note.version:
        raise Stale(note)
    if (over or note.saved_by_id != member.pk) and _loses(note, what):
        note.replaced = [*note.replaced, _as_replaced(note, member)]
    note.phases, note.after, note.free = what.phases, what.after, what.free
    note.version, note.saved_at, note.saved_by = note.version + 1, timezone.now(), member
    note.save(update_fields=["phases", "after", "free", "version", "saved_at", "saved_by", "replaced"])
    if note.version == 1:
        audit.note(session.clinic, member.name, audit.ADD, "note", key=session.key, episode=session.episode)
    return note


def _loses(note: Note, what: Written) -> bool:
    """Would the new draft be without something that stands in the old one?"""
    if not note.saved_at:
        return False
    same = (note.phases, note.after) == (what.phases, what.after)
    return not (same and note.free.strip() in what.free)


def _as_replaced(note: Note, member: Member) -> dict[str, Any]:
    return {
        "at": note.saved_at.isoformat() if note.saved_at else "",
        "by": note.saved_by.name if note.saved_by else "",
        "replaced_at": timezone.now().isoformat(),
        "replaced_by": member.name,
        "phases": note.phases,
        "after": note.after,
        "free": note.free,
    }


def faults_of(what: Written, options: Options, compared: list[str], agreed: set[str]) -> list[tuple[str, str]]:
    """Why the note cannot be signed as it stands. What was done can always be signed, with a word why."""
    faults: list[tuple[str, str]] = []
    for one in what.techniques():
        faults += _faults_of_one(one, options) or _not_agreed(one, agreed)
    for name in compared:
        fact = advice.knowledge().facts[name]
        text = what.after.get(name, "")
        if text and not _is_number(text, fact.least, fact.most):
            says = _("After: write a number from %(least)s to %(most)s.")
            faults.append((f"after-{name}", says % {"least": f"{fact.least:g}", "most": f"{fact.most:g}"}))
    if len(what.free) > FREE_MOST:
        faults.append(("free", _("The note is too long: at most %(most)s letters.") % {"most": FREE_MOST}))
    return faults


def _faults_of_one(one: Mapping[str, Any], options: Options) -> list[tuple[str, str]]:
    base = advice.knowledge()
    name, field_of = base.techniques[one["id"]].name, f"t-{one['id']}-"
    option = options.all.get(one["id"])
    if one["done"] is None and option is not None and option.standing:
        return [(field_of + "done", _("%(name)s is allowed now. Look at its tick, then sign.") % {"name": name})]
    if not one["done"]:
        missing = _("%(name)s: write why it was left out.") % {"name": name}
        return [] if one["why"].strip() else [(field_of + "why", missing)]
    faults: list[tuple[str, str]] = []
    if one["minutes"] and not _is_number(one["minutes"], 0, options.minutes_most):
        says = _("%(name)s: minutes are a number up to %(most)s.") % {"name": name, "most": options.minutes_most}
        faults.append((field_of + "minutes", says))
    if option is not None and option.is_graded and one["level"] not in levels_of(option, one):
        faults.append((field_of + "level", _("%(name)s: choose one of its levels.") % {"name": name}))
    departs = option is None or not option.standing or one["level"] not in [level.id for level in option.levels]
    if departs and (option is None or option.is_graded or not option.standing) and not one["why"].strip():
        says = _("%(name)s is not allowed as things stand now. If it was done, write why; if not, take the tick away.")
        faults.append((field_of + "why", says % {"name": name}))
    return faults


def _not_agreed(one: Mapping[str, Any], agreed: set[str]) -> list[tuple[str, str]]:
    base = advice.knowledge()
    if not one["done"] or one["why"].strip() or one["id"] in agreed or not base.is_hands_on(one["id"]):
        return []
    says = _("%(name)s was not agreed to today. If it was done, write why; if not, take the tick away.")
    return [(f"t-{one['id']}-why", says % {"name": base.techniques[one["id"]].name})]


def levels_of(option: Any, one: Mapping[str, Any]) -> list[str]:
    """The levels that can be written down: those open today, and the one that was planned."""
    levels = [level.id for level in option.levels]
    return levels if one["planned_level"] in levels or not one["planned_level"] else [*levels, one["planned_level"]]


def _is_number(text: str, least: float | None, most: float | None) -> bool:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return False
    return (least is None or number >= least) and (most is None or number <= most)


@transaction.atomic
def sign(
    session: Session, what: Written, version: int, member: Member, outcome: Outcome, *, over: bool = False
) -> Note:
    """Sign the note and close the session. Raises Stale, Signed or NotSigned; then the draft stays as it was."""
    from spinepath.clinic.treat.closing import close

    lock_episodes(session.episode_id)
    plan = plan_of(session)
    compared = list(what.after)
    begun = note_of(session)
    agreed = agreed_to(begun) if begun.consent else set()
    faults = faults_of(what, Options(outcome, plan.overrides.all()), compared, agreed)
    if faults:
        raise NotSigned(faults)
    note = save_draft(session, what, version, member, over=over)
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("episode", "clinic")
        .get(pk=session.pk)
    )
    note.signed_at, note.signed_by = timezone.now(), member
    note.save(update_fields=["signed_at", "signed_by"])
    audit.note(
        session.clinic, member.name, audit.CHANGE, "note", key=session.key, episode=session.episode, detail="signed"
    )
    close(session, member)
    return note


@transaction.atomic
def add_to(session: Session, says: str, member: Member) -> Note:
    """Add to a signed note; the same words twice in a row are added once. Raises NotSigned without words."""
    says = _clean(says).strip()
    if not says or len(says) > FREE_MOST:
        raise NotSigned([("says", _("Write what is to be added, in at most %(most)s letters.") % {"most": FREE_MOST})])
    note = Note.objects.select_for_update(no_key=True).get(session=session, signed_at__isnull=False)
    if note.additions and (note.additions[-1]["by"], note.additions[-1]["says"]) == (member.name, says):
        return note
    note.additions = [*note.additions, {"at": timezone.now().isoformat(), "by": member.name, "says": says}]
    note.save(update_fields=["additions"])
    audit.note(session.clinic, member.name, audit.ADD, "addition", key=session.key, episode=session.episode)
    return note
