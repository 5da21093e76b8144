"""Made-up people are who the model says: as often, within what facts allow, whole in themselves, left like right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from spinepath.backends.charts import columns
from spinepath.engine.conditions import Condition
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.populations import Shown
from spinepath.engine.symmetry import mirrored, renamed
from spinepath.population.draw import BLOCK, Block, draw
from spinepath.population.model import Line, Model
from tests.engine.small import files
from tests.engine.test_population_links import MODEL


def test_a_block_is_drawn_again_the_same(model: Model, block: Block) -> None:
    again = draw(model, seed=1, block=0)
    for name, column in block.people.columns.items():
        assert np.array_equal(column.values, again.people.columns[name].values), name
        assert np.array_equal(column.known, again.people.columns[name].known), name


def test_other_blocks_and_seeds_are_other_people(model: Model, block: Block) -> None:
    ages = block.people.columns["age_years"].values
    assert not np.array_equal(ages, draw(model, seed=1, block=1).people.columns["age_years"].values)
    assert not np.array_equal(ages, draw(model, seed=2, block=0).people.columns["age_years"].values)


def test_one_more_fact_in_the_model_changes_no_other() -> None:
    more = MODEL.replace(
        "      - {facts: [fever],", "      - {facts: [numbness], chance: 0.2}\n      - {facts: [fever],"
    )
    one = draw(Model(build(files(people=MODEL)), "village"), 1, 0).people.columns
    other = draw(Model(build(files(people=more)), "village"), 1, 0).people.columns
    assert "numbness" not in one
    assert all(np.array_equal(one[name].values, other[name].values) for name in one)


def test_every_value_is_one_that_its_fact_allows(real: Knowledge, model: Model, block: Block) -> None:
    allowed = {column.fact: column for column in columns(real)}
    for name in model.facts:
        values, known = block.people.columns[name]
        words = model.words[name]
        for value in np.unique(values[known]).tolist():
            assert allowed[name].allows(words[value] if words else value), name


def test_every_fact_that_is_asked_is_drawn_for_somebody(real: Knowledge, model: Model, block: Block) -> None:
    policies = set(real.defaults) - set(model.facts)
    assert set(model.facts) | policies == set(real.asked_facts)
    assert not [name for name in model.facts if not block.people.columns[name].known.any()]


def test_nothing_that_is_worked_out_is_drawn(real: Knowledge, model: Model) -> None:
    assert not [name for name in model.facts if real.facts[name].worked_out is not None]


# as often as the model says


def test_causes_are_as_frequent_as_their_last_line_that_applies(real: Knowledge, model: Model, block: Block) -> None:
    people = block.people
    for cause in real.causes.values():
        may = people.holds(found, None) if (found := model.condition(cause.only)) else np.ones(BLOCK, bool)
        expected = np.zeros(BLOCK)
        for share in cause.share:
            here = people.holds(found, None) if (found := model.condition(share.when)) else np.ones(BLOCK, bool)
            expected[may & here] = share.chance
        spread = np.sqrt((expected * (1 - expected)).sum())
        assert abs(people.columns[cause.id].values.sum() - expected.sum()) <= 5 * spread + 1, cause.id


def test_chances_and_words_are_as_frequent_as_the_line_that_counts(real: Knowledge, model: Model, block: Block) -> None:
    people = block.people
    looked_at = 0
    for drawn in model.drawn:
        if drawn.name not in real.facts:
            continue
        counting = np.full(BLOCK, -1)
        for place, line in enumerate(drawn.lines):
            counting[_reached(block, line.outer) & _reached(block, line.when)] = place
        values, known = people.columns[drawn.name]
        for place, line in enumerate(drawn.lines):
            here = counting == place
            assert known[here].all() or line.shown.unknown or line.shown.same_as, drawn.name
            for value, chance in _expected(line.shown, drawn.words):
                spread = (here.sum() * chance * (1 - chance)) ** 0.5
                assert abs((values[here] == value).sum() - here.sum() * chance) <= 5 * spread + 2, drawn.name
                looked_at += 1
        assert not known[counting == -1].any(), drawn.name
    assert looked_at > 300


def _reached(block: Block, condition: Condition | None) -> np.ndarray:
    return np.ones(BLOCK, bool) if condition is None else block.people.holds(condition, None)


def _expected(shown: Shown, words: tuple[str, ...]) -> Iterator[tuple[object, float]]:
    if shown.chance is not None:
        yield True, shown.chance
    for word, share in shown.words.items():
        yield words.index(word), share


@pytest.mark.parametrize(("step", "kind"), [(0.1, np.float64), (1, np.int8), (5, np.int8)])
def test_numbers_stand_on_whole_steps(step: float, kind: type) -> None:
    changed = MODEL.replace("normal: [2, 1], by: {how_bad: 5}", f"normal: [5, 4], step: {step}")
    columns = draw(Model(build(files(people=changed)), "village"), 1, 0).people.columns
    values = columns["pain"].values[~columns["has_flu"].values]
    assert values.dtype == kind
    assert set(np.unique(values).tolist()) <= {round(place * step, 1) for place in range(int(10 / step) + 1)}
    assert abs(values.mean() - 5) < 0.1


def test_numbers_follow_the_number_that_moves_them() -> None:
    columns = draw(Model(build(files(people=MODEL)), "village"), 1, 0).people.columns
    bad, pain, ill = (columns[name].values for name in ("how_bad", "pain", "has_flu"))
    slope = np.polyfit(bad[~ill], pain[~ill], 1)[0]
    assert abs(slope - 5) < 0.2


def test_a_copy_is_the_same_and_as_unknown() -> None:
    more = MODEL.replace(
        "      - {facts: [fever],", "      - {facts: [numbness], same_as: fever}\n      - {facts: [fever],"
    )
    more = more.replace("    when: has_flu\n", "").replace("facts: [fever]", "facts: [fever], when: has_flu")
    columns = draw(Model(build(files(people=more)), "village"), 1, 0).people.columns
    fever, numbness = columns["fever"], columns["numbness"]
    assert not fever.known.all()
    assert np.array_equal(fever.known, numbness.known)
    assert np.array_equal(fever.values[fever.known], numbness.values[fever.known])


# whole in themselves


def test_nobody_contradicts_himself(real: Knowledge, model: Model) -> None:
    for population in real.populations:
        people = draw(Model(real, population), seed=9, block=0).people
        for one in real.impossibles.values():
            condition = model.condition(one.when)
            assert condition is not None
            assert not people.holds(condition, None).any(), f"{one.id} in {population}"


def test_an_impossible_chart_would_be_noticed(real: Knowledge, model: Model) -> None:
    people = draw(model, seed=9, block=0).people
    values, known = people.columns["pregnancy"]
    known[people.columns["sex_at_birth"].values == model.words["sex_at_birth"].index("male")] = True
    noticed = [
        one.id
        for one in real.impossibles.values()
        if people.holds(model.condition(one.when), None).any()  # type: ignore[arg-type]
    ]
    assert noticed == ["impossible.man_pregnant"]
    assert values.dtype == np.int8


def test_no_episode_is_older_than_the_person(block: Block) -> None:
    columns = block.people.columns
    assert (columns["onset_days"].values / 365.25 <= columns["age_years"].values + 1).all()


# left like right


def test_left_is_drawn_like_right(model: Model) -> None:
    """Each line for the left has its twin for the right; choices are as often left as right."""
    twins = {name: mirrored(name) for name in model.named if mirrored(name) != name}
    assert len(twins) > 40
    for name, drawn in model.named.items():
        turned = [_plain(line, twins) for line in drawn.lines]
        assert turned == [_plain(line, {}) for line in model.named[twins.get(name, name)].lines], name


def _plain(line: Line, twins: dict[str, str]) -> tuple[object, ...]:
    """What the line says; with twins, what it says in the mirror."""
    turn = mirrored if twins else str
    shown = line.shown
    conditions = [found and renamed(found, twins, turn) for found in (line.outer, line.when)]
    words = {turn(word): share for word, share in shown.words.items()}
    same_as = shown.same_as and twins.get(shown.same_as, shown.same_as)
    rest = (shown.chance, shown.normal, shown.lognormal, shown.uniform, shown.by, shown.unknown, shown.step)
    return (*conditions, words, shown.value and turn(shown.value), same_as, *rest)


# gaps


def test_gaps_are_as_frequent_as_they_say(model: Model, block: Block) -> None:
    alone = {}
    for hole in model.holes:
        for fact in hole.facts:
            alone.setdefault(fact, []).append(hole)
    for fact, holes in alone.items():
        if any(hole.when for hole in holes):
            continue
        kept = np.prod([1 - hole.chance for hole in holes])
        expected, spread = BLOCK * (1 - kept), (BLOCK * kept * (1 - kept)) ** 0.5
        assert abs(block.missing[fact].sum() - expected) <= 5 * spread, fact


def test_a_screen_is_skipped_as_a_whole(real: Knowledge, model: Model) -> None:
    screens = [hole for hole in model.holes if hole.name.startswith("gap.screen_skipped/")]
    sizes = {hole.name.split("/")[1]: len(hole.facts) for hole in screens}
    assert sizes["bladder_and_saddle"] == len(real.questions["bladder_and_saddle"].settles)


@pytest.mark.parametrize(("old", "new", "facts"), [("together: screen", "together: person", 1)])
def test_what_is_missing_together_is_one_hole(old: str, new: str, facts: int) -> None:
    held = Model(build(files(people=MODEL)), "village")
    whole = Model(build(files(people=MODEL.replace(old, new))), "village")
    assert len(held.holes) > len(whole.holes) == facts
