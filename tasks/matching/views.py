"""For a task the members who fit, whom one asks from here; for a member the tasks that fit."""

import datetime as dt
from collections.abc import Collection

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from members.access import MemberRequest, StaffRequest, desk_required, member_required
from members.models import Member
from members.people.filters import matching
from tasks.claiming.rules import check_free_place, check_open
from tasks.desk import fetch
from tasks.inviting import inviting
from tasks.inviting.rules import most_a_month
from tasks.matching.criteria import criteria
from tasks.matching.ranking import best_for, fitting_members, reasons
from tasks.models import Invitation, Task
from tasks.models.applicant import Applicant
from tasks.rights import demand, may_invite
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import refusal_of
from xianfeng.ui.views import attempt, page_of

SHOWN = 15


@desk_required("tasks.publish")
def invite(request: StaffRequest, pk: int) -> HttpResponse:
    """Who fits, why, and the button that asks them; nobody is asked without a click."""
    task, now = fetch(request, pk), timezone.now()
    demand(may_invite(request.user, task))
    if request.method == "POST":
        chosen = ids_of(request.POST.getlist("pk"))
        outcome = attempt(request, lambda: ask(request, task, chosen, now))
        if outcome is not None:
            report(request, outcome)
            return redirect("tasks:invite", pk)
    found = fitting_members(task, request.user, now)
    if asked := request.GET.get("q", "").strip():
        found = found.filter(matching(asked))
    context = {
        "task": task,
        "page": explained(task, page_of(request, found.select_related("unit", "estate"))),
        "asked": asked,
        "waiting": task.invitations.filter(state=Invitation.State.SENT, answer_by__gt=now).count(),
        "obstacle": refusal_of(check_open, task, max(now, task.signup_opens_at))
        or refusal_of(check_free_place, task),
        "most": most_a_month(now),
    }
    return render(request, "tasks/matching/invite.html", context)


def explained(task: Task, page: "Page[Member]") -> "Page[Member]":
    """Adds to each member why they fit."""
    found = criteria(task)
    for member in page:
        member.reasons = reasons(found, Applicant.of(member), member.missing)  # type: ignore[attr-defined]
    return page


def ask(request: StaffRequest, task: Task, chosen: Collection[int], now: dt.datetime) -> inviting.Outcome:
    """With the reasons as the person reads them: those of the task, nothing of their year."""
    found = criteria(task)
    people = Member.objects.visible_to(request.user).filter(pk__in=chosen)
    why = {member.pk: "、".join(reasons(found, Applicant.of(member), 0)) for member in people}
    return inviting.invite(task, chosen, by=request.user, reasons=why, now=now)


def report(request: StaffRequest, outcome: inviting.Outcome) -> None:
    count = len(outcome.invited)
    if count:
        messages.success(
            request, ngettext("已邀请 %(count)d 人。", "已邀请 %(count)d 人。", count) % {"count": count}
        )
    for reason, names in outcome.left_out.items():
        text = _("没有邀请%(names)s：%(reason)s") % {"names": "、".join(names), "reason": reason}
        messages.warning(request, text)


@require_GET
@member_required
def suited(request: MemberRequest) -> HttpResponse:
    """Tasks that fit the member, the best first, each with why."""
    found = [fit for fit in best_for(request.member, timezone.now()) if fit.reasons]
    return render(request, "tasks/matching/suited.html", {"page": page_of(request, found, SHOWN)})
