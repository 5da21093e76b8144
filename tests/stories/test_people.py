"""People and their charts: somebody new at the desk, and two therapists who write at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from spinepath.clinic.models import Clinic, Episode, KeptFinding, Member, Person
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode

pytestmark = pytest.mark.stories

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwohlgepflegeund"


def test_somebody_new_at_the_desk(visitor: Any, riverside: Clinic) -> None:
    # given: somebody with a long name and somebody whose name runs from right to left
    Person.objects.create(clinic=riverside, family_name=LONG, given_name=LONG, birth_date=date(1960, 2, 29))
    Person.objects.create(clinic=riverside, family_name="כהן־לוי", given_name="דוד", birth_date=date(1950, 3, 3))
    eva = visitor().sign_in("eva")
    eva.check("desk today, nobody")
    eva.page.goto("/people/")
    eva.check("people")

    # when: the desk looks for Helen Marsh, finds nobody, and registers her by keyboard
    eva.page.fill("#asked", "marsh 14.5.1982")
    eva.page.wait_for_selector("text=Nobody fits")
    eva.check("nobody fits")
    eva.page.click("#found >> text=Register somebody")
    eva.page.focus("#id_family_name")
    eva.page.keyboard.type("Marsh")
    eva.page.keyboard.press("Tab")
    eva.page.keyboard.type("Helen")
    eva.page.keyboard.press("Tab")
    eva.page.keyboard.type("14.5.1982")
    eva.page.keyboard.press("Enter")
    eva.page.wait_for_selector("text=Helen Marsh is registered")
    eva.check("person, new")

    # and: somebody registers her again
    eva.page.goto("/people/new/")
    eva.page.fill("#id_family_name", "Marsch")
    eva.page.fill("#id_given_name", "Helen")
    eva.page.fill("#id_birth_date", "14/5/1982")
    eva.page.click("main button:text-is('Register')")

    # then: she is shown before anything is saved
    eva.sees("Is it one of these?")
    eva.faults.clear()  # the browser writes to its console that the answer was 409
    eva.check("who may be there already")
    assert Person.objects.filter(birth_date=date(1982, 5, 14)).count() == 1

    # and: the person is found by the name that runs from right to left
    eva.page.goto("/people/")
    eva.page.fill("#asked", "כהן")
    eva.page.wait_for_selector("text=דוד")
    eva.page.goto(f"/people/{Person.objects.get(family_name=LONG).key}/")
    eva.check("person, long name")


def test_two_therapists_write_at_once(visitor: Any, riverside: Clinic) -> None:
    # given: Helen's chart is open in front of Anna and of Ben
    ben_himself = Member.objects.get(clinic=riverside, name__startswith="Ben")
    episode: Episode = new_episode(riverside, ben_himself)
    add(episode, answers_of("nothing_found"), Author.of(ben_himself), occasion="plan")
    row = KeptFinding.objects.get(fact="leg_pain")
    anna, ben = visitor().sign_in("anna"), visitor().sign_in("ben")
    ben.page.goto(f"/episodes/{episode.key}/")
    ben.check("chart")
    for one in (anna, ben):
        one.page.goto(f"/episodes/{episode.key}/findings/{row.pk}/")
    ben.check("set right")

    # when: both set the same finding right
    anna.page.fill("#value", "4")
    anna.page.fill("#reason", "typed the wrong digit")
    anna.page.click("button:has-text('Set right')")
    anna.sees("The chart shows both")
    ben.page.fill("#value", "7")
    ben.page.fill("#reason", "asked her again")
    ben.page.click("button:has-text('Set right')")

    # then: the second one is told, and what he wrote is still there
    ben.sees("Anna Berg set this right already")
    ben.sees("asked her again")
    ben.faults.clear()
    ben.check("set right already")
    ben.page.goto(f"/episodes/{episode.key}/")
    ben.sees("typed the wrong digit")
    ben.check("chart, corrected")

    # when: both change the details
    for one in (anna, ben):
        one.page.goto(f"/people/{episode.person.key}/edit/")
    anna.page.fill("#id_phone", "030 1111111")
    anna.page.fill("#id_note", "Rings twice")
    anna.page.click("button:has-text('Save')")
    ben.page.fill("#id_phone", "030 2222222")
    ben.page.click("button:has-text('Save')")

    # then: the second one sees both, decides, and nothing is lost
    ben.sees("Anna Berg saved something while you were writing")
    assert ben.page.input_value("#id_phone") == "030 2222222"
    assert ben.page.input_value("#id_note") == "Rings twice"
    ben.faults.clear()
    ben.check("details, changed by both")
    ben.page.click("button:has-text('Save')")
    person = Person.objects.get(pk=episode.person_id)
    assert (person.phone, person.note) == ("030 2222222", "Rings twice")
    ben.check("person")

    # and: the old decision is made again
    ben.page.goto(f"/assessments/{episode.assessments.first().key}/")
    ben.page.click("text=Work it out again")
    ben.sees("to the letter")
    ben.check("old decision")
