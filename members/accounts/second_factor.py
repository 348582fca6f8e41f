"""Helping somebody who lost the device of their second factor."""

import logging
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from members.accounts.messages import tell_second_factor_off
from members.models import User

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
    tell_second_factor_off((chosen[user_id], pk) for user_id, pk in last.items())
    return len(last)
