"""The second factor of staff: since when it is asked for, and help for who lost its device."""

import datetime as dt
import logging
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.accounts import sessions
from members.accounts.messages import tell_second_factor_off
from members.models import User
from xianfeng.lib.refusal import NotPossible
from xianfeng.lib.times import today

log = logging.getLogger(__name__)

RECOVERY = dt.timedelta(days=3)  # without it after somebody else switched it off


def begin_grace(user: User, first_day: dt.date | None = None) -> None:
    """The account begins to need one: it has the usual days from now, or from the first of its post.

    Another post gives no new days: they would never end.
    """
    day = max(first_day or today(), today()) + dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    User.objects.filter(pk=user.pk).update(second_factor_by=day)
    user.second_factor_by = day


@transaction.atomic
def switch_off(users: Iterable[User], *, by: User | None) -> int:
    """Take the second factor off these accounts and tell their owners; returns how many had one.

    They have a few days to set up another. `by` is nobody where the machine's operator helps the only
    administrator (`switch_off_second_factor`). Raises PermissionDenied for anybody but a system
    administrator, and for one's own account; NotPossible for the operator where an administrator could.
    """
    chosen = {user.pk: user for user in users}
    check_may_switch_off(chosen, by)
    found = Authenticator.objects.filter(user__in=chosen).order_by("pk").values_list("user_id", "pk")
    last = dict(found)  # the newest of each, to name the occasion
    Authenticator.objects.filter(user__in=last).delete()
    until = today() + RECOVERY
    User.objects.filter(pk__in=last).update(second_factor_by=until)
    sessions.end_all(chosen[pk] for pk in last)
    log.warning(
        "%s switched the second factor off for accounts %s", by.pk if by else "operator", sorted(last)
    )
    owners = [(chosen[user_id], pk) for user_id, pk in last.items()]
    tell_second_factor_off(owners, by=by, others=administrators_besides(by), until=until)
    return len(last)


def check_may_switch_off(chosen: Iterable[int], by: User | None) -> None:
    """Raises PermissionDenied, NotPossible."""
    if by is None:
        others = administrators_besides(None).exclude(pk__in=chosen)
        if others.exists():
            raise NotPossible(_("还有别的系统管理员，请由他们在管理后台办理。"), "others_could")
    elif not by.is_superuser or any(by.is_oneself(pk) for pk in chosen):
        raise PermissionDenied(_("两步验证由另一位系统管理员关闭，自己的请在“两步验证”里办理。"))


def administrators_besides(by: User | None) -> QuerySet[User]:
    rows = User.objects.filter(is_superuser=True, is_active=True)
    return rows.exclude(pk__in=by.own_accounts) if by else rows
