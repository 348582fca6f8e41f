"""The desk's first screen: what must I do now, and how far the year has come."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import standing
from flags.calendar import entering
from flags.models import Category, FlagEntry
from members.desks import deserted
from members.models import (
    Appointment,
    Elevation,
    Exemption,
    Member,
    MobileChange,
    Organization,
    Registration,
    RosterChange,
    User,
)
from notices.models import Delivery
from tasks.deadlines import overdue
from tasks.models import Claim, Task
from tasks.phases import BY_CODE, waiting_for
from wishes.models import Wish
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


def todo(user: User, desk: Appointment) -> Iterator[Figure]:
    """What waits for this desk, each with the list behind the count; at most one query a figure."""
    if desk.can("registrations.decide"):
        yield waiting_registrations(user)
    if desk.can("numbers.decide"):
        yield from waiting_about_people(user, desk)
    if desk.can("members.record") and desk.organization.is_unit:
        yield waiting_transfers(user, desk)
    if desk.can("wishes.see"):
        yield waiting_wishes(user)
    if desk.can("tasks.see"):
        yield from (waiting_verifications if desk.can("claims.verify") else ended_tasks)(user)
        yield open_places(user)
    if desk.can("notices.resend") and desk.can("appointments.grant"):
        yield from for_the_city(user)
    if desk.can("policy.edit"):
        yield from missing_calendar(today())


def missing_calendar(day: dt.date) -> Iterator[Figure]:
    """In December next year's swapped days, where nobody has entered them: the notice comes in November."""
    year = day.year + 1
    if day.month == DECEMBER and not entering.is_complete(year):
        url = reverse("flags:workdays", args=[year])
        yield Figure(_("明年调休待录入"), 1, url, _("年"), tone="warning")


def waiting_registrations(user: User) -> Figure:
    count = Registration.objects.visible_to(user).open().count()
    return Figure(
        _("待确认报到"), count, reverse("members:registrations"), _("人"), tone="warning" if count else ""
    )


def waiting_about_people(user: User, desk: Appointment) -> Iterator[Figure]:
    """New numbers of the lost kind, and leave and posts that wait for a second person: one query for all."""
    numbers = MobileChange.objects.visible_to(user).open().order_by().values_list(Value("number"))
    leaves = Exemption.objects.visible_to(user).waiting().order_by().values_list(Value("leave"))
    posts = Elevation.objects.visible_to(user).for_a_second(user).order_by().values_list(Value("post"))
    count = Counter(what for (what,) in numbers.union(leaves, posts, all=True).order_by())
    pages = [
        ("number", _("待核实换号"), "members:numbers"),
        ("leave", _("待确认豁免"), "members:waiting_exemptions"),
    ]
    if desk.can("appointments.grant"):
        pages.append(("post", _("待确认任命"), "members:appointments"))
    for what, label, page in pages:
        yield Figure(label, count[what], reverse(page), _("人"), tone="warning" if count[what] else "")


def waiting_transfers(user: User, desk: Appointment) -> Figure:
    """Transfers into this unit that wait to be taken in."""
    asked = RosterChange.objects.visible_to(user).asked()
    count = asked.filter(to_unit__path__startswith=str(desk.organization.path)).count()
    return Figure(
        _("待接收调动"), count, reverse("members:roster_changes"), _("人"), tone="warning" if count else ""
    )


def waiting_wishes(user: User) -> Figure:
    wishes = Wish.objects.visible_to(user).waiting()
    old = timezone.now() - dt.timedelta(days=3)
    figures = wishes.aggregate(count=Count("pk"), old=Count("pk", filter=Q(created_at__lt=old)))
    note = _("%(count)s 件超过三天") % {"count": figures["old"]} if figures["old"] else ""
    return Figure(
        _("待受理心愿"),
        figures["count"],
        reverse("wishes:list"),
        _("件"),
        note,
        "warning" if figures["count"] else "",
    )


def waiting_verifications(user: User) -> Iterator[Figure]:
    """Ended tasks with undecided claims, and those past ten working days (民政部令67号)."""
    waiting = waiting_for(user, timezone.now()).order_by()
    figures = waiting.aggregate(count=Count("pk"), late=Count("pk", filter=overdue()))
    url = reverse("tasks:to_verify")
    yield Figure(_("待认定任务"), figures["count"], url, _("项"), tone="warning" if figures["count"] else "")
    if figures["late"]:
        yield Figure(_("超过10个工作日未认定"), figures["late"], f"{url}?tab=overdue", _("项"), tone="danger")


def ended_tasks(user: User) -> Iterator[Figure]:
    """The same for a desk that may see them but not decide: the tab of its task list."""
    waiting = Task.objects.visible_to(user).filter(BY_CODE["to_verify"].condition(timezone.now()))
    figures = waiting.aggregate(count=Count("pk"), late=Count("pk", filter=overdue()))
    note = _("%(count)s 项超过10个工作日") % {"count": figures["late"]} if figures["late"] else ""
    yield Figure(_("待认定任务"), figures["count"], f"{reverse('tasks:list')}?tab=to_verify", _("项"), note)


def open_places(user: User) -> Figure:
    tasks = Task.objects.visible_to(user).filter(BY_CODE["open"].condition(timezone.now()))
    figures = tasks.aggregate(count=Count("pk"), places=Sum(F("capacity") - F("places_taken")))
    note = _("还有 %(count)s 个名额") % {"count": figures["places"] or 0}
    return Figure(_("报名中的任务"), figures["count"], reverse("tasks:list"), _("项"), note)


def for_the_city(user: User) -> Iterator[Figure]:
    """What nobody else can put right, notices and places that nobody answers for: one query for both."""
    notices = counted(Delivery.objects.unreached(), "notices")
    places = counted(deserted(Organization.objects.visible_to(user)), "places")
    count = dict(notices.union(places, all=True))
    unstaffed = f"{reverse('members:organizations')}?line=deserted"
    for what, label, url, unit in (
        ("notices", _("未送达通知"), reverse("notices:unreached"), _("条")),
        ("places", _("无人任职的组织"), unstaffed, _("个")),
    ):
        yield Figure(label, count[what], url, unit, tone="warning" if count[what] else "")


def counted(rows: QuerySet[Any], what: str) -> QuerySet[Any, tuple[str, int]]:
    """How many rows, under a name, to be read together with other counts."""
    return rows.order_by().values(what=Value(what)).annotate(count=Count("pk")).values_list("what", "count")


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


@dataclass(frozen=True)
class YearOfFlags:
    """Flags of this year by month of service (up to the present one) and by category."""

    total: int
    months: list[tuple[str, int]]
    categories: list[tuple[str, int, str]]


def year_of_flags(user: User) -> YearOfFlags:
    """Both charts from one pass over the year's lines; months are cut here, since SQLite is slow at dates."""
    now = today()
    lines = FlagEntry.objects.visible_to(user).filter(year=now.year).order_by()
    months, categories = Counter[int](), Counter[str]()
    for day, category, flags in lines.values_list("service_date", "category").annotate(Sum("delta")):
        months[day.month] += flags
        categories[category] += flags
    url = f"{reverse('flags:ledger')}?year={now.year}&category="
    return YearOfFlags(
        months.total(),
        [(_("%(month)s月") % {"month": month}, months[month]) for month in range(1, now.month + 1)],
        [(str(label), categories[value], url + value) for value, label in Category.choices],
    )


def coming_tasks(user: User, count: int = 6) -> list[Task]:
    tasks = Task.objects.visible_to(user).filter(state=Task.State.PUBLISHED, ends_at__gte=timezone.now())
    return list(tasks.select_related("publisher").order_by("starts_at")[:count])


def next_claims(member: Member, count: int = 3) -> list[Claim]:
    """What the member has promised and not yet done."""
    claims = member.claims.open().filter(task__ends_at__gte=timezone.now()).select_related("task")
    return list(claims.order_by("task__starts_at")[:count])


def offers(member: Member, count: int = 3) -> list[Task]:
    """Open tasks for the member, wanted skills first, then soonest."""
    now = timezone.now()
    tasks = Task.objects.for_member(member).open_for_claims(now).with_free_places()
    tasks = (
        tasks.exclude(claims__in=member.claims.holding()).select_related("publisher").order_by("starts_at")
    )
    found = list(tasks[:30])
    found.sort(key=lambda task: not set(member.skill_list) & set(task.wanted_skills.split("、")))
    return found[:count]
