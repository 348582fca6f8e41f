"""The list of messages that did not arrive."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notices.models import Delivery
from notices.outbox import resending
from notices.outbox.filters import TABS, UnreachedFilter
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import Refusal

if TYPE_CHECKING:
    pass
from notices.access import PAGE_SIZE, require, user_of


@require_GET
def unreached(request: HttpRequest) -> HttpResponse:
    require(request, "notices.see")
    rows = Delivery.objects.visible_to(user_of(request)).select_related("notice__recipient")
    filterset = UnreachedFilter(request.GET, queryset=rows.order_by("-pk"))
    tab, counts = request.GET.get("tab", ""), filterset.counts()
    page = Paginator(filterset.in_tab(tab), PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [(key, label, counts[key]) for key, label, _condition in TABS]
    context = {"filter": filterset, "page": page, "tabs": tabs, "tab": tab}
    return render(request, "notices/outbox/unreached.html", context)


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
