"""People and the organisation tree."""

from .audit import ContactReveal
from .changes import RosterChange, RosterChangeEvent
from .elevation import Elevation, ElevationEvent
from .imports import ImportBatch, ImportEvent, ImportRow
from .merging import Merge, MergeEvent
from .numbers import MobileChange, MobileChangeEvent
from .organization import Appointment, Organization, OrganizationEvent
from .people import Exemption, ExemptionEvent, Member
from .persons import PersonCheck
from .preferences import ListPreference
from .registration import MobileProof, Registration, RegistrationEvent
from .teams import Team, TeamEvent, TeamRole, TeamRoleEvent
from .user import User

__all__ = [
    "Appointment",
    "ContactReveal",
    "Elevation",
    "ElevationEvent",
    "Exemption",
    "ExemptionEvent",
    "ImportBatch",
    "ImportEvent",
    "ImportRow",
    "ListPreference",
    "Member",
    "Merge",
    "MergeEvent",
    "MobileChange",
    "MobileChangeEvent",
    "MobileProof",
    "Organization",
    "OrganizationEvent",
    "PersonCheck",
    "Registration",
    "RegistrationEvent",
    "RosterChange",
    "RosterChangeEvent",
    "Team",
    "TeamEvent",
    "TeamRole",
    "TeamRoleEvent",
    "User",
]
