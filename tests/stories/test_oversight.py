"""Who looks after the clinic: own keys, the chain of the audit, a person erased, a rule followed to its source."""

from __future__ import annotations

from typing import Any

import pytest

from spinepath.clinic import advice, audit
from spinepath.clinic.demo import PASSWORD
from spinepath.clinic.models import AuditEntry, Clinic, Episode, KeptFinding, Member
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode

pytestmark = pytest.mark.stories


@pytest.fixture
def helen(riverside: Clinic) -> Episode:
    """Somebody who was asked and examined."""
    ben = Member.objects.get(name="Ben Okafor")
    episode = new_episode(riverside, ben)
    add(episode, answers_of("nothing_found"), Author.of(ben), occasion="plan")
    audit.note(riverside, "Ben Okafor", audit.READ, "chart", episode=episode)
    return episode


def test_a_therapist_makes_a_passkey_and_signs_in_with_it(visitor: Any) -> None:
    # given a device that knows passkeys
    ben = visitor()
    device = ben.context.new_cdp_session(ben.page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    # passkeys are bound to a name, not to a number
    ben.page.goto(ben.page.url if "localhost" in ben.page.url else "/account/login/")
    ben.page.goto(ben.page.url.replace("127.0.0.1", "localhost"))
    ben.page.fill("input[name=login]", "ben")
    ben.page.fill("input[name=password]", PASSWORD)
    ben.page.press("input[name=password]", "Enter")
    ben.page.wait_for_url(lambda url: "/login" not in url)
    home = ben.page.url.split("/", 3)
    base = "/".join(home[:3])
    # when he adds a passkey
    ben.page.goto(f"{base}/account/mfa/")
    ben.check("account")
    ben.page.goto(f"{base}/account/mfa/webauthn/add/")
    if "reauthenticate" in ben.page.url:
        ben.check("confirm access")
        ben.page.fill("input[name=password]", PASSWORD)
        ben.page.click("main button[type=submit]")
    ben.check("add a passkey")
    ben.page.fill("input[name=name]", "my phone")
    if ben.page.locator("input[name=passwordless]").count():
        ben.page.check("input[name=passwordless]")
    ben.page.click("#mfa_webauthn_add")
    ben.page.wait_for_url(lambda url: "/add" not in url)
    ben.page.goto(f"{base}/account/mfa/webauthn/")
    ben.sees("my phone")
    ben.check("passkeys")
    # and signs out
    ben.page.click("text=Sign out")
    # then the passkey alone lets him in
    ben.page.goto(f"{base}/account/login/")
    ben.page.click("#passkey_login")
    ben.page.wait_for_url(lambda url: "/login" not in url)
    ben.sees("Ben Okafor")
    assert not ben.faults, ben.faults


def test_the_auditor_reads_the_chain(visitor: Any, helen: Episode) -> None:
    # given an auditor
    grace = visitor().sign_in("grace")
    # then she sees who did what, and not whose illness it was
    grace.sees("Ben Okafor")
    assert "Marsh" not in grace.page.inner_text("body")
    grace.check("audit")
    # when she asks for the chain
    grace.page.click("text=Is the chain whole?")
    grace.sees("The chain is whole")
    # and somebody changes an entry behind its back
    AuditEntry.objects.filter(number=1).update(actor="nobody")
    grace.page.click("text=Is the chain whole?")
    grace.sees("The chain breaks at entry 1")
    grace.check("a broken audit")


def test_an_erased_person_is_gone(visitor: Any, helen: Episode) -> None:
    # given a lead, and somebody who wants to be erased
    anna = visitor().sign_in("anna")
    anna.page.goto(f"/people/{helen.person.key}/export/")
    anna.check("take out a record")
    anna.page.goto(f"/people/{helen.person.key}/readers/")
    anna.sees("Ben Okafor")
    anna.check("who looked at a record")
    anna.page.goto(f"/people/{helen.person.key}/erase/")
    # then the password is asked again
    anna.page.fill("input[name=password]", PASSWORD)
    anna.page.click("main button[type=submit]")
    anna.check("erase a person")
    # when another name is typed, nothing happens
    anna.page.fill("#family_name", "Somebody")
    anna.page.click("text=Erase for ever")
    anna.sees("Nothing was erased")
    anna.faults.clear()  # Chromium calls an answer that refuses an error
    anna.check("erase with a wrong name")
    assert KeptFinding.objects.exists()
    # when the name is typed, the record is gone and a certificate says so
    anna.page.fill("#family_name", "marsh")
    anna.page.click("text=Erase for ever")
    anna.sees("Certificate of erasure")
    anna.check("certificate")
    assert not KeptFinding.objects.exists()
    assert audit.first_break(helen.clinic) is None


def test_from_a_rule_to_its_source(visitor: Any, helen: Episode) -> None:
    # given a therapist who wonders about a rule
    ben = visitor().sign_in("ben")
    rule = next(one for one in advice.knowledge().rules.values() if one.source and one.then.at_least)
    ben.page.goto("/knowledge/")
    ben.check("knowledge")
    # when he types its id, it is found as he types
    ben.page.fill("#q", rule.id)
    ben.page.wait_for_selector(f"#found a[href*='{rule.id}']")
    ben.page.click(f"#found a[href*='/{rule.id}/']")
    ben.check("a rule")
    # then its source is one step away, and leads back
    ben.page.click(f"a[href*='/{rule.source[0]}/']")
    ben.check("a source")
    assert ben.page.locator(f"a[href*='/{rule.id}/']").count()
    # and the decision that used this knowledge can be made again
    ben.page.goto("/knowledge/versions/")
    ben.check("versions")
    ben.page.click("main td.number a")
    ben.check("decisions")
    ben.page.click("main td:last-child a")
    ben.page.click("text=Work it out again")
    ben.sees("to the letter")
    ben.check("a decision made again")


def test_a_lead_sets_up_the_clinic(visitor: Any, helen: Episode) -> None:
    # given a lead
    anna = visitor().sign_in("anna")
    for page in ("", "about/", "hours/", "rooms/", "members/", "prices/", "says/"):
        anna.page.goto(f"/manage/{page}")
        anna.check(f"manage {page}")
    # when she adds a therapist, a link is shown once
    anna.page.goto("/manage/members/")
    anna.page.fill("input[name=name]", "Wilhelmina Konstantinopoulou-Featherstonehaugh")
    anna.page.fill("input[name=username]", "mina")
    anna.page.select_option("select[name=role]", "therapist")
    anna.page.click("main form button:has-text('Add')")
    anna.sees("Hand this link over now")
    anna.check("a new member")
    link = anna.page.input_value("#link")
    # then the therapist chooses a password with it
    mina = visitor()
    mina.page.goto(link)
    mina.check("choose a password")
    mina.page.fill("input[name=new_password1]", PASSWORD)
    mina.page.fill("input[name=new_password2]", PASSWORD)
    mina.page.click("main button")
    mina.sign_in("mina")
    mina.sees("Wilhelmina")
