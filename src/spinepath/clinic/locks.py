"""What nobody else changes meanwhile, and in which order it is locked, so that two who write never wait in a circle.

The clinic first, then episodes, then what belongs to them; the head of the audit last. The keys are left free
(`no_key`): a row that points to a locked one, an entry of the audit to its clinic, is checked when its transaction
ends. SQLite locks as a whole.
"""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from spinepath.clinic.models import Clinic, Episode


class Gone(Http404):
    """The person was erased while somebody waited to write; nothing is written. A page says "not found"."""


def lock_clinic(pk: int) -> Clinic:
    """The clinic as it is now; its diary and what it says of itself are this transaction's until it ends."""
    return Clinic.objects.select_for_update(no_key=True).get(pk=pk)


def lock_episodes(*pks: int) -> None:
    """These episodes are this transaction's until it ends, to be called before anything of them is read or written.

    The other episodes of the same people too: a danger that lasts is acted on in each of them. Raises Gone.
    """
    people = set(Episode.objects.filter(pk__in=pks).values_list("person_id", flat=True))
    rows = Episode.objects.select_for_update(no_key=True).filter(Q(pk__in=pks) | Q(person_id__in=people))
    if not set(rows.order_by("pk").values_list("pk", flat=True)).issuperset(pks):
        raise Gone
