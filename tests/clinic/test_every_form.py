"""Every address of the clinic gets odd forms from everybody who could send one, at different points of the journey.

A new page is covered as soon as it has an address: what its form holds is read from the pages on which it stands. The
walk is long, and PostgreSQL refuses what SQLite lets pass: `make services` runs it there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spinepath.clinic.ask import doors
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import (
    Clinic,
    Closure,
    Episode,
    Member,
    Person,
    PersonalLink,
    Room,
    Session,
    Shift,
)
from spinepath.clinic.plan import drafting
from spinepath.clinic.record import Author, add
from spinepath.clinic.treat import closing
from tests.clinic.addresses import kwargs_of, patterns
from tests.clinic.conftest import signed_in
from tests.clinic.courses import session_today, under_care
from tests.clinic.people import answers_of, new_episode
from tests.clinic.test_plan import wanted_of

pytestmark = [pytest.mark.django_db, pytest.mark.services]

APPENDED = ("keptfinding", "keptassessment", "auditentry", "override", "letter", "drawing", "knowledgeversion")
"""What is never edited and never taken away, but with the whole person."""
STRANGER = "Quetzalstranger"
"""A name that stands in the other clinic only."""
STAFF = ("lead", "therapist", "desk", "administrator", "auditor")
PUBLIC = ("lead", "nobody", "asked", "followed")

ODD = [
    "", " ", "\x00", "a\x00b", "0", "-1", "1", "2.5", "NaN", "-Infinity", "1e400", "9" * 400, "٣", "١٢٣", "yes", "no",
    "unknown", "x", "x" * 30_000, "😀👩‍⚕️" * 20, "שלום ‮ مرحبا", "<script>alert(1)</script>", "'; --", "{{ 7 }}",
    "%s%n", "null", "[]", "{}", "[[1,2]]", '{"a": [1e999]}', "2026-02-30", "0001-01-01", "9999-12-31", "25:61", "24:00",
    "../../etc", "//evil.example", "\ud800", "é" * 300, "\r\nSet-Cookie: a=b",
]  # fmt: skip


@dataclass
class World:
    """A clinic with somebody at each point of the journey, another clinic, and who may send something."""

    clinic: Clinic
    other: Clinic
    points: list[dict[str, Any]]
    keys: dict[str, str | None]
    odd: list[str]
    forms: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    addresses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def client(self, role: str) -> Client:
        """A browser of its own in which this role is signed in."""
        client = Client()
        if self.keys[role]:
            client.cookies[configured.SESSION_COOKIE_NAME] = self.keys[role]
        return client


@pytest.fixture
def world(clinic: Clinic, therapist: Member, things: dict[str, Any]) -> World:
    other = make_clinic("Other", suffix="2")
    theirs = new_episode(other, Member.objects.filter(clinic=other, role="therapist")[0], STRANGER)
    points = [things, *(things | {"episode": one} for one in at_each_point(clinic, therapist))]
    for one in points:
        one["session"] = Session.objects.filter(episode=one["episode"], day__lte=timezone.localdate()).last()
    keys: dict[str, str | None] = {role: signed_in(clinic, role).session.session_key for role in STAFF}
    asked = new_episode(clinic, therapist, "Asked")
    keys |= {
        "nobody": None,
        "asked": came_by_link(asked, PersonalLink.Purpose.ASK, therapist),
        "followed": came_by_link(things["episode"], PersonalLink.Purpose.FOLLOW, therapist),
    }
    rooms = Room.objects.filter(clinic=other).values_list("pk", flat=True)
    members = Member.objects.filter(clinic=other).values_list("pk", flat=True)
    of_others = [theirs.key, theirs.person.key, *map(str, rooms), *map(str, members), *(f"t{pk}" for pk in members)]
    made = World(clinic, other, points, keys, [*ODD, *of_others])
    read_forms(made)
    return made


def at_each_point(clinic: Clinic, therapist: Member) -> Iterator[Episode]:
    """New, in danger, cleared, planned, begun, signed, held, closed."""
    yield new_episode(clinic, therapist, "New")
    danger = new_episode(clinic, therapist, "Danger")
    add(danger, {"saddle_numbness": "yes"}, Author.of(therapist))
    yield danger
    planned = new_episode(clinic, therapist, "Planned")
    add(planned, answers_of("nothing_found"), Author.of(therapist))
    drafting.save(planned, wanted_of(planned), therapist, "")
    yield planned
    for name in ("Begun", "Signed"):
        room = Room.objects.create(clinic=clinic, name=name)
        treated = under_care(therapist, family_name=name, ahead=0)
        Session.objects.filter(episode=treated).update(room=room)
        session = session_today(treated)
        note = closing.begin(session, {}, therapist)
        if name == "Signed":
            note.saved_at = note.signed_at = timezone.now()
            note.signed_by = note.saved_by = therapist
            note.save()
            closing.close(session, therapist)
        yield treated
    closed = new_episode(clinic, therapist, "Closed")
    Episode.objects.filter(pk=closed.pk).update(stage="closed", closed_at=timezone.now())
    closed.refresh_from_db()
    yield closed


def came_by_link(episode: Episode, purpose: str, member: Member) -> str | None:
    client = Client()
    client.get(reverse("enter", args=[doors.make_link(episode, purpose, member, timedelta(days=1))]), follow=True)
    client.post(reverse("enter", args=[doors.make_link(episode, purpose, member, timedelta(days=1))]), follow=True)
    return client.session.session_key


# what forms hold


class Forms(HTMLParser):
    """The forms of a page: where each goes, and its fields with the values that stand there or can be chosen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found = page, list[tuple[str, dict[str, list[str]]]]()
        self.select, self.links = "", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.append(told["href"])
        if tag == "form" and told.get("method", "").lower() == "post":
            self.found.append((told.get("action") or self.page, defaultdict(list)))
        elif self.found and tag in ("input", "textarea", "button", "select") and told.get("name"):
            self.select = told["name"] if tag == "select" else ""
            self.found[-1][1][told["name"]].append("" if tag == "select" else told.get("value", "yes"))
        elif self.found and tag == "option" and self.select:
            self.found[-1][1][self.select].append(told.get("value", ""))


ADDRESSES = {str(one.name): path for path, one in patterns() if one.name}


def made_up(path: str) -> str:
    plain = re.sub(r"\(\?P.*", "x", path).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(int:)?[^>]*>", lambda found: "1" if found[1] else "x", plain)


MADE_UP = {name: made_up(path) for name, path in ADDRESSES.items()}
"""Where nobody has a thing to send to, somebody still can."""


AT_EACH_POINT = ("ask", "session", "plan_choose")
"""Pages whose forms depend on how far somebody is."""
LEADS_TO = {"ask": "ask_page", "examine": "examine_sheet", "plan": "plan_consent"}
"""Pages with the addresses of others that nobody can make up."""


def read_forms(world: World) -> None:
    """Go through the pages, some at every point of the journey; keep where their forms go and what they hold."""
    for role in ("lead", "asked", "followed", "nobody"):
        client = world.client(role)
        for name in ADDRESSES:
            points = world.points if name in AT_EACH_POINT else world.points[: 1 + (name in LEADS_TO)]
            own = name.startswith("my_") or name in ("account_login", "first_password")
            for address in {found for point in points if (found := address_of(name, point))}:
                world.addresses[name] += [address] if address not in world.addresses[name] else []
                if own != (role == "lead"):
                    _keep_forms(world, client, address, goes_on=name in LEADS_TO)


def _keep_forms(world: World, client: Client, address: str, goes_on: bool) -> None:
    answer = client.get(address)
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return
    reader = Forms(address)
    reader.feed(answer.content.decode())
    for action, fields in reader.found:
        name = name_of(action)
        world.addresses[name] += [action] if action not in world.addresses[name] else []
        for key, values in fields.items():
            known = world.forms[name][key]
            known += [one for one in values if one not in known][:8]
    if goes_on:
        for link in [one for one in reader.links if name_of(one) in LEADS_TO.values()][:2]:
            _keep_forms(world, client, link, goes_on=False)


def name_of(address: str) -> str:
    try:
        return resolve(address.partition("?")[0].partition("#")[0]).url_name or ""
    except Resolver404:
        return ""


def address_of(name: str, point: dict[str, Any]) -> str:
    """The address with what this point has to put into it; nothing where it has not, or where it is secret."""
    try:
        return reverse(name, kwargs=kwargs_of(name, point))
    except (IndexError, KeyError, AttributeError, NoReverseMatch):
        return ""


def bodies(fields: dict[str, list[str]], odd: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """What a page would send, with some fields left out and some with odd values, and some that nobody asked for."""
    any_odd = st.one_of(st.sampled_from(odd), st.text(max_size=40))
    usual = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in fields.items()})
    names = [*fields, "act", "version", "file", "key"]
    strange = st.dictionaries(st.sampled_from(names), st.one_of(any_odd, st.lists(any_odd, max_size=2)), max_size=4)
    return st.tuples(usual, strange).map(lambda both: {**both[0], **both[1]})


def sendable(body: dict[str, Any]) -> dict[str, Any]:
    """As a browser can send it: half letters become question marks, files are files."""
    told = {
        name: [_encoded(one) for one in value] if isinstance(value, list) else _encoded(value)
        for name, value in body.items()
    }
    if "file" in told:
        told["file"] = SimpleUploadedFile("x.png", str(told["file"]).encode(), "image/png")
    return told


def _encoded(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


# the walk


def kept() -> dict[str, dict[object, dict[str, Any]]]:
    """The rows of what is only appended, by table and row."""
    return {
        name: {row["pk" if "pk" in row else "id" if "id" in row else "version"]: row for row in model.values()}
        for name in APPENDED
        for model in [apps.get_model("clinic", name)._base_manager]
    }


def of_clinic(clinic: Clinic) -> dict[str, list[dict[str, Any]]]:
    """Everything that names this clinic."""
    return {
        model.__name__: list(model._base_manager.filter(clinic=clinic).order_by("pk").values())
        for model in apps.get_app_config("clinic").get_models()
        if "clinic" in {one.name for one in model._meta.get_fields()}
    }


def mixed_up(world: World) -> list[str]:
    """Rows of one clinic that name people or things of the other."""
    ours, theirs = world.clinic, world.other
    return [
        name
        for name, rows in {
            "therapist of a session": Session.objects.filter(clinic=ours, therapist__clinic=theirs),
            "room of a session": Session.objects.filter(clinic=ours, room__clinic=theirs),
            "therapist of an episode": Episode.objects.filter(clinic=ours, therapist__clinic=theirs),
            "person of an episode": Episode.objects.filter(clinic=ours, person__clinic=theirs),
            "room of a closure": Closure.objects.filter(clinic=ours, room__clinic=theirs),
            "person merged": Person.objects.filter(clinic=ours, merged_into__clinic=theirs),
            "shift": Shift.objects.filter(member__clinic=theirs, member__name=STRANGER),
        }.items()
        if rows.exists()
    ]


def send(world: World, address: str, role: str, body: dict[str, Any]) -> bool:
    """Was the sender let in? After a look at what the answer tells."""
    answer = world.client(role).post(address, sendable(body), follow=False)
    text = answer.content.decode(errors="ignore") if not answer.streaming else ""
    to = answer.get("Location", "")
    assert answer.status_code < 500, f"{answer.status_code}"
    assert STRANGER not in text, "reads of the other clinic"
    assert "<script>alert(1)</script>" not in text, "HTML comes back as it was typed"
    assert "evil.example" not in to, "is led to another place"
    is_sent_away = name_of(to) in ("account_login", "my_closed") and name_of(address) != "account_logout"
    return answer.status_code not in (403, 405) and not is_sent_away


def walk(world: World, name: str, before: Any, theirs: Any) -> list[str]:
    """Every role sends to one address, those who are let in odd bodies too; what went wrong, in words."""
    wrong, fields = list[str](), world.forms[name]
    addresses = world.addresses[name] or [MADE_UP[name]]

    def sent(address: str, role: str, body: dict[str, Any]) -> bool:
        try:
            with transaction.atomic():
                return send(world, address, role, body)
        except Exception as problem:
            wrong.append(f"{name} ({role}): {type(problem).__name__}: {problem} {sorted(body.items())!r:.300}")
            return False

    with transaction.atomic():
        roles = PUBLIC if name.startswith("my_") else (*STAFF, "nobody")
        let_in = [role for role in roles if sent(addresses[0], role, {})]
        if let_in:
            send_odd(sent, addresses, let_in, bodies(fields, world.odd), examples=2 if fields else 1)
        wrong += [f"{name}: {what}" for what in harm(world, before, theirs)]
        transaction.set_rollback(True)
    return wrong


def send_odd(sent: Any, addresses: list[str], roles: list[str], some: Any, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(addresses), st.sampled_from(roles), some)
    def odd(address: str, role: str, body: dict[str, Any]) -> None:
        if sent(address, role, body):
            sent(address, role, body)  # the button is pressed twice

    odd()


def harm(world: World, before: Any, theirs: Any) -> Iterator[str]:
    """What was done to rows that nobody may touch. A whole person may be erased."""
    gone = Person.objects.filter(erased_at__isnull=False).exists()
    for table, rows in kept().items():
        if any(rows.get(pk) != row for pk, row in before[table].items() if not gone or pk in rows):
            yield f"rows of {table} changed"
    if of_clinic(world.other) != theirs:
        yield "rows of the other clinic changed"
    yield from mixed_up(world)


def test_no_form_breaks_leaks_or_rewrites_whoever_sends_whatever(world: World) -> None:
    held = {"ask_page": "a-", "plan_choose": "preset", "session": "t-", "absence": "therapist", "register": "phone"}
    for name, expected in held.items():  # else nothing would be sent that a page reads
        assert any(one.startswith(expected) for one in world.forms[name]), name
    before, theirs = kept(), of_clinic(world.other)
    wrong = [what for name in sorted(ADDRESSES) for what in walk(world, name, before, theirs)]
    assert not wrong, "\n".join(wrong)
