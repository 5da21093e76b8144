"""A small knowledge base for the handbook: every state, every special layout, and text that breaks a careless page."""

GROUND = b"""
title: Ground
about: Where things stand, see `feels_odd`.
releases:
  - {id: release, version: '1.2', day: 2026-01-02, signed_off: nobody yet, intended_use: Only for tests.,
     limits: [None known.]}
dispositions:
  - {id: go, name: Go, order: 1, offers_care: yes, time_limit: none, says: {therapist: Go on., patient: Go on.},
     state: verified, source: [book]}
  - {id: stop, name: Stop, order: 2, time_limit: none, says: {therapist: Stop., patient: Stop.}, state: secondary,
     source: [page]}
classes:
  - {id: push, name: Pushing, hands_on: yes, about: One push.}
  - {id: talk, name: Talking, hands_on: no, about: Words.}
limits:
  - {id: sessions_most, name: Sessions, unit: sessions, stricter: lower, says: 'At most {value} sessions.'}
wordings:
  - {id: wording.promise, avoid: [surely], why: Nobody knows.}
sources:
  - {id: book, who: A Writer, year: 2020, title: A book & more, link: 'https://example.org/book', kind: textbook,
     state: verified}
  - {id: page, who: Somebody, title: A page, link: 'javascript:alert(1)', kind: page, state: secondary}
"""

ASK = b"""
title: Asking
about: Questions.
facts:
  - {id: feels_odd, name: 'Odd <script>alert("x")</script>', ask: 'Is 1 < 2 & "so"?', why_we_ask: It matters.,
     state: recalled, source: [book]}
  - {id: pain, name: Pain, ask: How much?, answer: number, unit: points, least: 0, most: 10, danger: [high],
     state: verified, source: [book]}
  - {id: pain_left, name: Pain left, ask: How much?, answer: number, unit: points, least: 0, most: 10,
     state: verified, source: [book]}
  - {id: place, name: Place, ask: Where?, answer: choice, values: {neck: The neck, back: The back}, state: project}
  - {id: much, name: Much, worked_out: {when: least(pains) <= 3 or feels_odd}, state: project, note: See feels_odd.}
groups:
  - {id: pains, name: Pains, facts: [pain, pain_left]}
charts:
  - {id: well, name: All is well, given: {feels_odd: no, pain: 1, pain_left: 1, place: back}}
topics:
  - {id: topic.rest, title: Rest, kind: education, reader: both, says: [One paragraph., Another paragraph.],
     state: project}
equipment:
  - {id: equipment.chair, name: A chair, says: To sit on., state: project}
"""

SCREEN = b"""
title: Screening
about: Rules.
rules:
  - id: screen.odd
    when: feels_odd and (pain >= 5 or place = neck)
    then: {at_least: stop, exclude: [push], limit: {sessions_most: 3}}
    if_unknown: settle
    says: {therapist: Odd. Stop., patient: We stop.}
    since: 2026-01-01
    state: recalled
    source: [book]
    claims: [claim-kept]
    cases:
      - {name: Odd and sore stops, given: {feels_odd: yes, pain: 7}, expect: {this_rule: fires}}
tables:
  - id: contra
    name: Contraindications
    columns: [push, talk]
    if_unknown: settle
    start: well
    rows:
      - {id: contra.odd, name: Oddness, when: feels_odd, cells: A C, at_least: stop, scope: local, basis: project,
         note: Be careful., since: 2026-01-01, state: project, fires_for: {feels_odd: yes}, clear_for: {}}
      - {id: contra.sore, name: Soreness, when: pain >= 8, cells: R ., scope: local, basis: project,
         since: 2026-01-01, state: verified, source: [book], fires_for: {pain: 9}, clear_for: {}}
"""

PLAN = b"""
title: Planning
about: Techniques and guidelines.
techniques:
  - {id: gentle_push, name: Gentle push, technique_class: push, patient: A push., dose: {minutes: [2, 4]},
     offer: core, state: verified, source: [book]}
presets:
  - {id: preset.short, name: Short, sessions: [3, 6], weeks_most: 3, days_between: [2, 4], minutes: [30],
     for_whom: All, verdict: default, state: project}
guidelines:
  - {id: g_one, name: Guideline One, year: 2020, scope: backs, strength_words: strong, in_force: yes,
     state: verified, source: [book]}
stances:
  - {id: gs_one_push, families: [pushing], guidelines: [g_one], stance: do not offer, says: Better not.,
     state: verified, source: [book]}
"""

EVIDENCE = b"""
title: The article
about: Its claims.
claims:
  - {id: claim-kept, lines: [3], says: Oddness matters., verdict: followed, why: It does., home: [screen.odd]}
  - {id: claim-dropped, lines: [4], says: Pushing heals all., verdict: not_followed, why: No study shows it.,
     home: [topic.rest], could_harm: yes}
"""

MYTHS = b"""
title: Myths
about: What is told.
myths:
  - {id: myth.push, web_says: A push cures., evidence_says: It does not., so_we: Do not say so., state: verified,
     source: [book]}
contradictions:
  - {id: X01, title: Push or not, sides: [[claim-kept], [claim-dropped]], reading: Not., home: [screen.odd]}
"""

FILES = {
    "base/0_ground/a.yaml": GROUND,
    "base/1_ask/a.yaml": ASK,
    "base/2_screen/a.yaml": SCREEN,
    "base/4_plan/a.yaml": PLAN,
    "base/8_evidence/a.yaml": EVIDENCE,
    "base/8_evidence/b.yaml": MYTHS,
}
