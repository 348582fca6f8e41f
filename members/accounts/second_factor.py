"""Helping somebody who lost the device of their second factor."""

import logging
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from notices.outbox import Message, send_many

log = logging.getLogger(__name__)


@transaction.atomic
def switch_off(users: Iterable[User], *, by: User) -> int:
    """Take the second factor off these accounts and tell their owners; returns how many had one.

    Raises PermissionDenied for anybody but a system administrator, and for one's own account.
    """
    chosen = {user.pk: user for user in users}
    if not by.is_superuser or by.pk in chosen:
        raise PermissionDenied(_("两步验证由另一位系统管理员关闭，自己的请在“两步验证”里办理。"))
    found = Authenticator.objects.filter(user__in=chosen).order_by("pk").values_list("user_id", "pk")
    last = dict(found)  # the newest of each, to name the occasion
    Authenticator.objects.filter(user__in=last).delete()
    log.warning("%s switched the second factor off for accounts %s", by.pk, sorted(last))
    body = _("系统管理员已关闭您账号的两步验证。如不是您要求的，请立即联系系统管理员；登录后请重新打开。")
    send_many(
        Message(chosen[user_id], "account", f"second-factor-off:{pk}", _("两步验证已关闭"), body)
        for user_id, pk in last.items()
    )
    return len(last)
