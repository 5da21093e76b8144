"""May another course begin? What the rules on repeat courses say of the next one."""

from __future__ import annotations

import msgspec

from spinepath.engine.conditions import Value, Values
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.page_parts import page_part


class NextCourse(msgspec.Struct, frozen=True, kw_only=True):
    """Another course: `forbidding` are the rules against it, `wanting` those that want a reason or an answer.

    It is `allowed` when nothing forbids it and nothing is unknown about it.
    """

    forbidding: tuple[str, ...] = ()
    wanting: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Does nothing stand against it?"""
        return not self.forbidding and not self.unknown


def next_course(knowledge: Knowledge, values: Values) -> NextCourse:
    """What would hold if one more course began now; nothing here looks at dangers, which forbid any course.

    `values` are those of the person now. A count of courses that is unknown leaves the rules about it open: then
    somebody must say how many there were.
    """
    counts = [entry.fact for entry in knowledge.own_records.values() if entry.tells == "courses_of_year"]
    known = [name for name in counts if values.get(name) is not None]
    counted: dict[str, Value] = {str(name): float(values[name] or 0) + 1 for name in known}
    after = evaluate(knowledge, {**values, **counted})
    rules = [knowledge.rules[name] for name in page_part(knowledge, "repeat_course").rules]
    fires = [rule for rule in rules if after.rules[rule.id] == "fires"]
    forbids = tuple(rule.id for rule in fires if rule.then.hold or rule.then.exclude or rule.then.at_least)
    return NextCourse(
        forbidding=forbids,
        wanting=tuple(rule.id for rule in fires if rule.id not in forbids),
        unknown=tuple(name for name in counts if values.get(name) is None),
    )
