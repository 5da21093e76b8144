"""Run by a test in a process of its own: a member answers a question while another's other answer is being kept."""

from __future__ import annotations

import threading

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from spinepath.clinic.demo import make_clinic  # noqa: E402
from spinepath.clinic.models import KeptFinding, Member  # noqa: E402
from spinepath.clinic.record import Author, add  # noqa: E402
from tests.clinic.people import new_episode  # noqa: E402
from tests.clinic.test_ask_staff import a_checklist, address_of, sent_for  # noqa: E402

LONG_ENOUGH = 2.0
"""Seconds in which the second answer comes as far as it can while the first is not kept yet."""


def main() -> None:
    """Prints what the second was told, and what is kept."""
    call_command("migrate", verbosity=0)
    clinic = make_clinic()
    first, second = (Member.objects.filter(clinic=clinic, role=role)[0] for role in ("lead", "therapist"))
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(second.user, backend="spinepath.clinic.access.MemberBackend")
    episode, (screen, facts) = new_episode(clinic, second), a_checklist()
    address, told = address_of(episode, screen), list[int]()
    sent = sent_for(client, address, **{facts[0]: "no"})

    def answer() -> None:
        told.append(client.post(address, sent).status_code)
        connection.close()

    other = threading.Thread(target=answer)
    with transaction.atomic():
        add(episode, {facts[0]: "yes"}, Author.of(first))
        other.start()
        other.join(LONG_ENOUGH)
    other.join()
    print(*told, *KeptFinding.objects.values_list("value", flat=True))  # noqa: T201


if __name__ == "__main__":
    main()
