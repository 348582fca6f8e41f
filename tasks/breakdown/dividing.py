"""How many places each is asked for: the same, or in proportion to who is short of the year's minimum."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Q

from flags.assessment import standing
from members.models import Member, Organization, User
from tasks.rights import Kind
from xianfeng.lib.times import today


def evenly(organizations: Collection[Organization], places: int) -> dict[Organization, int]:
    return dict.fromkeys(organizations, places)


def by_need(organizations: Collection[Organization], total: int, *, by: User) -> dict[Organization, int]:
    """`total` divided by how many people of each are short; who has none of them is not asked."""
    return share_out(total, short_of(organizations, by))


def short_of(organizations: Collection[Organization], by: User) -> dict[Organization, int]:
    """How many registered people of each have not reached the year's minimum. One query."""
    able = Q(member__state=Member.State.REGISTERED)  # others cannot claim yet
    short = standing.seen_by(by, today().year).filter(standing.SHORT, able).order_by()
    named = ("member__community", "member__unit__path")
    groups: list[Any] = list(short.values(*named).annotate(count=Count("pk")))

    def counted(one: Organization) -> int:
        if one.kind == Kind.UNIT:
            return sum(
                group["count"]
                for group in groups
                if str(group["member__unit__path"]).startswith(str(one.path))
            )
        return sum(group["count"] for group in groups if group["member__community"] == one.pk)

    return {one: count for one in organizations if (count := counted(one))}


def share_out[T](total: int, weights: Mapping[T, int]) -> dict[T, int]:
    """By largest remainder, so that the parts make the whole; nobody is asked for nothing."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    shares = {key: int(value) for key, value in exact.items()}
    first = sorted(exact, key=lambda key: shares[key] - exact[key])
    for key in first[: total - sum(shares.values())]:
        shares[key] += 1
    return {key: share for key, share in shares.items() if share}
