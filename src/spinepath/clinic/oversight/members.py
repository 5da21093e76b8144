"""Members of a clinic: adding, changing, closing the door, and the link by which a password is chosen."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from spinepath.clinic import audit
from spinepath.clinic.access import ACTS_OF
from spinepath.clinic.models import Clinic, Member


class LastOne(Exception):
    """Nobody would be left who can manage the clinic."""


def managers(clinic: Clinic) -> list[Member]:
    """The active members who may manage the clinic; locked, so that two cannot go at once."""
    roles = [role for role, acts in ACTS_OF.items() if "manage" in acts]
    return list(Member.objects.select_for_update(no_key=True).filter(clinic=clinic, is_active=True, role__in=roles))


@transaction.atomic
def add(member: Member, username: str, by: Member) -> Member:
    """Add a member who cannot sign in until a password is chosen through the link."""
    member.user = User.objects.create_user(username)
    member.clinic = by.clinic
    member.save()
    audit.note(by.clinic, by.name, audit.ADD, "member", key=str(member.pk), detail=member.role)
    return member


@transaction.atomic
def change(member: Member, by: Member) -> None:
    """Keep what the form changed. Raises LastOne when the last one who manages takes another role."""
    before = Member.objects.get(pk=member.pk)
    if before.role != member.role:
        _somebody_stays(before, member.role)
    member.save()
    detail = f"role: {before.role} to {member.role}" if before.role != member.role else "details"
    audit.note(by.clinic, by.name, audit.CHANGE, "member", key=str(member.pk), detail=detail)


@transaction.atomic
def set_active(member: Member, active: bool, by: Member) -> None:
    """Open or close the door for a member. Raises LastOne for the last one who manages."""
    if not active:
        _somebody_stays(member, "")
    Member.objects.filter(pk=member.pk).update(is_active=active)
    User.objects.filter(pk=member.user_id).update(is_active=active)
    audit.note(
        by.clinic, by.name, audit.CHANGE, "member", key=str(member.pk), detail="may sign in" if active else "may not"
    )


def _somebody_stays(member: Member, role: str) -> None:
    left = [one for one in managers(member.clinic) if one.pk != member.pk]
    if not left and "manage" not in ACTS_OF.get(role, frozenset()):
        raise LastOne(_("This is the last member who can manage the clinic. Give somebody else that role first."))


@transaction.atomic
def new_link(member: Member, by: Member) -> str:
    """The path under which the member chooses a password, once and within three days. Older links stop working."""
    User.objects.get(pk=member.user_id)
    member.user.set_unusable_password()  # a new word every time: it also ends all older links
    member.user.save(update_fields=["password"])
    audit.note(by.clinic, by.name, audit.CHANGE, "member", key=str(member.pk), detail="link for a password")
    return reverse(
        "first_password",
        args=[urlsafe_base64_encode(force_bytes(member.user.pk)), default_token_generator.make_token(member.user)],
    )


@transaction.atomic
def drop_factors(member: Member, by: Member) -> int:
    """Take away passkeys, codes and the app of a member who lost them; returns how many there were."""
    count: int = Authenticator.objects.filter(user_id=member.user_id).delete()[0]
    audit.note(by.clinic, by.name, audit.CHANGE, "member", key=str(member.pk), detail="second factors taken away")
    return count
