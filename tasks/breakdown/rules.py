"""What breaking a city task down refuses, and why."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.models import Target, Task
from tasks.models.task import TaskQuerySet
from tasks.rights import Kind, demand, desk_in
from tasks.rules import WrongState, check_not_muster, check_text
from xianfeng.lib.refusal import AlreadyDecided, Refusal
from xianfeng.lib.times import format_date, local_date

# Who answers to a target: the others publish nothing and employ nobody.
ANSWERS = (Kind.COMMUNITY, Kind.UNIT)
MOST_PLACES = 20_000


class NotBreakable(Refusal):
    code = "not_breakable"


class NobodyAsked(Refusal):
    code, field = "nobody_asked", "organizations"


class NotReached(Refusal):
    code, field = "not_reached", "organizations"


class PlacesOutOfRange(Refusal):
    code, field = "places_out_of_range", "places"


class DueOutOfRange(Refusal):
    code, field = "due_out_of_range", "due"


class NoContact(Refusal):
    code, field = "no_contact", "contact_name"


class StillPublished(Refusal):
    code = "still_published"


class OutsideTheWhole(Refusal):
    code = "outside_the_whole"


def may_set(user: User, task: Task) -> bool:
    """The city's desk, on a task of its own."""
    return task.is_of_city and desk_in(user, "targets.set", {task.publisher_id})


def may_answer(user: User, target: Target) -> bool:
    """The very organisation that is asked: nobody is volunteered by another."""
    return desk_in(user, "targets.answer", {target.organization_id})


def demand_setter(user: User, task: Task) -> None:
    demand(may_set(user, task))


def demand_answerer(user: User, target: Target) -> None:
    demand(may_answer(user, target))


def check_breakable(task: Task, now: dt.datetime) -> None:
    check_not_muster(task)
    if not task.is_published:
        raise NotBreakable(
            _("任务是“%(state)s”，发布以后才能分解到社区和单位。") % {"state": task.get_state_display()}
        )
    if now >= task.ends_at:
        raise NotBreakable(_("任务已于 %(end)s 结束，不能再分解。") % {"end": format_date(task.ends_at)})


def check_asked(organizations: Collection[Organization], audience: Iterable[Organization]) -> None:
    """A target goes to whom the task reaches."""
    if not organizations:
        raise NobodyAsked(_("还没有选择社区或单位。请至少选择一个。"))
    reached = list(audience)
    outside = [
        one
        for one in organizations
        if one.kind not in ANSWERS or not one.is_active or not any(each.contains(one) for each in reached)
    ]
    if outside:
        names = "、".join(map(str, outside))
        raise NotReached(
            _("任务不面向这些组织，不能下达目标：%(names)s。请去掉，或先改任务的面向。") % {"names": names}
        )


def check_places(places: int) -> None:
    if not 1 <= places <= MOST_PLACES:
        raise PlacesOutOfRange(
            _("目标须在 1 到 %(most)d 人之间，不能填 %(places)d。") % {"most": MOST_PLACES, "places": places}
        )


def check_due(due: dt.date, task: Task, today: dt.date) -> None:
    last = local_date(task.ends_at)
    if not today <= due <= last:
        raise DueOutOfRange(
            _("承接期限须在今天到任务结束（%(last)s）之间，不能填 %(due)s。")
            % {"last": format_date(last), "due": format_date(due)}
        )


def check_still_asked(target: Target) -> None:
    if target.is_withdrawn:
        raise WrongState(_("市里已撤回这个目标。原因：%(reason)s") % {"reason": target.reason or _("未说明")})
    if not target.task.is_published:
        raise WrongState(
            _("全市任务是“%(state)s”，不用再答复。") % {"state": target.task.get_state_display()}
        )


def check_promise(target: Target, contact_name: str, places: int) -> None:
    if target.organization.kind != Kind.UNIT:
        raise WrongState(_("社区用“承接并发布”办理，发布本社区的任务；承诺人数由单位填写。"))
    if not contact_name:
        raise NoContact(_("请写明单位的联系人，社区和市里找得到人。"))
    check_text(contact_name, _("联系人"), field="contact_name")
    check_places(places)


def check_nothing_published(target: Target) -> None:
    """Who published for it calls that off first: members may hold places there."""
    if live_parts(target).exists():
        raise StillPublished(_("本社区已有承接它的任务。请先取消那项任务，再答复“不能承接”。"))


def live_parts(target: Target) -> TaskQuerySet:
    parts = Task.objects.filter(parent=target.task_id, publisher=target.organization_id)
    return parts.exclude(state=Task.State.CANCELLED)


def check_part(part: Task) -> None:
    """Own place, time and people, within the days of the whole and on its terms. Raises OutsideTheWhole."""
    whole = part.parent
    if whole is None:
        return
    if part.item_id != whole.item_id:
        raise OutsideTheWhole(
            _("承接的任务须用全市任务的服务事项“%(item)s”。") % {"item": whole.item}, field="item"
        )
    if part.flags > whole.flags:
        raise OutsideTheWhole(
            _("承接的任务红旗不能超过全市任务的 %(most)d 面。") % {"most": whole.flags}, field="flags"
        )
    first, last = local_date(whole.starts_at), local_date(whole.ends_at)
    if not first <= local_date(part.starts_at) <= local_date(part.ends_at) <= last:
        raise OutsideTheWhole(
            _("时间须在全市任务的日期之内：%(first)s 至 %(last)s。")
            % {"first": format_date(first), "last": format_date(last)},
            field="starts_at",
        )


def check_whole_published(part: Task) -> None:
    if part.parent and not part.parent.is_published:
        raise WrongState(
            _("全市任务是“%(state)s”，不能再发布承接它的任务。") % {"state": part.parent.get_state_display()}
        )


def overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这个目标刚被别人处理过。请刷新页面查看最新状态。"))
