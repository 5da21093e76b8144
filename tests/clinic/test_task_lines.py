"""The lines of what needs somebody: for each role its words, its act and where that leads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from spinepath.clinic.models import Clinic, Episode, Member, Task
from spinepath.clinic.today import task_lines, tasks

KINDS = list(Task.Kind)
ACTS = {
    "danger": "Look and decide",
    "hold": "Look and decide",
    "gate": "Review",
    "follow_up": "Ask how it went",
    "measure": "Take the measure",
    "consent": "Renew consent",
    "document": "Read",
    "clash": "Repair",
    "fit": "Move",
}


def line(episode: Episode, kind: str, role: str, due: date | None = None) -> task_lines.TaskLine:
    today = timezone.localdate()
    says = "09:00 shift" if kind == "fit" else "of medicine"
    about = "fit:abcdefghjkmn" if kind == "fit" else "x"
    task = Task(clinic=episode.clinic, episode=episode, kind=kind, about=about, says=says, due=due or today)
    member = Member.objects.filter(clinic=episode.clinic, role=role).first()
    assert member is not None
    return task_lines.lines(tasks.shown([task], today), member, today)[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["therapist", "lead"])
def test_who_reads_the_record_is_led_to_the_act(episode: Episode, kind: str, role: str) -> None:
    shown = line(episode, kind, role)
    assert shown.act == ACTS[kind]
    assert (episode.key in shown.act_address) == (kind != "fit")
    assert shown.act_address.endswith("#tasks") == (kind == "danger")
    assert shown.who_address == f"/episodes/{episode.key}/"
    assert shown.title.lower() == str(Task.Kind(kind).label)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["desk", "administrator"])
def test_who_does_not_read_it_sees_no_word_of_medicine(episode: Episode, kind: str, role: str) -> None:
    shown = line(episode, kind, role)
    assert "medicine" not in shown.says
    assert shown.who_address == f"/people/{episode.person.key}/"
    books = role == "desk"
    acts = {"clash": "Repair", "fit": "Move"} if books else {}
    acts |= {"danger": "Call"} if episode.person.phone else {}
    assert shown.act == acts.get(kind, "")
    assert bool(shown.act_address) == bool(shown.act)


def test_a_danger_is_told_by_telephone(episode: Episode) -> None:
    episode.person.phone = "+49 170 1"
    assert line(episode, "danger", "desk").act_address == "tel:+491701"
    episode.person.phone = ""
    assert line(episode, "danger", "desk").act == ""


def test_how_long_it_waits_is_told_with_the_year_of_another_year(episode: Episode) -> None:
    today = timezone.localdate()
    assert line(episode, "gate", "lead").since == ""
    late = line(episode, "gate", "lead", today - timedelta(days=366)).since
    assert str(today.year - 1) in late or str(today.year - 2) in late
    yesterday = today - timedelta(days=1)
    assert (str(yesterday.year) in line(episode, "gate", "lead", yesterday).since) == (yesterday.year != today.year)


def test_a_task_of_the_clinic_itself_leads_nowhere(clinic: Clinic, therapist: Member) -> None:
    today = timezone.localdate()
    shown = task_lines.lines(tasks.shown([Task(clinic=clinic, kind="document", due=today)], today), therapist, today)
    assert (shown[0].who, shown[0].who_address, shown[0].act) == ("", "", "")
