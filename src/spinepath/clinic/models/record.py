"""The record of an episode. Nothing here is ever edited: a correction is a new row that names the old one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.people import Episode
from spinepath.clinic.models.places import Member

Origin = [("patient",) * 2, ("device",) * 2, ("record",) * 2, ("clinic",) * 2, ("clinician",) * 2]


class KeptFinding(models.Model):
    """A finding of the engine as kept: fact, value as written (`unknown` for "I do not know"), when, by whom.

    `corrects` names a finding that was a mistake; the chart shows both, the rules see the newer one only.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="findings")
    fact = models.CharField(max_length=80)
    value = models.CharField(max_length=120)
    at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Origin)
    by = models.CharField(max_length=200, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["episode", "at"])]


class KeptAssessment(models.Model):
    """What was advised, with the findings it rested on: enough to replay it with the same knowledge."""

    class Occasion(models.TextChoices):
        """Why it was kept."""

        ASK = "ask"
        PLAN = "plan"
        TREAT = "treat"
        FOLLOW = "follow"
        CORRECTION = "correction"

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="assessments")
    as_of = models.DateTimeField()
    knowledge = models.CharField(max_length=60)
    occasion = models.CharField(max_length=12, choices=Occasion)
    disposition = models.CharField(max_length=60)
    reading = models.CharField(max_length=60, blank=True)
    holds = models.BooleanField(default=False)
    stored = models.BinaryField()
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["episode", "-as_of"])]


class Drawing(models.Model):
    """A pain drawing: regions of the body chart and strokes on it, each with its kind of pain."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="drawings")
    at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Origin)
    by = models.CharField(max_length=200, blank=True)
    regions = models.JSONField(default=list)
    strokes = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["-at"]


class Document(models.Model):
    """A file of an episode, kept in the private folder. Its kind was read from its bytes, not from its name."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="documents")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    file = models.FileField(upload_to="documents/%Y/%m")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    header = models.JSONField(default=dict, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-added_at"]


class Letter(models.Model):
    """A letter as it was given out: the very bytes, and on what it rested."""

    class Kind(models.TextChoices):
        """Which letter it is."""

        PLAN = "plan"
        REPORT = "report"
        REFERRAL = "referral"
        HOME = "home"
        RECORD = "record"

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=10, choices=Kind)
    language = models.CharField(max_length=8, default="en")
    assessment = models.ForeignKey(KeptAssessment, models.PROTECT, null=True)
    pdf = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True)

    class Meta:
        ordering: ClassVar = ["-made_at"]
