"""What people are told about their account: each change of what opens it, so that none goes unseen."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.people.privacy import mask_email
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many
from xianfeng.lib.times import format_date

ACCOUNT = Kind("account", _("账号安全"), told=_("账号本人"), mandatory=True)
KINDS = declare(ACCOUNT)

SECOND_FACTOR_OFF = Wording(
    ACCOUNT,
    key="second-factor-off:%(authenticator)s",
    subject=_("两步验证已关闭"),
    body=_(
        "%(by)s已关闭您账号的两步验证。如不是您要求的，请立即联系系统管理员；登录后请最晚在%(until)s重新打开。"
    ),
)
OTHERS_FACTOR_OFF = Wording(
    ACCOUNT,
    key="second-factor-off:%(authenticator)s:told:%(user)s",
    subject=_("%(who)s的两步验证已关闭"),
    body=_("由%(by)s办理。如有不对，请立即核实。"),
    told=_("其他系统管理员"),
)
PASSWORD_CHANGED = Wording(
    ACCOUNT,
    key="password-changed:%(user)s:%(at)s",
    subject=_("密码已修改"),
    body=_("您账号的密码刚刚修改，其他设备须重新登录。如不是您本人办理的，请立即联系系统管理员。"),
)
PASSWORD_BY_LINK = Wording(
    ACCOUNT,
    key="password-by-link:%(user)s:%(at)s",
    subject=_("密码已凭邮件链接设置"),
    body=_(
        "您账号的密码刚刚凭邮件里的链接设置，所有设备须重新登录。如不是您本人办理的，请立即联系系统管理员。"
    ),
)
EMAIL_CHANGED = Wording(
    ACCOUNT,
    key="email-changed:%(user)s:%(at)s",
    subject=_("账号的邮箱已更换"),
    body=_("换成 %(email)s，通知和找回密码都用它，须重新登录。如不是您本人办理的，请立即联系系统管理员。"),
    told=_("账号本人（邮件发到原邮箱，没有原邮箱的发到新邮箱）"),
)
SECOND_FACTOR_ON = Wording(
    ACCOUNT,
    key="second-factor-on:%(user)s:%(at)s",
    subject=_("两步验证已开启"),
    body=_(
        "今后登录除密码外还要验证器上的数字，其他设备须重新登录。如不是您本人办理的，请立即联系系统管理员。"
    ),
)
OWN_SECOND_FACTOR_OFF = Wording(
    ACCOUNT,
    key="own-second-factor-off:%(user)s:%(at)s",
    subject=_("您停用了两步验证"),
    body=_("今后只凭密码就能登录这个账号，其他设备须重新登录。如不是您本人办理的，请立即联系系统管理员。"),
)
RECOVERY_CODES = Wording(
    ACCOUNT,
    key="recovery-codes:%(user)s:%(at)s",
    subject=_("已生成新的恢复码"),
    body=_("原来的恢复码全部作废，其他设备须重新登录。如不是您本人办理的，请立即联系系统管理员。"),
)
CREDENTIALS_GONE = Wording(
    ACCOUNT,
    key="credentials-gone:%(user)s:%(at)s",
    subject=_("账号的密码、两步验证和邮箱已清除"),
    body=_(
        "您的手机号换了，在原来的手机上设的密码、两步验证和邮箱都已作废，今后用新号码的验证码登录，需要时再设。"
        "如不是您本人换号，请立即联系社区或单位。"
    ),
    told=_("账号本人（邮件发到原邮箱）"),
)
RENAMED = Wording(
    ACCOUNT,
    key="renamed:%(user)s:%(at)s",
    subject=_("账号的姓名已更改"),
    body=_("%(by)s把您账号的姓名改为“%(name)s”。如有不对，请联系系统管理员。"),
)
OPERATOR = _("运维（命令行）")

# What allauth calls them when it says that one changed (`adapter.send_notification_mail`).
BY_ALLAUTH = {
    "account/email/password_changed": PASSWORD_CHANGED,
    "account/email/password_set": PASSWORD_CHANGED,
    "account/email/password_reset": PASSWORD_BY_LINK,
    "mfa/email/totp_activated": SECOND_FACTOR_ON,
    "mfa/email/totp_deactivated": OWN_SECOND_FACTOR_OFF,
    "mfa/email/recovery_codes_generated": RECOVERY_CODES,
}


def tell(wording: Wording, user: User) -> None:
    send(wording.to(user, at=f"{timezone.now():%Y%m%d%H%M%S%f}"))


def tell_renamed(user: User, name: str, by: User) -> None:
    send(RENAMED.to(user, name=name, by=by, at=f"{timezone.now():%Y%m%d%H%M%S%f}"))


def tell_email_changed(user: User, former: str) -> None:
    """By mail to the former address: whoever took the account over reads the new one."""
    email, user.email = user.email, former or user.email
    send(EMAIL_CHANGED.to(user, email=mask_email(email), at=f"{timezone.now():%Y%m%d%H%M%S%f}"))
    user.email = email


def tell_second_factor_off(
    owners: Iterable[tuple[User, int]], *, by: User | None, others: Iterable[User], until: dt.date
) -> None:
    """Each with the id of what was taken off: it names the occasion."""
    facts = {"by": by or OPERATOR, "until": format_date(until, weekday=False)}
    others = list(others)
    for user, pk in owners:
        send(SECOND_FACTOR_OFF.to(user, authenticator=pk, **facts))
        told = (one for one in others if one.pk != user.pk)
        send_many(OTHERS_FACTOR_OFF.to_each(told, authenticator=pk, who=user, **facts))
