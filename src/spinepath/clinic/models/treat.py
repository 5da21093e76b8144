"""What happened in a session: its note, and adverse events with their follow-up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from spinepath.clinic.models.course import Session
from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.people import Episode
from spinepath.clinic.models.places import Member


class Note(models.Model):
    """The note of one session. It is a draft that saves itself until it is signed; then only additions are possible.

    `phases` are `[{phase, techniques: [{id, planned_level, level, minutes, done, why}]}]`; `before` and `after` the
    reaction. `additions` are `[{at, by, says}]`, `replaced` drafts over which somebody else saved their own:
    `[{at, by, replaced_at, replaced_by, phases, after, free}]`.
    """

    session = models.OneToOneField(Session, models.PROTECT, related_name="note")
    version = models.PositiveIntegerField(default=0)
    before = models.JSONField(default=dict, blank=True)
    phases = models.JSONField(default=list, blank=True)
    after = models.JSONField(default=dict, blank=True)
    free = models.TextField(blank=True, max_length=20000)
    consent = models.JSONField(default=dict, blank=True)
    additions = models.JSONField(default=list, blank=True)
    replaced = models.JSONField(default=list, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")


class AdverseEvent(models.Model):
    """A reaction to care, its severity by the knowledge base, what was done, and when somebody asks again."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="adverse_events")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True)
    severity = models.CharField(max_length=80)
    techniques = models.JSONField(default=list, blank=True)
    says = models.TextField(max_length=4000, blank=True)
    at = models.DateTimeField()
    member = models.ForeignKey(Member, models.PROTECT)
    follow_up_due = models.DateField()
    followed_up_at = models.DateTimeField(null=True, blank=True)
    followed_up_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(blank=True, max_length=4000)

    class Meta:
        ordering: ClassVar = ["-at"]
