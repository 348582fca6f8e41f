"""The desk's first screen: how far the year has come, and what comes next."""

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import standing
from flags.models import Category, FlagEntry
from members.models import (
    Member,
    User,
)
from tasks.matching.ranking import Fit, best_for
from tasks.models import Claim, Invitation, Task
from tasks.phases import BY_CODE
from xianfeng.lib.times import today

DECEMBER = 12


@dataclass(frozen=True)
class Figure:
    """A count that opens the list behind it."""

    label: str
    value: int
    url: str
    unit: str = ""
    note: str = ""
    tone: str = ""
    is_own: bool = True  # this very desk does it; what others do is only watched


@dataclass(frozen=True)
class Progress:
    """How the desk's members stand in the year."""

    year: int
    roster: int
    registered: int
    assessed: int
    reached: int

    @property
    def registered_share(self) -> int:
        return round(100 * self.registered / self.roster) if self.roster else 0

    @property
    def reached_share(self) -> int:
        """Of those whom the year asks anything of: who is exempt all year is left out."""
        return round(100 * self.reached / self.assessed) if self.assessed else 0


def open_places(user: User) -> Figure:
    tasks = Task.objects.visible_to(user).filter(BY_CODE["open"].condition(timezone.now()))
    figures = tasks.aggregate(count=Count("pk"), places=Sum(F("capacity") - F("places_taken")))
    note = _("还有 %(count)s 个名额") % {"count": figures["places"] or 0}
    return Figure(_("接单中的任务"), figures["count"], reverse("tasks:list"), _("项"), note)


def progress(user: User) -> Progress:
    year = today().year
    members = Member.objects.visible_to(user).on_roster()
    figures = members.aggregate(
        roster=Count("pk"), registered=Count("pk", filter=Q(state=Member.State.REGISTERED))
    )
    stand = standing.seen_by(user, year).aggregate(
        assessed=Count("pk", filter=~standing.EXEMPT), reached=Count("pk", filter=standing.REACHED)
    )
    return Progress(year, **figures, **stand)


def of_the_year(progress: Progress, flags: "YearOfFlags") -> Iterator[Figure]:
    """The year in four figures."""
    members = reverse("members:list")
    share = _("占在册 %(share)s%%") % {"share": progress.registered_share}
    yield Figure(_("在册党员"), progress.roster, members, _("人"))
    yield Figure(_("已报到"), progress.registered, f"{members}?state=registered", _("人"), share)
    reached = _("应得数正在折算")
    if progress.assessed:
        shares = {"count": f"{progress.assessed:,}", "share": progress.reached_share}
        reached = _("占应考核 %(count)s 人的 %(share)s%%") % shares
    yield Figure(_("已达标"), progress.reached, f"{reverse('flags:behind')}?who=done", _("人"), reached)
    yield Figure(_("今年红旗"), flags.total, ledger_of(progress.year), _("面"), tone="accent")


type Bar = tuple[str, int, str]


@dataclass(frozen=True)
class YearOfFlags:
    """This year's flags by month of service (up to the present one) and by category, each with its lines."""

    until: dt.date
    total: int
    months: list[Bar]
    categories: list[Bar]
    is_empty: bool  # no line at all; a total of 0 may be one that was reversed


def year_of_flags(user: User) -> YearOfFlags:
    """Both charts from one pass over the year's lines; months are cut here, since SQLite is slow at dates."""
    now = today()
    lines = FlagEntry.objects.visible_to(user).filter(year=now.year).order_by()
    months, categories = Counter[int](), Counter[str]()
    for day, category, flags in lines.values_list("service_date", "category").annotate(Sum("delta")):
        months[day.month] += flags
        categories[category] += flags
    return YearOfFlags(
        now,
        months.total(),
        [month_bar(now.year, month, months[month]) for month in range(1, now.month + 1)],
        [
            (str(label), categories[value], ledger_of(now.year, category=value))
            for value, label in Category.choices
        ],
        is_empty=not months,
    )


def ledger_of(year: int, **narrowed: str) -> str:
    """The address of the year's lines, narrowed as the ledger's filters are called."""
    return f"{reverse('flags:ledger')}?{urlencode({'year': year, **narrowed})}"


def month_bar(year: int, month: int, flags: int) -> Bar:
    first, last = dt.date(year, month, 1), dt.date(year, month, monthrange(year, month)[1])
    url = ledger_of(year, since=first.isoformat(), until=last.isoformat())
    return _("%(month)s月") % {"month": month}, flags, url


def coming_tasks(user: User, count: int = 6) -> list[Task]:
    tasks = Task.objects.visible_to(user).filter(state=Task.State.PUBLISHED, ends_at__gte=timezone.now())
    return list(tasks.select_related("publisher").order_by("starts_at")[:count])


def answers_due(member: Member) -> list[Claim]:
    """Places kept for the member, the nearest end first."""
    offered = member.claims.filter(state=Claim.State.OFFERED).select_related("task")
    return list(offered.order_by("offered_until", "pk"))


def next_claims(member: Member, count: int = 3) -> list[Claim]:
    """What the member has promised and not yet done."""
    claims = member.claims.open().filter(task__ends_at__gte=timezone.now()).select_related("task")
    return list(claims.order_by("task__starts_at")[:count])


def offers(member: Member, count: int = 3) -> list[Fit]:
    """Open tasks for the member that nobody asked them to: what suits best, then soonest."""
    asked = {one.task_id for one in invitations(member)}
    return [fit for fit in best_for(member, timezone.now()) if fit.task.pk not in asked][:count]


def invitations(member: Member) -> list[Invitation]:
    """What the member was asked to come to and has not answered."""
    waiting = Invitation.objects.filter(member=member).waiting(timezone.now())
    return list(waiting.select_related("task", "organization").order_by("task__starts_at"))
