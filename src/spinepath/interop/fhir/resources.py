"""The few fields of FHIR R4 resources that are read, as types; everything else in a resource is passed over.

Types are checked strictly for these fields only: a resource that is wrong elsewhere is still of use.
"""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True, gc=False):
    """A piece of a resource."""


class Reference(Part, frozen=True, gc=False):
    """A pointer to another resource."""

    reference: str | None = None


class Coding(Part, frozen=True, gc=False):
    """One code of one system."""

    system: str | None = None
    code: str | None = None


class Concept(Part, frozen=True, gc=False):
    """An idea, with all the codes it was given."""

    coding: tuple[Coding, ...] = ()


class Quantity(Part, frozen=True, gc=False):
    """A number with its unit. The value may be missing."""

    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Period(Part, frozen=True, gc=False):
    """From when to when."""

    start: str | None = None
    end: str | None = None


class Meta(Part, frozen=True, gc=False):
    """When the server last changed the resource."""

    lastUpdated: str | None = None  # noqa: N815


class Kind(msgspec.Struct, frozen=True, gc=False):
    """The name of a resource's type alone."""

    resourceType: str  # noqa: N815


class Resource(msgspec.Struct, gc=False, kw_only=True):
    """What every resource may have: its name, whom it is about and the dates at which it speaks of them."""

    id: str | None = None
    meta: Meta | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    contained: tuple[msgspec.Raw, ...] = ()


class Other(Resource, gc=False, kw_only=True):
    """A resource of a type that says nothing of our facts, but belongs to a person's record."""

    period: Period | None = None
    billablePeriod: Period | None = None  # noqa: N815
    occurrenceDateTime: str | None = None  # noqa: N815
    effectiveDateTime: str | None = None  # noqa: N815
    effectivePeriod: Period | None = None  # noqa: N815
    authoredOn: str | None = None  # noqa: N815
    started: str | None = None
    created: str | None = None


class Extension(Part, frozen=True, gc=False):
    """More about a resource, named by an address."""

    url: str
    valueCode: str | None = None  # noqa: N815


class Patient(Resource, gc=False, kw_only=True):
    """A person."""

    birthDate: str | None = None  # noqa: N815
    gender: str | None = None
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: str | None = None  # noqa: N815
    extension: tuple[Extension, ...] = ()


class Condition(Resource, gc=False, kw_only=True):
    """An illness, a symptom or (with the same fields) an allergy."""

    clinicalStatus: Concept | None = None  # noqa: N815
    verificationStatus: Concept | None = None  # noqa: N815
    code: Concept | None = None
    onsetDateTime: str | None = None  # noqa: N815
    onsetPeriod: Period | None = None  # noqa: N815
    recordedDate: str | None = None  # noqa: N815
    abatementDateTime: str | None = None  # noqa: N815
    abatementPeriod: Period | None = None  # noqa: N815
    abatementAge: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    abatementRange: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    abatementString: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    abatementBoolean: bool | None = None  # noqa: N815


class Procedure(Resource, gc=False, kw_only=True):
    """Something done to the person."""

    status: str | None = None
    code: Concept | None = None
    performedDateTime: str | None = None  # noqa: N815
    performedPeriod: Period | None = None  # noqa: N815


class Repeat(Part, frozen=True, gc=False):
    """How often something is taken, and within which period."""

    boundsPeriod: Period | None = None  # noqa: N815


class Timing(Part, frozen=True, gc=False):
    """When something is taken."""

    repeat: Repeat | None = None


class Dosage(Part, frozen=True, gc=False):
    """How something is taken."""

    timing: Timing | None = None


class Dispense(Part, frozen=True, gc=False):
    """How something is handed out."""

    validityPeriod: Period | None = None  # noqa: N815


class MedicationUse(Resource, gc=False, kw_only=True):
    """A prescription, a statement that something is taken, or something given once."""

    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None  # noqa: N815
    medicationCodeableConcept: Concept | None = None  # noqa: N815
    medicationReference: Reference | None = None  # noqa: N815
    authoredOn: str | None = None  # noqa: N815
    effectiveDateTime: str | None = None  # noqa: N815
    effectivePeriod: Period | None = None  # noqa: N815
    dateAsserted: str | None = None  # noqa: N815
    dosageInstruction: tuple[Dosage, ...] = ()  # noqa: N815
    dispenseRequest: Dispense | None = None  # noqa: N815


class Medication(msgspec.Struct, gc=False, kw_only=True):
    """A medicine that others refer to."""

    id: str | None = None
    code: Concept | None = None


class Measured(msgspec.Struct, gc=False, kw_only=True):
    """A value of an observation, or why there is none."""

    code: Concept | None = None
    valueQuantity: Quantity | None = None  # noqa: N815
    valueInteger: int | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815
    valueCodeableConcept: Concept | None = None  # noqa: N815
    dataAbsentReason: Concept | None = None  # noqa: N815


class Observation(Resource, gc=False, kw_only=True):
    """Something seen, measured or answered; `component` holds what was measured together."""

    status: str | None = None
    code: Concept | None = None
    effectiveDateTime: str | None = None  # noqa: N815
    effectivePeriod: Period | None = None  # noqa: N815
    effectiveInstant: str | None = None  # noqa: N815
    issued: str | None = None
    device: Reference | None = None
    performer: tuple[Reference, ...] = ()
    component: tuple[Measured, ...] = ()
    valueQuantity: Quantity | None = None  # noqa: N815
    valueInteger: int | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815
    valueCodeableConcept: Concept | None = None  # noqa: N815
    dataAbsentReason: Concept | None = None  # noqa: N815


class Request(Part, frozen=True, gc=False):
    """What a transaction wants done with an entry."""

    method: str | None = None


class BundleEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a bundle; its resource is read on its own, so that one broken resource breaks nothing else."""

    fullUrl: str | None = None  # noqa: N815
    resource: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    request: Request | None = None


class Bundle(msgspec.Struct, frozen=True, gc=False):
    """Several resources in one document."""

    entry: tuple[BundleEntry, ...] = ()


TYPES: dict[str, type[Resource]] = {
    "Patient": Patient,
    "Condition": Condition,
    "AllergyIntolerance": Condition,
    "Procedure": Procedure,
    "MedicationRequest": MedicationUse,
    "MedicationStatement": MedicationUse,
    "MedicationAdministration": MedicationUse,
    "Observation": Observation,
}
"""The types of resources that can say something of a fact. AllergyIntolerance has the fields of a Condition."""
