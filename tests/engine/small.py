"""A whole knowledge base that fits on one page, and short ways to break it, load it and ask it.

Its medicine is invented: three families of techniques (`rubbing`, `pulling`, `walking`), a handful of dangers, and
one of everything that the engine knows. It has no faults; every test of a fault begins by breaking it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from spinepath.engine.check import check
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.faults import FaultyKnowledge
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.questions import Ask, questions

GROUND = """\
title: The ground
about: What all the rest stands on.

releases:
  - id: release
    version: '1.0'
    day: 2026-01-01
    signed_off: nobody yet
    intended_use: Tests.
    limits: [None of this is medicine.]

dispositions:
  - id: go
    name: Go
    order: 1
    offers_care: yes
    time_limit: none
    says: {therapist: Nothing was found., patient: Treatment can start.}
    actions: [Ask again next time.]
    state: project
  - id: careful
    name: Go with care
    order: 2
    offers_care: yes
    time_limit: none
    says: {therapist: Look at the limits., patient: Treatment can start with care.}
    state: project
  - id: wait
    name: Find out first
    order: 3
    bars: [rubbing, pulling]
    time_limit: until answered
    says: {therapist: Find out first., patient: We need to know more first.}
    actions: [Settle what is open.]
    state: project
  - id: refer
    name: Refer
    order: 4
    bars: [rubbing, pulling]
    time_limit: 14 days
    says: {therapist: Refer., patient: A doctor should see you.}
    state: project
  - id: emergency
    name: Emergency
    order: 5
    bars: [rubbing, pulling, walking]
    time_limit: now
    says: {therapist: Call for help., patient: Go to the hospital now.}
    actions: [Call.]
    state: project

classes:
  - {id: rubbing, name: Rubbing, hands_on: yes, about: Rubbing the skin.}
  - {id: pulling, name: Pulling, hands_on: yes, about: Pulling along.}
  - {id: walking, name: Walking, hands_on: no, about: Walking about.}

limits:
  - {id: sessions_most, name: Sessions, unit: sessions, stricter: lower, says: 'At most {value} sessions.'}
  - {id: rest_least, name: Rest, unit: days, stricter: higher, says: 'At least {value} days of rest.'}

readings:
  - id: fine
    name: Fine
    order: 1
    says: {therapist: It goes well., patient: You are doing well.}
    state: project
  - id: alarm
    name: Alarm
    order: 2
    says: {therapist: It goes wrong., patient: We need to look again.}
    state: project

sources:
  - {id: read_book, who: A. Author, year: 2020, title: A book, kind: textbook, state: verified}
  - {id: old_talk, who: B. Speaker, title: A talk, kind: page, state: recalled}

wordings:
  - {id: wording.promises, avoid: [guarantee], why: Nobody can promise a result.}

facts:
  - id: policy_pulling
    name: Pulling may be offered
    who: clinic
    default: yes
    danger: [no]
    state: project
  - id: policy_doctor
    name: A doctor must see everybody first
    who: clinic
    default: no
    state: project
"""

ASK = """\
title: Questions
about: What is asked, and on which screens.

facts:
  - id: fever
    name: Fever
    ask: Have you had a fever?
    item: A fever
    hint: 38 degrees or more.
    why_we_ask: Fever can mean an infection.
    fresh_for: session
    state: verified
    source: [read_book]
    claims: [claim-fever]
  - id: numbness
    name: Numbness
    ask: Is a part of you numb?
    why_we_ask: A nerve may be pressed.
    fresh_for: 7 days
    state: recalled
    source: [old_talk]
  - id: weak_leg
    name: A weak leg
    ask: Is a leg weak?
    why_we_ask: A nerve may be pressed.
    fresh_for: session
    state: project
  - id: seen_by_doctor
    name: A doctor has seen it
    ask: Has a doctor looked at this?
    why_we_ask: It can spare you a visit.
    danger: [no]
    state: project
  - id: brittle_bones
    name: Brittle bones
    ask: Have you been told that your bones are brittle?
    why_we_ask: Brittle bones break.
    state: project
  - id: age_years
    name: Age
    ask: How old are you?
    why_we_ask: Bones change with age.
    answer: number
    unit: years
    least: 0
    most: 120
    danger: [high]
    state: project
  - id: pain
    name: Pain
    ask: How strong is the pain?
    why_we_ask: To see how it changes.
    answer: number
    unit: points
    least: 0
    most: 10
    fresh_for: session
    danger: []
    state: project
  - id: since_days
    name: Days since it began
    ask: When did it begin?
    why_we_ask: New pain is looked at in another way.
    answer: number
    unit: days
    least: 0
    most: 4000
    grows: yes
    danger: [low]
    state: project
  - id: place_of_pain
    name: Place of the pain
    ask: Where is the pain?
    why_we_ask: The neck needs other care.
    answer: choice
    values: {back: The back, leg: A leg, upper_neck: The upper neck}
    also_called: {back: [lumbar, low back]}
    danger: [upper_neck]
    state: project
  - id: skin_broken
    name: Broken skin
    ask: Is the skin broken?
    why_we_ask: Rubbing would hurt it.
    state: project
  - id: strength
    name: Strength of the leg
    ask: How strong is the leg?
    answer: number
    unit: grade
    least: 0
    most: 5
    who: clinician
    obtained: examine
    fresh_for: session
    normal: 5
    danger: [low]
    state: project
  - id: reflex
    name: Reflex
    answer: choice
    ask: How is the reflex?
    values: {brisk: Brisk, normal: Normal, lost: Lost}
    who: clinician
    obtained: examine
    fresh_for: session
    normal: normal
    danger: [brisk]
    state: project
  - id: scan_<side>
    for_each: side
    name: Scan of the <side> hip
    ask: What does the scan of the <side> hip show, beside the <other> one?
    who: record
    obtained: image
    state: project
  - id: danger_sign
    name: A danger sign
    worked_out: {when: fever or numbness}
    state: project
  - id: pain_fall
    name: How far the pain has fallen
    answer: number
    unit: percent
    least: 0
    most: 100
    danger: []
    worked_out: {fall_of: pain, since: first, as_percent: yes}
    state: project
  - id: pain_rise
    name: How far the pain has risen above its best
    answer: number
    unit: points
    least: 0
    most: 10
    danger: [high]
    worked_out: {rise_of: pain, since: extreme}
    state: project

groups:
  - {id: nerve_signs, name: Nerve signs, facts: [numbness, weak_leg]}

numbers:
  - {id: old_from, name: Age that counts as old, value: 70, unit: years, state: project}

questions:
  - id: dangers
    title: Have you noticed any of these?
    kind: checklist
    reader: patient
    order: 1
    settles: [fever, numbness, weak_leg]
  - id: about_you
    title: About you
    kind: page
    reader: patient
    order: 2
    settles: [age_years, pain, since_days, place_of_pain]
  - id: illnesses
    title: Have you been told of any of these?
    hint: By a doctor.
    kind: checklist
    reader: patient
    order: 3
    settles: [brittle_bones, skin_broken]
    none: Neither
  - id: examination
    title: The examination
    kind: page
    reader: clinician
    order: 4
    settles: [strength, reflex]

charts:
  - id: nobody_asked
    name: Nothing is known
  - id: nothing_found
    name: Everything was asked and nothing was found
    start: nobody_asked
    answers: {dangers: none, illnesses: none, examination: normal}
    given:
      age_years: 40
      pain: 5
      since_days: 30
      place_of_pain: back
      seen_by_doctor: no
      scan_left: no
      scan_right: no
"""

SCREEN = """\
title: Dangers
about: What must not be missed.

rules:
  - id: screen.fever
    when: fever and not confirmed(seen_by_doctor)
    then: {at_least: emergency, need: [blood_test], tell: Take the temperature.}
    if_unknown: settle
    within: 4 hours
    says: {therapist: Fever with back pain. Emergency., patient: Go to the hospital. Tell them of the fever.}
    since: 2026-01-01
    state: verified
    source: [read_book]
    claims: [claim-fever]
    cases:
      - {name: Fever, given: {fever: yes}, expect: {this_rule: fires, disposition: emergency, need: [blood_test]}}
      - {name: Nobody asked, start: nobody_asked, expect: {this_rule: open, ask: [fever], offers: []}}
      - {name: No fever, start: nothing_found, expect: {this_rule: clear, disposition: go, not_ask: [fever]}}
      - name: Fever that a doctor has seen
        start: nothing_found
        given: {fever: yes, seen_by_doctor: yes}
        expect: {this_rule: clear}
  - id: screen.nerves
    when: count(nerve_signs, strength <= 3) >= 2
    then: {at_least: refer}
    if_unknown: settle
    says: {therapist: Two signs of a pressed nerve., patient: A doctor should look at the nerve.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Two signs, given: {nerve_signs: yes}, expect: {this_rule: fires, disposition: refer, least: refer}}
      - {name: One sign, start: nothing_found, given: {numbness: yes}, expect: {this_rule: clear, disposition: go}}
  - id: screen.upper_neck
    when: place_of_pain = upper_neck or reflex = brisk
    then: {at_least: wait, need: [blood_test]}
    if_unknown: settle
    says: {therapist: 'The neck: examine it first.'}
    since: 2026-01-01
    state: project
    cases:
      - {name: Neck, start: nothing_found, given: {place_of_pain: upper_neck}, expect: {this_rule: fires, offers: []}}
      - {name: Back, start: nothing_found, expect: {this_rule: clear}}
  - id: screen.age
    when: age_years >= old_from and danger_sign
    then: {at_least: careful, limit: {sessions_most: 3, rest_least: 2}}
    if_unknown: settle
    says: {therapist: Old with a danger sign. Careful.}
    since: 2026-01-01
    state: project
    cases:
      - name: Old and numb
        start: nothing_found
        given: {age_years: 70, numbness: yes}
        expect: {this_rule: fires, limit: {sessions_most: 3}}
      - {name: Not yet old, start: nothing_found, given: {age_years: 69, numbness: yes}, expect: {this_rule: clear}}
  - id: screen.new_pain
    when: since_days < 3
    then: {at_least: careful, limit: {sessions_most: 5, rest_least: 4}}
    if_unknown: note
    passed_over: A test base.
    says: {therapist: Very new pain., patient: Your pain is new.}
    since: 2026-01-01
    state: project
    cases:
      - {name: New, given: {since_days: 2}, expect: {this_rule: fires, limit: {rest_least: 4}}}
      - {name: Not new, given: {since_days: 3}, expect: {this_rule: clear}}
  - id: screen.doctor_first
    when: policy_doctor and not confirmed(seen_by_doctor)
    then: {at_least: wait}
    if_unknown: settle
    says: {therapist: The law asks for a doctor first.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Law, start: nothing_found, given: {policy_doctor: yes}, expect: {this_rule: fires, disposition: wait}}
      - {name: No law, start: nothing_found, expect: {this_rule: clear}}

tables:
  - id: contra
    name: Contraindications
    columns: [rubbing, pulling]
    if_unknown: settle
    start: nothing_found
    rows:
      - id: contra.bones
        name: Brittle bones
        when: brittle_bones
        cells: C A
        at_least: careful
        scope: systemic
        basis: guideline
        since: 2026-01-01
        state: project
        note: Never pull.
        fires_for: {brittle_bones: yes}
        clear_for: {brittle_bones: no}
      - id: contra.skin
        name: Broken skin
        when: skin_broken
        cells: R .
        variants: {absolute: [rub_hard], caution: [stroll]}
        scope: local
        basis: expert
        since: 2026-01-01
        state: project
        fires_for: {skin_broken: yes}
        clear_for: {skin_broken: no}
"""

PLAN = """\
title: Plan
about: What can be done, and how it is judged.

investigations:
  - id: blood_test
    name: Blood test
    indication: Fever
    before: everything
    urgency: today
    state: project

scales:
  - id: force
    name: Force
    levels: [{id: F1, meaning: light}, {id: F2, meaning: firm}]
    state: project

skills:
  - {id: skill.hands, name: Trained hands, says: Has learned it., state: project}

equipment:
  - {id: equipment.bench, name: Bench, says: A bench., state: project}

codes:
  - {id: loinc.0, system: loinc, code: '0-0', display: Something, seen_in: nowhere}

provisos:
  - {id: proviso.skin, kind: blocker, says: The skin is whole., rules: [contra.skin]}

techniques:
  - id: rub
    name: Rub
    technique_class: rubbing
    patient: We rub your back.
    scale: force
    start_level: F1
    most_level_with_leg_signs: F1
    phases: [main]
    dose: {minutes: [5, 10]}
    offer: comfort
    provisos: [proviso.skin]
    skills: [skill.hands]
    equipment: [equipment.bench]
    codes: [loinc.0]
    state: project
  - id: rub_hard
    name: Hard rub
    technique_class: rubbing
    variant_of: rub
    patient: We rub your back hard.
    phases: [main]
    offer: conditional
    state: project
  - id: pull
    name: Pull
    technique_class: pulling
    patient: We pull along your back.
    phases: [main]
    offer: conditional
    state: project
  - id: pull_and_stroll
    name: Pull and stroll
    technique_class: walking
    made_of: [pull, stroll]
    patient: We pull, then you walk.
    phases: [main]
    offer: package
    state: project
  - id: stroll
    name: Stroll
    technique_class: walking
    patient: You walk.
    phases: [main, at_home]
    offer: core
    state: project
  - id: run
    name: Run
    technique_class: walking
    patient: You run.
    phases: [main]
    offer: comfort
    state: project

presets:
  - id: short
    name: Short course
    sessions: [3, 6]
    weeks_most: 3
    days_between: [2, 4]
    minutes: [30]
    for_whom: Everybody at first
    verdict: default
    techniques: [rub]
    state: project
  - id: long
    name: Long course
    sessions: [9]
    weeks_most: 9
    days_between: [7]
    minutes: [30]
    for_whom: Those who get better slowly
    verdict: plausible
    state: project

phases:
  - {id: main, name: Main part, part_of: session, order: 2, content: [Treat.], state: project}
  - {id: warm_up, name: Warm-up, part_of: session, order: 1, content: [Move., Breathe.], state: project}
  - {id: at_home, name: First week, part_of: home, order: 1, content: [Walk daily.], state: project}

rules:
  - id: plan.no_pulling
    when: not policy_pulling
    then: {exclude: [pulling]}
    if_unknown: settle
    says: {therapist: This clinic does not pull.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Off, start: nothing_found, given: {policy_pulling: no}, expect: {this_rule: fires, excludes: [pull]}}
      - {name: On, start: nothing_found, expect: {this_rule: clear, offers_also: [pull]}}
  - id: plan.scan_first
    when: scan_left or scan_right
    then: {restrict: [pull]}
    if_unknown: settle
    says: {therapist: The scan speaks against pulling.}
    since: 2026-01-01
    state: project
    cases:
      - name: Left hip
        start: nothing_found
        given: {scan_left: yes}
        expect: {this_rule: fires, disposition: go, restricts: [pull]}
      - name: No scan
        start: nothing_found
        given: {scan_right: unknown}
        expect: {this_rule: open, undecided: [pull]}
  - id: plan.long_for_old
    when: age_years >= 60
    then: {prefer: [long, rub_hard], limit: {sessions_most: 9}}
    if_unknown: note
    passed_over: A test base.
    says: {therapist: Give them time.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Sixty, given: {age_years: 60}, expect: {this_rule: fires, limit: {sessions_most: 9}}}
      - {name: Young, given: {age_years: 59}, expect: {this_rule: clear}}
  - id: follow.better
    when: pain_fall >= 30
    then: {reading: fine}
    if_unknown: note
    passed_over: A test base.
    says: {therapist: The pain falls.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Falls, given: {pain: 3, pain_fall: 30}, expect: {this_rule: fires, reading: fine, hold: no}}
      - {name: Stays, given: {pain: 3}, expect: {this_rule: clear}}
  - id: follow.alarm
    when: pain_rise >= 2 or weak_leg
    then: {reading: alarm, hold: yes}
    if_unknown: note
    passed_over: A test base.
    says: {therapist: It gets worse. Hold the course., patient: We stop and look again.}
    since: 2026-01-01
    state: project
    cases:
      - {name: Weak, given: {weak_leg: yes}, expect: {this_rule: fires, reading: alarm, hold: yes}}
      - {name: Not weak, start: nothing_found, expect: {this_rule: clear, hold: no}}

measures:
  - id: measure.pain
    name: Pain now
    measures: pain
    fact: pain
    least: 0
    most: 10
    better: lower
    scoring: one number
    change: {smallest_points: 2}
    licence: generic
    embed: own_words
    state: project

alternatives:
  - {id: alt.waiting, name: Waiting, when: Always, benefit: Most get better., risk: None., state: project}

topics:
  - id: topic.recovery
    title: Most people recover
    kind: education
    reader: patient
    says: [Most people recover., Keep moving.]
    state: project

claims:
  - {id: claim-fever, lines: [1], says: Fever is a danger., verdict: followed, why: It is., home: [screen.fever, fever]}
  - {id: claim-magic, lines: [2, 3], says: Magic heals., verdict: not_followed, why: It does not.}

myths:
  - {id: myth.magic, web_says: Magic heals., evidence_says: It does not., so_we: Do without., state: project}
"""

TEXTS = {"ground.yaml": GROUND, "ask.yaml": ASK, "screen.yaml": SCREEN, "plan.yaml": PLAN}


def files(**pages: str | None) -> dict[str, bytes]:
    """The files of the small base; `name=text` puts `name.yaml` in place of one or beside them, None leaves it out."""
    texts: Mapping[str, str | None] = {**TEXTS, **{f"{name}.yaml": text for name, text in pages.items()}}
    return {name: text.encode() for name, text in texts.items() if text is not None}


@cache
def small() -> Knowledge:
    """The small base itself."""
    return build(files())


def changed(page: str, old: str, new: str) -> dict[str, str]:
    """One page with `old` replaced by `new`, to be given to `files`; `old` must stand there exactly once."""
    text = TEXTS[f"{page}.yaml"]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {page}"
    return {page: text.replace(old, new)}


def place_of(page: str, text: str) -> str:
    """Where the first line of a page that holds this text stands, as faults name it."""
    lines = TEXTS[f"{page}.yaml"].splitlines()
    return f"{page}.yaml:{next(number for number, line in enumerate(lines, 1) if text in line)}"


def page(section: str, *entries: str) -> str:
    """A page of its own with these entries, each given as its lines without the leading dash and indent."""
    body = "".join("  - " + "\n    ".join(entry.strip().splitlines()) + "\n" for entry in entries)
    return f"title: Extra\nabout: One more page.\n{section}:\n{body}"


def faults_in(content: Mapping[str, bytes]) -> list[str]:
    """Every fault found while loading, or, in what can be loaded, by the check."""
    try:
        return [str(fault) for fault in check(build(dict(content))).faults]
    except FaultyKnowledge as problem:
        return [str(fault) for fault in problem.faults]


def answers(**changes: Value) -> dict[str, Value]:
    """The clean chart of the small base, `nothing_found`, with some answers changed; None makes them unknown."""
    clean: dict[str, Value] = {
        "fever": False,
        "numbness": False,
        "weak_leg": False,
        "seen_by_doctor": False,
        "brittle_bones": False,
        "skin_broken": False,
        "age_years": 40,
        "pain": 5,
        "since_days": 30,
        "place_of_pain": "back",
        "strength": 5,
        "reflex": "normal",
        "scan_left": False,
        "scan_right": False,
    }
    return {**clean, **changes}


def outcome_of(**changes: Value) -> Outcome:
    """What the small base says of the clean chart with these changes."""
    return evaluate(small(), answers(**changes))


def asked(values: Mapping[str, Value], knowledge: Knowledge | None = None) -> tuple[Ask, ...]:
    """What would be asked of a chart."""
    base = knowledge or small()
    return questions(base, values, evaluate(base, values))
