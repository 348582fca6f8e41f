"""Places against people, by community and month: who has too few, who has some to spare.

- *Needed*: each registered member short of the year's minimum needs their missing flags spread evenly over
  the months that are left of the year, in whole places; places they hold in the month already are taken off.
- *To come*: free places on published tasks of the community and its estates that begin in the month, from
  now on, can still be claimed, and earn flags. City tasks are open to several communities and stand apart.
- A place is worth as many whole flags as the places to come are on average, at least one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import standing
from flags.assessment.assessing import standing_forecast
from flags.policy.policies import policy_for
from members.models import Member, Organization
from tasks.balancing.flows import Place, Pool
from tasks.inviting.rules import MONTH
from tasks.models import Claim, Invitation, Task
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import at, local_date, next_month

Kind = Organization.Kind
LAST = 12
# Whoever declined to go elsewhere is left alone for so long.
LEFT_ALONE = dt.timedelta(days=180)


class MonthNotAhead(Refusal):
    code, field = "month_not_ahead", "month"


@dataclass(frozen=True)
class Month:
    """A month of this year that is not over; `left` counts the months of the year from now on."""

    first: dt.date
    now: dt.datetime

    @classmethod
    def of(cls, text: str, now: dt.datetime | None = None) -> "Month":
        """From "2026-12"; the present one where nothing is given. Raises MonthNotAhead."""
        moment = now or timezone.now()
        today = local_date(moment)
        try:
            first = dt.date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
        except ValueError:
            first = dt.date.min
        if first.year != today.year or first.month < today.month:
            raise MonthNotAhead(
                _("只能平衡今年还没过完的月份（%(first)s 至 %(last)s）。请写成 2026-09 的样子。")
                % {"first": f"{today:%Y-%m}", "last": f"{today.year}-{LAST}"}
            )
        return cls(first, moment)

    @property
    def year(self) -> int:
        return self.first.year

    @property
    def left(self) -> int:
        return LAST - local_date(self.now).month + 1

    @property
    def starts_at(self) -> dt.datetime:
        """From when places count: the first day, or now."""
        return max(at(self.first, 0), self.now)

    @property
    def ends_at(self) -> dt.datetime:
        return at(next_month(self.first), 0)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def months_ahead(present: Month) -> list[Month]:
    """The present one and those to come this year."""
    return [
        Month(present.first.replace(month=one), present.now) for one in range(present.first.month, LAST + 1)
    ]


@dataclass(frozen=True)
class Figures:
    """One community's month, in places."""

    community: Organization
    short: int = 0  # members who are short of the year and still need a place in the month
    senders: int = 0  # of them those who may be asked elsewhere
    needed: int = 0
    to_come: int = 0

    @property
    def spare(self) -> int:
        return max(self.to_come - self.needed, 0)

    @property
    def lacking(self) -> int:
        return max(self.needed - self.to_come, 0)

    def is_telling(self) -> bool:
        """Whether there is anything to balance."""
        return bool(self.needed or self.to_come)

    def place(self) -> Place:
        return Place(self.community.pk, self.spare, self.lacking, self.senders)


@dataclass(frozen=True)
class Balance:
    """All communities of a month, and the city's tasks that several of them share."""

    month: Month
    communities: Sequence[Figures]
    pools: Sequence[Pool]
    worth: int

    @property
    def pooled(self) -> int:
        return sum(pool.places for pool in self.pools)


def balance(month: Month) -> Balance:
    """Five queries, whatever the size of the city; nobody needs anything while no forecast stands."""
    tasks = coming_tasks(month)
    worth, places = worth_of(tasks), own_places(tasks)
    needs = needs_of(month, worth)
    communities = Organization.objects.filter(kind=Kind.COMMUNITY, is_active=True).order_by("path")
    rows = [Figures(one, to_come=places.get(one.pk, 0), **needs.get(one.pk, {})) for one in communities]
    return Balance(month, rows, pools_of(tasks, [row.community for row in rows]), worth)


def coming_tasks(month: Month) -> list[Task]:
    return coming(month.now, month.starts_at, month.ends_at)


def coming(now: dt.datetime, first: dt.datetime, end: dt.datetime) -> list[Task]:
    """Tasks that begin from `first` up to `end`, with a place that can be taken and is worth something.

    With publisher and audience, what begins first before the others: two queries.
    """
    open_ones = Task.objects.filter(Task.SIGN_UP.not_over_at(now), state=Task.State.PUBLISHED)
    begin = Q(starts_at__gte=first, starts_at__lt=end)
    planned = open_ones.exclude(kind=Task.Kind.MUSTER)  # an emergency is nobody's chance to catch up
    found = planned.filter(begin, flags__gte=1).with_free_places().order_by("starts_at", "pk")
    return list(found.select_related("publisher").prefetch_related("audience"))


def worth_of(tasks: Sequence[Task]) -> int:
    """Flags of a place, on average and rounded down; at least one."""
    places = sum(task.places_left for task in tasks)
    return max(sum(task.places_left * task.flags for task in tasks) // (places or 1), 1)


def community_of(task: Task) -> int | None:
    """Whose own task it is: the community's, also where one of its estates published it."""
    publisher = task.publisher
    if publisher.is_community:
        return publisher.pk
    return publisher.parent_id if publisher.is_estate else None


def own_places(tasks: Sequence[Task]) -> Mapping[int | None, int]:
    """Free places by community: its own and its estates'."""
    found: dict[int | None, int] = defaultdict(int)
    for task in tasks:
        found[community_of(task)] += task.places_left
    return found


def pools_of(tasks: Sequence[Task], communities: Sequence[Organization]) -> list[Pool]:
    """The city's tasks as pools, together where they are open to the same communities."""
    places: dict[frozenset[int], int] = defaultdict(int)
    for task, reached in city_tasks(tasks, communities):
        places[reached] += task.places_left
    return [Pool(count, reached) for reached, count in places.items()]


def city_tasks(
    tasks: Sequence[Task], communities: Sequence[Organization]
) -> Iterator[tuple[Task, frozenset[int]]]:
    """Each with the communities it is open to.

    Of units in the audience nobody knows here where the people live: a task for units only is left out.
    """
    for task in (one for one in tasks if one.is_of_city):
        named = list(task.audience.all())
        reached = frozenset(one.pk for one in communities if any(place.contains(one) for place in named))
        if reached:
            yield task, reached


def short_people(month: Month, worth: int) -> "QuerySet[Any]":
    """Results of registered members who need a place in the month, with `lacks`, `asked` and `declined`."""
    results: QuerySet[Any] = standing.of_run(standing_forecast(month.year), month.year)
    rows = results.filter(standing.SHORT)
    each = month.left * worth
    needs = (F("short_flags") + (each - 1)) / Value(each)
    people = rows.filter(member__state=Member.State.REGISTERED, short_flags__gt=0)
    held = Greatest(needs - held_in(month), Value(0))
    return people.annotate(lacks=held).filter(lacks__gt=0)


def held_in(month: Month) -> Coalesce:
    """Places of the month that the member (of a result) holds already."""
    claims = Claim.objects.holding().filter(member=OuterRef("member"))
    inside = claims.filter(task__starts_at__gte=at(month.first, 0), task__starts_at__lt=month.ends_at)
    return counted(inside, "member")


def counted(rows: "QuerySet[Any]", by: str) -> Coalesce:
    """How many of the rows there are of the outer one."""
    counts = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), Value(0), output_field=IntegerField())


def may_be_asked(month: Month) -> Q:
    """Of results: an account, not asked as often as the rules allow, and did not decline to go elsewhere."""
    sent = Invitation.objects.filter(member=OuterRef("member"))
    declined = sent.filter(
        is_guest=True, state=Invitation.State.DECLINED, invited_at__gt=month.now - LEFT_ALONE
    )
    most = policy_for(month.year).invitations_per_month
    asked = counted(sent.filter(invited_at__gt=month.now - MONTH), "member")
    return Q(member__user__isnull=False) & ~Q(Exists(declined)) & (Q(LessThan(asked, most)) if most else Q())


def needs_of(month: Month, worth: int) -> Mapping[int, dict[str, int]]:
    """By community: how many are short, what they need, how many may be asked."""
    rows = short_people(month, worth).filter(member__community__isnull=False).order_by()
    sums: Any = rows.values("member__community").annotate(
        short=Count("pk"), needed=Sum("lacks"), senders=Count("pk", filter=may_be_asked(month))
    )
    return {row.pop("member__community"): row for row in sums}
