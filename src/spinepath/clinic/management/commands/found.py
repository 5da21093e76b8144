"""`spinepath manage found`: the first clinic of a place, and the member who sets it up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from spinepath.clinic.models import Clinic, Member
from spinepath.clinic.oversight import members


class Command(BaseCommand):
    """Makes an empty clinic and its lead; everything else is set up in the browser."""

    help = "Makes an empty clinic and its lead, and tells the link by which the lead chooses a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the clinic and its lead are called."""
        parser.add_argument("clinic", help="name of the clinic")
        parser.add_argument("lead", help="name of the person who leads it")
        parser.add_argument("username", help="name with which the lead signs in: small letters, digits, points")

    @transaction.atomic
    def handle(self, *_args: Any, **told: Any) -> None:
        """Make both, or say why not and change nothing."""
        if User.objects.filter(username__iexact=told["username"]).exists():
            raise CommandError("Somebody signs in with this name already. Choose another one.")
        clinic = Clinic.objects.create(name=told["clinic"].strip() or "Clinic")
        founder = Member(clinic=clinic, name=told["lead"].strip() or told["username"], role=Member.Role.LEAD)
        lead = members.add(founder, told["username"].lower(), founder)
        self.stdout.write("Open this address on the clinic's own name, once and within three days:")
        self.stdout.write(members.new_link(lead, lead))
