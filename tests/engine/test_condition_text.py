"""Conditions as their authors wrote them: short, with groups by name, and of the same meaning."""

from __future__ import annotations

import pytest

from spinepath.engine.condition_text import groups_of, lines_of, shortened
from spinepath.engine.language import FactType, Vocabulary, parse
from tests.engine.small import small


@pytest.mark.parametrize(
    "text",
    [
        "least(pains) <= 3 or feels_odd",
        "not least(pains) >= 4 and count(odd_things, feels_odd) >= 2",
        "greatest(pains) <= 3 and feels_odd",
        "feels_odd and (pain >= 5 or greatest(pains) > 8)",
        "feels_odd and not confirmed(least(pains) >= 4 and known(pain))",
    ],
)
def test_conditions_are_as_short_as_written_and_mean_the_same(text: str) -> None:
    groups = {"pains": ("pain", "pain_left"), "odd_things": ("feels_odd", "feels_worse")}
    facts = {"pain": "number", "pain_left": "number", "feels_odd": "yes_no", "feels_worse": "yes_no"}
    names = Vocabulary({name: FactType(answer) for name, answer in facts.items()}, groups)
    condition = parse(text, names)
    assert shortened(condition, groups) == text
    assert parse(" ".join(lines_of(condition, groups, 10)), names) == condition


def test_the_groups_are_those_of_the_base() -> None:
    assert groups_of(small()) == {"nerve_signs": ("numbness", "weak_leg")}
    assert (
        shortened(small().rules["screen.nerves"].when, groups_of(small())) == "count(nerve_signs, strength <= 3) >= 2"
    )
