"""Values, limits, states, sources and entries as words, the same for every surface.

Only connecting words stand here; each sentence about medicine comes from the knowledge base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from spinepath.engine.conditions import Value
from spinepath.engine.content import Scale, ScaleLevel
from spinepath.engine.entries import Entry, Fact, Rule, Word
from spinepath.engine.evidence import Source
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.mentions import CodedAnswer, Mention
from spinepath.engine.values import write_value

STATE_WORDS = {
    "verified": "verified",
    "secondary": "read second-hand",
    "recalled": "recalled, to be checked",
    "project": "project rule, needs sign-off",
}
"""The states an entry can have, surest first."""

EFFECT_WORDS = {
    "at_least": "At least",
    "exclude": "Not offered, without override",
    "restrict": "Not offered until a named clinician gives a reason and the patient consents",
    "caution": "Offered with care, as the rule says",
    "need": "Needs",
    "prefer": "Comes first",
    "reading": "The course reads as",
}
"""What the effects of a rule are called that name other entries."""

HOLDS = "The remaining bookings wait for a named person"

UNANSWERED = {
    "settle": "Is asked; no hands-on care until it is settled",
    "note": "Is shown; nothing waits for it",
}
"""What happens while a rule's condition is unknown."""

# values and limits


def value_words(knowledge: Knowledge, fact: Fact, value: Value) -> str:
    """The value of a fact as a reader says it: "yes", "3 MRC grade (moves against gravity)"."""
    if isinstance(value, str):
        return str({**fact.values}.get(Word(value), value))
    if value is None or isinstance(value, bool):
        return write_value(value)
    level = _level(knowledge.scales[fact.scale], value - (fact.least or 0)) if fact.scale else None
    meaning = f" ({level.meaning})" if level else ""
    return f"{write_value(value)} {fact.unit}{meaning}"


def scale_words(knowledge: Knowledge, fact: Fact) -> str:
    """The levels of a fact's scale in one line, "0 absent · 1 altered · 2 normal"; empty when it has none."""
    if fact.scale is None:
        return ""
    levels = enumerate(knowledge.scales[fact.scale].levels, int(fact.least or 0))
    return " · ".join(f"{number} {level.meaning}" for number, level in levels)


def number_words(value: object) -> str:
    """Numbers, days and yes/no in words; two numbers with a point are the least and the most, others a list."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        between = " to " if len(value) == 2 and isinstance(value[0], float) else ", "
        return between.join(map(number_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def limit_words(knowledge: Knowledge, limit: str, value: float) -> str:
    """A limit as a sentence; on a scale the level stands in it by its name."""
    kind = knowledge.limits[limit]
    level = _level(knowledge.scales[kind.scale], value - 1) if kind.scale else None
    return kind.says.replace("{value}", level_words(level) if level else f"{value:g}")


def level_words(level: ScaleLevel) -> str:
    """A level of a scale with what it means: "P1 (pleasant)"."""
    return f"{level.id} ({level.meaning})"


def _level(scale: Scale, place: float) -> ScaleLevel | None:
    """The level at this place; None between two levels or beyond the ends."""
    return scale.levels[int(place)] if place in range(len(scale.levels)) else None


def finding_words(knowledge: Knowledge, finding: Finding) -> str:
    """What was found, by whom and when: "no (patient, by telephone, 2026-03-10)"."""
    known = finding.value is not None
    said = value_words(knowledge, knowledge.facts[finding.fact], finding.value) if known else "“I do not know”"
    return f"{said} ({who_and_when(finding)})"


def who_and_when(finding: Finding) -> str:
    """Whose finding it is, and of which day."""
    return ", ".join(filter(None, (finding.source, finding.by, str(finding.at.date()))))


# entries


def source_line(source: Source) -> str:
    """A source in one line."""
    return f"{source_name(source)}. {source.title.rstrip('.')}."


def source_name(source: Source) -> str:
    """A source by who wrote it and when."""
    return f"{source.who} {source.year}" if source.year else source.who


def sources_of(knowledge: Knowledge, entries: Iterable[Entry]) -> tuple[Source, ...]:
    """The sources that these entries rest on, each once."""
    names = dict.fromkeys(name for entry in entries for name in getattr(entry, "source", ()))
    return tuple(knowledge.sources[name] for name in names)


def given_name(entry: Entry) -> str:
    """The name or title that an entry was given; empty for kinds that have none."""
    called = getattr(entry, "name", None) or getattr(entry, "title", None)
    return called if isinstance(called, str) else ""


def name_of(knowledge: Knowledge, entry: Entry) -> str:
    """What an entry is called by its readers: its name, or else the first sentence it says."""
    if isinstance(entry, Rule):
        return short(knowledge, entry)
    if isinstance(entry, (CodedAnswer, Mention)):
        # what a code in a record says is an answer, such as yes, and no name
        return in_words(entry.id.rpartition(".")[2])
    texts = (getattr(entry, key, None) for key in ("display", "web_says", "says"))
    said = next((text for text in texts if isinstance(text, str)), "")
    return given_name(entry) or first_sentence(said) or in_words(entry.id.rpartition(".")[2])


def short(knowledge: Knowledge, rule: Rule) -> str:
    """A rule in few words: the name of a row, else what it tells the therapist first.

    A first sentence of one or two words, such as a number in a list, needs the next one.
    """
    if rule.id in knowledge.rows:
        return knowledge.rows[rule.id].name
    first, *rest = _sentences(rule.says.therapist)
    return (f"{first} {rest[0]}" if rest and len(first.split()) < 3 else first).rstrip(".")


def in_words(name: str) -> str:
    """An id, a key or the name of a section as words."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


_ENDINGS = {"ies": "y", "sses": "ss", "s": ""}


def kind_of(section: str) -> str:
    """One entry of a section, as a word: "rule" for "rules"."""
    for plural, one in _ENDINGS.items():
        if section.endswith(plural):
            return section.removesuffix(plural) + one
    return section


def counted(number: int, section: str) -> str:
    """How many entries of a section: "1 rule", "2 rules"."""
    return f"{number} {section if number != 1 else kind_of(section)}"


# sentences

_END_OF_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z0-9“])")
_NEGATIONS = {"no", "not", "never", "without"}


def first_sentence(text: str) -> str:
    """The first sentence, without its full stop."""
    return _sentences(text)[0].rstrip(".")


def said_once(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts in their order, without those that another one covers; the longer takes the place of the shorter."""
    kept: list[str] = []
    for text in texts:
        if not any(_covers(other, text) for other in kept):
            shorter = [place for place, other in enumerate(kept) if _covers(text, other)]
            place = shorter[0] if shorter else len(kept)
            kept[place : place + 1] = [text]
            kept = [other for other in kept if other == text or not _covers(text, other)]
    return tuple(kept)


@lru_cache(maxsize=20_000)
def _covers(text: str, other: str) -> bool:
    """Does each sentence of the other stand in the text, alone or as a part of a longer one?"""
    sentences = [_words(sentence) for sentence in _sentences(text)]
    return all(any(_is_part(_words(part), whole) for whole in sentences) for part in _sentences(other))


def _sentences(text: str) -> list[str]:
    return _END_OF_SENTENCE.split(text)


def _words(sentence: str) -> list[str]:
    return re.findall(r"\w+", sentence.lower())


def _is_part(part: list[str], whole: list[str]) -> bool:
    """Do the words stand together in the sentence, and does it deny nothing that they do not deny?"""
    places = range(len(whole) - len(part) + 1)
    stands_in = any(whole[place : place + len(part)] == part for place in places)
    return stands_in and not _NEGATIONS.intersection(whole).difference(part)
