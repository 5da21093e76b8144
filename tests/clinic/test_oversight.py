"""The settings of a clinic, its members, the audit, and the ways in and out of it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from spinepath.clinic import advice, audit
from spinepath.clinic.demo import PASSWORD, make_clinic
from spinepath.clinic.models import AuditEntry, Clinic, Closure, Episode, Member, Opening, PriceList, Room
from spinepath.clinic.oversight import members, policies
from tests.clinic.conftest import signed_in

PAGES = ["manage", "about", "hours", "rooms", "members", "prices", "says"]
NASTY = [
    "",
    "\0",
    "x" * 10_000,
    "🙂" * 50,
    "‮אבג",
    "<script>alert(1)</script>",
    "-1",
    "1e400",
    "99999999999999999999",
    "NaN",
]


@pytest.fixture
def as_auditor(clinic: Clinic) -> Client:
    return signed_in(clinic, "auditor")


# settings


@pytest.mark.parametrize("page", PAGES)
def test_only_who_manages_sees_the_settings(clinic: Clinic, as_lead: Client, page: str) -> None:
    assert as_lead.get(reverse(page)).status_code == 200
    assert signed_in(clinic, "administrator").get(reverse(page)).status_code == 200
    for role in ("desk", "therapist", "auditor"):
        assert signed_in(clinic, role).get(reverse(page)).status_code == 403


def _fields(client: Client, address: str) -> dict[str, str]:
    page = client.get(address).content.decode()
    return dict.fromkeys(re.findall(r'name="([^"]+)"', page), "")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("page", [*PAGES, "room", "member", "door"])
def test_no_form_breaks(clinic: Clinic, as_lead: Client, page: str, text: str) -> None:
    rows = {"room": clinic.rooms.first(), "member": clinic.members.first(), "door": clinic.members.first()}
    args = [rows[page].pk] if page in rows else []  # type: ignore[union-attr]
    address = reverse(page, args=args)
    names = _fields(as_lead, address) if page != "door" else {"act": ""}
    for add in ("", "opening", "closure", "details", "shift", "away"):
        told = {**dict.fromkeys(names, text), "add": add}
        answer = as_lead.post(address, told)
        assert answer.status_code in (200, 302, 405, 409, 422), (page, add)
        assert b"<script>alert" not in answer.content
    assert as_lead.post(address, {}).status_code in (200, 302, 405, 409, 422)


def test_what_was_typed_stays_and_the_fault_is_named(clinic: Clinic, as_lead: Client) -> None:
    stamp = re.search(r'name="seen" value="(\w+)"', as_lead.get(reverse("about")).content.decode())
    told = {"seen": stamp[1], "name": "New name", "zone": "Mars/Base", "grid": "10"}  # type: ignore[index]
    answer = as_lead.post(reverse("about"), told)
    assert answer.status_code == 422
    assert "New name" in answer.content.decode()
    assert Clinic.objects.get().name != "New name"


def test_a_stale_page_overwrites_nothing(clinic: Clinic, as_lead: Client) -> None:
    page = as_lead.get(reverse("room", args=[clinic.rooms.first().pk])).content.decode()  # type: ignore[union-attr]
    stamp = re.search(r'name="seen" value="(\w+)"', page)[1]  # type: ignore[index]
    room = clinic.rooms.first()
    Room.objects.filter(pk=room.pk).update(name="Blue room")  # type: ignore[union-attr]
    answer = as_lead.post(reverse("room", args=[room.pk]), {"seen": stamp, "name": "Green room"})  # type: ignore[union-attr]
    assert answer.status_code == 409
    assert "Blue room" in answer.content.decode()
    assert Room.objects.filter(name="Blue room").exists()


def test_pressing_twice_adds_once(clinic: Clinic, as_lead: Client) -> None:
    told = {
        "add": "closure",
        "closure-first": "2030-12-24",
        "closure-last": "2030-12-26",
        "closure-why": "holidays",
    }
    for _ in range(2):
        assert as_lead.post(reverse("hours"), told).status_code == 302
    assert Closure.objects.count() == 1
    told = {"since": "2030-01-01", "minutes_0": "30", "price_0": "50", "sessions_0": "6", "percent_0": "5"}
    before = PriceList.objects.count()
    for _ in range(2):
        assert as_lead.post(reverse("prices"), told).status_code == 302
    assert PriceList.objects.count() == before + 1
    opening = Opening.objects.first()
    for _ in range(2):
        assert as_lead.post(reverse("remove", args=["opening", opening.pk])).status_code == 302  # type: ignore[union-attr]


def test_another_clinic_changes_nothing_here(clinic: Clinic) -> None:
    other = signed_in(make_clinic("Other", suffix="2"), "lead")
    row = clinic.rooms.first()
    assert other.get(reverse("room", args=[row.pk])).status_code == 404  # type: ignore[union-attr]
    assert other.get(reverse("member", args=[clinic.members.first().pk])).status_code == 404  # type: ignore[union-attr]
    opening = clinic.openings.first()
    other.post(reverse("remove", args=["opening", opening.pk]))  # type: ignore[union-attr]
    assert clinic.openings.filter(pk=opening.pk).exists()  # type: ignore[union-attr]


def test_a_policy_changes_the_advice_from_now_and_is_kept(cleared: Episode, as_lead: Client) -> None:
    policy = next(one for one in policies.sayings(cleared.clinic) if one.is_policy and one.fact.default == "no")
    answer = as_lead.post(reverse("says"), {f"fact-{policy.fact.id}": "yes", f"seen-{policy.fact.id}": ""}, follow=True)
    assert "from now on" in answer.content.decode()
    assert Clinic.objects.get().answers[policy.fact.id] == "yes"
    found = {one.fact: one.value for one in advice.findings_of(Episode.objects.get(), cleared.opened_at)}
    assert found[policy.fact.id] is True
    assert AuditEntry.objects.filter(detail__contains=f"{policy.fact.id}: nothing said to yes").exists()
    as_lead.post(reverse("says"), {f"fact-{policy.fact.id}": "", f"seen-{policy.fact.id}": "yes"})
    assert policy.fact.id not in Clinic.objects.get().answers


def test_policies_are_lines_that_open_and_what_waits_or_is_wrong_stands_open(clinic: Clinic, as_lead: Client) -> None:
    rows = policies.sayings(clinic)
    unsaid = [one for one in rows if one.is_open]
    page = as_lead.get(reverse("says")).content.decode()
    assert page.count('<details class="saying') == len(rows)
    assert len(re.findall(r'<details class="saying[^>]* open>', page)) == len(unsaid)
    policy = next(one for one in rows if one.is_policy)
    sent = {f"fact-{policy.fact.id}": "perhaps", f"seen-{policy.fact.id}": ""}
    page = as_lead.post(reverse("says"), sent).content.decode()
    assert len(re.findall(r'<details class="saying nhsuk-form-group--error" open>', page)) == 1
    assert "perhaps" in page, "what was typed stays"


def test_two_who_answer_at_once_both_count(clinic: Clinic, as_lead: Client) -> None:
    first, second, *_ = [one.fact.id for one in policies.sayings(clinic) if one.is_policy]
    both = {f"fact-{first}": "", f"seen-{first}": "", f"fact-{second}": "", f"seen-{second}": ""}
    as_lead.post(reverse("says"), {**both, f"fact-{first}": "yes"})
    as_lead.post(reverse("says"), {**both, f"fact-{second}": "yes"})
    assert Clinic.objects.get().answers.keys() >= {first, second}


def test_an_answer_that_is_none_is_refused(clinic: Clinic, as_lead: Client) -> None:
    name = policies.sayings(clinic)[0].fact.id
    before = Clinic.objects.get().answers
    answer = as_lead.post(reverse("says"), {f"fact-{name}": "perhaps", f"seen-{name}": "yes"})
    assert answer.status_code == 422
    assert Clinic.objects.get().answers == before


# members


def test_a_new_member_chooses_a_password_by_a_link_that_opens_once(clinic: Clinic, as_lead: Client) -> None:
    told = {"name": "Ida Roth", "username": "ida", "role": "therapist", "colour": "#112233"}
    page = as_lead.post(reverse("members"), told, follow=True).content.decode()
    link = re.search(r"http://testserver(/account/password/first/[^<\s]+)", page)[1]  # type: ignore[index]
    assert link not in as_lead.get(reverse("member", args=[Member.objects.get(name="Ida Roth").pk])).content.decode()
    ida = Client()
    form = ida.get(link, follow=True)
    word = "four words make sense"
    answer = ida.post(form.request["PATH_INFO"], {"new_password1": word, "new_password2": word})
    assert answer.status_code == 302
    assert ida.post(reverse("account_login"), {"login": "ida", "password": word}).status_code == 302
    assert ida.get(reverse("home")).status_code == 302
    assert "no longer opens" in Client().get(link, follow=True).content.decode()
    assert as_lead.post(reverse("members"), told).status_code == 422  # pressed twice


def test_somebody_can_always_manage_the_clinic(clinic: Clinic) -> None:
    lead, administrator = clinic.members.get(role="lead"), clinic.members.get(role="administrator")
    members.set_active(administrator, False, lead)
    with pytest.raises(members.LastOne):
        members.set_active(lead, False, lead)
    lead.role = "therapist"
    with pytest.raises(members.LastOne):
        members.change(lead, lead)
    members.set_active(administrator, True, lead)
    members.change(lead, administrator)


def test_a_closed_door_ends_what_is_open(clinic: Clinic, as_lead: Client, as_desk: Client) -> None:
    desk = clinic.members.get(role="desk")
    assert as_desk.get(reverse("knowledge")).status_code == 200
    as_lead.post(reverse("door", args=[desk.pk]), {"act": "close"})
    assert as_desk.get(reverse("knowledge")).status_code in (302, 403)
    assert Client().post(reverse("account_login"), {"login": "eva", "password": PASSWORD}).status_code == 302
    as_lead.post(reverse("door", args=[desk.pk]), {"act": "open"})
    assert as_desk.get(reverse("knowledge")).status_code in (200, 302)


# the way in


def test_nobody_learns_which_names_exist(clinic: Clinic) -> None:
    pages = [
        Client().post(reverse("account_login"), {"login": name, "password": "wrong"}) for name in ("anna", "nobody")
    ]
    faults = [re.findall(r"nhsuk-error-message[^>]*>([^<]+)", page.content.decode()) for page in pages]
    assert faults[0] == faults[1] != []


def test_too_many_tries_lock(clinic: Clinic) -> None:
    client = Client()
    answers = [client.post(reverse("account_login"), {"login": "anna", "password": f"wrong {n}"}) for n in range(8)]
    assert "too many tries" in answers[-1].content.decode()
    right = client.post(reverse("account_login"), {"login": "anna", "password": PASSWORD})
    assert "too many tries" in right.content.decode()


def test_guessing_codes_is_limited_for_each_account_from_wherever(clinic: Clinic) -> None:
    lead = Member.objects.get(clinic=clinic, user__username="anna")
    TOTP.activate(lead.user, generate_totp_secret())
    said = []
    for number in range(7):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        door = client.post(reverse("account_login"), {"login": "anna", "password": PASSWORD})
        assert door["Location"] == reverse("mfa_authenticate"), "right passwords are not counted"
        said.append("Too many failed" in client.post(door["Location"], {"code": "12345x"}).content.decode())
    assert said == [False] * 5 + [True] * 2


def test_every_process_knows_of_wrong_tries(clinic: Clinic) -> None:
    cache.set("wrong-tries", 3, 60)
    look = "import django; django.setup(); from django.core.cache import cache; print(cache.get('wrong-tries'))"
    place = {**os.environ, "DJANGO_SETTINGS_MODULE": "spinepath.clinic.settings", "SPINEPATH_DATA": str(settings.DATA)}
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", look], env=place, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "3"


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "login/code/confirm/"]
)
def test_what_makes_no_sense_here_is_no_page(clinic: Clinic, as_lead: Client, path: str) -> None:
    assert as_lead.get(f"/account/{path}").status_code == 404
    assert Client().post(f"/account/{path}", {"email": "a@b.c"}).status_code == 404


@pytest.mark.parametrize("path", ["mfa/", "password/change/", "logout/", "mfa/webauthn/", "mfa/recovery-codes/"])
def test_the_pages_of_an_account_are_in_the_clinics_frame(clinic: Clinic, as_lead: Client, path: str) -> None:
    page = as_lead.get(f"/account/{path}", follow=True).content.decode()
    assert "frame-header" in page
    assert 'style="' not in page


def test_the_language_is_chosen(clinic: Clinic) -> None:
    client = Client()
    answer = client.post(reverse("set_language"), {"language": "ru", "next": reverse("account_login")})
    assert answer["Location"] == reverse("account_login")
    assert '<html lang="ru"' in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("role", [role for role, _ in Member.Role.choices])
def test_everybody_has_a_first_page(clinic: Clinic, role: str) -> None:
    place = signed_in(clinic, role).get(reverse("home"))
    assert place.status_code == 302
    assert place["Location"] == (reverse("audit") if role == "auditor" else reverse("today"))


# audit


def test_the_auditor_reads_who_did_what_and_nothing_clinical(cleared: Episode, as_auditor: Client) -> None:
    page = as_auditor.get(reverse("audit")).content.decode()
    assert cleared.person.key in page
    assert cleared.person.family_name not in page
    assert cleared.complaint not in page
    for name in ("person", "episode"):
        key = cleared.person.key if name == "person" else cleared.key
        assert as_auditor.get(reverse(name, args=[key])).status_code == 403


def test_the_audit_is_filtered_and_paged_without_counting(clinic: Clinic, as_auditor: Client, cleared: Episode) -> None:
    for number in range(120):
        audit.note(clinic, "Ben Okafor" if number % 2 else "Eva Novak", audit.READ, "chart", episode=cleared)
    page = as_auditor.get(reverse("audit"), {"actor": "Eva Novak", "act": "read"}).content.decode()
    assert page.count("<td>Eva Novak</td>") == 50
    assert "<td>Ben Okafor</td>" not in page
    older = re.search(r'href="\?(actor[^"]+before=\d+)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    assert as_auditor.get(f"{reverse('audit')}?{older}").content.decode().count("<td>Eva Novak</td>") == 10


@pytest.mark.parametrize("text", NASTY)
def test_any_filter_is_answered(clinic: Clinic, as_auditor: Client, text: str) -> None:
    told = dict.fromkeys(("first", "last", "actor", "act", "person", "before"), text)
    assert as_auditor.get(reverse("audit"), told).status_code in (200, 422)
    for edge in ("0001-01-01", "9999-12-31"):
        assert as_auditor.get(reverse("audit"), {"first": edge, "last": edge}).status_code == 200


def test_a_broken_chain_is_told_by_button_and_command(cleared: Episode, as_auditor: Client) -> None:
    assert "whole" in as_auditor.post(reverse("audit_whole"), follow=True).content.decode()
    call_command("verify_audit")
    AuditEntry.objects.filter(number=1).update(actor="somebody else")
    assert "entry 1" in as_auditor.post(reverse("audit_whole"), follow=True).content.decode()
    with pytest.raises(CommandError):
        call_command("verify_audit")


def test_a_lead_sees_who_read_a_record(cleared: Episode, as_lead: Client, as_therapist: Client) -> None:
    audit.note(cleared.clinic, "Ben Okafor", audit.READ, "chart", episode=cleared)
    page = reverse("readers", args=[cleared.person.key])
    assert "Ben Okafor" in as_lead.get(page).content.decode()
    assert as_therapist.get(page).status_code == 403


def test_no_page_asks_more_as_rows_grow(
    clinic: Clinic, as_lead: Client, as_auditor: Client, django_assert_max_num_queries: Any, cleared: Episode
) -> None:
    for number in range(40):
        Room.objects.create(clinic=clinic, name=f"Extra {number}")
        audit.note(clinic, f"Member {number}", audit.READ, "chart", episode=cleared)
    for page in PAGES:
        with django_assert_max_num_queries(16):
            as_lead.get(reverse(page))
    with django_assert_max_num_queries(8):
        as_auditor.get(reverse("audit"))


def test_the_first_clinic_is_founded_by_a_command(db: None) -> None:
    told = io.StringIO()
    call_command("found", "Hill Clinic", "Ida Roth", "ida", stdout=told)
    link = told.getvalue().split()[-1]
    assert "new_password1" in Client().get(link, follow=True).content.decode()
    assert Member.objects.get().role == "lead"
    assert audit.first_break(Clinic.objects.get()) is None
    with pytest.raises(CommandError):
        call_command("found", "Hill Clinic", "Ida Roth", "IDA")
    assert Clinic.objects.count() == 1
