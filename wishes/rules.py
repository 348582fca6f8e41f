"""Whether something may happen to a wish; the button and the action ask the same functions."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization
from wishes import personal_data
from wishes.models import Wish
from xianfeng.lib.refusal import Refusal

if TYPE_CHECKING:
    from members.models import User

State = Wish.State
PLACES = {Organization.Kind.ESTATE, Organization.Kind.COMMUNITY}
SHORTEST_REASON = 4  # characters
# Helpers may look something up for a week after the work is done (DOMAIN 4.2).
OPEN_AFTERWARDS = dt.timedelta(days=7)


class WrongPlace(Refusal):
    code = "wrong_place"


class PersonalDataInNeed(Refusal):
    code = "personal_data"


class NotHandler(Refusal):
    code = "not_handler"


class WrongState(Refusal):
    code = "wrong_state"


class ReasonMissing(Refusal):
    code = "reason_missing"


class BriefClosed(Refusal):
    code = "brief_closed"


class KeyReused(Refusal):
    code = "key_reused"


def check_place(organization: Organization) -> None:
    """Wishes are stated to an estate or a community. Raises WrongPlace."""
    if organization.kind not in PLACES or not organization.is_active:
        raise WrongPlace(_("这里暂不接收心愿。请扫本小区或社区的二维码。"))


def check_need(need: str) -> None:
    """Raises PersonalDataInNeed where the public text holds a number that leads to a person."""
    found = [each for each in personal_data.find(need) if each.kind in personal_data.FORBIDDEN]
    if found:
        raise PersonalDataInNeed(
            _("心愿会公开显示，请去掉其中的%(what)s“%(text)s”，改填到联系方式里。")
            % {"what": found[0].label, "text": found[0].text}
        )


def check_handler(organization: Organization, by: "User") -> None:
    """An estate handles its own wishes, a community all below it. Raises NotHandler."""
    desk = by.desk
    if not desk or not desk.can("wishes.handle") or not desk.organization.contains(organization):
        raise NotHandler(_("心愿由所在小区或社区的工作人员办理，您当前的任职不能办理。"))


def check_state(wish: Wish, *allowed: str) -> None:
    """Raises WrongState unless the wish is in one of the states."""
    if wish.state not in allowed:
        raise WrongState(
            _("这条心愿的状态是“%(state)s”，不能这样办理。请刷新后查看最新情况。")
            % {"state": wish.get_state_display()}
        )


def check_reason(reason: str) -> str:
    """The reason, trimmed. Raises ReasonMissing where it explains nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(_("请写明原因，至少 %(count)s 个字。") % {"count": SHORTEST_REASON})
    return reason.strip()


def check_brief(wish: Wish, by: "User", reason: str) -> None:
    """Who may open the private brief: the case owner with a reason, or a holder of the claim.

    Raises ReasonMissing or BriefClosed.
    """
    desk = by.desk
    if desk and desk.can("wishes.handle") and desk.organization.contains(wish.organization):
        check_reason(reason)
    elif not holds_claim(wish, by):
        raise BriefClosed(_("只有承办的小区、社区和接单的党员能查看联系方式。"))
    elif wish.fulfilled_at and timezone.now() > wish.fulfilled_at + OPEN_AFTERWARDS:
        raise BriefClosed(
            _("心愿完成已超过 %(days)s 天，联系方式不再开放。") % {"days": OPEN_AFTERWARDS.days}
        )


def holds_claim(wish: Wish, user: "User") -> bool:
    """Whether the user's own place on a task of this wish stands; tasks are reached through the wish."""
    held = ("claimed", "verified")
    return bool(wish.tasks.filter(claims__member__user=user, claims__state__in=held).exists())
