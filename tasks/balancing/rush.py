"""The year-end rush: from September on, in which week places will not suffice, and who should offer more.

For each community the places that its people still need by 31 December are spread evenly over the weeks that
are left; set against them, week by week, are the free places published, its own and its share of the city's.
A community's share of a city task goes by what its people need.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.utils import timezone

from flags.assessment import standing
from flags.assessment.assessing import standing_forecast
from flags.policy.policies import policy_for
from members.models import Member, Organization
from tasks.balancing.figures import city_tasks, coming, community_of, worth_of
from tasks.models import Task
from xianfeng.lib.times import at, local_date, monday_of

WEEK = dt.timedelta(days=7)
SEPTEMBER = 9


@dataclass(frozen=True)
class Week:
    """Up to the end of a week: places needed by then, places on offer by then."""

    first: dt.date
    needed: int
    offered: int

    @property
    def gap(self) -> int:
        return max(self.needed - self.offered, 0)


@dataclass(frozen=True)
class Rush:
    """One community's way to the end of the year."""

    community: Organization
    short: int  # members short of the year
    late: int  # of them those whom even the weekly limit cannot bring there any more
    needed: int
    weeks: Sequence[Week]

    @property
    def offered(self) -> int:
        return self.weeks[-1].offered if self.weeks else 0

    @property
    def gap(self) -> int:
        return max(self.needed - self.offered, 0)

    @cached_property
    def first_short(self) -> dt.date | None:
        """The Monday of the first week in which fewer places stand on offer than are needed."""
        return next((week.first for week in self.weeks if week.gap), None)


def together(rows: Sequence[Rush]) -> list[Week]:
    """The weeks of several communities, each one's gap for itself: what one has over fills no other's."""
    columns = zip(*(row.weeks for row in rows), strict=True)
    return [
        Week(week[0].first, sum(one.needed for one in week), sum(one.needed - one.gap for one in week))
        for week in columns
    ]


NOBODY = {"short": 0, "late": 0, "needed": 0}


def outlook(now: dt.datetime | None = None) -> list[Rush]:
    """All communities, the widest gap first. Five queries."""
    moment = now or timezone.now()
    mondays = weeks_left(local_date(moment))
    tasks = coming(moment, moment, at(mondays[-1] + WEEK, 0))
    needs = needs_of(local_date(moment).year, worth_of(tasks), len(mondays))
    communities = list(Organization.objects.communities().active().order_by("path"))
    offers = offers_of(tasks, communities, {pk: need["needed"] for pk, need in needs.items()})
    found = [rush_of(one, offers[one.pk], mondays, **needs.get(one.pk, NOBODY)) for one in communities]
    return sorted(found, key=lambda one: (-one.gap, str(one.community.path)))


def weeks_left(today: dt.date) -> list[dt.date]:
    """Mondays, from this week's to the last of the year."""
    monday = monday_of(today)
    count = (dt.date(today.year, 12, 31) - monday).days // 7 + 1
    return [monday + number * WEEK for number in range(count)]


def needs_of(year: int, worth: int, weeks: int) -> Mapping[int, dict[str, int]]:
    """By community: who is short, who of them can not get there within the weekly limit, and places."""
    results: QuerySet[Any] = standing.of_run(standing_forecast(year), year)
    rows = results.filter(standing.SHORT, member__community__isnull=False)
    people = rows.filter(member__state=Member.State.REGISTERED)
    places = (F("short_flags") + (worth - 1)) / Value(worth)
    most = weeks * policy_for(year).places_per_week
    counted = people.annotate(places=places).filter(places__gt=0).order_by().values("member__community")
    beyond = Count("pk", filter=Q(places__gt=most)) if most else Value(0)
    sums: Any = counted.annotate(short=Count("pk"), needed=Sum("places"), late=beyond)
    return {row.pop("member__community"): row for row in sums}


type Offers = Mapping[int, Mapping[dt.date, Fraction]]


def offers_of(
    tasks: Sequence[Task], communities: Sequence[Organization], needed: Mapping[int, int]
) -> Offers:
    """Free places by community and week (its Monday)."""
    found: dict[int, dict[dt.date, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for task in tasks:
        if place := community_of(task):
            found[place][monday_of(local_date(task.starts_at))] += task.places_left
    for task, reached in city_tasks(tasks, communities):
        for pk, share in shares(task.places_left, reached, needed).items():
            found[pk][monday_of(local_date(task.starts_at))] += share
    return found


def shares(places: int, reached: Collection[int], needed: Mapping[int, int]) -> dict[int, Fraction]:
    """A city task's places among the communities it is open to, by what they need; else evenly."""
    weights = {pk: needed.get(pk, 0) for pk in reached}
    if not any(weights.values()):
        weights = dict.fromkeys(reached, 1)
    return {pk: Fraction(places * weight, sum(weights.values())) for pk, weight in weights.items()}


def rush_of(
    community: Organization,
    offers: Mapping[dt.date, Fraction],
    mondays: Sequence[dt.date],
    *,
    short: int,
    late: int,
    needed: int,
) -> Rush:
    """Needs and offers summed up to each week."""
    summed = accumulate(offers.get(monday, Fraction()) for monday in mondays)
    weeks = [
        Week(monday, needed * (number + 1) // len(mondays), int(offered))
        for number, (monday, offered) in enumerate(zip(mondays, summed, strict=True))
    ]
    return Rush(community, short, late, needed, weeks)
