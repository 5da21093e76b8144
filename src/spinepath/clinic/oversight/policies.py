"""What the clinic says of itself: the facts that it answers once for everybody, policies among them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from spinepath.clinic import audit
from spinepath.clinic.advice import knowledge
from spinepath.clinic.locks import lock_clinic
from spinepath.clinic.models import Clinic, Member
from spinepath.engine.entries import Fact
from spinepath.engine.values import NotAValue, read_value, write_value
from spinepath.engine.words import value_words


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """One such fact: how it can be answered, what is said now, what counts when nothing is said."""

    fact: Fact
    said: str
    usual: str
    choices: tuple[tuple[str, str], ...]

    @property
    def is_open(self) -> bool:
        """Do rules wait for an answer?"""
        return not self.said and not self.is_policy

    @property
    def said_words(self) -> str:
        """What is said, in words; as it was typed where it is no answer."""
        try:
            return value_words(knowledge(), self.fact, read_value(self.fact, self.said))
        except NotAValue:
            return self.said

    @property
    def is_policy(self) -> bool:
        """Is there an answer that counts by itself?"""
        return self.fact.default is not None


def sayings(clinic: Clinic, typed: Mapping[str, str] | None = None) -> list[Saying]:
    """What can be said, policies last; with `typed`, as it was just typed. What the diary answers is left out."""
    answered = {entry.fact for entry in knowledge().own_records.values()}
    facts = [one for one in knowledge().facts.values() if one.who == "clinic" and one.id not in answered]
    said = clinic.answers if typed is None else typed
    return sorted((_saying(fact, str(said.get(fact.id, ""))) for fact in facts), key=lambda one: one.is_policy)


def _saying(fact: Fact, said: str) -> Saying:
    usual = value_words(knowledge(), fact, read_value(fact, fact.default)) if fact.default is not None else ""
    choices: tuple[tuple[str, str], ...] = ()
    if fact.answer == "yes_no":
        choices = (("yes", _("Yes")), ("no", _("No")))
    elif fact.answer == "choice":
        choices = tuple((str(word), text) for word, text in fact.values.items())
    return Saying(fact=fact, said=said, usual=usual, choices=choices)


class NotSaid(Exception):
    """Nothing was kept; `faults` says for each fact what is wrong."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@transaction.atomic
def say(clinic: Clinic, typed: Mapping[str, str], seen: Mapping[str, str], by: Member) -> list[str]:
    """Keep what was answered; returns the facts that changed.

    Only what differs from what the page showed (`seen`) is changed, so that two who answer at once both count. An
    empty answer takes back what was said. Raises NotSaid with every fault.
    """
    clinic = lock_clinic(clinic.pk)
    answers, changed, faults = dict(clinic.answers), [], dict[str, str]()
    for one in sayings(clinic):
        name = str(one.fact.id)
        told = typed.get(name, "").strip()
        if name not in typed or told == seen.get(name, ""):
            continue
        try:
            written = write_value(read_value(one.fact, told)) if told else ""
        except NotAValue as problem:
            faults[name] = f"{problem.cause} {problem.act}"
            continue
        if written != answers.get(name, ""):
            changed.append(name)
            _note(clinic, by, name, str(answers.pop(name, "")), written)
            answers.update({name: written} if written else {})
    if faults:
        raise NotSaid(faults)
    clinic.answers = answers
    clinic.save(update_fields=["answers"])
    return changed


def _note(clinic: Clinic, by: Member, name: str, before: str, after: str) -> None:
    told = f"{before or 'nothing said'} to {after or 'nothing said'}"
    audit.note(clinic, by.name, audit.CHANGE, "what the clinic says", detail=f"{name}: {told}")
