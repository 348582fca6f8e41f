"""The model city: its tree, its roster, a settled year and a believable one up to today.

The tree and the roster go through the import's own services, leave, departures and the yearly check
through theirs. A year's work is a simulation: members with
different zeal take places on tasks of their own community, never two at a time and never over the
weekly limit; what was verified goes through the ledger's own `award`, in the order of time. Bulk
inserts stand in for the click-by-click services only where they keep the same rows and sums, and
`audit` checks at the end that they did.
"""

from .city import logins
from .stage import SCALES, build

__all__ = ["SCALES", "build", "logins"]
