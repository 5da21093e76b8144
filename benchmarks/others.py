"""Other rule engines, each with our rules in its own language, in the quickest form found for it.

Where that form is one text for all rules at once, it is also measured rule by rule, as people keep and read rules.

Each class is one engine: it is built once from the facts and rules, `judge` is what is measured, and `statuses` reads
its answer afterwards, rule by rule: 2 fires, 1 is open, 0 is clear.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import business_rules.engine
import business_rules.variables
import cel
import json_logic
import rule_engine
import zen
from cel_expr_python import cel as google_cel

from benchmarks.flags import Facts, Flag, Flags, Language, Sign, Text

APART = Path(sys.prefix) / "apart"
"""Where the package stands whose module has the same name as another's; the Makefile puts it there."""


class Other(ABC):
    """One engine in one form."""

    package: str
    form: str

    @abstractmethod
    def __init__(self, facts: Facts) -> None: ...

    def given(self, flags: Flags) -> Any:
        """The chart as the engine wants it; not measured."""
        return flags

    @abstractmethod
    def judge(self, given: Any) -> Any:
        """What is measured."""

    def statuses(self, judged: Any) -> list[int]:
        """The answer as one status for each rule; not measured."""
        return list(judged)


class ZenList(Other):
    package, form = "zen-engine", "all rules in one compiled expression"

    def __init__(self, facts: Facts) -> None:
        self.rules = zen.compile_expression(Text(facts, " and ", " or ").all_rules())

    def judge(self, given: Flags) -> Any:
        return self.rules.evaluate(given)


class ZenTable(Other):
    package, form = "zen-engine", "decision table, a row for each rule"

    def __init__(self, facts: Facts) -> None:
        pairs = Text(facts, " and ", " or ").pairs()
        self.number = len(pairs)
        rows = [
            {"_id": f"{place}", "if": possible, "rule": f"{place}", "fires": fires}
            for place, (possible, fires) in enumerate(pairs)
        ]
        columns = [{"id": name, "name": name, "field": name} for name in ("rule", "fires")]
        table = {"hitPolicy": "collect", "inputs": [{"id": "if", "name": "if"}], "outputs": columns, "rules": rows}
        nodes = [
            {"id": "in", "type": "inputNode"},
            {"id": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "type": "outputNode"},
        ]
        edges = [{"sourceId": "in", "targetId": "table"}, {"sourceId": "table", "targetId": "out"}]
        graph = {
            "nodes": [{**node, "name": node["id"], "position": {"x": 0, "y": 0}} for node in nodes],
            "edges": [{**edge, "id": edge["sourceId"], "type": "edge"} for edge in edges],
        }
        self.table = zen.ZenEngine().create_decision(json.dumps(graph))

    def judge(self, given: Flags) -> Any:
        return self.table.evaluate(given)["result"]

    def statuses(self, judged: Any) -> list[int]:
        found = {int(row["rule"]): 1 + row["fires"] for row in judged}
        return [found.get(place, 0) for place in range(self.number)]


class GoogleCel(Other):
    package, form = "cel-expr-python", "all rules in one expression"

    def __init__(self, facts: Facts) -> None:
        types = {int: google_cel.Type.INT, float: google_cel.Type.DOUBLE, str: google_cel.Type.STRING}
        self.env = google_cel.NewEnv(variables={name: types[type(flag)] for name, flag in facts.flags({}).items()})
        self.rules = self.env.compile(Text(facts, " && ", " || ").all_rules())

    def judge(self, given: Flags) -> Any:
        return self.rules.eval(data=given).plain_value()


class GoogleCelRules(GoogleCel):
    form = "two expressions for each rule"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.pairs = _pairs(Text(facts, " && ", " || "), self.env.compile)

    def judge(self, given: Flags) -> list[int]:
        chart = self.env.Activation(given)
        return [_status(pair, lambda one: one.eval(chart).plain_value()) for pair in self.pairs]


class RustCel(Other):
    package, form = "common-expression-language", "all rules in one expression"

    def __init__(self, facts: Facts) -> None:
        self.rules = cel.compile(Text(facts, " && ", " || ").all_rules())

    def judge(self, given: Flags) -> Any:
        return self.rules.execute(given)


class RustCelRules(RustCel):
    form = "two expressions for each rule"

    def __init__(self, facts: Facts) -> None:
        self.pairs = _pairs(Text(facts, " && ", " || "), cel.compile)

    def judge(self, given: Flags) -> list[int]:
        chart = cel.Context(given)
        return [_status(pair, lambda one: one.execute(chart)) for pair in self.pairs]


class RuleEngine(Other):
    package, form = "rule-engine", "all rules in one expression"

    def __init__(self, facts: Facts) -> None:
        self.rules = rule_engine.Rule(Text(facts, " and ", " or ").all_rules())

    def judge(self, given: Flags) -> Any:
        return self.rules.evaluate(given)


class BusinessRules(Other):
    package, form = "business-rules", "two conditions for each rule"

    def __init__(self, facts: Facts) -> None:
        self.language = BusinessLanguage(facts)
        self.pairs = self.language.pairs()

    def given(self, flags: Flags) -> Any:
        variables = type("Chart", (business_rules.variables.BaseVariables,), self.language.variables(flags))
        return variables()

    def judge(self, given: Any) -> list[int]:
        holds = business_rules.engine.check_conditions_recursively
        return [_status(pair, lambda one: holds(one, given)) for pair in self.pairs]


class BusinessLanguage(Language[dict[str, Any]]):
    """Conditions of business-rules. An answer is two yes/no variables, which it reads much faster than numbers."""

    SIGNS: dict[Sign, str] = {
        "=": "equal_to",
        "<": "less_than",
        "<=": "less_than_or_equal_to",
        ">": "greater_than",
        ">=": "greater_than_or_equal_to",
        "!=": "greater_than",  # only "not unknown" is asked of numbers, and that lies below them all
    }

    def every(self, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"all": list(parts)}

    def some(self, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"any": list(parts)}

    def compare(self, name: str, sign: Sign, flag: Flag) -> dict[str, Any]:
        if isinstance(flag, int):
            return {"name": f"{name}is{flag}", "operator": "is_true" if sign == "=" else "is_false", "value": None}
        if isinstance(flag, str) and sign == "!=":
            return {"name": name, "operator": "non_empty", "value": None}
        return {"name": name, "operator": self.SIGNS[sign], "value": flag}

    def variables(self, flags: Flags) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, flag in flags.items():
            if isinstance(flag, int):
                for answer in (0, 1, -1):
                    made[f"{name}is{answer}"] = _variable("boolean", flag == answer)
            else:
                made[name] = _variable("string" if isinstance(flag, str) else "numeric", flag)
        return made


def _variable(kind: str, value: object) -> Callable[[object], object]:
    declared: Callable[..., Any] = getattr(business_rules.variables, f"{kind}_rule_variable")
    return declared(label=kind)(lambda _: value)


class PanziJsonLogic(Other):
    package, form = "panzi-json-logic", "two conditions for each rule"
    module: ModuleType = json_logic

    def __init__(self, facts: Facts) -> None:
        self.pairs = JsonLanguage(facts).pairs()
        self.holds: Callable[[object, Flags], object] = self.module.jsonLogic

    def judge(self, given: Flags) -> list[int]:
        return [_status(pair, lambda one: self.holds(one, given)) for pair in self.pairs]


class JsonLanguage(Language[dict[str, Any]]):
    """JsonLogic, which two packages read."""

    def every(self, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"and": list(parts)}

    def some(self, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {"or": list(parts)}

    def compare(self, name: str, sign: Sign, flag: Flag) -> dict[str, Any]:
        return {"==" if sign == "=" else sign: [{"var": name}, flag]}


def _module_apart(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"{name}_apart", APART / name / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class QubitJsonLogic(PanziJsonLogic):
    package = "json-logic-qubit"
    module = _module_apart("json_logic")


def _pairs(text: Text, read: Callable[[str], Any]) -> list[tuple[Any, Any]]:
    return [(read(possible), read(fires)) for possible, fires in text.pairs()]


def _status(pair: tuple[Any, Any], holds: Callable[[Any], object]) -> int:
    """Most rules are clear, so this is asked first, as our own code does."""
    possible, fires = pair
    return (2 if holds(fires) else 1) if holds(possible) else 0


OTHERS: tuple[type[Other], ...] = (
    ZenTable,
    ZenList,
    GoogleCelRules,
    GoogleCel,
    RustCelRules,
    RustCel,
    RuleEngine,
    BusinessRules,
    PanziJsonLogic,
    QubitJsonLogic,
)

LEFT_OUT = {
    "cel-python": "about half a second for each patient",
    "durable_rules": "the rules and the patients are larger than its fixed limits; right, and slow, on a fifth of them",
}
