"""Taking back what one did a moment ago: offered in the message that says it is done.

An errand registers under a name how its act is taken back, and offers that with what it has to know. The
offer stands in the session, is good once and for the last act alone, and decides nothing: the service it
calls asks for the rights, and whether anything has happened since.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xianfeng.ui.views import attempt

KEY = "undo"
TAG = "undo"  # the message that bears the button
GOOD_FOR = 15  # seconds; the button stands for ten

# Takes back what the facts name, for the request's user, and gives the address to go on from. Raises Refusal.
type Undoing = Callable[[Any, dict[str, Any]], str]
UNDOINGS: dict[str, Undoing] = {}


def undoes(name: str) -> Callable[[Undoing], Undoing]:
    """Registers how the act of this name is taken back."""

    def register(undoing: Undoing) -> Undoing:
        UNDOINGS[name] = undoing
        return undoing

    return register


def offer(request: HttpRequest, text: str, name: str, **facts: Any) -> None:
    """A message of success with a button that takes the act back; `facts` go into the session."""
    key = secrets.token_urlsafe(8)
    request.session[KEY] = {"name": name, "facts": facts, "at": timezone.now().timestamp(), "key": key}
    messages.success(request, text, extra_tags=f"{TAG} {TAG}-{key}")


def key_of(tags: str) -> str:
    """The key of the offer that a message bears, or ""."""
    return next((tag.removeprefix(f"{TAG}-") for tag in tags.split() if tag.startswith(f"{TAG}-")), "")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Pressed twice, too late, or beside an act that is not the last one any more, it says so."""
    kept = request.session.get(KEY)
    if kept is None or kept["key"] != request.POST.get("key") or is_over(kept):
        messages.warning(request, _("来不及撤销了：只能在完成后十秒内撤销最近一次办理。"))
        return redirect("members:home")
    del request.session[KEY]
    address = attempt(request, lambda: UNDOINGS[kept["name"]](request, kept["facts"]))
    if address is None:
        return redirect("members:home")
    messages.success(request, _("已撤销，恢复到办理之前。"))
    return redirect(address)


def is_over(kept: dict[str, Any]) -> bool:
    return bool(timezone.now().timestamp() - kept["at"] > GOOD_FOR)
