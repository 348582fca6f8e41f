"""Desk pages: changes of the roster, what waits for the unit, and the forms that record one."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from members.access import StaffRequest, desk_required, require
from members.desks import is_deserted
from members.leaving import recording, rules
from members.leaving.forms import JoinForm, LeaveForm, ReturnForm, TransferForm
from members.leaving.messages import text_of
from members.models import Member, RosterChange
from members.models.changes import RosterChangeQuerySet
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, back_to_list, page_of, posted, submit

FACES = (
    ("waiting", gettext_lazy("待接收"), None),
    ("asked", gettext_lazy("等对方接收"), None),
    ("ahead", gettext_lazy("将生效"), None),
    ("all", gettext_lazy("全部变动"), None),
)

OVERTAKEN = gettext_lazy("这位同志已不在原单位名册上，这次调动没有办理，已经撤销。")


def seen(request: StaffRequest) -> RosterChangeQuerySet:
    rows = RosterChange.objects.visible_to(request.user)
    return rows.select_related("member__unit", "member__community", "from_unit", "to_unit", "recorded_by")


@require_safe
@desk_required("members.see")
def list_(request: StaffRequest) -> HttpResponse:
    tabs = tabs_of(request, FACES, default="waiting")
    rows, here = seen(request), request.desk.organization
    # Whoever is no unit takes nobody in: all that waits is one list.
    in_ours = rows.to_receive(here) if here.is_unit else rows.asked()
    faces = {
        "waiting": in_ours,
        "asked": rows.asked().exclude(pk__in=in_ours.values("pk")),
        "ahead": rows.ahead(),
        "all": rows,
    }
    page = page_of(request, faces[tabs.chosen.key])
    return render(request, "members/leaving/list.html", {"tabs": tabs, "page": page})


@require_http_methods(["GET", "POST"])
@desk_required("members.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One change; POST `decision` = accept, refuse or take_back (with `reason`)."""
    change = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":
        require(request.user, "members.record")
        return decide(request, change)
    context = {
        "change": change,
        "member": change.member,
        "sentence": text_of(change, reason=change.events.order_by("-id").values_list("note", flat=True)[0]),
        "sees_person": Member.objects.visible_to(request.user).filter(pk=change.member_id).exists(),
        "nobody_receives": change.is_open and change.to_unit and is_deserted(change.to_unit),
        "may_receive": rules.meets(rules.check_receiver, change, request.user),
        "may_take_back": rules.meets(rules.check_undoable, change, request.user),
        "events": change.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/leaving/detail.html", context)


def decide(request: StaffRequest, change: RosterChange) -> HttpResponse:
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    decisions: dict[str, tuple[Callable[[], object], str]] = {
        "accept": (
            lambda: recording.accept(change, by=request.user),
            _("已接收，两个单位和本人会收到通知。"),
        ),
        "refuse": (
            lambda: recording.refuse(change, reason=reason, by=request.user),
            _("没有接收，原单位会收到原因。"),
        ),
        "take_back": (
            lambda: recording.take_back(change, reason=reason, by=request.user),
            _("已撤销，名册恢复原样。"),
        ),
    }
    if decision in decisions:
        service, text = decisions[decision]
        if attempt(request, lambda: (service(),)):
            messages.success(request, OVERTAKEN if is_overtaken(change, decision) else text)
            return back_to_list(request, "members:roster_changes", otherwise=page_after(change))
    return redirect(page_after(change))


def page_after(change: RosterChange) -> str:
    """Its own, unless it went with the entry that was recorded by mistake."""
    if RosterChange.objects.filter(pk=change.pk).exists():
        return reverse("members:roster_change", args=[change.pk])
    return reverse("members:list")


def is_overtaken(change: RosterChange, decision: str) -> bool:
    """Whether somebody was taken in who was not on the former unit's roster any more."""
    return decision == "accept" and not change.stands


@require_http_methods(["GET", "POST"])
@desk_required("members.record")
def join(request: StaffRequest) -> HttpResponse:
    """Somebody new; where the name is known in the unit, those records are shown."""
    form = JoinForm(posted(request), organization=request.desk.organization)
    given = dict(form.cleaned_data) if form.is_valid() else {}  # a refusal takes the field it is about out
    if change := submit(form, lambda: recording.join(**form.cleaned_data, by=request.user)):
        messages.success(request, _("%(name)s同志已列入名册。") % {"name": change.member.name})
        return redirect("members:detail", change.member_id)
    return render(request, "members/leaving/join.html", {"form": form, "known": known(request, given)})


def known(request: StaffRequest, given: dict[str, Any]) -> list[Member]:
    """Records inside the desk's scope that the refused entry resembles: same mobile, or name and unit."""
    if not given:
        return []
    people = Member.objects.visible_to(request.user).select_related("unit")
    found = {member.pk: member for member in people.filter(mobile=given["mobile"])}
    same = people.filter(pk__in=[member.pk for member in rules.same_name(given["name"], given["unit"])])
    return list((found | {member.pk: member for member in same}).values())


def the_person(request: StaffRequest, pk: int) -> Member:
    people = Member.objects.visible_to(request.user).select_related("unit", "community", "user")
    return get_object_or_404(people, pk=pk)


@require_http_methods(["GET", "POST"])
@desk_required("members.record")
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    member = the_person(request, pk)
    form = LeaveForm(posted(request))
    words = (_("登记离开"), _("离开后不能接单，还没开始的接单退回；红旗和记录保留，回来时可以重新入册。"))
    return recorded(request, member, form, recording.leave, words)


@require_http_methods(["GET", "POST"])
@desk_required("members.record")
def return_(request: StaffRequest, pk: int) -> HttpResponse:
    member = the_person(request, pk)
    words = (_("重新入册"), _("以前的报到、红旗和记录都接着用。"))
    return recorded(request, member, ReturnForm(posted(request)), recording.rejoin, words)


@require_http_methods(["GET", "POST"])
@desk_required("members.record")
def transfer(request: StaffRequest, pk: int) -> HttpResponse:
    member = the_person(request, pk)
    form = TransferForm(posted(request), member=member)
    words = (_("登记调动"), _("新单位接收之前，人还在原单位名册上；接收与否都会通知您。"))
    return recorded(request, member, form, recording.transfer, words)


def recorded(
    request: StaffRequest,
    member: Member,
    form: forms.Form,
    service: Callable[..., RosterChange],
    words: tuple[str, str],
) -> HttpResponse:
    """The form of one change, and the change's page once it is recorded."""
    if change := submit(form, lambda: service(member, **form.cleaned_data, by=request.user)):
        messages.success(request, _("已登记，相关的人会收到通知。"))
        return redirect("members:roster_change", change.pk)
    context: dict[str, Any] = {"form": form, "member": member, "heading": words[0], "lead": words[1]}
    return render(request, "members/leaving/record.html", context)
