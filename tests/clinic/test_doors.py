"""Every address of the clinic: who may not come in does not, and reading changes nothing."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import (
    AuditEntry,
    Clinic,
    Member,
    Person,
)
from tests.clinic.addresses import kwargs_of, patterns
from tests.clinic.conftest import signed_in

pytestmark = pytest.mark.django_db

OPEN = {
    "home",  # sends everybody to their own place
    "alive",
    "set_language",
    "enter",  # these are for people who came in by a link, tested with the links
    "my_closed",
    "my_left",
    "my_ask",
    "my_next",
    "my_urgent",
    "my_drawing",
    "my_check",
    "my_end",
    "my_page",
    "my_follow",
    "calendar_feed",  # the address is the secret
}


GUARDED = sorted(
    {str(one.name) for path, one in patterns() if one.name and one.name not in OPEN and not path.startswith("account/")}
)


def address(name: str, things: dict[str, object]) -> str:
    return reverse(name, kwargs=kwargs_of(name, things))


def test_nobody_comes_in_without_signing_in(things: dict[str, object]) -> None:
    client = Client()
    for name in GUARDED:
        for answer in (client.get(address(name, things)), client.post(address(name, things), {})):
            sent_away = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
            assert sent_away or answer.status_code == 405, name


def test_another_clinic_finds_nothing_and_changes_nothing(things: dict[str, object]) -> None:
    other = signed_in(make_clinic("Other", suffix="2"), "lead")
    before = rows()
    for name in GUARDED:
        kwargs = kwargs_of(name, things)
        if not ({"key", "pk"} & set(kwargs)):
            continue
        for answer in (other.get(address(name, things)), other.post(address(name, things), {})):
            refused = (302, 405) if name == "remove" else (403, 404, 405)  # what is not there is gone already
            assert answer.status_code in refused, (name, answer.status_code)
    assert rows() == before


MAY = {"auditor": {"audit", "audit_whole", "readers", "record_audit"}}


def test_the_auditor_reads_who_did_what_and_nothing_else(things: dict[str, object], clinic: Clinic) -> None:
    auditor = signed_in(clinic, "auditor")
    opened = set()
    for name in GUARDED:
        for answer in (auditor.get(address(name, things)), auditor.post(address(name, things), {})):
            if answer.status_code not in (403, 405):
                opened.add(name)
    assert opened <= MAY["auditor"]


CLINICAL = ("ask", "examine", "plan", "treat", "follow", "letter", "consent", "document", "finding", "assessment")


@pytest.mark.parametrize("role", ["desk", "administrator"])
def test_who_need_not_read_a_record_opens_nothing_clinical(
    things: dict[str, object], clinic: Clinic, role: str
) -> None:
    client = signed_in(clinic, role)
    for name in GUARDED:
        path = address(name, things)
        if any(f"/{word}" in path for word in CLINICAL) and "/sessions/" not in path:
            for answer in (client.get(path), client.post(path, {})):
                assert answer.status_code in (403, 405), (name, answer.status_code)


UNTOUCHED_BY_READING = ("auditentry", "audithead", "knowledgeversion", "task", "clinic")
"""Reading is noted in the audit; the list of today makes the tasks that time brings."""


def rows() -> dict[str, list[object]]:
    """All that is kept, but what reading may add."""
    return {
        model._meta.model_name or "": list(model._base_manager.order_by("pk").values())
        for model in apps.get_app_config("clinic").get_models()
        if model._meta.model_name not in UNTOUCHED_BY_READING
    }


def test_reading_changes_nothing_and_is_kept_nowhere_on_the_way(things: dict[str, object], clinic: Clinic) -> None:
    lead = signed_in(clinic, "lead")
    before = rows()
    for name in GUARDED:
        answer = lead.get(address(name, things))
        assert answer.status_code in (200, 302, 400, 403, 404, 405, 409), (name, answer.status_code)
        if answer.status_code == 200:
            assert "no-store" in answer["Cache-Control"], name
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            assert "Content-Security-Policy" in answer, name
    assert rows() == before


def test_a_page_elsewhere_cannot_make_a_member_do_anything(things: dict[str, object], clinic: Clinic) -> None:
    lead = Client(enforce_csrf_checks=True)
    lead.force_login(
        Member.objects.get(clinic=clinic, role="lead").user, backend="spinepath.clinic.access.MemberBackend"
    )
    for name in GUARDED:
        assert lead.post(address(name, things), {}).status_code == 403, name


@pytest.mark.parametrize("url", ["/account/login/?next=//evil.example/", "/account/login/?next=https://evil.example/"])
def test_signing_in_leads_to_no_other_place(clinic: Clinic, url: str) -> None:
    client = Client()
    answer = client.post(url, {"login": "ben", "password": "wrong", "next": "//evil.example/"})
    assert "evil.example" not in answer.get("Location", "")
    client.force_login(
        Member.objects.get(clinic=clinic, role="lead").user, backend="spinepath.clinic.access.MemberBackend"
    )
    assert "evil.example" not in client.get(url).get("Location", "")
    assert "evil.example" not in client.post("/language/", {"language": "en", "next": "//evil.example"})["Location"]


def test_a_made_up_host_is_refused(clinic: Clinic) -> None:
    assert Client(headers={"host": "evil.example"}).get("/alive").status_code == 400


def test_nobody_is_named_in_an_address(things: dict[str, object]) -> None:
    person = Person.objects.get(pk=things["episode"].person_id)  # type: ignore[attr-defined]
    for name in GUARDED:
        assert person.family_name.lower() not in address(name, things).lower()


LISTS = {"today", "people", "calendar_day", "reminders", "register", "choose_merge", "absence", "manage"}
"""Lists of names for finding somebody: they hold nothing clinical, and what is opened from them is noted."""


def test_who_reads_about_a_person_is_noted(things: dict[str, object], clinic: Clinic) -> None:
    lead = signed_in(clinic, "lead")
    unnoted = set()
    for name in GUARDED:
        before = AuditEntry.objects.filter(clinic=clinic).count()
        answer = lead.get(address(name, things))
        tells = answer.status_code == 200 and (answer.streaming or "Marsh" in answer.content.decode(errors="ignore"))
        if tells and AuditEntry.objects.filter(clinic=clinic).count() == before:
            unnoted.add(name)
    assert unnoted <= LISTS
