"""What needs somebody, who did what, and which knowledge was used."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.people import Episode
from spinepath.clinic.models.places import Clinic, Member


class Task(models.Model):
    """Something that needs somebody, with the one act that settles it. Settled ones stay, with who and when."""

    class Kind(models.TextChoices):
        """What it is about; the first are the gravest."""

        DANGER = "danger", _("danger answer")
        HOLD = "hold", _("bookings held")
        GATE = "gate", _("review due")
        FOLLOW_UP = "follow_up", _("follow-up after a reaction")
        MEASURE = "measure", _("measure due")
        CONSENT = "consent", _("consent expires")
        DOCUMENT = "document", _("document to read")
        CLASH = "clash", _("course to repair")
        FIT = "fit", _("session to move")

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="tasks")
    episode = models.ForeignKey(Episode, models.CASCADE, null=True, related_name="tasks")
    kind = models.CharField(max_length=12, choices=Kind)
    about = models.CharField(max_length=80, blank=True)
    """The key or id of what it is about, so that the same task is not made twice."""
    says = models.CharField(max_length=300)
    due = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "settled_at", "due"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["episode", "kind", "about"], condition=models.Q(settled_at=None), name="one_open_task"
            )
        ]


class AuditHead(models.Model):
    """The last link of a clinic's chain of audit entries; locked while the next one is added."""

    clinic = models.OneToOneField(Clinic, models.PROTECT, primary_key=True, related_name="audit_head")
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")


class AuditEntry(models.Model):
    """Who did what to whose record and when. `digest` binds it to the entry before: a change anywhere shows."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="audit_entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    act = models.CharField(max_length=20)
    about = models.CharField(max_length=60)
    key = models.CharField(max_length=20, blank=True)
    person = models.CharField(max_length=12, blank=True, db_index=True)
    detail = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "-at"])]
        constraints: ClassVar = [models.UniqueConstraint(fields=["clinic", "number"], name="audit_numbers")]


class KnowledgeVersion(models.Model):
    """A knowledge base that was in use here, as a zip of its files, so that old advice can be replayed at any time."""

    version = models.CharField(max_length=60, primary_key=True)
    first_used_at = models.DateTimeField(auto_now_add=True)
    files = models.BinaryField()
