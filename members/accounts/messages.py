"""What people are told about their account."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.models import User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many

ACCOUNT = Kind("account", _("账号安全"), told=_("账号本人"), mandatory=True)
KINDS = declare(ACCOUNT)

SECOND_FACTOR_OFF = Wording(
    ACCOUNT,
    key="second-factor-off:%(authenticator)s",
    subject=_("两步验证已关闭"),
    body=_("系统管理员已关闭您账号的两步验证。如不是您要求的，请立即联系系统管理员；登录后请重新打开。"),
)


def tell_second_factor_off(owners: Iterable[tuple[User, int]]) -> None:
    """Each with the id of what was taken off: it names the occasion."""
    send_many(SECOND_FACTOR_OFF.to(user, authenticator=pk) for user, pk in owners)
