"""Desk pages: how far a city task has come, what is asked, and the answers of communities and units."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import User
from tasks.breakdown import breakdown, figures, rules
from tasks.breakdown.forms import PromiseForm, TargetsForm
from tasks.models import Target, Task
from tasks.rights import Kind, demand
from xianfeng.lib.ids import id_of
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, posted, submit

State = Target.State


# --- A city task --------------------------------------------------------------------------------


def whole(request: StaffRequest, pk: int) -> Task:
    """A task of the city's that the desk sees; else 404."""
    tasks = Task.objects.visible_to(request.user).filter(publisher__kind=Kind.CITY)
    return get_object_or_404(tasks.select_related("publisher", "item"), pk=pk)


@require_safe
@desk_required("tasks.see")
def roll_up(request: StaffRequest, pk: int) -> HttpResponse:
    """The figures as they stand; `?of=` one of them and `?target=` show the claims behind it."""
    task = whole(request, pk)
    of = request.GET.get("of", "")
    target = (
        Target.objects.visible_to(request.user).filter(task=task, pk=id_of(request.GET.get("target"))).first()
    )
    context = {
        "task": task,
        "roll": figures.roll_up(task, request.user),
        "words": [word for word, _rows in figures.FIGURES.values()],
        "may_set": rules.may_set(request.user, task),
        "target": target,
        "of": figures.FIGURES[of][0] if target and of in figures.FIGURES else "",
        "page": claims_behind(request, target, of) if target and of in figures.FIGURES else None,
    }
    return render(request, "tasks/breakdown/roll_up.html", context)


def claims_behind(request: StaffRequest, target: Target, of: str) -> Any:
    claims = figures.behind(target, of).select_related("member__unit", "task")
    return page_of(request, claims.order_by("task__starts_at", "claimed_at", "pk"))


@require_safe
@desk_required("tasks.see")
def live(request: StaffRequest, pk: int) -> HttpResponse:
    """The same table again, for the page that asks for it now and then."""
    task = whole(request, pk)
    context = {
        "task": task,
        "roll": figures.roll_up(task, request.user),
        "words": [word for word, _rows in figures.FIGURES.values()],
    }
    return render(request, "tasks/breakdown/_rows.html", context)


@desk_required("targets.set")
def set_(request: StaffRequest, pk: int) -> HttpResponse:
    task, by = whole(request, pk), request.user
    demand(rules.may_set(by, task))
    form = TargetsForm(posted(request), task=task)
    made = submit(form, lambda: save(form, by))
    if made is not None:
        messages.success(request, _("已下达 %(count)d 个目标，对方会收到通知。") % {"count": len(made)})
        return redirect("tasks:breakdown", pk)
    return render(request, "tasks/breakdown/set.html", {"form": form, "task": task})


def save(form: TargetsForm, by: User) -> list[Target]:
    return breakdown.set_targets(form.task, form.wanted(by), due=form.cleaned_data["due"], by=by)


# --- Targets ------------------------------------------------------------------------------------


def faces_of(targets: Any) -> dict[str, tuple[Any, QuerySet[Target]]]:
    return {
        "open": (State.OPEN.label, targets.open()),
        "late": (_("已逾期"), targets.late()),
        "taken": (State.TAKEN.label, targets.filter(state=State.TAKEN)),
        "declined": (State.DECLINED.label, targets.filter(state=State.DECLINED)),
        "missed": (_("到期未答复"), targets.missed()),
        "withdrawn": (State.WITHDRAWN.label, targets.filter(state=State.WITHDRAWN)),
    }


@require_safe
@desk_required("targets.see")
def list_(request: StaffRequest) -> HttpResponse:
    """The nearest day first; what is late is a tab of its own."""
    rows = faces_of(Target.objects.visible_to(request.user))
    faces = ((key, word, found.count()) for key, (word, found) in rows.items())
    tabs = tabs_of(request, faces, default="open")
    found = rows[tabs.chosen.key][1].select_related("task", "organization")
    page = page_of(request, found.order_by("due", "task", "organization__path"), total=tabs.chosen.count)
    return render(request, "tasks/breakdown/list.html", {"tabs": tabs, "page": page})


def fetch(request: StaffRequest, pk: int) -> Target:
    targets = Target.objects.visible_to(request.user)
    related = ("task__publisher", "task__item", "organization", "answered_by")
    return get_object_or_404(targets.select_related(*related), pk=pk)


@require_safe
@desk_required("targets.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    target = fetch(request, pk)
    return render(request, "tasks/breakdown/target.html", page_about(request, target))


def page_about(request: StaffRequest, target: Target, form: PromiseForm | None = None) -> dict[str, Any]:
    parts = rules.live_parts(target).order_by("starts_at", "pk")
    answers = rules.may_answer(request.user, target) and target.is_asked and target.task.is_published
    contact = {"contact_name": target.contact_name, "places": target.promised or target.places}
    row = figures.Row(target, list(parts.filter(state__in=Task.State.ENTERABLE)))
    figures.count_in(row, figures.claim_groups(target.task))
    return {
        "target": target,
        "task": target.task,
        "parts": parts,
        "row": row,
        "form": form or PromiseForm(initial=contact),
        "answers": answers,
        "is_unit": target.organization.kind == Kind.UNIT,
        "can_reopen": answers and not target.is_open and not parts,
        "can_decline": answers and not target.is_declined and not parts,
        "can_withdraw": target.is_asked and rules.may_set(request.user, target.task),
        "sees_task": request.desk.can("tasks.see"),
        "history": target.events.select_related("by").order_by("-id"),
    }


@require_POST
@desk_required("targets.answer")
def promise(request: StaffRequest, pk: int) -> HttpResponse:
    target, form = fetch(request, pk), PromiseForm(request.POST)
    if submit(form, lambda: breakdown.promise(target, by=request.user, **form.cleaned_data)):
        messages.success(request, _("已承接。请党员在手机上自愿接单，人数会自动更新。"))
        return redirect("tasks:target", pk)
    return render(request, "tasks/breakdown/target.html", page_about(request, fetch(request, pk), form))


@require_POST
@desk_required("targets.answer")
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    target, reason = fetch(request, pk), request.POST.get("reason", "")
    if attempt(request, lambda: breakdown.decline(target, reason=reason, by=request.user)):
        messages.success(request, _("已答复，市里会看到原因。"))
    return redirect("tasks:target", pk)


@require_POST
@desk_required("targets.answer")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    target = fetch(request, pk)
    if attempt(request, lambda: breakdown.reopen(target, by=request.user)):
        messages.success(request, _("已撤销答复，目标等待承接。"))
    return redirect("tasks:target", pk)


@require_POST
@desk_required("targets.set")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    target, reason = fetch(request, pk), request.POST.get("reason", "")
    if attempt(request, lambda: breakdown.withdraw(target, reason=reason, by=request.user)):
        messages.success(request, _("已撤回，对方会收到通知。"))
    return redirect("tasks:breakdown", target.task_id)
