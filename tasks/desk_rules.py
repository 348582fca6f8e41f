"""What an organisation may do with its tasks: publish, change, cancel, mark presence, verify.

The rules of claiming stand in `tasks/rules.py`. A rule of the domain raises a typed Refusal; a
missing right raises PermissionDenied, which the portal answers with 403.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.models import Claim, ServiceItem, Task, Verification
from wishes.models import Wish
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment, local_date, local_year, today
from xianfeng.lib.workdays import add_working_days

Kind = Organization.Kind
PUBLISHING_TIERS = (Kind.CITY, Kind.COMMUNITY, Kind.ESTATE)
# Whom a city task may name one by one; a whole city is the city itself.
CITY_CHOICES = (Kind.STREET, Kind.COMMUNITY, Kind.UNIT)
# What stays as it was when the first member took a place: it was the offer they accepted.
FROZEN = ("item", "flags", "minutes")
# 志愿服务记录与证明出具办法(试行), 民政部令67号: recorded within 10 working days of the end.
RECORD_WITHIN = 10
REMIND_AFTER = 8
DAY = dt.timedelta(days=1)

AWARDED = (Verification.Grade.EXCELLENT, Verification.Grade.GOOD, Verification.Grade.FAIR)


class WrongAudience(Refusal):
    code = "wrong_audience"


class ItemNotOffered(Refusal):
    code = "item_not_offered"


class FlagsOutOfRange(Refusal):
    code = "flags_out_of_range"


class TimesOutOfOrder(Refusal):
    code = "times_out_of_order"


class CapacityTooSmall(Refusal):
    code = "capacity_too_small"


class TermsFrozen(Refusal):
    code = "terms_frozen"


class WrongState(Refusal):
    code = "wrong_state"


class TooLate(Refusal):
    code = "too_late"


class ReasonMissing(Refusal):
    code = "reason_missing"


class KeyReused(Refusal):
    code = "key_reused"


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"


class HasVerdicts(Refusal):
    code = "has_verdicts"


class NotBegun(Refusal):
    code = "not_begun"


class NotEnded(Refusal):
    code = "not_ended"


class UnknownClaim(Refusal):
    code = "unknown_claim"


class OwnClaim(Refusal):
    code = "own_claim"


class NotPresent(Refusal):
    code = "not_present"


class NothingDecided(Refusal):
    code = "nothing_decided"


class AlreadyDecided(Refusal):
    code = "already_decided"


# --- Rights -------------------------------------------------------------------------------------


def desk_in(user: User, capability: str, organizations: Collection[int]) -> bool:
    """Whether the user acts for one of the organisations and the desk holds the capability."""
    desk = user.desk
    return bool(desk and desk.organization_id in organizations and desk.can(capability))


def may_manage(user: User, task: Task) -> bool:
    """Only the publisher's own desk drafts, changes and publishes."""
    return desk_in(user, "tasks.publish", {task.publisher_id})


def may_cancel(user: User, task: Task) -> bool:
    return desk_in(user, "tasks.publish", {task.publisher_id, task.awarding_organization.pk})


def may_mark_presence(user: User, task: Task) -> bool:
    """The estate on the spot, or its community."""
    return desk_in(user, "presence.mark", {task.publisher_id, task.awarding_organization.pk})


def may_verify(user: User, task: Task) -> bool:
    """An estate proposes, its community decides; nobody decides for another community."""
    return desk_in(user, "claims.verify", {task.awarding_organization.pk})


def may_reverse(user: User, task: Task) -> bool:
    """Who awarded may take back; the city may correct everybody below it."""
    desk = user.desk
    if not desk or not desk.can("flags.reverse"):
        return False
    is_city = desk.organization.kind == Kind.CITY
    return desk.organization.contains(task.publisher) if is_city else may_verify(user, task)


def demand(allowed: bool) -> None:
    """Raises PermissionDenied where a right is missing."""
    if not allowed:
        raise PermissionDenied(_("您当前的任职不能办理这项任务。请切换到发布或认定它的组织。"))


def check_publisher(by: User, publisher: Organization) -> None:
    """Tasks are published by the city, a community or an estate, each under its own desk."""
    demand(publisher.kind in PUBLISHING_TIERS and desk_in(by, "tasks.publish", {publisher.pk}))


# --- Publishing ---------------------------------------------------------------------------------


def check_audience(publisher: Organization, audience: Iterable[Organization], wish: Wish | None) -> None:
    """The tier fixes the audience: the city all or chosen ones, community and estate themselves.

    A community that publishes a wish of one of its estates may address that estate alone.
    """
    chosen = list(audience)
    if not chosen:
        raise WrongAudience(_("还没有选择面向哪些组织。请至少选择一个。"))
    if chosen == [publisher]:
        return
    if publisher.kind == Kind.CITY:
        check_city_audience(publisher, chosen)
    elif not (wish and [wish.organization] == chosen and publisher.contains(wish.organization)):
        raise WrongAudience(
            _("%(publisher)s只能面向本组织的党员发布，不能选择其他组织。") % {"publisher": publisher}
        )


def check_city_audience(city: Organization, chosen: list[Organization]) -> None:
    if city in chosen:
        raise WrongAudience(_("“全市”已包含所有组织，不能再同时选择其他组织。"))
    named = [one for one in chosen if one.kind in CITY_CHOICES and one.is_active and city.contains(one)]
    outside = set(chosen).difference(named)
    if outside:
        names = "、".join(sorted(str(one) for one in outside))
        raise WrongAudience(_("只能选择在用的街道、社区或单位，请去掉：%(names)s。") % {"names": names})


def check_flags(item: ServiceItem, flags: int, who: object = "") -> None:
    """Flags lie in the item's range; `who` names the member in the message, where it is about one."""
    if not item.min_flags <= flags <= item.max_flags:
        raise FlagsOutOfRange(
            (f"{who}：" if who else "")
            + _("“%(item)s”可授 %(least)d 至 %(most)d 面红旗，不能填 %(flags)d。请改到范围内。")
            % {"item": item, "least": item.min_flags, "most": item.max_flags, "flags": flags}
        )


def check_terms(task: Task) -> None:
    """Whether what the task offers is sound by itself. Raises the Refusal of the first broken rule."""
    if not task.item.is_active:
        raise ItemNotOffered(_("“%(item)s”已停用。请在服务事项目录中另选一项。") % {"item": task.item})
    check_flags(task.item, task.flags)
    if task.capacity < 1:
        raise CapacityTooSmall(_("名额至少为 1。"))
    if task.ends_at <= task.starts_at:
        raise TimesOutOfOrder(
            _("结束时间须晚于开始时间（%(start)s）。") % {"start": format_moment(task.starts_at)}
        )
    if task.signup_closes_at <= task.signup_opens_at:
        raise TimesOutOfOrder(_("接单截止须晚于接单开始。"))
    if task.signup_closes_at > task.ends_at:
        raise TimesOutOfOrder(
            _("接单截止不能晚于任务结束（%(end)s）。") % {"end": format_moment(task.ends_at)}
        )


def check_year(task: Task, now: dt.datetime) -> None:
    """A flag belongs to the year its task starts in: nobody adds to a year that is over."""
    if local_year(task.starts_at) < local_year(now):
        raise TooLate(
            _("任务的开始时间在 %(year)d 年，那一年已经结束，红旗不能再记入。请改开始时间。")
            % {"year": local_year(task.starts_at)}
        )


def check_publishable(task: Task, now: dt.datetime) -> None:
    if task.state != Task.State.DRAFT:
        raise WrongState(_("只有草稿可以发布，这项任务是“%(state)s”。") % {"state": task.get_state_display()})
    check_year(task, now)
    if task.signup_closes_at <= now:
        raise TooLate(
            _("接单截止时间 %(close)s 已过，发布后没有人能接单。请先修改时间。")
            % {"close": format_moment(task.signup_closes_at)}
        )


def check_editable(task: Task, now: dt.datetime) -> None:
    if task.state not in (Task.State.DRAFT, Task.State.PUBLISHED):
        raise WrongState(_("任务是“%(state)s”，不能再修改。") % {"state": task.get_state_display()})
    if task.state == Task.State.PUBLISHED and now >= task.ends_at:
        raise TooLate(_("任务已于 %(end)s 结束，不能再修改。") % {"end": format_moment(task.ends_at)})


def check_unchanged(latest: int | None, seen: int | None) -> None:
    """The form shows what is stored; who saves an older one would undo a colleague's change unseen."""
    if seen is not None and seen != latest:
        raise ChangedMeanwhile(_("您填写时同事已修改了这项任务，没有保存。请重新打开修改页面，核对后再改。"))


def check_not_frozen(task: Task, changed: Collection[str]) -> None:
    """Flags, minutes and service item stay as they were from the first claim on (DOMAIN 4.3)."""
    if set(changed).isdisjoint(FROZEN):
        return
    if task.places_taken or task.claims.exists():
        raise TermsFrozen(_("已有党员接单，服务事项、红旗和时长不能再改。如确需调整，请取消后重新发布。"))


def check_capacity(task: Task, capacity: int) -> None:
    if capacity < task.places_taken:
        raise CapacityTooSmall(
            _("已有 %(taken)d 人接单，名额不能少于这个数。") % {"taken": task.places_taken}
        )


def check_reason(reason: str) -> str:
    """The reason without blanks around it; raises ReasonMissing where nothing is left."""
    if not reason.strip():
        raise ReasonMissing(_("请写明原因，相关党员会看到。"))
    return reason.strip()


def check_cancellable(task: Task) -> None:
    if task.state not in (Task.State.DRAFT, Task.State.PUBLISHED):
        raise WrongState(_("任务是“%(state)s”，不能取消。") % {"state": task.get_state_display()})
    if task.claims.filter(state=Claim.State.VERIFIED).exists():
        raise HasVerdicts(_("已有党员的服务被认定，任务不能取消。如认定有误，请先撤销认定。"))


def is_cancellable(task: Task) -> bool:
    try:
        check_cancellable(task)
    except Refusal:
        return False
    return True


# --- Presence and verification ------------------------------------------------------------------


def check_published(task: Task) -> None:
    if task.state != Task.State.PUBLISHED:
        raise WrongState(
            _("任务是“%(state)s”，没有待处理的签到或认定。") % {"state": task.get_state_display()}
        )


def check_begun(task: Task, now: dt.datetime) -> None:
    if now < task.starts_at:
        raise NotBegun(
            _("任务于 %(start)s 开始，到时才能记录签到。") % {"start": format_moment(task.starts_at)}
        )


def check_ended(task: Task, now: dt.datetime) -> None:
    if now < task.ends_at:
        raise NotEnded(_("任务于 %(end)s 结束，之后才能认定。") % {"end": format_moment(task.ends_at)})


def check_not_own(claims: Iterable[Claim], by: User) -> None:
    """Publisher and beneficiary are never the same person (DOMAIN §3)."""
    if any(claim.member.user_id == by.pk for claim in claims):
        raise OwnClaim(_("不能为自己签到或认定，请由同事办理您本人的这一条。"))


def check_decided(decisions: Collection[object], *, has_open: bool) -> None:
    if has_open and not decisions:
        raise NothingDecided(_("还没有选择任何认定结果。请先为到场的党员选择等次，或标记缺席。"))


def check_grade(claim: Claim, grade: str, flags: int, item: ServiceItem) -> None:
    """A flag needs somebody who was there; who was there is no no-show."""
    if grade == Verification.Grade.NO_SHOW:
        if claim.presence == Claim.Presence.PRESENT:
            raise NotPresent(_("%(name)s已签到，不能认定为未到场。") % {"name": claim.member})
        return
    if grade == Verification.Grade.DENIED:
        return
    if claim.presence != Claim.Presence.PRESENT:
        raise NotPresent(_("%(name)s没有到场记录，不能亮旗。请先记录签到。") % {"name": claim.member})
    check_flags(item, flags, claim.member)


def record_deadline(task: Task) -> dt.date:
    """The last day to record the service of a task."""
    return add_working_days(local_date(task.ends_at), RECORD_WITHIN)


def last_overdue_day(on: dt.date | None = None) -> dt.date:
    """Tasks that ended on this day or before are past their deadline."""
    day = reference = on or today()
    while add_working_days(day, RECORD_WITHIN) >= reference:
        day -= DAY
    return day
