"""How long a log-in lasts: the desk's until an hour without a click or twelve in all, a member's thirty days.

NIST 800-63B asks for both bounds where one sees other people's data; a member sees the own alone.
"""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from members.methods import METHODS, is_staff_session

IDLE = 60 * 60  # seconds, of a desk
DESK, MEMBER = 12 * 3600, 30 * 24 * 3600  # seconds from the log-in
NOTED_EVERY = 5 * 60  # seconds: a click more writes nothing
SEEN = "seen"
# What a page asks by itself, now and then, says so in this header: nobody sits there because of it.
BY_ITSELF = "X-By-Itself"


class EndOld:
    """Logs out whoever was away too long; the next page is the log-in, and leads back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session, now = request.session, timezone.now().timestamp()
        if SESSION_KEY in session:
            if is_over(session, now):
                logout(request)
            elif is_click(request) and now - last_seen(session) > NOTED_EVERY:
                session[SEEN] = now
        return self.get_response(request)


def is_click(request: HttpRequest) -> bool:
    """Whether somebody at a desk did something, as far as a request tells."""
    return is_staff_session(request.session) and BY_ITSELF not in request.headers


def is_over(session: SessionBase, now: float) -> bool:
    """A session that does not say since when it is open opens no desk anyway (`methods`)."""
    opened = opened_at(session)
    if not is_staff_session(session):
        return bool(opened) and now - opened > MEMBER
    return now - opened > DESK or now - last_seen(session) > IDLE


def opened_at(session: SessionBase) -> float:
    """Of the last log-in in it: proving again later does not make a session younger."""
    records = session.get(METHODS) or ()
    return float(max((one["at"] for one in records if not one.get("reauthenticated")), default=0))


def last_seen(session: SessionBase) -> float:
    return max(float(session.get(SEEN) or 0), opened_at(session))
