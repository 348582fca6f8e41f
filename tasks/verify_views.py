"""Desk pages: the backlog, presence and verification of a whole task on one screen, and reversal."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.forms import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from flags.assessment.policies import policy_for
from members.access import StaffRequest, desk_required
from tasks import desk_rules, verifying
from tasks.filters import BacklogFilter
from tasks.forms import DecisionForm, PresenceForm
from tasks.models import Claim, Task, Verification
from tasks.phases import awaiting_verification
from tasks.views import attempt, fetch, page_of
from xianfeng.lib.ids import id_of
from xianfeng.lib.times import at, local_year, today

# A screen for itself: the form's fields must stay below the limit of one request.
ROWS = 100
Grade, Presence = Verification.Grade, Claim.Presence


# --- Backlog ------------------------------------------------------------------------------------


@require_safe
@desk_required("claims.verify")
def to_verify(request: StaffRequest) -> HttpResponse:
    """What waits for a decision, the nearest deadline first."""
    found = BacklogFilter(request.GET, Task.objects.visible_to(request.user), request=request)
    waiting = awaiting_verification(found.qs, timezone.now())
    overdue = Q(ends_at__lt=at(desk_rules.last_overdue_day(), 0) + desk_rules.DAY)
    counts = waiting.order_by().aggregate(all=Count("pk"), overdue=Count("pk", filter=overdue))
    is_overdue = request.GET.get("tab") == "overdue"
    rows = waiting.filter(overdue) if is_overdue else waiting
    total = counts["overdue" if is_overdue else "all"]
    page = page_of(rows.select_related("publisher__parent"), request, total)
    tabs = {"counts": counts, "is_overdue": is_overdue, "is_all": not is_overdue}
    context = {**tabs, "filter": found, "page": page, "lines": backlog_lines(page, request)}
    return render(request, "tasks/desk_to_verify.html", context)


def backlog_lines(tasks: Iterable[Task], request: StaffRequest) -> list[dict[str, Any]]:
    shown = list(tasks)
    figures = open_figures(shown)
    return [
        {
            "task": task,
            "deadline": (deadline := desk_rules.record_deadline(task)),
            "is_overdue": deadline < today(),
            "is_mine": desk_rules.may_verify(request.user, task),
            **figures[task.pk],
        }
        for task in shown
    ]


def open_figures(tasks: Iterable[Task]) -> dict[int, dict[str, int]]:
    """How many claims of each task wait, and how many of these have no presence. One query for a page."""
    unmarked = Count("pk", filter=Q(presence=Presence.UNKNOWN))
    held = Claim.objects.open().filter(task__in=tasks).order_by().values("task")
    found = held.annotate(waiting=Count("pk"), unmarked=unmarked).values_list("task", "waiting", "unmarked")
    return {task: {"open_claims": waiting, "unmarked": without} for task, waiting, without in found}


# --- One screen for a whole task ----------------------------------------------------------------


@desk_required("presence.mark")
def task_presence(request: StaffRequest, pk: int) -> HttpResponse:
    """The roster tick alone: during the task, or for an estate, which does not verify."""
    task = fetch(request, pk)
    desk_rules.demand(desk_rules.may_mark_presence(request.user, task))
    return screen(request, task, PresenceForm)


@desk_required("claims.verify")
def task_verify(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    desk_rules.demand(desk_rules.may_verify(request.user, task))
    return screen(request, task, DecisionForm)


def screen(request: StaffRequest, task: Task, row_form: type[PresenceForm]) -> HttpResponse:
    claims = open_claims(request, task)
    rows = formset_factory(row_form, extra=0, max_num=ROWS, absolute_max=ROWS)
    if request.method == "POST":
        formset = rows(request.POST)
        if formset.is_valid() and save(request, task, formset):
            has_more = task.claims.open().exists()
            return redirect(request.path if has_more else reverse("tasks:detail", args=[task.pk]))
        shown = posted(task, formset)
    else:
        shown = list(claims)
        formset = rows(initial=[row_initial(task, claim, request) for claim in shown])
    context = screen_context(request, task, shown, formset)
    kind = {"decides": row_form is DecisionForm, "page": claims if request.method == "GET" else None}
    return render(request, "tasks/desk_verify.html", {**context, **kind})


def open_claims(request: StaffRequest, task: Task) -> "Page[Claim]":
    """A screenful of claims to decide; the viewer's own waits for a colleague."""
    others = task.claims.open().select_related("member__unit").exclude(member__user=request.user)
    return Paginator(others, ROWS).get_page(request.GET.get("page"))


def posted(task: Task, formset: "BaseFormSet[Any]") -> list[Claim]:
    """The claims of a form that is shown again, in its order; what is no claim of this task is left out."""
    numbers = [id_of(form["claim_id"].value()) for form in formset]
    found = task.claims.select_related("member__unit").in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def row_initial(task: Task, claim: Claim, request: StaffRequest) -> dict[str, Any]:
    """Prefilled from the task; `?fill=good` is the bulk button without JavaScript."""
    fills = request.GET.get("fill") == "good" and claim.presence != Presence.ABSENT
    presence = Presence.PRESENT if fills else claim.presence
    return {
        "claim_id": claim.pk,
        "presence": presence,
        "grade": Grade.GOOD if presence == Presence.PRESENT else "",
        "minutes": task.minutes,
        "flags": task.flags,
    }


def bonus_of(task: Task) -> int:
    """Minutes the year's policy adds for 很好."""
    return policy_for(local_year(task.starts_at)).bonus_minutes_excellent


def screen_context(
    request: StaffRequest, task: Task, claims: list[Claim], formset: "BaseFormSet[Any]"
) -> dict[str, Any]:
    return {
        "task": task,
        "rows": list(zip(claims, formset, strict=False)),
        "formset": formset,
        "bonus": bonus_of(task),
        "deadline": desk_rules.record_deadline(task),
        "has_own": task.claims.open().filter(member__user=request.user).exists(),
        "is_over": task.is_over,
        "may_verify": desk_rules.may_verify(request.user, task),
        "sheet": Task.Presence.SHEET,
    }


def save(request: StaffRequest, task: Task, formset: "BaseFormSet[Any]") -> bool:
    """Store the rows; says what happened. False where a rule refused."""
    presences = {form.cleaned_data["claim_id"]: form.cleaned_data["presence"] for form in formset}
    method = Task.Presence.SHEET if request.POST.get("sheet") else task.presence
    if request.POST.get("action") != "verify":
        return save_presence(request, task, presences, method)
    bonus = bonus_of(task)
    decisions = [one for form in formset if (one := form.decision(bonus))]
    made = attempt(
        request, lambda: verifying.record(task, presences, decisions, by=request.user, method=method)
    )
    if made is None:
        return False
    lit = sum(one.flags for one in made)
    text = ngettext(
        "已认定 %(count)d 人，亮旗 %(flags)d 面。", "已认定 %(count)d 人，亮旗 %(flags)d 面。", len(made)
    )
    messages.success(request, text % {"count": len(made), "flags": lit})
    return True


def save_presence(request: StaffRequest, task: Task, presences: dict[int, str], method: str) -> bool:
    count = attempt(request, lambda: verifying.mark_presence(task, presences, by=request.user, method=method))
    if count is None:
        return False
    text = ngettext("已记录 %(count)d 人签到。", "已记录 %(count)d 人签到。", count)
    messages.success(request, text % {"count": count})
    return True


@require_safe
@desk_required("presence.mark")
def presence_sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The sheet to print and sign, for people and places without a phone."""
    task = fetch(request, pk)
    desk_rules.demand(desk_rules.may_mark_presence(request.user, task))
    claims = task.claims.open().select_related("member__unit").order_by("member__pinyin", "pk")
    return render(request, "tasks/desk_sheet.html", {"task": task, "claims": claims, "blank": range(5)})


# --- Reversal -----------------------------------------------------------------------------------


@require_POST
@desk_required("flags.reverse")
def verification_reverse(request: StaffRequest, pk: int) -> HttpResponse:
    verification = get_object_or_404(
        Verification.objects.visible_to(request.user).select_related("claim__task", "entry__member"), pk=pk
    )
    if attempt(request, lambda: reverse_it(request, verification)):
        messages.success(request, _("认定已撤销，红旗已冲正，可以重新认定。"))
    return redirect("tasks:detail", verification.claim.task_id)


def reverse_it(request: StaffRequest, verification: Verification) -> Verification:
    verifying.reverse_verification(verification, reason=request.POST.get("reason", ""), by=request.user)
    return verification
