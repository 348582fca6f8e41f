"""The bank of red flags and the yearly check."""

from .assessment import Assessment, AssessmentEvent, AssessmentRun, Policy, PolicyChange
from .calendar import DayRule
from .ledger import Category, FlagEntry, LedgerCheck, LedgerHead, MemberYear

__all__ = [
    "Assessment",
    "AssessmentEvent",
    "AssessmentRun",
    "Category",
    "DayRule",
    "FlagEntry",
    "LedgerCheck",
    "LedgerHead",
    "MemberYear",
    "Policy",
    "PolicyChange",
]
