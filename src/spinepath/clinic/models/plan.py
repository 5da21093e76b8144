"""What was planned and agreed: the package, overrides with their reason, and consent to each technique."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.people import Episode
from spinepath.clinic.models.places import Member
from spinepath.clinic.models.record import KeptAssessment


class Plan(models.Model):
    """A package of care. A change makes a new plan; the old one stays as `replaced`.

    `techniques` are `[{id, level, most_level, phase}]` with ids and levels of the knowledge base; `gates` are
    `[{after_sessions, after_days}]`, `goals` `[{says, measure, target}]`.
    """

    class Status(models.TextChoices):
        """Where the plan stands."""

        DRAFT = "draft", _("draft")
        AGREED = "agreed", _("agreed")
        REPLACED = "replaced", _("replaced")

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="plans")
    assessment = models.ForeignKey(KeptAssessment, models.PROTECT)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    preset = models.CharField(max_length=80)
    sessions = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    techniques = models.JSONField(default=list)
    gates = models.JSONField(default=list)
    goals = models.JSONField(default=list)
    note = models.TextField(blank=True, max_length=4000)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="plans")
    made_at = models.DateTimeField(auto_now_add=True)
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]


class Override(models.Model):
    """A restricted technique that a named clinician chose nevertheless, with the reason. Excluded ones have none."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="overrides")
    technique = models.CharField(max_length=80)
    rules = models.JSONField(default=list)
    reason = models.TextField(max_length=2000)
    member = models.ForeignKey(Member, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)


class Consent(models.Model):
    """A person's consent to one technique: what was told, the signature as drawn, until when it counts."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="consents")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="consents")
    technique = models.CharField(max_length=80)
    told = models.JSONField(default=list)
    signed_name = models.CharField(max_length=200)
    signature = models.JSONField(default=list, blank=True)
    witness = models.ForeignKey(Member, models.PROTECT)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["episode", "technique"])]
