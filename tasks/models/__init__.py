"""Tasks, the places members take on them, and what became of the work."""

from .balance import BalanceRow, BalanceRowEvent
from .claim import Claim, ClaimEvent, Verification
from .invitation import Invitation, InvitationEvent
from .muster import Call, CallEvent, Muster
from .scope import ScopeReport, ScopeRule, Screening
from .series import Series
from .target import Target, TargetEvent
from .task import ServiceItem, Task, TaskEvent

__all__ = [
    "BalanceRow",
    "BalanceRowEvent",
    "Call",
    "CallEvent",
    "Claim",
    "ClaimEvent",
    "Invitation",
    "InvitationEvent",
    "Muster",
    "ScopeReport",
    "ScopeRule",
    "Screening",
    "Series",
    "ServiceItem",
    "Target",
    "TargetEvent",
    "Task",
    "TaskEvent",
    "Verification",
]
