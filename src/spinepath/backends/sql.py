"""The rules as one SQL query, for databases that hold many charts.

The table `charts` has a column `person` and one for each fact that is given (`Script.table` creates it); null means
unknown. `Script.answers` gives one row for each person:

* `disposition`, `least`, `most`: as in `engine.evaluate.Outcome`;
* one column for each technique, named by its id: offered, restricted, excluded or undecided;
* `fired_0`, `fired_1`, … and `open_0`, `open_1`, …: which rules fire or are open, one bit for each rule, in the order
  of the knowledge base, 62 rules in a column. Kept as the table `answers`, they become one row for each rule and person
  by `Script.reasons`; in Python `spinepath.backends.bits` reads them.

What the tables' types cannot forbid (a number outside its range, a word outside its choice) is found by
`Script.refusals`. The answers for the persons whom it lists mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from spinepath.backends.bits import Bits
from spinepath.backends.charts import Column, columns, refuse
from spinepath.backends.dialects import Dialect
from spinepath.backends.formulas import Formula
from spinepath.backends.program import Definition, Input, RuleForm, TechniqueForm, program
from spinepath.backends.sql_conditions import condition, either, first_of, some_missing, some_set, unwritable
from spinepath.engine.knowledge import Knowledge

PERSON = "person"
LEVELS = ("disposition", "least", "most")


class Script:
    """The rules of one knowledge version in one dialect. Raises Refused when the dialect cannot say them exactly."""

    def __init__(self, knowledge: Knowledge, dialect: Dialect) -> None:
        self.knowledge = knowledge
        self.dialect = dialect
        self.program = program(knowledge)
        self.columns = columns(knowledge)
        self.bits = Bits([rule.rule for rule in self.program.rules])
        self._asking = Bits([rule.rule for rule in self.program.rules if _ends_apart(rule)])
        self._person = dialect.named(PERSON)
        refuse(list(self._problems()))

    @property
    def result(self) -> tuple[str, ...]:
        """The columns of `answers`, in order."""
        techniques = (form.technique for form in self.program.techniques)
        return (PERSON, *LEVELS, *techniques, *self._words("fired"), *self._words("open"))

    def _words(self, prefix: str, bits: Bits | None = None) -> list[str]:
        return [f"{prefix}_{word}" for word in range((bits or self.bits).count)]

    # what a dialect cannot say

    def _problems(self) -> Iterator[str]:
        facts = [*(column.fact for column in self.columns), *(one.fact for one in self.program.definitions)]
        yield from self._unnameable("facts", [PERSON, *facts])
        yield from self._unnameable("answers", self.result)
        most = self.dialect.most_columns
        if most is not None and len(facts) + 1 > most:
            yield f"{facts[most - 1]}: {self.dialect.name} has at most {most} columns, the facts need {len(facts) + 1}."
        for one in self.program.definitions:
            yield from (f"{one.fact}: {why}" for why in unwritable(self.dialect, (one.yes, one.no)))
        for rule in self.program.rules:
            forms = (rule.fires, rule.clear, rule.certain, rule.impossible)
            yield from (f"{rule.rule}: {why}" for why in dict.fromkeys(unwritable(self.dialect, forms)))

    def _unnameable(self, table: str, names: Iterable[str]) -> Iterator[str]:
        """Names that would be cut off, or that the database cannot tell from another: capitals do not count there."""
        longest = self.dialect.longest_name
        seen: dict[str, str] = {}
        for name in names:
            if longest is not None and len(name.encode()) > longest:
                yield f"{name}: {self.dialect.name} cuts the names of columns off after {longest} bytes."
            if name.casefold() in seen:
                yield f"{name}: in the table of {table} it cannot be told from {seen[name.casefold()]}."
            seen[name.casefold()] = name

    # statements

    def table(self) -> str:
        """The statement that creates the table of charts."""
        made = [f"{self.dialect.named(column.fact)} {self.dialect.types[column.kind]}" for column in self.columns]
        listed = ",\n  ".join([f"{self._person} bigint not null", *made])
        return f"create table charts (\n  {listed}\n)"

    def answers(self) -> str:
        """The query that gives one row for each person."""
        stages = [("given", self._given())]
        for place, layer in enumerate(self._layers(), 1):
            stages.append((f"worked_out_{place}", self._worked_out(layer, stages[-1][0])))
        stages.append(("decided", self._decided(stages[-1][0])))
        stages.append(("standing", self._standing()))
        written = ",\n".join(f"{name} as (\n{text}\n{self.dialect.fence})" for name, text in stages)
        about = f"-- spinepath {self.knowledge.version} for {self.dialect.name}: one row for each person in charts"
        return f"{about}\nwith {written}\n{self._answers()}"

    def refusals(self) -> str:
        """The query that lists persons with values that their facts cannot have: `person` and `facts`, their names."""
        tests = {column.fact: test for column in self.columns if (test := self._unreadable(column))}
        names = [f"case when {test} then {self.dialect.text(fact + ' ')} else '' end" for fact, test in tests.items()]
        found = "\n  || ".join(names) or "''"
        return f"select {self._person},\n  {found} as facts\nfrom charts\nwhere {either(tests.values())}"

    def reasons(self) -> str:
        """The query that gives one row for each rule that fires or is open, for each person of the table `answers`.

        Its columns: `person`, `rule`, `status` (fires or open), `level` (the disposition it asks for, or null) and
        `says` (what it tells a therapist).
        """
        rules = ",\n  ".join(f"({', '.join(self._about(rule))})" for rule in self.program.rules)
        fires, opens = (self._bit_of(prefix) for prefix in ("fired", "open"))
        status = first_of([(fires, "'fires'"), (opens, "'open'")], "null")
        listed = f"(values\n  {rules}\n) as rules(rule, word, bit, level, says)"
        every = _select([f"{self._person}, rule, {status} as status, level, says"], f"answers cross join {listed}")
        return _select(["*"], f"(\n{every}\n) as found where status is not null")

    def _about(self, rule: RuleForm) -> Iterator[str]:
        word, bit = self.bits.place(rule.rule)
        yield self.dialect.text(rule.rule)
        yield f"{word}, cast({bit} as bigint)"
        yield self.dialect.nothing("choice") if rule.level is None else self.dialect.text(rule.level)
        yield self.dialect.text(self.knowledge.rules[rule.rule].says.therapist)

    def _bit_of(self, prefix: str) -> str:
        """Is the bit set which one row of the list of rules names?"""
        words = " ".join(f"when {word} then {name}" for word, name in enumerate(self._words(prefix)))
        return f"(case word {words} end & bit) <> 0"

    def _unreadable(self, column: Column) -> str:
        """The test for a value that the fact cannot have; nan counts as greater than every number."""
        name = self.dialect.named(column.fact)
        match column.kind:
            case "number":
                least, most = self.dialect.number(column.least), self.dialect.number(column.most)
                return f"{name} < {least} or {name} > {most}"
            case "choice":
                return f"{name} not in ({', '.join(map(self.dialect.text, column.words))})"
        return ""

    # stages

    def _given(self) -> str:
        """The facts that are given, as they count: policies with their default, numbers beside what they compare."""
        inputs = {given.fact: given for given in self.program.inputs}

        def counted(given: Input) -> str:
            name = self.dialect.named(given.fact)
            if given.default is not None:
                name = f"coalesce({name}, {self._literal(given)})"
            if given.compares is None:
                return name
            compared = counted(inputs[given.compares])
            return f"case when {compared} is not null then coalesce({name}, {self.dialect.number(0)}) end"

        made = [f"{counted(given)} as {self.dialect.named(given.fact)}" for given in self.program.inputs]
        return _select([self._person, *made], "charts")

    def _literal(self, given: Input) -> str:
        match given.default:
            case bool(yes):
                return "true" if yes else "false"
            case str(word):
                return self.dialect.text(word)
            case number:
                return self.dialect.number(number or 0)

    def _layers(self) -> list[list[Definition]]:
        """The worked-out facts, each in a later layer than those it rests on."""
        layer_of: dict[str, int] = {}
        layers: list[list[Definition]] = []
        for one in self.program.definitions:
            layer = max(
                (layer_of[basis] + 1 for basis in self.knowledge.bases_of(one.fact) if basis in layer_of), default=0
            )
            layer_of[one.fact] = layer
            layers.extend([[]] if layer == len(layers) else [])
            layers[layer].append(one)
        return layers

    def _worked_out(self, layer: Sequence[Definition], before: str) -> str:
        made = [
            first_of([(self._condition(one.yes), "true"), (self._condition(one.no), "false")], "null")
            + f" as {self.dialect.named(one.fact)}"
            for one in layer
        ]
        return _select(["*", *made], before)

    def _decided(self, before: str) -> str:
        """Which rules fire and are clear, and will once all is answered, where that is another question."""
        made = chain(
            self._packed("fired", self.bits, lambda rule: rule.fires),
            self._packed("clear", self.bits, lambda rule: rule.clear),
            self._packed("certain", self._asking, lambda rule: rule.certain),
            self._packed("impossible", self._asking, lambda rule: rule.impossible),
        )
        return _select([self._person, *made], before)

    def _packed(self, prefix: str, bits: Bits, form: Callable[[RuleForm], Formula]) -> Iterator[str]:
        forms = {rule.rule: form(rule) for rule in self.program.rules}
        for word, name in enumerate(self._words(prefix, bits)):
            cases = [
                first_of([(self._condition(forms[rule]), str(bits.place(rule)[1]))], "0") for rule in bits.of_word(word)
            ]
            yield "\n    | ".join(["cast(0 as bigint)", *cases]) + f" as {name}"

    def _standing(self) -> str:
        """Which rules are open, the bounds, and the rank of the strictest level that fires (-1 where none does)."""
        every = enumerate(self.bits.words(self.bits.rules))
        opens = [f"{mask} - fired_{word} - clear_{word} as open_{word}" for word, mask in every]
        ranks = ((some_set("fired", self.bits, self._at(level)), str(rank)) for rank, level in self._strictest_first())
        bounds = [f"{self._bound(self._certain)} as least", f"{self._bound(self._possible)} as most"]
        firm = first_of(ranks, "-1")
        return _select([self._person, *self._words("fired"), *opens, f"{firm} as firm", *bounds], "decided")

    def _bound(self, holds: Callable[[str], str]) -> str:
        """The strictest level at which it holds, else the mildest there is."""
        levels = ((holds(level), self.dialect.text(level)) for _, level in self._strictest_first())
        return first_of(levels, self.dialect.text(self.program.ladder[0]))

    def _certain(self, level: str) -> str:
        """Will a rule with this level fire, however the rest is answered?"""
        plain, asking = self._apart(level)
        return either([some_set("fired", self.bits, plain), some_set("certain", self._asking, asking)])

    def _possible(self, level: str) -> str:
        """Can a rule with this level still fire?"""
        plain, asking = self._apart(level)
        return either([some_missing("clear", self.bits, plain), some_missing("impossible", self._asking, asking)])

    def _answers(self) -> str:
        techniques = (
            f"{self._status(form)} as {self.dialect.named(form.technique)}" for form in self.program.techniques
        )
        bits = [*self._words("fired"), *self._words("open")]
        levels = [f"{self._disposition()} as disposition", "least", "most"]
        return _select([self._person, *levels, *techniques, *bits], "standing")

    def _disposition(self) -> str:
        """The strictest level that fires, but at least `when_open` where a rule with a level waits to be settled."""
        waiting = [rule.rule for rule in self.program.rules if rule.level is not None and rule.settle]
        choices = []
        for rank, level in self._strictest_first():
            if level == self.program.when_open:
                choices.append((some_set("open", self.bits, waiting), self.dialect.text(level)))
            choices.append((f"firm = {rank}", self.dialect.text(level)))
        return first_of(choices, self.dialect.text(self.program.ladder[0]))

    def _status(self, form: TechniqueForm) -> str:
        """The status by the first reason that counts."""
        barred = (f"firm = {self.program.ladder.index(level)}" for level in form.barred_at)
        choices = [
            (either([*barred, some_set("fired", self.bits, form.excluded_by)]), "'excluded'"),
            (some_set("open", self.bits, form.waits_for), "'undecided'"),
            (some_set("fired", self.bits, form.restricted_by), "'restricted'"),
        ]
        return first_of(choices, "'offered'")

    # pieces

    def _condition(self, formula: Formula) -> str:
        return condition(self.dialect, formula)

    def _strictest_first(self) -> list[tuple[int, str]]:
        return list(enumerate(self.program.ladder))[::-1]

    def _at(self, level: str) -> list[str]:
        return [rule.rule for rule in self.program.rules if rule.level == level]

    def _apart(self, level: str) -> tuple[list[str], list[str]]:
        """The rules of a level that end as they stand, and those that look at what is known."""
        asking = set(self._asking.rules)
        rules = self._at(level)
        return [rule for rule in rules if rule not in asking], [rule for rule in rules if rule in asking]


def _ends_apart(rule: RuleForm) -> bool:
    return (rule.certain, rule.impossible) != (rule.fires, rule.clear)


def _select(made: Iterable[str], before: str) -> str:
    listed = ",\n  ".join(made)
    return f"select\n  {listed}\nfrom {before}"
