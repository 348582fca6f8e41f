"""What happens to accounts, and what somebody was not let do, one line each in the log.

Lines name accounts by their number and views by their name: no password, code, mobile or address of a
page stands in them. `docs/安全/安全设计.md` lists what is logged.
"""

import logging
from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

from xianfeng.lib.web.network import network_address

log = logging.getLogger("xianfeng.security")
PROVING = ("account_", "mfa_")

EVENTS: dict[str, Signal] = {
    "logged in": auth.user_logged_in,
    "logged out": auth.user_logged_out,
    "log-in failed": auth.user_login_failed,
    "password changed": account.password_changed,
    "password set": account.password_set,
    "password reset": account.password_reset,
    "e-mail changed": account.email_changed,
    "second factor added": mfa.authenticator_added,
    "second factor removed": mfa.authenticator_removed,
    "recovery codes renewed": mfa.authenticator_reset,
}


def listen() -> None:
    for event, signal in EVENTS.items():
        signal.connect(_teller(event), weak=False, dispatch_uid=f"journal:{event}")


def _teller(event: str) -> Callable[..., None]:
    def tell(request: HttpRequest | None = None, user: Any = None, **_more: Any) -> None:
        note(event, request, user)

    return tell


def note(event: str, request: HttpRequest | None, user: Any = None, **more: object) -> None:
    rest = "".join(f" {name}={value}" for name, value in more.items())
    log.info("%s: user=%s address=%s%s", event, getattr(user, "pk", None) or "-", _address(request), rest)


def _address(request: HttpRequest | None) -> str:
    """Commands and tests log people in without a connection."""
    try:
        return network_address(request) if request else "-"
    except PermissionDenied:
        return "-"


class Journal:
    """Notes who was refused: 403 and 429 of anybody, 404 of whoever is logged in, wrong proofs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if event := refused(request, response.status_code):
            match = request.resolver_match
            view, pk = (match.view_name, match.kwargs.get("pk", "-")) if match else ("-", "-")
            note(event, request, request.user, status=response.status_code, view=view, pk=pk)
        return response


def refused(request: HttpRequest, status: int) -> str:
    """In a word or two; empty for what went its way."""
    if status in (403, 429):
        return "refused"
    if status == 404 and request.user.is_authenticated:
        return "not found"
    match = request.resolver_match
    proving = match and request.method == "POST" and match.view_name.startswith(PROVING)
    return "proof refused" if proving and status == 200 else ""
