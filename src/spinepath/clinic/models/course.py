"""Courses that are booked, their sessions, what holds them, and reminders."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.people import Episode
from spinepath.clinic.models.places import Clinic, Member, Room
from spinepath.clinic.models.plan import Plan


class Course(models.Model):
    """The sessions that were booked together. `asked` and `wishes` are what `spinepath.booking` was given, as data."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="courses")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="courses")
    asked = models.JSONField()
    wishes = models.JSONField(default=dict)
    gates = models.JSONField(default=list)
    """`[{after_sessions, after_days, released_by, released_at, because}]`"""
    price = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(Member, models.PROTECT)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)


class Session(models.Model):
    """One appointment. `version` counts its changes, so that two people who move it at once notice."""

    class Status(models.TextChoices):
        """The same words as in `spinepath.booking`."""

        BOOKED = "booked", _("booked")
        HELD = "held", _("held")
        DONE = "done", _("done")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    # the indexes below begin with these
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="sessions", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", db_index=False)
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="sessions", db_index=False)
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    start = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    therapist = models.ForeignKey(Member, models.PROTECT, related_name="sessions", db_index=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="sessions")
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    arrived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_because = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "day", "start"]),
            models.Index(fields=["therapist", "day"]),
            models.Index(fields=["episode", "day"]),
            models.Index(fields=["course", "status", "day"]),
        ]
        constraints: ClassVar = [
            # the last word when two desks book at once
            models.UniqueConstraint(
                fields=["therapist", "day", "start"],
                condition=~models.Q(status__in=["missed", "cancelled"]),
                name="one_session_for_a_therapist",
            ),
            models.UniqueConstraint(
                fields=["room", "day", "start"],
                condition=~models.Q(status__in=["missed", "cancelled"]),
                name="one_session_in_a_room",
            ),
        ]


class Hold(models.Model):
    """The remaining bookings of an episode wait until a named person releases them. It never fades by itself."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="holds")
    since = models.DateTimeField()
    rules = models.JSONField(default=list)
    because = models.CharField(max_length=400)
    released_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_because = models.TextField(blank=True, max_length=2000)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["episode", "released_at"])]


class Reminder(models.Model):
    """A message that is due: of a session ahead or, when it `asks`, after one was had. It holds no word of medicine.

    `claimed_at` stands from just before it is sent: one whose sending broke off is never sent a second time.
    """

    session = models.ForeignKey(Session, models.CASCADE, related_name="reminders")
    asks = models.BooleanField(default=False)
    due_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_because = models.CharField(max_length=200, blank=True)


class CalendarLink(models.Model):
    """An address under which a member's own calendar reads the sessions. Only a hash of its secret is kept."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="calendar_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "revoked_at"])]
