"""A made-up clinic on a made-up day: every step of the journey has somebody in it, with dates relative to today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import yaml
from django.contrib.auth.models import User
from django.db import transaction

from spinepath.clinic.advice import knowledge, today_of
from spinepath.clinic.demo_life import Life
from spinepath.clinic.models import Clinic, Member, Opening, PriceList, Room, Shift

PASSWORD = "a day at the clinic"  # noqa: S105  of a demo that holds nobody's data

MEMBERS = (
    ("anna", "Anna Berg", "lead", "female", "#0b5563"),
    ("ben", "Ben Okafor", "therapist", "male", "#7a4b8f"),
    ("clara", "Clara Lindqvist", "therapist", "female", "#b4530f"),
    ("david", "David Romero", "therapist", "male", "#2f6f3e"),
    ("eva", "Eva Novak", "desk", "female", "#4c6272"),
    ("farid", "Farid Haddad", "administrator", "male", "#4c6272"),
    ("grace", "Grace Murphy", "auditor", "female", "#4c6272"),
)


def make_day() -> Iterator[str]:
    """Make the demo day when there is none; tells how to sign in."""
    if not Clinic.objects.exists():
        yield "The day is being made: sixteen people are led through the clinic. This takes half a minute, once."
        with transaction.atomic():
            clinic = make_clinic()
            open_every_day(clinic)
            make_people(clinic)
    yield "Sign in with one of these names; the password is the same for all:"
    yield f"  password: {PASSWORD}"
    for name, called, role, *_ in MEMBERS:
        yield f"  {name:<8} {called} ({Member.Role(role).label})"


def make_clinic(name: str = "Riverside Back Clinic", suffix: str = "") -> Clinic:
    """A clinic with rooms, hours, members who treat in shifts, and prices."""
    base = knowledge()
    said = {fact.id: "yes" for fact in base.facts.values() if fact.who == "clinic" and fact.default is None}
    taken = {entry.fact for entry in base.own_records.values()}
    clinic = Clinic.objects.create(
        name=name,
        address="12 River Walk",
        phone="+49 30 5550100",
        answers={fact: yes for fact, yes in said.items() if fact not in taken},
    )
    for weekday in range(1, 6):
        Opening.objects.create(clinic=clinic, weekday=weekday, start=time(8), end=time(19))
    equipment = sorted(base.equipment)
    for place, room in enumerate(("Room 1", "Room 2", "Room 3")):
        Room.objects.create(clinic=clinic, name=room, equipment=equipment if place == 0 else equipment[:4])
    for place, (sign_in, called, role, sex, colour) in enumerate(MEMBERS):
        user = User.objects.create_user(sign_in + suffix, password=PASSWORD)
        member = Member.objects.create(
            clinic=clinic, user=user, name=called, role=role, sex=sex, colour=colour, skills=_skills(place)
        )
        if member.treats:
            for weekday in range(1, 6):
                start = time(8) if place % 2 == 0 else time(11)
                Shift.objects.create(member=member, weekday=weekday, start=start, end=time(start.hour + 8))
    rates = [{"kind": "session", "minutes": 30, "price": "48.00"}, {"kind": "session", "minutes": 60, "price": "86.00"}]
    PriceList.objects.create(
        clinic=clinic, since=date(2026, 1, 1), rates=rates, discounts=[{"sessions": 6, "percent": "5"}]
    )
    return clinic


def _skills(place: int) -> list[str]:
    """The lead has all skills, the others the first ones of the knowledge base."""
    skills = list(knowledge().skills)
    return skills if place == 0 else skills[:1]


def make_people(clinic: Clinic) -> None:
    """The people of the day, each led through the steps that stand in `demo_day.yaml`."""
    today = today_of(clinic)
    described = yaml.safe_load((Path(__file__).parent / "demo_day.yaml").read_text(encoding="utf-8"))
    for about in described:
        life = Life(clinic, today, about)
        for step in about["steps"]:
            life.step(step)


def open_every_day(clinic: Clinic) -> None:
    """A demo has a day on Sundays too."""
    for weekday in (6, 7):
        Opening.objects.create(clinic=clinic, weekday=weekday, start=time(8), end=time(19))
        for shift in Shift.objects.filter(member__clinic=clinic, weekday=1):
            Shift.objects.create(member=shift.member, weekday=weekday, start=shift.start, end=shift.end)
