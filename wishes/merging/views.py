"""The desk's pages: find the other wish, see what a merge does, merge, and part them again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import StaffRequest, desk_required
from wishes.merging import finding, merging, rules
from wishes.models import Wish, WishQuerySet
from xianfeng.lib.refusal import refusal_of
from xianfeng.ui.views import attempt


def wishes_of(request: StaffRequest) -> WishQuerySet:
    related = ("organization__parent", "merged_into")
    return Wish.objects.visible_to(request.user).without_brief().select_related(*related)


@desk_required("wishes.handle")
@require_GET
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """The other wish: the likely ones, or whichever is searched for."""
    wish, text = get_object_or_404(wishes_of(request).open(), pk=pk), request.GET.get("q", "").strip()
    found = finding.matching(text, wish, request.user) if text else finding.likely(wish, request.user)
    return render(request, "wishes/merging/choose.html", {"wish": wish, "text": text, "found": found})


@desk_required("wishes.handle")
@require_http_methods(["GET", "POST"])
def merge(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Both beside each other and what will happen; POST merges the second into the first."""
    kept, gone = (get_object_or_404(wishes_of(request), pk=each) for each in (pk, other))
    if request.method == "POST":
        if attempt(request, lambda: merging.merge(kept, gone, by=request.user)):
            messages.success(request, _("已合并。并入的居民凭原来的查询码能看到合并后的进展。"))
            return redirect("wishes:detail", kept.pk)
        return redirect("wishes:merge", pk, other)
    refusal = refusal_of(rules.check_pair, kept, gone, request.user)
    context = {"kept": kept, "gone": gone, "refusal": refusal}
    return render(request, "wishes/merging/merge.html", context)


@desk_required("wishes.handle")
@require_POST
def part(request: StaffRequest, pk: int) -> HttpResponse:
    wish, reason = get_object_or_404(wishes_of(request), pk=pk), request.POST.get("reason", "")
    if attempt(request, lambda: merging.part(wish, reason=reason, by=request.user)):
        messages.success(request, _("已取消合并，这条心愿恢复单独办理。"))
    return redirect("wishes:detail", pk)
