"""Every page is bound to a member, a role and a clinic."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import Clinic, Episode
from spinepath.clinic.pages import STEPS
from tests.clinic.conftest import signed_in


@pytest.mark.parametrize("step", ["episode", *STEPS])
def test_another_clinic_sees_nothing(episode: Episode, step: str) -> None:
    other = make_clinic("Other", suffix="2")
    page = reverse(step, args=[episode.key])
    assert signed_in(other, "therapist").get(page).status_code == 404
    assert signed_in(episode.clinic, "therapist").get(page).status_code == 200


@pytest.mark.parametrize("step", ["episode", "ask", "examine", "plan", "treat", "follow"])
@pytest.mark.parametrize("role", ["desk", "administrator", "auditor"])
def test_who_need_not_read_a_record_cannot(episode: Episode, step: str, role: str) -> None:
    assert signed_in(episode.clinic, role).get(reverse(step, args=[episode.key])).status_code == 403


def test_nobody_comes_in_without_signing_in(episode: Episode) -> None:
    answer = Client().get(reverse("episode", args=[episode.key]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_nobody_signs_up(clinic: Clinic) -> None:
    said = {"username": "somebody", "password1": "a long enough word", "password2": "a long enough word"}
    Client().post("/account/signup/", said)
    assert not User.objects.filter(username="somebody").exists()


def test_a_part_of_a_page_leads_the_whole_page_to_sign_in(episode: Episode) -> None:
    url = reverse("measures", args=[episode.key])
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/episodes/x/follow/?day=2"}
    answered = Client().get(url, headers=asked)
    assert answered.status_code == 200
    assert answered["HX-Redirect"].endswith("/login/?next=/episodes/x/follow/%3Fday%3D2")
    assert not answered.content
    elsewhere = Client().get(url, headers={**asked, "HX-Current-URL": "https://evil.example/x"})
    assert "evil" not in elsewhere["HX-Redirect"]
