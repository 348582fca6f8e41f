"""Taking back what one did a moment ago: offered in the message that says it is done.

An errand registers under a name how its act is taken back, and offers that with what it has to know. The
offer stands in the session, is good once and for the last act alone, and decides nothing: the service it
calls asks for the rights, and whether anything has happened since.
"""

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
    request.session[KEY] = {"name": name, "facts": facts, "at": timezone.now().timestamp()}
    messages.success(request, text, extra_tags=TAG)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Pressed twice, or too late, it says so."""
    kept = request.session.pop(KEY, None)
    if kept is None or timezone.now().timestamp() - kept["at"] > GOOD_FOR:
        messages.warning(request, _("来不及撤销了：只能在完成后十秒内撤销最近一次办理。"))
        return redirect("members:home")
    address = attempt(request, lambda: UNDOINGS[kept["name"]](request, kept["facts"]))
    if address is None:
        return redirect("members:home")
    messages.success(request, _("已撤销，恢复到办理之前。"))
    return redirect(address)
