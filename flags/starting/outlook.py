"""The figures of a year as it would be checked now."""

import math
from dataclasses import dataclass

from flags.models import FlagEntry, Policy
from flags.policy.policies import policy_for
from members.models import Member

# Without an entry day the whole year is asked of somebody. Above this share the list is mended first.
MOST_UNDATED = 0.2


@dataclass(frozen=True)
class Outlook:
    """A year as it would be checked now; all figures are of the whole city."""

    policy: Policy
    people: int
    undated: int
    lines: int

    @property
    def is_doubtful(self) -> bool:
        return self.undated > MOST_UNDATED * self.people

    @property
    def percent_undated(self) -> int:
        """Rounded up, so that what is above the bound never reads as the bound."""
        return math.ceil(100 * self.undated / self.people) if self.people else 0


def outlook(year: int) -> Outlook:
    counted = Member.objects.on_roster_in(year)
    return Outlook(
        policy=policy_for(year),
        people=counted.count(),
        undated=counted.undated().count(),
        lines=FlagEntry.objects.filter(year=year).count(),
    )
