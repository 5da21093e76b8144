"""A patient who refutes something: small, confirmed by the plain evaluator, and a file that can be assessed."""

from __future__ import annotations

import pytest

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import complete, evaluate
from spinepath.prove.patients import Answers, NotConfirmed, clean_chart, patient
from tests.engine.small import answers, small
from tests.prove.desk import real, values_in


def pulled(_: Answers, values: Answers) -> str | None:
    outcome = evaluate(small(), values)
    return "Pulling is offered." if outcome.techniques["pull"].status == "offered" else None


def urgent(_: Answers, values: Answers) -> str | None:
    return "It's urgent." if evaluate(small(), values).disposition == "emergency" else None


def test_a_patient_is_told_from_the_clean_chart_when_that_is_shorter() -> None:
    found = patient(small(), answers(age_years=70, pain=9), pulled)
    assert found.file.startswith("story: 'Pulling is offered.'\nas_of: 2026-01-01\nstart: nothing_found\nfindings:")
    assert len(found.file.splitlines()) <= 8
    assert found.as_file


def test_and_from_nothing_when_that_is_shorter() -> None:
    found = patient(small(), answers(fever=True, skin_broken=True), urgent)
    assert found.values == {"fever": True} or "start: nothing_found" in found.file
    assert "fever: yes" in found.file
    assert "skin_broken" not in found.file
    assert "It''s urgent." in found.file
    assert urgent({}, values_in(small(), found.file))


def test_who_shows_nothing_is_no_patient() -> None:
    with pytest.raises(NotConfirmed):
        patient(small(), answers(), urgent)


def test_news_that_do_not_matter_are_left_out() -> None:
    def becomes_urgent(before: Answers, after: Answers) -> str | None:
        return urgent({}, after) if not urgent({}, before) else None

    found = patient(small(), answers(), becomes_urgent, {"fever": True, "skin_broken": True})
    assert found.news == {"fever": True}
    assert "# then: fever = yes" in found.file
    assert found.as_file


def read_so(name: str, number: float) -> tuple[Answers, Answers]:
    def complaint(_: Answers, values: Answers) -> str | None:
        return "It is so." if complete(real(), values)[name] == number else None

    base: Answers = {**clean_chart(real(), "nothing_found"), "rating_numbness": 4, name: number}
    found = patient(real(), base, complaint)
    assert found.as_file, found.file
    read: dict[str, Value] = values_in(real(), found.file)
    return dict(found.values), read


@pytest.mark.parametrize(
    ("name", "number"),
    [("leg_pain_fall", 3), ("leg_pain_rise", 2), ("leg_pain_fall_percent", 50), ("numbness_rise", 2)],
)
def test_what_is_compared_with_the_past_is_written_as_that_past(name: str, number: float) -> None:
    values, read = read_so(name, number)
    assert read[name] == values[name] == number


def test_a_past_that_cannot_have_been_is_said_so() -> None:
    def complaint(_: Answers, values: Answers) -> str | None:
        found = complete(small(), values)
        return "Both fell and rose." if found["pain_fall"] == 30 and found["pain_rise"] == 2 else None

    found = patient(small(), answers(pain=3, pain_fall=30, pain_rise=2), complaint)
    assert not found.as_file
