"""Tasks, the places members take on them, and what became of the work."""

from .claim import Claim, ClaimEvent, Verification
from .scope import ScopeReport, ScopeRule, Screening
from .target import Target, TargetEvent
from .task import ServiceItem, Task, TaskEvent

__all__ = [
    "Claim",
    "ClaimEvent",
    "ScopeReport",
    "ScopeRule",
    "Screening",
    "ServiceItem",
    "Target",
    "TargetEvent",
    "Task",
    "TaskEvent",
    "Verification",
]  # fmt: skip
