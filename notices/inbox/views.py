"""Everybody's own messages."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notices.inbox import reading as own
from notices.models import Notice

if TYPE_CHECKING:
    pass
from notices.access import PAGE_SIZE, user_of


@require_GET
def list_(request: HttpRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(user_of(request))
    only_unread = request.GET.get("state") == "unread"
    unread = notices.unread().count()
    page = Paginator(notices.unread() if only_unread else notices, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(
        request, "notices/inbox/list.html", {"page": page, "unread": unread, "only_unread": only_unread}
    )


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
