"""What a desk does first where the year has no flag yet: the steps, each with its button."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Appointment, Organization
from reports.workbench.figures import Progress
from tasks.models import Task

Kind = Organization.Kind


@dataclass(frozen=True)
class Step:
    """Something this very role may do, and whether it has been done."""

    text: str
    action: str
    url: str
    is_done: bool


def steps(desk: Appointment, progress: Progress) -> list[Step]:
    """In the order they are done; empty for whoever only looks."""
    return [*about_people(desk, progress), *about_tasks(desk)]


def about_people(desk: Appointment, progress: Progress) -> Iterator[Step]:
    has_roster, has_registered = progress.roster > 0, progress.registered > 0
    if desk.can("members.import"):
        text, url = _("把党员名册导进来，党员报到时自动比对。"), reverse("members:import_new")
        yield Step(text, _("导入名册"), url, has_roster)
    if desk.can("members.import") and desk.organization.is_unit:
        text = _("看看谁还没有向居住地社区报到，提醒他。")
        url = reverse("members:reconciliation") + "?list=unregistered"
        yield Step(text, _("看未报到的党员"), url, has_roster and progress.registered == progress.roster)
    if desk.organization.kind in (Kind.COMMUNITY, Kind.ESTATE) and desk.can("tasks.publish"):
        text = _("把报到二维码贴在宣传栏、单元门口，党员扫码报到。")
        yield Step(
            text, _("打印报到海报"), reverse("members:poster", args=[desk.organization_id]), has_registered
        )


def about_tasks(desk: Appointment) -> Iterator[Step]:
    if not desk.can("tasks.publish"):
        return
    own = Task.objects.filter(publisher__in=Organization.objects.within(desk.organization))
    published = own.exclude(state=Task.State.DRAFT).exists()
    text = _("发布第一个任务，党员在手机上接单。")
    yield Step(text, _("发布任务"), reverse("tasks:new"), published)
    if desk.can("claims.verify"):
        text = _("任务结束后认定谁做得怎样，红旗就亮起来。")
        yield Step(text, _("去认定"), reverse("tasks:to_verify"), is_done=False)
