"""People are found, registered once, changed without loss, and put together and taken apart again."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Clinic, Episode, Member, Merge, Person, PersonWord
from spinepath.clinic.people import register
from spinepath.clinic.people.find import alike, find, terms
from spinepath.clinic.people.merge import NotMerged, merge, undo
from tests.clinic.conftest import signed_in
from tests.clinic.people import new_episode

ODD = [
    "",
    " ",
    "\0",
    "\x00a",
    "🙂" * 50,
    "<script>alert(1)</script>",
    "‮עברית",
    "é" * 5000,
    "2026-13-45",
    "%",
    "_",
    "'--",
]


def somebody(clinic: Clinic, family: str, given: str, born: str = "1982-05-14", phone: str = "") -> Person:
    return Person.objects.create(
        clinic=clinic, family_name=family, given_name=given, birth_date=date.fromisoformat(born), phone=phone
    )


@pytest.fixture
def many(clinic: Clinic) -> dict[str, Person]:
    return {
        "marsh": somebody(clinic, "Marsh", "Helen", phone="+49 170 555 0123"),
        "obrien": somebody(clinic, "O'Brien-Łukasz", "Zoë Marie", "1990-01-02"),
        "ivanova": somebody(clinic, "Иванова", "Ольга", "1975-11-30"),
        "wang": somebody(clinic, "王", "小明", "2001-07-08"),
        "cohen": somebody(clinic, "כהן", "דוד", "1950-03-03"),
        "cruz": somebody(clinic, "de la Cruz", "Ana María", "1966-06-06", "0170 999 8877"),
    }


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("mar hel", ["marsh"]),
        ("helen MARSH", ["marsh"]),
        ("obrien", ["obrien"]),
        ("brien lukasz", ["obrien"]),
        ("Łuk", ["obrien"]),
        ("zoe", ["obrien"]),
        ("иван", ["ivanova"]),
        ("ОЛЬГА", ["ivanova"]),
        ("王小明", ["wang"]),
        ("小明", ["wang"]),
        ("כהן", ["cohen"]),
        ("cruz", ["cruz"]),
        ("maria cruz 1966", ["cruz"]),
        ("14.5.1982", ["marsh"]),
        ("1982-05-14", ["marsh"]),
        ("14/05/1982 marsh", ["marsh"]),
        ("5550123", ["marsh"]),
        ("0170 5550123", ["marsh"]),
        ("+49 170 555 0123", ["marsh"]),
        ("0170 999", ["cruz"]),
        ("8877", ["cruz"]),
        ("marsh cruz", []),
        ("arsh", []),
        ("14.5.1983", []),
    ],
)
def test_people_are_found_by_what_is_typed(many: dict[str, Person], asked: str, who: list[str]) -> None:
    found = find(many["marsh"].clinic, asked).people
    assert {one.pk for one in found} == {many[name].pk for name in who}


@pytest.mark.parametrize("asked", [*ODD, "a " * 500, "1" * 300, "12345678901234567890", "99.99.9999", "٣٤٥ ٦٧٨"])
def test_nothing_that_is_typed_breaks_the_search(clinic: Clinic, as_desk: Client, asked: str) -> None:
    assert find(clinic, asked).number == 1
    assert as_desk.post(reverse("people"), {"asked": asked}, follow=True).status_code == 200


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_becomes_a_few_short_beginnings(text: str) -> None:
    found = terms(text)
    assert len(found) <= 8
    assert all(0 < len(start) <= 61 and "\0" not in start for term in found for start in term)


def test_a_page_of_people_asks_as_often_for_sixty_as_for_five(
    clinic: Clinic, as_therapist: Client, therapist: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    in_the_audit = 4
    for number in range(5):
        new_episode(clinic, therapist, f"Marsh{number}")
    as_therapist.get(reverse("people"))
    with django_assert_max_num_queries(6 + in_the_audit) as few:
        as_therapist.get(reverse("people"))
    for number in range(60):
        new_episode(clinic, therapist, f"Other{number}")
    with django_assert_max_num_queries(len(few)):
        page = as_therapist.get(reverse("people"))
    assert "Next page" in page.content.decode()
    assert "Other" in as_therapist.get(reverse("people"), {"page": "2"}).content.decode()


def test_words_follow_the_name_also_when_many_are_added_at_once(clinic: Clinic) -> None:
    made = Person.objects.bulk_create(
        [Person(clinic=clinic, family_name=f"Bulk{n}", given_name="X", birth_date=date(1990, 1, 1)) for n in range(3)]
    )
    assert find(clinic, "bulk1").people == [made[1]]
    one = made[1]
    one.family_name = "Married"
    one.save()
    assert find(clinic, "bulk1").people == []
    assert find(clinic, "marr").people == [one]
    one.erased_at = "2026-01-01T00:00Z"
    one.save()
    assert find(clinic, "marr").people == []


def test_a_name_never_stands_in_an_address(many: dict[str, Person], as_desk: Client) -> None:
    answer = as_desk.post(reverse("people"), {"asked": "marsh"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("people"))
    page = as_desk.get(reverse("people")).content.decode()
    assert "Helen" in page
    assert "Cruz" not in page
    part = as_desk.post(reverse("people"), {"asked": "cru"}, headers={"HX-Request": "true"}).content.decode()
    assert "Cruz" in part
    assert "<html" not in part


# registering


def details(**changed: str) -> dict[str, str]:
    filled = {
        "family_name": "Marsh",
        "given_name": "Helen",
        "birth_date": "14.5.1982",
        "sex": "",
        "phone": "",
        "email": "",
        "language": "en",
        "note": "",
    }
    return {**filled, **changed}


def test_registering_twice_with_one_form_makes_one_person(clinic: Clinic, as_desk: Client) -> None:
    once = as_desk.get(reverse("register")).context["once"]
    for _ in range(2):
        answer = as_desk.post(reverse("register"), {**details(), "once": once})
        assert answer.status_code == 302
    assert Person.objects.count() == 1
    assert AuditEntry.objects.filter(act="add", about="person").count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"family_name": "marsch", "given_name": "Helene"},
        {"family_name": "Helen", "given_name": "Marsh"},
        {"family_name": "Else", "given_name": "Whoever", "birth_date": "1.1.1950", "phone": "0170 5550123"},
    ],
)
def test_who_may_be_there_already_is_shown_before_saving(
    many: dict[str, Person], as_desk: Client, typed: dict[str, str]
) -> None:
    count = Person.objects.count()
    answer = as_desk.post(reverse("register"), details(**typed))
    assert answer.status_code == 409
    assert reverse("person", args=[many["marsh"].key]) in answer.content.decode()
    assert Person.objects.count() == count
    assert as_desk.post(reverse("register"), {**details(**typed), "is_new": "yes"}).status_code == 302
    assert Person.objects.count() == count + 1


def test_somebody_else_is_no_duplicate(many: dict[str, Person]) -> None:
    other = Person(clinic=many["marsh"].clinic, family_name="Quist", given_name="Per", birth_date=date(1982, 5, 14))
    assert alike(other.clinic, other) == []
    elsewhere = make_clinic("Other", suffix="2")
    twin = Person(clinic=elsewhere, family_name="Marsh", given_name="Helen", birth_date=date(1982, 5, 14))
    assert alike(elsewhere, twin) == []


def test_a_key_of_another_clinic_makes_a_person_of_its_own(clinic: Clinic, as_desk: Client) -> None:
    stranger = somebody(make_clinic("Other", suffix="2"), "Stone", "Ada")
    assert as_desk.post(reverse("register"), {**details(), "once": stranger.key}).status_code == 302
    assert Person.objects.get(clinic=clinic).key != stranger.key


@pytest.mark.parametrize("field", [*register.DETAILS, "once", "is_new"])
@pytest.mark.parametrize("written", [*ODD, "x" * 20_000])
def test_no_details_break_the_form(clinic: Clinic, as_desk: Client, field: str, written: str) -> None:
    answer = as_desk.post(reverse("register"), {**details(), field: written})
    assert answer.status_code in (302, 409, 422)
    if answer.status_code == 422:
        assert "There is a problem" in answer.content.decode()
        assert 'value="Helen"' in answer.content.decode() or field == "given_name"


def test_missing_fields_are_told(as_desk: Client) -> None:
    assert as_desk.post(reverse("register"), {}).status_code == 422


@pytest.mark.parametrize("born", ["1.1.1850", "1.1.2999", "31.2.1990", "yesterday"])
def test_impossible_days_of_birth_are_refused(as_desk: Client, born: str) -> None:
    assert as_desk.post(reverse("register"), details(birth_date=born)).status_code == 422


# changing


def form_of(client: Client, person: Person) -> dict[str, str]:
    page = client.get(reverse("edit_person", args=[person.key]))
    return {
        **details(family_name=person.family_name, phone=person.phone, email=person.email),
        "version": str(page.context["version"]),
        "shown": page.context["shown"],
    }


def test_two_who_edit_at_once_lose_nothing(clinic: Clinic, person: Person, as_desk: Client, as_lead: Client) -> None:
    page = reverse("edit_person", args=[person.key])
    eva, anna = form_of(as_desk, person), form_of(as_lead, person)
    assert as_desk.post(page, {**eva, "phone": "030 1111111", "note": "rings twice"}).status_code == 302
    stale = as_lead.post(page, {**anna, "phone": "030 2222222", "email": "helen@example.org"})
    told = stale.content.decode()
    assert stale.status_code == 409
    assert "Eva Novak" in told
    assert "030 1111111" in told
    assert 'value="030 2222222"' in told  # one's own stays
    assert "rings twice" in told  # theirs is put into the form
    person.refresh_from_db()
    assert (person.phone, person.email) == ("030 1111111", "")
    shown = {**anna, "phone": "030 2222222", "email": "helen@example.org", "note": "rings twice"}
    shown |= {"version": str(stale.context["version"]), "shown": stale.context["shown"]}
    assert as_lead.post(page, shown).status_code == 302
    person.refresh_from_db()
    assert (person.phone, person.email, person.note) == ("030 2222222", "helen@example.org", "rings twice")


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "²"])
@pytest.mark.parametrize("shown", ["", "forged", "\0"])
def test_a_forged_form_changes_nothing(person: Person, as_desk: Client, version: str, shown: str) -> None:
    page = reverse("edit_person", args=[person.key])
    answer = as_desk.post(page, details(family_name="Forged") | {"version": version, "shown": shown})
    assert answer.status_code == 409
    person.refresh_from_db()
    assert person.family_name == "Marsh"


def test_saving_what_is_there_is_no_change(person: Person, as_desk: Client) -> None:
    page = reverse("edit_person", args=[person.key])
    same = form_of(as_desk, person) | {"sex": person.sex}
    assert as_desk.post(page, same).status_code == 302
    assert not AuditEntry.objects.filter(act="change", about="person").exists()


# episodes


def test_an_episode_is_opened_once_for_one_form(person: Person, as_desk: Client) -> None:
    once = as_desk.get(reverse("person", args=[person.key])).context["once"]
    for _ in range(2):
        sent = {"complaint": "neck", "therapist": "", "once": once}
        assert as_desk.post(reverse("start_episode", args=[person.key]), sent).status_code == 302
    assert Episode.objects.filter(person=person, complaint="neck").count() == 1


@pytest.mark.parametrize("sent", [{}, {"complaint": ""}, *({"complaint": "x", "therapist": odd} for odd in ODD[1:])])
def test_an_episode_needs_a_complaint_and_a_therapist_of_the_clinic(
    person: Person, as_desk: Client, sent: dict[str, str]
) -> None:
    assert as_desk.post(reverse("start_episode", args=[person.key]), sent).status_code in (302, 422)
    assert (
        "There is a problem"
        in as_desk.post(reverse("start_episode", args=[person.key]), {"therapist": str(person.pk)}).content.decode()
    )


def test_the_desk_reads_no_complaint(person: Person, as_desk: Client, as_therapist: Client) -> None:
    page = reverse("person", args=[person.key])
    assert "leg pain" in as_therapist.get(page).content.decode()
    assert "leg pain" not in as_desk.get(page).content.decode()
    assert "leg pain" not in as_desk.get(reverse("people")).content.decode()


# merging


def test_merging_moves_episodes_and_undoing_moves_them_back(clinic: Clinic, therapist: Member) -> None:
    one, two = new_episode(clinic, therapist), new_episode(clinic, therapist, "Marshe")
    kept, gone = one.person, two.person
    done = merge(kept, gone, therapist)
    assert {row.key for row in kept.episodes.all()} == {one.key, two.key}
    assert find(clinic, "marshe").people[0].merged_into == kept
    assert gone not in find(clinic, "").people
    later = Episode.objects.create(person=kept, clinic=clinic, complaint="later", opened_at=one.opened_at)
    undo(done, therapist)
    assert {row.key for row in kept.episodes.all()} == {one.key, later.key}
    assert [row.key for row in gone.episodes.all()] == [two.key]
    with pytest.raises(NotMerged):
        undo(done, therapist)


def test_a_chain_of_merges_is_taken_apart_link_by_link_in_any_order(clinic: Clinic, therapist: Member) -> None:
    first, second, third = (new_episode(clinic, therapist, name) for name in ("Aa", "Bb", "Cc"))
    inner = merge(second.person, first.person, therapist)
    outer = merge(third.person, Person.objects.get(pk=second.person_id), therapist)
    assert Person.objects.get(pk=first.person_id).merged_into_id == third.person_id
    undo(inner, therapist)
    undo(outer, therapist)
    for episode in (first, second, third):
        before = episode.person_id
        episode.refresh_from_db()
        assert episode.person_id == before
        assert episode.person.merged_into is None


def test_nothing_is_merged_with_itself_twice_or_across_clinics(clinic: Clinic, therapist: Member) -> None:
    one, two = new_episode(clinic, therapist).person, new_episode(clinic, therapist).person
    other = new_episode(make_clinic("Other", suffix="2")).person
    for pair in ((one, one), (one, other), (other, one)):
        with pytest.raises(NotMerged):
            merge(*pair, therapist)
    merge(one, two, therapist)
    with pytest.raises(NotMerged):
        merge(one, two, therapist)
    with pytest.raises(NotMerged):
        merge(two, one, therapist)
    assert Merge.objects.count() == 1
    assert AuditEntry.objects.filter(about="merge").count() == 2


def test_merging_by_page(clinic: Clinic, therapist: Member, as_desk: Client) -> None:
    one, two = new_episode(clinic, therapist).person, new_episode(clinic, therapist).person
    choose = as_desk.get(reverse("choose_merge", args=[one.key])).content.decode()
    page = reverse("merge_with", args=[one.key, two.key])
    assert page in choose
    for odd in ["", "x", *ODD]:
        assert as_desk.post(page, {"goes_on": odd}).status_code == 422
    assert as_desk.post(page, {"goes_on": two.key}).status_code == 302
    assert as_desk.post(page, {"goes_on": two.key}).status_code == 422  # sent twice
    assert as_desk.post(reverse("unmerge", args=[one.key])).status_code == 302
    assert as_desk.post(reverse("unmerge", args=[one.key]), follow=True).status_code == 200
    one.refresh_from_db()
    assert one.merged_into is None


# who may


PAGES = ["person", "edit_person", "choose_merge"]


@pytest.mark.parametrize("page", PAGES)
def test_another_clinic_sees_nobody(person: Person, page: str) -> None:
    other = signed_in(make_clinic("Other", suffix="2"), "lead")
    assert other.get(reverse(page, args=[person.key])).status_code == 404
    assert other.post(reverse("start_episode", args=[person.key]), {"complaint": "x"}).status_code == 404
    assert other.post(reverse("unmerge", args=[person.key])).status_code == 404
    assert "Marsh" not in other.get(reverse("people")).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_an_auditor_sees_nobody(person: Person, page: str) -> None:
    assert signed_in(person.clinic, "auditor").get(reverse(page, args=[person.key])).status_code == 403


def test_reading_a_person_is_in_the_audit(person: Person, as_desk: Client) -> None:
    as_desk.get(reverse("person", args=[person.key]))
    assert AuditEntry.objects.get(act="read", about="person").person == person.key
    assert PersonWord.objects.filter(person=person).exists()


def test_each_look_at_the_list_is_in_the_audit_without_what_was_typed(clinic: Clinic, as_desk: Client) -> None:
    as_desk.get(reverse("people"), {"page": "2"})
    as_desk.post(reverse("people"), {"asked": "Marsh"}, headers={"HX-Request": "true"})
    looks = AuditEntry.objects.filter(clinic=clinic, act="read", about="people").order_by("number")
    assert [one.detail for one in looks] == ["page 2", "page 1"]
