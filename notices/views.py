"""The inbox of everybody, and the list of messages that did not arrive."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notices import inbox as own
from notices import resending
from notices.filters import TABS, UnreachedFilter
from notices.models import Delivery, Notice
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import Refusal

if TYPE_CHECKING:
    from members.models import User

PAGE_SIZE = 30


def user_of(request: HttpRequest) -> "User":
    """The log-in middleware lets nobody else in."""
    return cast("User", request.user)


def require(request: HttpRequest, capability: str) -> None:
    """Raises PermissionDenied where the present desk does not hold the capability."""
    desk = user_of(request).desk
    if not desk or not desk.can(capability):
        raise PermissionDenied(_("您当前的任职没有这项权限。如需办理，请切换组织或联系上级。"))


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(user_of(request))
    only_unread = request.GET.get("state") == "unread"
    unread = notices.unread().count()
    page = Paginator(notices.unread() if only_unread else notices, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "notices/inbox.html", {"page": page, "unread": unread, "only_unread": only_unread})


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


@require_GET
def unreached(request: HttpRequest) -> HttpResponse:
    require(request, "notices.see")
    rows = Delivery.objects.visible_to(user_of(request)).select_related("notice__recipient")
    filterset = UnreachedFilter(request.GET, queryset=rows.order_by("-pk"))
    tab, counts = request.GET.get("tab", ""), filterset.counts()
    page = Paginator(filterset.in_tab(tab), PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [(key, label, counts[key]) for key, label, _condition in TABS]
    context = {"filter": filterset, "page": page, "tabs": tabs, "tab": tab}
    return render(request, "notices/unreached.html", context)


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Resends the ticked messages, or notes that their recipients were told in another way."""
    is_resend = request.POST.get("action") == "resend"
    require(request, "notices.resend" if is_resend else "notices.tell")
    by, done = user_of(request), 0
    chosen = ids_of(request.POST.getlist("pk"))
    rows = Delivery.objects.visible_to(by).filter(pk__in=chosen[:500]).select_related("notice__recipient")
    for delivery in rows:
        try:
            resending.resend(delivery, by=by) if is_resend else resending.mark_told(delivery, by=by)
            done += 1
        except Refusal as refusal:
            messages.error(request, refusal.message)
    if done:
        words = _("已重新发送 %(count)s 条。") if is_resend else _("已登记当面告知 %(count)s 条。")
        messages.success(request, words % {"count": done})
    return redirect(reverse("notices:unreached"))
