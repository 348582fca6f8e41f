"""Desk pages: who was there, by roster tick or from a printed sheet; one screen for a whole task."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from tasks.desk import fetch
from tasks.presence.forms import PresenceForm
from tasks.presence.marking import mark_presence
from tasks.presence.sheets import sheets
from tasks.rights import demand, in_charge, may_mark_presence
from tasks.screen import Screen
from xianfeng.ui.views import attempt


@desk_required("presence.mark")
def presence(request: StaffRequest, pk: int) -> HttpResponse:
    """The roster tick alone: during the task, or for an estate, which does not verify."""
    task = fetch(request, pk)
    demand(may_mark_presence(request.user, task))
    screen = Screen(request, task, PresenceForm)
    if screen.is_valid() and save_presence(screen):
        return screen.next()
    return screen.show()


def save_presence(screen: Screen) -> bool:
    """Store who was there; says what happened. False where a rule refused."""
    request, task, presences, method = screen.request, screen.task, screen.presences, screen.method
    count = attempt(request, lambda: mark_presence(task, presences, by=request.user, method=method))
    if count is None:
        return False
    text = ngettext("已记录 %(count)d 人签到。", "已记录 %(count)d 人签到。", count)
    messages.success(request, text % {"count": count})
    return True


@require_safe
@desk_required("presence.mark")
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The sheet to print and sign, for people and places without a phone."""
    task = fetch(request, pk)
    demand(may_mark_presence(request.user, task))
    claims = in_charge(request.user, task).taken().select_related("member__unit")
    pages = sheets(task, list(claims.order_by("member__pinyin", "pk")))
    return render(request, "tasks/presence/sheet.html", {"task": task, "sheets": pages})
