"""By which proof a session was opened. Staff rights need the staff log-in; a code is a member's."""

import datetime as dt

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as METHODS,
)
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from members.models import User
from xianfeng.lib.times import local_date

PASSWORD, CODE = "password", "code"


def note(session: SessionBase, user: User, method: str) -> None:
    """Keep it where allauth keeps its own log-ins."""
    session[METHODS] = [{"method": method, "at": timezone.now().timestamp()}]
    session[WHOSE] = str(user.pk)


def is_staff_session(session: SessionBase) -> bool:
    """Opened by a password. One that does not say how is none; proving again later does not make it one."""
    return any(
        record["method"] == PASSWORD and not record.get("reauthenticated")
        for record in session.get(METHODS) or ()
    )


def logged_in_on(session: SessionBase) -> dt.date | None:
    """The day the session was opened; what was proven again later does not count. None if it does not say."""
    opened = [record["at"] for record in session.get(METHODS) or () if not record.get("reauthenticated")]
    return local_date(dt.datetime.fromtimestamp(max(opened), tz=dt.UTC)) if opened else None
