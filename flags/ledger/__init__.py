"""The bank of red flags. What other rooms do here: `ledger.award`, `ledger.reverse`, `ledger.adjust`."""

from .chain import Report, verify
from .lines import Award, adjust, award, reverse

__all__ = ["Award", "Report", "adjust", "award", "reverse", "verify"]
