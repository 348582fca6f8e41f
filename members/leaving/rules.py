"""May this change of the roster be recorded, taken in or taken back? Button and action ask the same."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _

from members.models import Member, Organization, RosterChange, User
from members.people.rules import DatesWrong, check_stands
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, Refusal
from xianfeng.lib.times import format_date, today

# A change is recorded near its day; anything further off is a slip of the finger.
BACK, AHEAD = dt.timedelta(days=2 * 366), dt.timedelta(days=366)
FIRST_ENTRY = dt.date(1950, 1, 1)


class ChangeAhead(Refusal):
    code = "change_ahead"


class NotOnRoster(Refusal):
    code = "not_on_roster"


class StillOnRoster(Refusal):
    code = "still_on_roster"


class WrongUnit(Refusal):
    code, field = "wrong_unit", "to_unit"


class MobileKnown(Refusal):
    code, field = "mobile_known", "mobile"


class NamesakeInUnit(Refusal):
    code, field = "namesake", "is_another"


def meets(check: Callable[..., None], *args: object) -> bool:
    """Whether a button is offered: the check that the action makes as well."""
    try:
        check(*args)
    except Refusal:
        return False
    return True


# --- Recording ----------------------------------------------------------------------------------


def check_recordable(member: Member, by: User) -> None:
    """Somebody else's standing record, with nothing recorded that is still to come."""
    if by.is_same_person(member):
        raise NotPossible(_("不能登记自己的名册变动，请由同事办理。"), "not_oneself")
    check_stands(member)
    if ahead := member.roster_changes.ahead().first():
        raise ChangeAhead(
            _("已登记了%(kind)s（%(day)s，%(state)s）。请先撤销那一条，或等它办完。")
            % {"kind": ahead.get_kind_display(), "day": ahead.day, "state": ahead.get_state_display()}
        )


def check_leaves(member: Member, by: User) -> None:
    """On the roster, and not leaving yet."""
    check_recordable(member, by)
    if member.is_departed:
        raise NotOnRoster(_("这位同志已经离开名册。回来的请登记重新入册。"))


def check_returns(member: Member, by: User) -> None:
    check_recordable(member, by)
    if not member.is_departed:
        raise StillOnRoster(_("这位同志还在册，不用重新入册。"))


def latest_step(member: Member) -> dt.date | None:
    """Since when the person is where they are: entered on the roster, or moved to the unit."""
    done = member.roster_changes.filter(kind=RosterChange.Kind.MOVED, state=RosterChange.State.DONE)
    return max(filter(None, (member.joined_on, *done.values_list("day", flat=True))), default=None)


def check_day(day: dt.date, *, since: dt.date | None = None, ahead: dt.timedelta = AHEAD) -> None:
    """Near today, and not before what it follows. Raises DatesWrong."""
    first, last = today() - BACK, today() + ahead
    if not first <= day <= last:
        raise DatesWrong(
            _("日期要在 %(first)s 至 %(last)s 之间，请核对。") % {"first": first, "last": last}, field="day"
        )
    if since and day < since:
        raise DatesWrong(
            _("日期不能早于 %(since)s。") % {"since": format_date(since, weekday=False)}, field="day"
        )


def is_entry_day(day: dt.date) -> bool:
    return FIRST_ENTRY <= day <= today() + AHEAD


def check_entry_day(day: dt.date) -> None:
    """Raises DatesWrong."""
    if not is_entry_day(day):
        raise DatesWrong(_("入册日期不对，请核对年份。"), field="day")


# --- A transfer ---------------------------------------------------------------------------------


def check_target(member: Member, to_unit: Organization) -> None:
    if not (to_unit.is_unit and to_unit.is_active):
        raise WrongUnit(_("请选择在用的单位。"))
    if to_unit.pk == member.unit_id:
        raise WrongUnit(_("这位同志现在就在%(unit)s，不用调动。") % {"unit": to_unit})


def keeps(unit: Organization, by: User) -> bool:
    """Whether the user acts for this unit: at its own desk, at one above it, or for the city."""
    return by.desk is not None and by.desk.can("members.record") and by.desk.organization.contains(unit)


def check_receiver(change: RosterChange, by: User) -> None:
    """The new unit answers, or the city; nobody for themself."""
    if not change.is_open:
        raise decided_before()
    if by.is_same_person(change.member):
        raise NotPossible(_("不能办理自己的调动，请由同事办理。"), "not_oneself")
    if not (change.to_unit and keeps(change.to_unit, by)):
        raise NotPossible(_("调动由新单位接收，或由市委组织部办理。"), "not_the_receiver")


# --- Taking back --------------------------------------------------------------------------------


def check_undoable(change: RosterChange, by: User) -> None:
    """A mistake can be taken back while nothing rests on it. Raises NotPossible, AlreadyDecided."""
    if not change.stands:
        raise decided_before()
    if by.is_same_person(change.member):
        raise NotPossible(_("不能撤销自己的名册变动，请由同事办理。"), "not_oneself")
    check_stands(change.member)
    if not keeps(change.from_unit or change.member.unit, by):
        raise NotPossible(_("由登记的单位或市委组织部撤销。"), "not_the_unit")
    if change.is_move and not change.is_ahead:
        raise NotPossible(_("调动已经生效，不能撤销。调错的请再登记一次调动，调回原单位。"), "moved_already")
    if change.member.roster_changes.standing().filter(pk__gt=change.pk).exists():
        raise NotPossible(_("之后又有名册变动，请先撤销后一次。"), "not_last")


def decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这次变动已经有人办理过了，请刷新页面查看结果。"))


# --- Somebody new -------------------------------------------------------------------------------


def check_newcomer(name: str, mobile: str, unit: Organization, *, is_another: bool) -> None:
    """Not on the roster yet. Raises MobileKnown, and NamesakeInUnit unless `is_another` person is meant."""
    if entry := Member.objects.select_related("unit", "merged_into__unit").filter(mobile=mobile).first():
        raise MobileKnown(_known(entry.merged_into or entry, unit))
    if not is_another and same_name(name, unit):
        raise NamesakeInUnit(
            _(
                "本单位名册上已有同名的同志。若是同一人换了号码，请在其档案里“更正手机号”；已有两条的，请合并。"
                "确是另一位同名的同志，请勾选后再提交。"
            )
        )


def _known(entry: Member, unit: Organization) -> str:
    if entry.unit_id != unit.pk:
        return _(
            "这个手机号已登记在别的单位一位同志名下。若是调入，请原单位登记调动，或请市委组织部办理；"
            "若是号码换了主人，请原单位先更正。"
        )
    if entry.is_departed:
        return _("%(name)s同志曾在本单位名册上，已离开。请打开其档案，登记重新入册。") % {"name": entry.name}
    return _("这个手机号已登记在本单位%(name)s同志名下，不用重复新增。") % {"name": entry.name}


def same_name(name: str, unit: Organization) -> list[Member]:
    """People of this name in the unit, of those who left as well."""
    people = Member.objects.exclude(state=Member.State.MERGED).filter(name=name, unit=unit)
    return list(people.order_by("pk")[:5])
