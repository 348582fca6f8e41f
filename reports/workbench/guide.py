"""What a desk does first, from nothing to its first flag: the steps, and what the data says of each.

Once a flag shines the guide is over for good, whatever year it is and whoever left since: the ledger
forgets nothing. Until then whoever sits at the desk may put it away, and bring it back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from flags.models import FlagEntry
from members import desks
from members.models import Appointment, Member, Organization, Registration
from reports.models import GuidePutAway
from tasks.models import Task

Kind = Organization.Kind


@dataclass(frozen=True)
class Step:
    """Something this very role may do, and whether it has been done."""

    text: str
    action: str
    url: str
    is_done: bool


def shown(desk: Appointment, *, has_lit: bool) -> list[Step]:
    """The steps on the desk's first page: none where they were put away.

    Where the page has just read a flag of this year, the desk's first one is known to shine; an estate's
    flags are its people's, whoever awarded them.
    """
    steps = [] if has_lit and not desk.organization.is_estate else unfinished(desk)
    return [] if steps and is_put_away(desk) else steps


def unfinished(desk: Appointment) -> list[Step]:
    """In the order they are done; empty once all are, and for whoever only looks."""
    steps = OF_KIND.get(Kind(desk.organization.kind))
    if steps is None or desk.role == Appointment.Role.AUDITOR or is_over(desk.organization):
        return []
    return list(steps(desk.organization))


def is_over(place: Organization) -> bool:
    """An estate verifies nothing: its part ends with the first task, when somebody has registered there."""
    if place.is_estate:
        return has_published(place) and has_registered(place)
    return FlagEntry.objects.filter(FIRST_FLAG[Kind(place.kind)](place)).exists()


# Whose flag a desk waits for: any at all, one that it awarded, one that its people earned.
FIRST_FLAG: dict[Kind, Callable[[Organization], Q]] = {
    Kind.CITY: lambda place: Q(),
    Kind.COMMUNITY: lambda place: Q(organization=place),
    Kind.UNIT: lambda place: Q(unit__path__startswith=place.path),
}


# --- Steps --------------------------------------------------------------------------------------


def of_a_city(city: Organization) -> Iterator[Step]:
    text = _("先导入组织，再导入党员名册；党员报到时自动比对。")
    yield Step(text, _("导入名册"), reverse("members:import_new"), Member.objects.exists())
    text = _("任命社区、单位的书记和工作人员，他们会收到设置密码的邮件。")
    others = Organization.objects.exclude(pk=city.pk)
    yield Step(text, _("任命人员"), reverse("members:appointments"), desks.acting(others).exists())
    text = _("看哪些社区、单位还没有人报到，帮他们开始。")
    url = reverse("members:organizations") + "?line=idle"
    yield Step(text, _("看谁还没开始"), url, is_done=False)


def of_a_community(place: Organization) -> Iterator[Step]:
    yield poster(place)
    text = _("核对第一份报到：与名册一致的确认，不一致的先问清。")
    yield Step(text, _("核对报到"), reverse("members:registrations"), has_registered(place))
    yield first_task(place)
    text = _("任务结束后认定谁做得怎样，红旗就亮起来。")
    yield Step(text, _("去认定"), reverse("tasks:to_verify"), is_done=False)


def of_an_estate(place: Organization) -> Iterator[Step]:
    yield poster(place)
    yield first_task(place)


def of_a_unit(unit: Organization) -> Iterator[Step]:
    people = Member.objects.of(unit)
    has_roster = people.on_roster().exists()
    text = _("导入本单位名册；市里已经导入的，核对有没有漏的、错的。")
    action, url = (
        (_("核对名册"), reverse("members:list"))
        if has_roster
        else (_("导入名册"), reverse("members:import_new"))
    )
    yield Step(text, action, url, has_roster)
    text = _("请党员扫所住社区的二维码报到。")
    url = reverse("members:reconciliation") + "?list=unregistered"
    yield Step(text, _("看未报到的党员"), url, people.registered().exists())
    text = _("社区认定后红旗亮起，在这里看每个人的进度。")
    yield Step(text, _("看红旗进度"), reverse("flags:behind"), is_done=False)


OF_KIND: dict[Kind, Callable[[Organization], Iterator[Step]]] = {
    Kind.CITY: of_a_city,
    Kind.COMMUNITY: of_a_community,
    Kind.ESTATE: of_an_estate,
    Kind.UNIT: of_a_unit,
}


def poster(place: Organization) -> Step:
    """Whoever asked to be taken in had a poster to scan."""
    text = _("把报到海报贴在宣传栏、单元门口，党员扫码报到。")
    url = reverse("members:poster", args=[place.pk]) + "?for=members"
    asked = has_registered(place) or Registration.objects.filter(of(place)).exists()
    return Step(text, _("打印报到海报"), url, asked)


def first_task(place: Organization) -> Step:
    text = _("发布第一个任务，党员在手机上接单。")
    return Step(text, _("发布任务"), reverse("tasks:new"), has_published(place))


def has_registered(place: Organization) -> bool:
    """Whether anybody was taken in here, be they gone since."""
    taken_in = Registration.objects.filter(of(place), state__in=Registration.State.TAKEN_IN)
    return Member.objects.of(place).registered().exists() or taken_in.exists()


def has_published(place: Organization) -> bool:
    own = Task.objects.filter(publisher__in=Organization.objects.within(place))
    return own.exclude(state__in=Task.State.UNSEEN).exists()


def of(place: Organization) -> Q:
    return Q(estate=place) if place.is_estate else Q(community=place)


# --- Putting it away ----------------------------------------------------------------------------


def is_put_away(desk: Appointment) -> bool:
    return GuidePutAway.objects.filter(appointment=desk).exists()


def put_away(desk: Appointment) -> None:
    GuidePutAway.objects.get_or_create(appointment=desk)


def bring_back(desk: Appointment) -> None:
    GuidePutAway.objects.filter(appointment=desk).delete()
