"""Desk pages: the backlog, verification of a whole task on one screen, and reversal."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required, require
from tasks import deadlines
from tasks.desk import fetch
from tasks.models import Claim, Task, Verification
from tasks.models.claim import ClaimQuerySet
from tasks.phases import awaiting_verification
from tasks.presence.views import save_presence
from tasks.queue import next_after
from tasks.rights import awarding_for, demand, may_verify
from tasks.rules import UnknownClaim, bonus_of
from tasks.screen import Screen, leave_open
from tasks.verifying import reversing, verifying
from tasks.verifying.alone import alone_on, verify_alone
from tasks.verifying.filters import BacklogFilter
from tasks.verifying.forms import DecisionForm
from xianfeng.lib.ids import ids_of
from xianfeng.lib.times import today
from xianfeng.ui import undo
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import PAGE, attempt, back_to_list, each_row, page_of

# --- Backlog ------------------------------------------------------------------------------------


@require_safe
@desk_required("claims.verify")
def to_verify(request: StaffRequest) -> HttpResponse:
    """What waits for a decision, the nearest deadline first."""
    found = BacklogFilter(request.GET, Task.objects.visible_to(request.user), request=request)
    own = Claim.objects.visible_to(request.user)
    waiting = awaiting_verification(found.qs, timezone.now(), own)
    overdue = deadlines.overdue()
    counts = waiting.order_by().aggregate(all=Count("pk"), overdue=Count("pk", filter=overdue))
    faces = (("", _("全部待认定"), counts["all"]), ("overdue", _("已超期"), counts["overdue"]))
    tabs = tabs_of(request, faces, default="")
    rows = waiting.filter(overdue) if tabs.chosen.key else waiting
    page = page_of(request, rows.select_related("publisher__parent"), total=tabs.chosen.count)
    context = {"tabs": tabs, "filter": found, "page": page, "lines": backlog_lines(page, request)}
    return render(request, "tasks/verifying/backlog.html", context)


def backlog_lines(tasks: Iterable[Task], request: StaffRequest) -> list[dict[str, Any]]:
    shown, claims = list(tasks), Claim.objects.visible_to(request.user)
    figures, alone = open_figures(shown, claims), alone_on(shown, claims, request.user)
    return [
        {
            "task": task,
            "deadline": (deadline := deadlines.record_deadline(task)),
            "is_overdue": deadline < today(),
            "is_mine": may_verify(request.user, task),
            "awards": awarding_for(request.user, task),
            "alone": alone.get(task.pk),
            **figures[task.pk],
        }
        for task in shown
    ]


def open_figures(tasks: Iterable[Task], claims: ClaimQuerySet) -> dict[int, dict[str, int]]:
    """How many of the claims wait on each task, and how many lack a presence. One query a page."""
    unmarked = Count("pk", filter=Q(presence=Claim.Presence.UNKNOWN))
    held = claims.open().filter(task__in=tasks).order_by().values("task")
    found = held.annotate(waiting=Count("pk"), unmarked=unmarked).values_list("task", "waiting", "unmarked")
    return {task: {"open_claims": waiting, "unmarked": without} for task, waiting, without in found}


# --- One screen for a whole task ----------------------------------------------------------------


@desk_required("claims.verify")
def verify(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    demand(may_verify(request.user, task))
    screen, bonus = Screen(request, task, DecisionForm), bonus_of(task)
    if screen.is_valid() and fits(screen, bonus) and save(screen, bonus):
        return screen.next()
    return screen.show(decides=True, bonus=bonus, next=next_after(task, request.user))


def fits(screen: Screen, bonus: int) -> bool:
    """Every row against the rules of its task, so that all is said in one round; `record` asks again."""
    if screen.request.POST.get("action") != "verify":
        return True
    claims = {claim.pk: claim for claim in screen.claims}
    for form in screen.formset:
        if claim := claims.get(form.cleaned_data["claim_id"]):
            form.meet_rules(screen.task, claim, bonus)
    return screen.is_valid()


def save(screen: Screen, bonus: int) -> bool:
    """Store the rows; says what happened. False where a rule refused."""
    request, task, presences, method = screen.request, screen.task, screen.presences, screen.method
    if request.POST.get("action") != "verify":
        leave_open(screen)
        return save_presence(screen)
    decisions = [one for form in screen.formset if (one := form.decision(bonus))]
    made = attempt(
        request, lambda: verifying.record(task, presences, decisions, by=request.user, method=method)
    )
    if made is None:
        return False
    say_verified(request, made)
    return True


def say_verified(request: StaffRequest, made: list[Verification]) -> None:
    text = ngettext(
        "已认定 %(count)d 人，亮旗 %(flags)d 面。", "已认定 %(count)d 人，亮旗 %(flags)d 面。", len(made)
    )
    said = text % {"count": len(made), "flags": sum(one.flags for one in made)}
    if not made:  # a task nobody came to was closed: nothing to take back
        return messages.success(request, said)
    return undo.offer(request, said, "verify", made=[one.pk for one in made])


@undo.undoes("verify")
def take_back(request: StaffRequest, facts: dict[str, Any]) -> str:
    """All decisions of one step are reversed, or none; the ledger keeps both lines."""
    require(request.user, "flags.reverse")
    seen = Verification.objects.visible_to(request.user).select_related("claim__task", "entry__member")
    rows = list(seen.filter(pk__in=facts["made"]).order_by("pk"))
    if len(rows) != len(facts["made"]):  # from another of one's posts
        raise UnknownClaim(_("这些认定不在您现在的任职范围内，请切换回原来的任职再撤销。"))
    with transaction.atomic():
        for one in rows:
            reversing.reverse_verification(one, reason=_("误点认定，当即撤销"), by=request.user)
    tasks = [*{one.claim.task_id for one in rows}]
    return reverse("tasks:verify", args=tasks) if len(tasks) == 1 else reverse("tasks:to_verify")


# --- Tasks that one person did ------------------------------------------------------------------


@require_POST
@desk_required("claims.verify")
def verify_many(request: StaffRequest) -> HttpResponse:
    """The ticked tasks of one person each; a refusal names its task and stops no other."""
    tasks = Task.objects.visible_to(request.user).select_related("item", "publisher__parent")
    ticked = tasks.filter(pk__in=ids_of(request.POST.getlist("pk"))[:PAGE])
    made = list[Verification]()
    each_row(request, ticked, lambda task: made.append(verify_alone(task, by=request.user)))
    if made:
        say_verified(request, made)
    return back_to_list(request, "tasks:to_verify")


# --- Reversal -----------------------------------------------------------------------------------


@require_POST
@desk_required("flags.reverse")
def reverse_verification(request: StaffRequest, pk: int) -> HttpResponse:
    verification = get_object_or_404(
        Verification.objects.visible_to(request.user).select_related("claim__task", "entry__member"), pk=pk
    )
    if attempt(request, lambda: reverse_it(request, verification)):
        messages.success(request, _("认定和红旗都已撤销，可以重新认定。"))
    return redirect("tasks:detail", verification.claim.task_id)


def reverse_it(request: StaffRequest, verification: Verification) -> Verification:
    reversing.reverse_verification(verification, reason=request.POST.get("reason", ""), by=request.user)
    return verification
