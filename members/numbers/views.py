"""Desk pages: who asks for a new number, what changed, and a correction where the desk knows the person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import StaffRequest, desk_required, require
from members.models import Member, MobileChange
from members.models.numbers import MobileChangeQuerySet
from members.numbers import changing
from members.numbers.filters import NumberFilter
from members.numbers.forms import CorrectionForm
from members.people import privacy
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, back_to_list, page_of, posted, submit

FACES = (("waiting", gettext_lazy("待核实"), None), ("all", gettext_lazy("全部换号"), None))


def seen(request: StaffRequest) -> MobileChangeQuerySet:
    rows = MobileChange.objects.visible_to(request.user)
    return rows.select_related("member__unit", "member__community", "member__user", "decided_by")


@require_safe
@desk_required("numbers.see")
def list_(request: StaffRequest) -> HttpResponse:
    tabs = tabs_of(request, FACES, default="waiting")
    rows = seen(request)
    narrowed = NumberFilter(
        request.GET, queryset=rows.open() if tabs.chosen.key == "waiting" else rows, request=request
    )
    context = {"tabs": tabs, "filter": narrowed, "page": page_of(request, narrowed.qs)}
    return render(request, "members/numbers/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_required("numbers.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One change; POST `decision` = confirm, refuse (with `reason`) or take_back."""
    change = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":
        require(request.user, "numbers.decide")
        page = reverse("members:number", args=[pk])
        if attempt(request, lambda: decide(request, change)):
            return back_to_list(request, "members:numbers", otherwise=page)
        return redirect(page)
    opened = privacy.opened_fields(change.member, request.user)
    context = {
        "change": change,
        "member": change.member,
        "may_decide": request.desk.can("numbers.decide") and not request.user.is_same_person(change.member),
        "is_last": change.is_done and change.member.mobile == change.new,
        "new": change.new if "new_mobile" in opened else privacy.mask_mobile(change.new),
        "opened": opened,
        "events": change.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/numbers/detail.html", context)


def decide(request: StaffRequest, change: MobileChange) -> MobileChange:
    decision = request.POST.get("decision", "")
    if decision == "confirm":
        changing.confirm(change, by=request.user)
        messages.success(request, _("已换号，新旧号码都会收到短信。"))
    elif decision == "refuse":
        changing.refuse(change, reason=request.POST.get("reason", ""), by=request.user)
        messages.success(request, _("已驳回，申请人会收到原因。"))
    elif decision == "take_back":
        changing.take_back(change, by=request.user)
        messages.success(request, _("已退回原号码。"))
    return change


@require_POST
@desk_required("numbers.see")
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """The number asked for, in full for ten minutes, so that somebody can call it."""
    change = get_object_or_404(seen(request), pk=pk)
    require(request.user, "members.reveal")
    reason = request.POST.get("reason", "")
    attempt(request, lambda: privacy.reveal(change.member, "new_mobile", reason=reason, by=request.user))
    return redirect("members:number", pk)


@require_http_methods(["GET", "POST"])
@desk_required("numbers.decide")
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """The desk writes the right number of one of its people."""
    people = Member.objects.visible_to(request.user).select_related("unit", "community", "user")
    member = get_object_or_404(people, pk=pk)
    form = CorrectionForm(posted(request))
    if submit(form, lambda: changing.correct(member, **form.cleaned_data, by=request.user)):
        messages.success(request, _("已更正手机号，并短信告知原号码。"))
        return redirect("members:detail", pk)
    return render(request, "members/numbers/correct.html", {"form": form, "member": member})
