"""Records in FHIR R4 to findings, and to a table of charts.

The order of work: `files` opens what is given and cuts it into single resources; `traces` reads what each says of
which fact, from when to when, as `knowledge/0_ground/records.yaml` has it; `spill` gathers what belongs to one person,
however many files it stands in; `history` makes Findings of it for a moment; `importing` writes the tables. What a
record does not say stays unknown.
"""
