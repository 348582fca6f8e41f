"""The list of messages that did not arrive."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from notices.access import PAGE_SIZE, require, user_of
from notices.models import Delivery
from notices.outbox import resending
from notices.outbox.filters import TABS, UnreachedFilter
from xianfeng.lib.ids import ids_of
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import each_row, page_of


@require_GET
def unreached(request: HttpRequest) -> HttpResponse:
    require(request, "notices.see")
    rows = Delivery.objects.visible_to(user_of(request)).select_related("notice__recipient")
    filterset = UnreachedFilter(request.GET, queryset=rows.order_by("-pk"))
    counts = filterset.counts()
    tabs = tabs_of(request, ((key, label, counts[key]) for key, label, _condition in TABS), default="")
    page = page_of(request, filterset.in_tab(tabs.chosen.key), PAGE_SIZE, total=tabs.chosen.count)
    return render(request, "notices/outbox/unreached.html", {"filter": filterset, "page": page, "tabs": tabs})


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Resends the ticked messages, or notes that their recipients were told in another way."""
    is_resend = request.POST.get("action") == "resend"
    require(request, "notices.resend" if is_resend else "notices.tell")
    by, service = user_of(request), resending.resend if is_resend else resending.mark_told
    chosen = ids_of(request.POST.getlist("pk"))
    rows = Delivery.objects.visible_to(by).filter(pk__in=chosen[:500]).select_related("notice__recipient")
    done = each_row(request, rows, lambda row: service(row, by=by), name=lambda row: row.notice.subject)
    if done:
        words = _("已重新发送 %(count)s 条。") if is_resend else _("已登记当面告知 %(count)s 条。")
        messages.success(request, words % {"count": done})
    return redirect(reverse("notices:unreached"))
