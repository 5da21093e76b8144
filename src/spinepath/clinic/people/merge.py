"""Putting two entries of one person together, and taking them apart again: nothing is lost either way."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import audit, record
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, Member, Merge, Person


class NotMerged(Exception):
    """Nothing was changed; the text says why and what to do."""


@transaction.atomic
def merge(into: Person, merged: Person, member: Member) -> Merge:
    """Let `merged` go on as `into`: its episodes move, the entry stays and points there. Raises NotMerged."""
    into, merged = _locked(into, merged)
    if not into.clinic_id == merged.clinic_id == member.clinic_id:
        raise NotMerged(_("They belong to different clinics. Nothing was changed."))
    if into.pk == merged.pk:
        raise NotMerged(_("This is one and the same entry. Choose another one."))
    for one in (into, merged):
        if one.merged_into_id:
            raise NotMerged(_("One of the two was merged already. Look at the entry that goes on."))
        if one.erased_at:
            raise NotMerged(_("One of the two was erased. Nothing is left to put together."))
    moved = list(Episode.objects.filter(person=merged).values_list("key", flat=True))
    Episode.objects.filter(person=merged).update(person=into)
    Person.objects.filter(merged_into=merged).update(merged_into=into)
    merged.merged_into = into
    merged.version += 1
    merged.save()
    record.look_again(into.pk)  # a danger that lasts, found under one entry, counts under both
    for one, detail in ((into, f"takes over {merged.key}"), (merged, f"goes on as {into.key}")):
        audit.note(member.clinic, member.name, audit.CHANGE, "merge", key=one.key, person=one, detail=detail)
    return Merge.objects.create(merged=merged, into=into, episodes=moved, by=member)


@transaction.atomic
def undo(done: Merge, member: Member) -> Merge:
    """Take the two apart again: the episodes that moved go back; what was opened since stays. Raises NotMerged."""
    _locked(done.into, done.merged)
    done = Merge.objects.select_for_update(of=("self",), no_key=True).select_related("merged", "into").get(pk=done.pk)
    if done.undone_at:
        raise NotMerged(_("This was taken apart already."))
    merged = done.merged
    if merged.clinic_id != member.clinic_id:
        raise NotMerged(_("They belong to another clinic. Nothing was changed."))
    # who was merged into this one before stays with it: that was decided separately
    Person.objects.filter(pk__in=_behind(merged)).update(merged_into=merged)
    # only those that are still where they went: others were taken back by themselves
    here = [pk for pk in (done.into_id, done.into.merged_into_id) if pk]
    Episode.objects.filter(key__in=done.episodes, person__in=here).update(person=merged)
    merged.merged_into = None
    merged.version += 1
    merged.save()
    done.undone_at, done.undone_by = timezone.now(), member
    done.save(update_fields=["undone_at", "undone_by"])
    for one in (done.into, merged):
        audit.note(member.clinic, member.name, audit.CHANGE, "merge", key=one.key, person=one, detail="taken apart")
    return done


def _behind(person: Person) -> list[int]:
    """Everybody who was merged into the person, also by way of others."""
    found: list[int] = []
    last = [person.pk]
    while last:
        last = list(Merge.objects.filter(into__in=last, undone_at=None).values_list("merged_id", flat=True))
        found += last
    return found


def _locked(*people: Person) -> list[Person]:
    """The people as they are now, locked in one order, so that two merges wait for each other."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in people]).order_by("pk")
    now = {row.pk: row for row in rows}
    lock_episodes(*Episode.objects.filter(person__in=now).values_list("pk", flat=True))
    return [now[one.pk] for one in people]
