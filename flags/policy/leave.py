"""What a year's rules say of leave; `members` asks for it by the name of this file."""

from flags.policy.policies import policy_for
from members.people.rules import LeaveLimits


def limits_of(year: int) -> LeaveLimits:
    policy = policy_for(year)
    return LeaveLimits(policy.longest_leave, policy.second_leave)
