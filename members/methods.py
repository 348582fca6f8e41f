"""By which proof a session was opened. Staff rights need the staff log-in; a code is a member's."""

from time import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as METHODS,
)
from django.contrib.sessions.backends.base import SessionBase

from members.models import User

PASSWORD, CODE = "password", "code"


def note(session: SessionBase, user: User, method: str) -> None:
    """Keep it where allauth keeps its own log-ins."""
    session[METHODS] = [{"method": method, "at": time()}]
    session[WHOSE] = str(user.pk)


def is_staff_session(session: SessionBase) -> bool:
    """Opened by a password. One that does not say how is none; proving again later does not make it one."""
    return any(
        record["method"] == PASSWORD and not record.get("reauthenticated")
        for record in session.get(METHODS) or ()
    )
