"""The desk's pages about wishes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.access import StaffRequest, desk_required, require
from members.people.privacy import mask, mask_name
from wishes.handling import handling
from wishes.handling.filters import SORTS, TABS, WishFilter
from wishes.handling.forms import DeclineForm
from wishes.handling.rules import State
from wishes.merging.finding import likely
from wishes.merging.rules import check_parting
from wishes.models import Wish
from wishes.reopening.rules import check_taken_up_again
from xianfeng.lib.refusal import refusal_of
from xianfeng.ui import undo
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, back_to_list, ordering, page_of, valid

PAGE_SIZE = 30


def fetch(request: StaffRequest, pk: int) -> Wish:
    """Raises Http404 for a wish outside the desk's branch."""
    related = ("organization__parent", "entered_by", "merged_into__organization")
    wishes = Wish.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(wishes, pk=pk)


@desk_required("wishes.see")
@require_GET
def list_(request: StaffRequest) -> HttpResponse:
    rows = Wish.objects.visible_to(request.user).without_brief().select_related("organization__parent")
    filterset = WishFilter(request.GET, queryset=rows, request=request)
    counts = filterset.counts()
    faces = ((key, label, counts[key]) for key, label in TABS)
    tabs = tabs_of(request, faces, default=State.SUBMITTED, param="state")
    order = ordering(request.GET.get("sort", ""), SORTS, default="-pk", then=["-pk"])
    found = filterset.in_tab(tabs.chosen.key).order_by(*order)
    page = page_of(request, found, PAGE_SIZE, total=tabs.chosen.count)
    return render(request, "wishes/handling/list.html", {"filter": filterset, "page": page, "tabs": tabs})


@desk_required("wishes.see")
@never_cache
@require_GET
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    wish = fetch(request, pk)
    # An estate's wish is published by its community: the estate reads how it goes, without a page of it.
    opens = wish.tasks.visible_to(request.user) if request.desk.can("tasks.see") else wish.tasks.none()
    context = {
        "wish": wish,
        "events": wish.events.select_related("by").order_by("-id"),
        "openings": wish.openings.select_related("by")[:20],
        "tasks": wish.tasks.select_related("publisher").order_by("-id"),
        "opens": set(opens.values_list("pk", flat=True)),
        "may_handle": request.desk.can("wishes.handle"),
        **merges_shown(request, wish),
        **brief_shown(request, wish),
    }
    return render(request, "wishes/handling/detail.html", context)


def merges_shown(request: StaffRequest, wish: Wish) -> dict[str, Any]:
    """What is about the same thing, surely or likely; and whether a decline may be taken back."""
    handles = request.desk.can("wishes.handle")
    return {
        "likely": likely(wish, request.user) if handles and wish.is_open else [],
        "merged": wish.duplicates.without_brief().select_related("organization"),
        "sees_kept": wish.merged_into and request.desk.organization.contains(wish.merged_into.organization),
        "no_parting": refusal_of(check_parting, wish) if handles and wish.is_merged else "",
        "no_reopening": refusal_of(check_taken_up_again, wish) if handles and wish.is_declined else "",
    }


def brief_shown(request: StaffRequest, wish: Wish) -> dict[str, Any]:
    """The contact data: in full for ten minutes after its reader gave a reason, else masked."""
    if request.desk.can("wishes.handle") and (brief := handling.brief_seen_lately(wish, by=request.user)):
        return {"brief": brief, "is_open": True}
    masked = handling.Brief(
        mask_name(wish.contact_name),
        mask("mobile", wish.contact_mobile),
        mask("address", wish.contact_address),
        mask("detail", wish.detail),
    )
    return {"brief": masked, "is_open": False}


@desk_required("wishes.handle")
@require_POST
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    wish = fetch(request, pk)
    if attempt(request, lambda: handling.accept(wish, by=request.user)):
        undo.offer(request, _("已受理。下一步：发布成任务，让党员接单。"), "accept", wish=pk)
    return redirect("wishes:detail", pk)


@undo.undoes("accept")
def take_back_acceptance(request: StaffRequest, facts: dict[str, Any]) -> str:
    require(request.user, "wishes.handle")
    handling.take_back_acceptance(fetch(request, facts["wish"]), by=request.user)
    return reverse("wishes:detail", args=[facts["wish"]])


@desk_required("wishes.handle")
@require_POST
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    wish, form = fetch(request, pk), DeclineForm(request.POST)
    if attempt(request, lambda: handling.decline(wish, **valid(form), by=request.user)):
        messages.success(request, _("已登记为不受理，居民凭查询码能看到原因。"))
        return back_to_list(request, "wishes:list", otherwise=reverse("wishes:detail", args=[pk]))
    return redirect("wishes:detail", pk)


@desk_required("wishes.handle")
@require_POST
def open_brief(request: StaffRequest, pk: int) -> HttpResponse:
    """Opens the contact data for a reason; the page then shows it for ten minutes."""
    wish, reason = fetch(request, pk), request.POST.get("reason", "")
    attempt(request, lambda: handling.open_brief(wish, by=request.user, reason=reason))
    return redirect("wishes:detail", pk)
