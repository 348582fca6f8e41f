"""Build the model city at one of two scales."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from flags import ledger
from flags.assessment.assessing import forecast
from flags.models import FlagEntry, MemberYear, Policy
from members.models import Member, Organization
from tasks.models import Claim, Task
from xianfeng.lib.times import today

from . import city
from .clock import year_start
from .plans import plan_year
from .record import Recorder, settle_states
from .volunteers import Pools


@dataclass(frozen=True)
class Scale:
    """How much of the city: communities with people (None: all), and what they do in a year."""

    communities: int | None
    city_activities: int
    activities: int
    wishes: int
    places: float  # people an activity draws on average


SCALES = {
    "small": Scale(2, 8, 300, 1_700, 8.6),
    "city": Scale(None, 120, 4_900, 40_000, 9.4),
}


@transaction.atomic
def build(scale_name: str, seed: int, tell: Callable[[str], None]) -> None:
    """Fill an empty database; all of it or nothing. The same seed on the same day gives the same city."""
    scale, rng = SCALES[scale_name], random.Random(seed)
    city.import_organizations()
    communities = list(Organization.objects.communities().order_by("code"))[: scale.communities]
    city.import_roster(communities if scale.communities else None)
    city.appoint_staff(rng)
    start, now = year_start(today()), timezone.localtime()
    for year in range(start.year, today().year + 1):
        Policy.objects.get_or_create(year=year)
    city.register_members(rng, start)
    tell(f"{Member.objects.count()} members, {Member.objects.registered().count()} registered")
    simulate(scale, rng, communities, tell)
    audit()
    forecast(today().year)
    tell(f"every sum holds; the year ran from {start} to {now:%Y-%m-%d %H:%M}")


def simulate(
    scale: Scale, rng: random.Random, communities: list[Organization], tell: Callable[[str], None]
) -> None:
    estates: dict[int, list[Organization]] = defaultdict(list)
    for estate in Organization.objects.estates().select_related("parent").order_by("code"):
        estates[estate.parent_id or 0].append(estate)
    root, now = Organization.objects.get(kind=Organization.Kind.CITY), timezone.localtime()
    share = (today() - year_start(today())).days / 325  # the figures of a scale are those of a late November
    sizes = (
        round(scale.city_activities * share),
        round(scale.activities * share),
        round(scale.wishes * share),
    )
    plans = plan_year(rng, year_start(today()), today(), communities, estates, root, sizes, scale.places)
    settle_states(rng, plans, now)
    members = {member.pk: member for member in Member.objects.registered().order_by("pk")}
    Pools(rng, members.values()).fill(rng, plans, now)
    Recorder(rng, members, now).record(plans, tell)


def audit() -> None:
    """The invariants that bulk inserts must have kept. Raises AssertionError naming the broken one."""
    report = ledger.verify()
    holding = Count("claims", filter=Q(claims__state__in=Claim.State.HOLDS_PLACE))
    checks = {
        "the ledger's chain": report.ok,
        "places taken": not Task.objects.annotate(held=holding).exclude(places_taken=F("held")).exists(),
        "year totals": FlagEntry.objects.aggregate(sum=Sum("delta"))["sum"]
        == MemberYear.objects.aggregate(sum=Sum("flags"))["sum"],
        "lines of verified claims": FlagEntry.objects.filter(source_kind=FlagEntry.Source.CLAIM).count()
        == Claim.objects.filter(state=Claim.State.VERIFIED).count(),
    }
    broken = [name for name, holds in checks.items() if not holds]
    if broken:
        raise AssertionError(f"the simulated year broke: {', '.join(broken)}")
