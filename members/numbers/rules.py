"""May this mobile become this person's? Each check raises a typed refusal; buttons ask the same ones."""

from django.utils.translation import gettext as _

from members.accounts.holding import NumberTaken, owner_of
from members.models import Member, MobileChange, User
from members.people.rules import check_stands
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, Refusal


class SameNumber(Refusal):
    code, field = "same_number", "mobile"


class AlreadyAsked(Refusal):
    code = "already_asked"


def check_new(member: Member, mobile: str) -> None:
    """Another number than before, and nobody else's on the roster. Raises SameNumber, NumberTaken."""
    check_stands(member)
    if member.mobile == mobile:
        raise SameNumber(_("这就是现在登记的手机号，不用更换。"))
    other = owner_of(mobile, but=member)
    if other and (other.name, other.unit_id) == (member.name, member.unit_id):
        raise NumberTaken(
            _(
                "名册上另有一条同单位同姓名的记录登记了这个手机号。若是同一人，请单位、社区在报到核对“疑似重复”里合并。"
            )
        )
    if other:
        raise NumberTaken(_("这个手机号在名册上登记在另一位同志名下，请核对号码，或请其单位先更正。"))


def check_not_own(member: Member, by: User) -> None:
    """Whose number it is says so by a code, not by a desk."""
    if by.is_same_person(member):
        raise NotPossible(_("自己的手机号请在手机端“我的”里凭验证码更换。"), "not_oneself")


def decided_before() -> AlreadyDecided:
    return AlreadyDecided(_("这次换号已经有人办理过了，请刷新页面查看结果。"))


def check_last(change: MobileChange) -> None:
    """Only what stands can be taken back: the change that gave the present number. Raises NotPossible."""
    if not change.is_done or change.member.mobile != change.new:
        raise NotPossible(_("之后又换过号，不能再退回这一次，请直接更正手机号。"), "not_last")
