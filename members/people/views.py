"""Desk pages about members: list, one person, reveal, exemption, search."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import ContactReveal, Exemption, Member
from members.people import exempting, privacy
from members.people.filters import MemberFilter, with_flags
from members.people.forms import ExemptionForm
from xianfeng.lib.times import today
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, valid


def seen(request: StaffRequest) -> QuerySet[Member]:
    return Member.objects.visible_to(request.user).select_related("unit", "community", "estate")


@require_safe
@desk_required("members.see")
def list_(request: StaffRequest) -> HttpResponse:
    found = MemberFilter(request.GET, queryset=with_flags(seen(request)), request=request)
    page = page_of(request, found.qs.defer("address", "note"))
    return render(request, "members/people/list.html", {"filter": found, "page": page, "year": today().year})


@require_safe
@desk_required("members.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(with_flags(seen(request)), pk=pk)
    context = {
        "member": member,
        "opened": privacy.opened_fields(member, request.user),
        "is_unit_desk": request.desk.organization.is_unit,
        # One's own leave is a colleague's to enter, confirm and take back.
        "may_exempt": request.desk.can("members.exempt") and not request.user.is_same_person(member),
        "registrations": member.registrations.select_related("community", "decided_by"),
        "numbers": member.mobile_changes.all(),
        "merges": member.merges.all(),
        "sees_kept": member.is_merged and seen(request).filter(pk=member.merged_into_id or 0).exists(),
        **standing_on_roster(request, member),
        "exemptions": member.exemptions.select_related("approved_by", "confirmed_by"),
        "reveals": member.reveals.select_related("viewer", "organization")[:20],
        "totals": member.years.order_by("-year")[:3],
        "form": ExemptionForm(),
        "year": today().year,
    }
    return render(request, "members/people/detail.html", context)


def standing_on_roster(request: StaffRequest, member: Member) -> dict[str, Any]:
    """What happened and is still to come, and which change the desk may record."""
    changes = list(member.roster_changes.select_related("from_unit", "to_unit", "recorded_by"))
    ahead = next((change for change in changes if change.is_ahead), None)
    may_record = request.desk.can("members.record") and not request.user.is_same_person(member)
    free = may_record and ahead is None and not member.is_merged
    return {
        "changes": changes,
        "ahead": ahead,
        "may_leave": free and not member.is_departed,
        "may_return": free and member.is_departed,
    }


@require_POST
@desk_required("members.see")
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Opens one field to this viewer for ten minutes. 403 where the desk may never open it."""
    member = get_object_or_404(seen(request), pk=pk)
    field, reason = request.GET.get("field", "mobile"), request.POST.get("reason", "")
    if not privacy.may_reveal(request.user, field):
        raise PermissionDenied(_("您当前的任职不能查看这项信息。"))
    attempt(request, lambda: privacy.reveal(member, field, reason=reason, by=request.user))
    return redirect("members:detail", pk)


@require_POST
@desk_required("members.exempt")
def exempt(request: StaffRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(seen(request), pk=pk)
    form = ExemptionForm(request.POST)
    if attempt(request, lambda: exempting.exempt(member, **valid(form), by=request.user)):
        messages.success(request, exempted(member))
    return redirect("members:detail", pk)


def exempted(member: Member) -> str:
    text = _("已登记%(name)s同志的豁免。")
    if member.exemptions.latest("pk").is_waiting:
        text = _("已登记%(name)s同志的豁免。时间较长，由另一位同事、社区、单位或市委组织部确认后生效。")
    return text % {"name": member.name}


@require_POST
@desk_required("members.exempt")
def confirm_exemption(request: StaffRequest, pk: int) -> HttpResponse:
    exemption = get_object_or_404(Exemption.objects.visible_to(request.user).select_related("member"), pk=pk)
    if attempt(request, lambda: exempting.confirm_exemption(exemption, by=request.user)):
        messages.success(request, _("已确认，豁免生效，本人会收到通知。"))
    return redirect("members:detail", exemption.member_id)


@require_POST
@desk_required("members.exempt")
def withdraw_exemption(request: StaffRequest, pk: int) -> HttpResponse:
    exemption = get_object_or_404(Exemption.objects.visible_to(request.user).select_related("member"), pk=pk)
    if attempt(request, lambda: exempting.withdraw_exemption(exemption, by=request.user)):
        messages.success(request, _("豁免已撤销，原记录保留。"))
    return redirect("members:detail", exemption.member_id)


@require_safe
@desk_required("members.exempt")
def waiting_exemptions(request: StaffRequest) -> HttpResponse:
    """Leave that waits for a second person: for this one, or for another than this one."""
    rows = Exemption.objects.visible_to(request.user).waiting().select_related("member__unit", "approved_by")
    mine = rows.for_a_second(request.user)
    others = rows.exclude(pk__in=mine.values("pk"))
    faces = (("mine", _("待我确认"), mine.count()), ("others", _("待别人确认"), others.count()))
    tabs = tabs_of(request, faces, default="mine")
    page = page_of(request, mine if tabs.chosen.key == "mine" else others, total=tabs.chosen.count)
    return render(request, "members/people/waiting_exemptions.html", {"page": page, "tabs": tabs})


@require_safe
@desk_required("members.see")
def reveals(request: StaffRequest) -> HttpResponse:
    """Every look at contact data in one's own branch."""
    rows = ContactReveal.objects.visible_to(request.user).select_related(
        "member", "registration", "viewer", "organization"
    )
    return render(request, "members/people/reveals.html", {"page": page_of(request, rows)})
