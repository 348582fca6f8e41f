"""Everybody's own messages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notices.access import PAGE_SIZE, user_of
from notices.inbox import reading as own
from notices.models import Notice
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import page_of


@require_GET
def list_(request: HttpRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(user_of(request))
    unread = notices.unread().count()
    faces = (("", _("全部"), None), ("unread", _("未读"), unread))
    tabs = tabs_of(request, faces, default="", param="state")
    page = page_of(request, notices.unread() if tabs.chosen.key else notices, PAGE_SIZE)
    context = {"page": page, "unread": unread, "tabs": tabs}
    return render(request, "notices/inbox/list.html", context)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a message: marks it read and goes to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(user_of(request)), pk=pk)
    own.mark_read(notice, by=user_of(request))
    # Addresses in messages are our own paths; anything else stays in the inbox.
    is_path = notice.url.startswith("/") and not notice.url.startswith("//")
    return redirect(notice.url if is_path else "notices:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = own.mark_all_read(by=user_of(request))
    messages.success(request, _("已将 %(count)s 条通知标为已读。") % {"count": count})
    return redirect("notices:inbox")
