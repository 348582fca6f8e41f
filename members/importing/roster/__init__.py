"""Importing the roster of in-service Party members.

``plan_roster(path, scope)`` says what a file would do and writes nothing; ``apply_roster(plan, batch)``
does it, inside the caller's transaction.  The portal wraps both in a batch that can be previewed,
confirmed and undone (``members.importing.batches``).
"""

from .applying import apply_roster
from .planning import plan_roster, plan_rosters, read_rosters

__all__ = ["apply_roster", "plan_roster", "plan_rosters", "read_rosters"]
