"""What waits: for this very desk, and below it. Each with the list behind the count."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import pacing, standing
from flags.calendar import entering
from flags.models import Assessment, AssessmentRun
from members.desks import deserted
from members.models import (
    Appointment,
    Elevation,
    Exemption,
    MobileChange,
    Organization,
    Registration,
    RosterChange,
    User,
)
from members.organizations import counting
from members.registration import reconciling
from notices.models import Delivery
from reports.workbench.figures import Figure
from tasks.deadlines import overdue
from tasks.models import Screening, Target, Task
from tasks.phases import BY_CODE, waiting_for
from tasks.reviewing.waiting import doubted
from wishes.models import Wish
from xianfeng.lib.times import today
from xianfeng.ui.amounts import when

DECEMBER = 12


def todo(user: User, desk: Appointment) -> Iterator[Figure]:
    """Figures that are this role's to do (`is_own`), and those it only watches; few queries each."""
    yield from waiting_about_people(user, desk)
    if desk.can("wishes.see"):
        yield waiting_wishes(user, desk)
    if desk.can("tasks.see"):
        yield from (waiting_verifications if desk.can("claims.verify") else ended_tasks)(user, desk)
    if desk.can("notices.resend") and desk.can("appointments.grant"):
        yield from for_the_city(user)
    elif desk.organization.kind in (Organization.Kind.CITY, Organization.Kind.STREET):
        yield from not_begun(counting.idle(Organization.objects.visible_to(user)).count())
    if desk.can("policy.edit"):
        yield from missing_calendar(today())


def worries(user: User, desk: Appointment) -> Iterator[Figure]:
    """What a unit keeps an eye on: it is looked at, never done with, and makes no badge."""
    if desk.organization.is_unit:
        yield from of_a_unit(user, is_own=desk.can("members.remind"))


def others(desk: Appointment) -> str:
    """What is not this role's to do, in its words: a tier below does it, or somebody beside or above."""
    is_above = desk.organization.kind in (Organization.Kind.CITY, Organization.Kind.STREET)
    return _("下级待办") if is_above else _("由别人办理")


def figure(label: str, value: int, url: str, unit: str, *, is_own: bool = True, note: str = "") -> Figure:
    """Something to do stands out; what others do does not."""
    return Figure(label, value, url, unit, note, "warning" if value and is_own else "", is_own=is_own)


def missing_calendar(day: dt.date) -> Iterator[Figure]:
    """In December next year's swapped days, where nobody has entered them: the notice comes in November."""
    year = day.year + 1
    if day.month == DECEMBER and not entering.is_complete(year):
        yield figure(_("明年调休待录入"), 1, reverse("flags:workdays", args=[year]), _("年"))


class Sort(NamedTuple):
    """Rows of one kind that wait, and the figure that counts them."""

    rows: QuerySet[Any]
    label: str
    url: str
    unit: str
    is_own: bool = True
    is_late: bool = False  # part of the figure before it, and said only where there are any


def about_people(user: User, desk: Appointment) -> Iterator[Sort]:
    """Registrations, new numbers of the lost kind, and leave and posts that wait for a second person.

    Numbers and leave are decided where the person works or lives; the city stands in.
    """
    is_near = desk.organization.kind != Organization.Kind.CITY
    if desk.can("registrations.see") and not desk.organization.is_unit:
        asking, url = Registration.objects.visible_to(user).open(), reverse("members:registrations")
        yield Sort(asking, _("待确认报到"), url, _("人"), desk.can("registrations.decide"))
    if desk.can("numbers.decide"):
        numbers = MobileChange.objects.visible_to(user).open()
        yield Sort(numbers, _("待核实换号"), reverse("members:numbers"), _("人"), is_near)
    if desk.can("members.exempt"):
        leave = Exemption.objects.visible_to(user).for_a_second(user)
        yield Sort(leave, _("待确认豁免"), reverse("members:waiting_exemptions"), _("条"), is_near)
    if desk.can("appointments.grant"):
        posts = Elevation.objects.visible_to(user).for_a_second(user)
        yield Sort(posts, _("待确认任命"), reverse("members:appointments"), _("项"))
    if desk.can("scope.review"):
        reviews, url = Screening.objects.visible_to(user).for_a_second(user), reverse("tasks:reviews")
        yield Sort(reviews, _("待审核任务"), url, _("项"))
        yield Sort(reviews.overdue(), _("审核超期"), f"{url}?tab=overdue", _("项"), is_late=True)
        yield Sort(doubted(user), _("待裁定反映"), f"{url}?tab=doubted", _("项"))
    if desk.can("targets.see"):
        targets, url = Target.objects.visible_to(user), reverse("tasks:targets")
        answers = desk.can("targets.answer")
        yield Sort(targets.open(), _("待承接目标"), url, _("个"), answers)
        yield Sort(targets.late(), _("逾期未承接"), f"{url}?tab=late", _("个"), answers, is_late=True)
    if desk.organization.is_unit and desk.can("members.record"):
        moves = RosterChange.objects.visible_to(user).to_receive(desk.organization)
        yield Sort(moves, _("待接收调动"), reverse("members:roster_changes"), _("人"))


def waiting_about_people(user: User, desk: Appointment) -> Iterator[Figure]:
    sorts = list(about_people(user, desk))
    for one, count in zip(sorts, counted(*(one.rows for one in sorts)), strict=True):
        if one.is_late and count:
            tone = "danger" if one.is_own else ""
            yield Figure(one.label, count, one.url, one.unit, tone=tone, is_own=one.is_own)
        elif not one.is_late:
            yield figure(one.label, count, one.url, one.unit, is_own=one.is_own)


def counted(*sorts: QuerySet[Any]) -> list[int]:
    """How many rows of each sort there are, in one query."""
    if not sorts:
        return []
    rows = [
        one.order_by().values(sort=Value(number)).annotate(count=Count("pk")).values_list("sort", "count")
        for number, one in enumerate(sorts)
    ]
    found = dict(rows[0].union(*rows[1:], all=True).order_by())
    return [found.get(number, 0) for number in range(len(rows))]


def of_a_unit(user: User, *, is_own: bool) -> Iterator[Figure]:
    page, year = reverse("members:reconciliation"), today().year
    missing, differing = counted(reconciling.unregistered(user), reconciling.differing(user))
    yield Figure(_("未报到"), missing, f"{page}?list=unregistered", _("人"), is_own=is_own)
    yield Figure(_("信息不符"), differing, f"{page}?list=differing", _("人"), is_own=is_own)
    slow = pacing.with_gaps(standing.seen_by(user, year), year).filter(pacing.BEHIND)
    yield Figure(_("进度偏慢"), slow.count(), reverse("flags:behind"), _("人"), is_own=is_own)
    yield from years_in_public(user, is_own=is_own)


def years_in_public(user: User, *, is_own: bool) -> Iterator[Figure]:
    """Results that may still be objected to: whoever knows the people looks through them now."""
    public = Assessment.objects.visible_to(user).filter(run__state=AssessmentRun.State.PUBLICISED)
    runs = public.order_by().values("run", "run__year", "run__publicised_until").annotate(people=Count("pk"))
    for run in runs:
        label = _("%(year)s 年度考核公示中") % {"year": run["run__year"]}
        until = _("到%(day)s为止") % {"day": when(run["run__publicised_until"])}
        url = reverse("flags:assessment", args=[run["run"]])
        yield Figure(label, run["people"], url, _("人"), until, is_own=is_own)


def waiting_wishes(user: User, desk: Appointment) -> Figure:
    wishes = Wish.objects.visible_to(user).waiting()
    old = timezone.now() - dt.timedelta(days=3)
    found = wishes.aggregate(count=Count("pk"), old=Count("pk", filter=Q(created_at__lt=old)))
    note = _("%(count)s 件超过三天") % {"count": found["old"]} if found["old"] else ""
    is_own = desk.can("wishes.handle")
    return figure(_("待受理心愿"), found["count"], reverse("wishes:list"), _("件"), is_own=is_own, note=note)


def waiting_verifications(user: User, desk: Appointment) -> Iterator[Figure]:
    """Ended tasks with undecided claims, and those past ten working days (民政部令67号).

    The city decides on its own tasks; those of communities it only watches.
    """
    waiting, url, late = waiting_for(user, timezone.now()).order_by(), reverse("tasks:to_verify"), overdue()
    is_city = desk.organization.kind == Organization.Kind.CITY
    below = ~Q(publisher=desk.organization) if is_city else Q(pk=None)
    found = waiting.aggregate(
        own=Count("pk", filter=~below),
        own_late=Count("pk", filter=~below & late),
        below=Count("pk", filter=below),
        below_late=Count("pk", filter=below & late),
    )
    own_url = f"{url}?whose=own" if is_city else url
    yield from undecided(found["own"], found["own_late"], own_url, is_own=True)
    if is_city:
        yield from undecided(found["below"], found["below_late"], f"{url}?whose=below", is_own=False)


def undecided(count: int, late: int, url: str, *, is_own: bool) -> Iterator[Figure]:
    yield figure(_("待认定任务"), count, url, _("项"), is_own=is_own)
    if late:
        label, tab = _("超过10个工作日未认定"), "&tab=overdue" if "?" in url else "?tab=overdue"
        yield Figure(label, late, url + tab, _("项"), tone="danger", is_own=is_own)


def ended_tasks(user: User, desk: Appointment) -> Iterator[Figure]:
    """The same for a desk that may see them but not decide: the tab of its task list."""
    waiting = Task.objects.visible_to(user).filter(BY_CODE["to_verify"].condition(timezone.now()))
    found = waiting.aggregate(count=Count("pk"), late=Count("pk", filter=overdue()))
    note = _("%(count)s 项超过10个工作日") % {"count": found["late"]} if found["late"] else ""
    url = f"{reverse('tasks:list')}?tab=to_verify"
    yield figure(_("待认定任务"), found["count"], url, _("项"), is_own=False, note=note)


def not_begun(count: int) -> Iterator[Figure]:
    """Communities and units below without anybody who has registered; silent where all have begun."""
    if count:
        url = f"{reverse('members:organizations')}?line=idle"
        yield figure(_("还没有人报到"), count, url, _("个"), is_own=False, note=_("社区和单位"))


def for_the_city(user: User) -> Iterator[Figure]:
    """What nobody else can put right, notices and places that nobody answers for, and where nobody has come
    to yet: one query for all.
    """
    places = Organization.objects.visible_to(user)
    notices, empty, idle = counted(Delivery.objects.unreached(), deserted(places), counting.idle(places))
    yield figure(_("未送达通知"), notices, reverse("notices:unreached"), _("条"))
    yield figure(_("无人任职的组织"), empty, f"{reverse('members:organizations')}?line=deserted", _("个"))
    yield from not_begun(idle)
