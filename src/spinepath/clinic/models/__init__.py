"""What the clinic keeps: places, people, records, plans, courses, sessions, and who did what."""

from spinepath.clinic.models.course import CalendarLink, Course, Hold, Reminder, Session
from spinepath.clinic.models.oversight import AuditEntry, AuditHead, KnowledgeVersion, Task
from spinepath.clinic.models.people import Episode, Merge, Person, PersonalLink, PersonWord
from spinepath.clinic.models.places import Away, Clinic, Closure, Member, Opening, PriceList, Room, Shift
from spinepath.clinic.models.plan import Consent, Override, Plan
from spinepath.clinic.models.record import Document, Drawing, KeptAssessment, KeptFinding, Letter
from spinepath.clinic.models.treat import AdverseEvent, Note

__all__ = [
    "AdverseEvent",
    "AuditEntry",
    "AuditHead",
    "Away",
    "CalendarLink",
    "Clinic",
    "Closure",
    "Consent",
    "Course",
    "Document",
    "Drawing",
    "Episode",
    "Hold",
    "KeptAssessment",
    "KeptFinding",
    "KnowledgeVersion",
    "Letter",
    "Member",
    "Merge",
    "Note",
    "Opening",
    "Override",
    "Person",
    "PersonWord",
    "PersonalLink",
    "Plan",
    "PriceList",
    "Reminder",
    "Room",
    "Session",
    "Shift",
    "Task",
]
