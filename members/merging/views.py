"""Desk pages: find the other record, see what would move, merge, and take it apart again."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.merging import merging, rules
from members.merging.forms import MergeForm
from members.models import Member, Merge
from members.people.filters import matching, with_flags
from xianfeng.lib.refusal import Refusal
from xianfeng.ui.views import attempt, posted, submit

MOST = 20  # records offered at once


def people(request: StaffRequest) -> QuerySet[Member]:
    rows = Member.objects.visible_to(request.user).exclude(state=Member.State.MERGED)
    return with_flags(rows.select_related("unit", "community", "user"))


@require_safe
@desk_required("members.merge")
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """The other record of this person: those of the same name, or whoever is searched for."""
    member = get_object_or_404(people(request), pk=pk)
    text = request.GET.get("q", "").strip()
    wanted = matching(text) if text else matching(member.name)
    found = people(request).exclude(pk=pk).filter(wanted).order_by("pinyin", "pk")[:MOST]
    context = {"member": member, "text": text, "found": found}
    return render(request, "members/merging/choose.html", context)


@require_http_methods(["GET", "POST"])
@desk_required("members.merge")
def compare(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Both records side by side and what would move to the first; POST merges."""
    kept, gone = (get_object_or_404(people(request), pk=one) for one in (pk, other))
    form = MergeForm(posted(request), kept=kept, gone=gone)
    if done := submit(form, lambda: merging.merge(kept, gone, **form.values(), by=request.user)):
        messages.success(request, _("已合并为一条记录。"))
        return redirect("members:merge", done.pk)
    context = {"kept": kept, "gone": gone, "form": form, **lines_or_refusal(request, kept, gone)}
    return render(request, "members/merging/compare.html", context)


def lines_or_refusal(request: StaffRequest, kept: Member, gone: Member) -> dict[str, object]:
    """What moves, or why the two cannot be merged by this person."""
    try:
        rules.check_not_own(kept, gone, by=request.user)
        return {"lines": merging.preview(kept, gone)}
    except Refusal as refusal:
        return {"refusal": refusal.message}


@require_safe
@desk_required("members.merge")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    rows = Merge.objects.visible_to(request.user).select_related("kept__unit", "gone__unit", "merged_by")
    merge = get_object_or_404(rows, pk=pk)
    context = {
        "merge": merge,
        "events": merge.events.select_related("by").order_by("-id"),
        "sees_kept": Member.objects.visible_to(request.user).filter(pk=merge.kept_id).exists(),
    }
    return render(request, "members/merging/detail.html", context)


@require_POST
@desk_required("members.merge")
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: merging.undo(merge, reason=reason, by=request.user)):
        messages.success(request, _("已撤销合并，恢复为两条记录。"))
    return redirect("members:merge", pk)
