"""A prepared question tells what its queryset tells, for every kind of value, and refuses what it could get wrong."""

from __future__ import annotations

import ast
import gc
import weakref
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import spinepath.clinic
from spinepath.clinic import prepared
from spinepath.clinic.models import Clinic, Episode, Member, Person
from tests.clinic.people import new_episode

pytestmark = pytest.mark.django_db


@pytest.fixture
def episodes(therapist: Member) -> list[Episode]:
    return [new_episode(therapist.clinic, therapist, name) for name in ("Marsh", "Okoro", "Iłła 100%")]


def keys(clinic: int, names: list[str]) -> list[str]:
    return prepared.rows(
        lambda clinic, names: (
            Episode.objects.filter(clinic=clinic, person__family_name__in=names)
            .order_by("pk")
            .values_list("key", flat=True)
        ),
        clinic,
        names,
    )


def test_rows_are_those_of_the_queryset_with_what_belongs_to_them(episodes: list[Episode]) -> None:
    for one in episodes:
        found = prepared.first(
            lambda clinic, key: Episode.objects.filter(clinic=clinic, key=key).select_related("person", "therapist"),
            one.clinic_id,
            one.key,
        )
        assert found is not None
        with CaptureQueriesContext(connection) as asked:
            assert (found, found.person, found.therapist) == (one, one.person, one.therapist)
        assert (found.opened_at, found.person.birth_date, len(asked)) == (one.opened_at, one.person.birth_date, 0)


def test_a_list_may_have_any_length(episodes: list[Episode]) -> None:
    clinic, names = episodes[0].clinic_id, [one.person.family_name for one in episodes]
    for number in (3, 0, 1, 2, 3):
        assert keys(clinic, names[:number]) == [one.key for one in episodes[:number]]
    assert keys(clinic, [*names, *map(str, range(100))]) == keys(clinic, names)
    assert keys(clinic, ["nobody", *names[1:]]) == [one.key for one in episodes[1:]]
    assert keys(clinic + 1, names) == []


def test_a_part_of_many_rows(episodes: list[Episode]) -> None:
    def part(first: int, last: int) -> list[int]:
        return prepared.rows(
            lambda: Episode.objects.order_by("pk").values_list("pk", flat=True), part=slice(first, last)
        )

    rows = [one.pk for one in episodes]
    assert [part(0, 2), part(1, 3), part(2, 9), part(3, 9), part(0, 3)] == [rows[:2], rows[1:], rows[2:], [], rows]


def test_days_and_moments_are_compared_as_the_database_keeps_them(episodes: list[Episode]) -> None:
    now = timezone.localtime()

    def opened(since: object) -> int:
        return len(prepared.rows(lambda since: Episode.objects.filter(opened_at__gte=since), since))

    assert opened(now - timedelta(minutes=1)) == 3
    assert opened(now + timedelta(minutes=1)) == 0
    born = prepared.rows(lambda day: Person.objects.filter(birth_date__lte=day), date(1982, 5, 14))
    assert {one.pk for one in born} == {one.person_id for one in episodes}
    assert prepared.rows(lambda day: Person.objects.filter(birth_date__lt=day), date(1982, 5, 14)) == []


def test_words_are_found_once_and_hold_nobodys_values(episodes: list[Episode]) -> None:
    one, other, _third = episodes
    with CaptureQueriesContext(connection) as asked:
        assert [keys(one.clinic_id, [name]) for name in ("Marsh", "Okoro")] == [[one.key], [other.key]]
    first, second = (query["sql"] for query in asked)
    assert first.replace("Marsh", "Okoro") == second
    kept = [params for words in prepared._known.values() if words for params in words.params]
    assert not {"Marsh", "Okoro", one.key} & {str(param) for param in kept}


def test_alike_words_in_another_module_may_mean_another_table(episodes: list[Episode]) -> None:
    written = "from spinepath.clinic import prepared\nfrom spinepath.clinic.models import {} as Kept\n"
    written += "def count():\n    return len(prepared.rows(lambda: Kept.objects.all()))\n"
    counts = []
    for model in (Episode, Member):
        module: dict[str, object] = {"__name__": f"written_for_{model.__name__}"}
        exec(written.format(model.__name__), module)  # noqa: S102  two modules that differ in an import alone
        counts.append(module["count"]())  # type: ignore[operator]
    assert counts == [len(episodes), Member.objects.count()]
    assert counts[0] != counts[1]


def test_nothing_of_a_thread_is_kept_when_it_ends() -> None:
    kept: list[weakref.ref[object]] = []

    def ask() -> None:
        prepared.rows(lambda day: Person.objects.filter(birth_date=day), date(2000, 1, 1))
        prepared.rows(lambda at: Episode.objects.filter(opened_at=at), timezone.now())
        kept.append(weakref.ref(connections["default"].ops))
        connections["default"].close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    gc.collect()
    assert [one() for one in kept] == [None]


@pytest.mark.parametrize("value", [None, True, 1.5, time(9), b"a", {"a": 1}, [None]])
def test_a_value_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="can be asked about"):
        prepared.rows(lambda given: Episode.objects.filter(key=given), value)


def test_a_question_that_looks_beyond_its_values_is_refused(therapist: Member) -> None:
    clinic = therapist.clinic_id
    with pytest.raises(TypeError, match="takes all that may change as a value"):
        prepared.rows(lambda: Member.objects.filter(clinic=clinic))


def test_a_value_that_the_query_changes_is_refused(therapist: Member) -> None:
    with pytest.raises(ValueError, match="Value 1 does not stand"):
        prepared.rows(lambda name: Member.objects.filter(name__icontains=name), therapist.name)
    with pytest.raises(ValueError, match="Value 2 does not stand"):
        prepared.rows(lambda clinic, _name: Clinic.objects.filter(pk=clinic), therapist.clinic_id, "unused")


def questions() -> Iterator[tuple[str, ast.expr]]:
    """Every prepared question of the clinic, and where it stands."""
    for path in sorted(Path(spinepath.clinic.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "prepared.rows",
                "prepared.first",
                "prepared.one_or_404",
            ):
                yield f"{path.name}:{node.lineno}", node.args[0]


def test_no_question_of_the_clinic_decides_anything_once_and_for_all() -> None:
    """A clock, a setting or an `if` would be asked at the first reader, and never again."""
    found = dict(questions())
    assert len(found) > 40
    for place, question in found.items():
        assert isinstance(question, ast.Lambda), place
        own = {one.arg for one in question.args.args}
        for node in ast.walk(question.body):
            assert not isinstance(node, (ast.IfExp, ast.BoolOp, ast.NamedExpr)), place
            if isinstance(node, ast.Name):
                assert node.id in own or node.id[0].isupper() or node.id.startswith("_"), (place, node.id)
            if isinstance(node, ast.Call):
                root = ast.unparse(node.func).lstrip("(").split(".")[0]
                assert root[0].isupper() or root == "_lines_of", (place, root)
