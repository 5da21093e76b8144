"""A clinic: its hours, rooms, members and prices. Times of day are what the clock on its wall shows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


class Clinic(models.Model):
    """One place of care. What is kept of people belongs to exactly one clinic."""

    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    emergency_phone = models.CharField(_("emergency number of the country"), max_length=20, default="112")
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    grid = models.PositiveSmallIntegerField(
        _("sessions begin every"), default=10, choices=[(5, "5"), (10, "10"), (15, "15")]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language of letters to doctors"), max_length=8, default="en")
    answers = models.JSONField(default=dict, blank=True)
    """What the clinic says of itself: facts of the kind `clinic`, policies among them, with the value as written."""
    tasks_on = models.DateField(null=True, editable=False)
    """The last day for which the tasks that time brings were made."""
    reminder_hours = models.PositiveSmallIntegerField(_("reminder before a session, hours"), default=24)

    def __str__(self) -> str:
        return self.name


class Opening(models.Model):
    """A stretch of the week in which the clinic is open. `end` 00:00 is the end of the day."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    start = models.TimeField()
    end = models.TimeField()


class Period(models.Model):
    """Days from `first` to `last`, whole, or on each of them from `start` to `end`."""

    first = models.DateField()
    last = models.DateField()
    start = models.TimeField(null=True, blank=True)
    end = models.TimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class Closure(Period):
    """A holiday or the like; of one room when it is named."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="closures")
    room = models.ForeignKey("Room", models.CASCADE, null=True, blank=True, related_name="closures")


class Room(models.Model):
    """Where one person is treated at a time, and the equipment in it, by ids of the knowledge base."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    equipment = models.JSONField(default=list, blank=True)
    is_used = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody who works in a clinic, with one role. Skills are ids of the knowledge base."""

    class Role(models.TextChoices):
        """What a member may do follows from the role: see `access.ACTS_OF`."""

        DESK = "desk", _("front desk")
        THERAPIST = "therapist", _("therapist")
        LEAD = "lead", _("clinic lead")
        ADMINISTRATOR = "administrator", _("administrator")
        AUDITOR = "auditor", _("auditor")

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="members")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="member")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role)
    sex = models.CharField(max_length=20, blank=True)
    skills = models.JSONField(default=list, blank=True)
    colour = models.CharField(max_length=7, default="#0b5563")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def treats(self) -> bool:
        """Can sessions be booked with this member?"""
        return self.role in (self.Role.THERAPIST, self.Role.LEAD)


class Shift(models.Model):
    """A stretch of the week in which a member treats; between two dates when they are given."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    start = models.TimeField()
    end = models.TimeField()
    first = models.DateField(null=True, blank=True)
    last = models.DateField(null=True, blank=True)


class Standing(models.Manager["Away"]):
    """The absences that count: all but those that were withdrawn."""

    def get_queryset(self) -> models.QuerySet[Away]:
        """Without those that were withdrawn."""
        return super().get_queryset().filter(withdrawn_at=None)


class Away(Period):
    """Time in which a member cannot treat. One that was a mistake is withdrawn and stays among `everything`."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="absences")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")

    objects = Standing()
    everything = models.Manager["Away"]()


class PriceList(models.Model):
    """What sessions cost from a day on. `rates` are `[{kind, minutes, price}]`, `discounts` `[{sessions, percent}]`.

    Prices are decimal numbers written as text, so that no coin is lost.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="price_lists")
    since = models.DateField()
    rates = models.JSONField(default=list)
    discounts = models.JSONField(default=list, blank=True)
