"""The bank of red flags and the yearly check."""

from .assessment import Assessment, AssessmentEvent, AssessmentRun, Policy, PolicyChange
from .ledger import Category, FlagEntry, LedgerHead, MemberYear

__all__ = [
    "Assessment",
    "AssessmentEvent",
    "AssessmentRun",
    "Category",
    "FlagEntry",
    "LedgerHead",
    "MemberYear",
    "Policy",
    "PolicyChange",
]
