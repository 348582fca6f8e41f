"""Desk pages: who was there, by roster tick or from a printed sheet; one screen for a whole task.

The verification screen is this screen with more columns: it hands in its own row form and way to save.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.forms import BaseFormSet, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from tasks.deadlines import record_deadline
from tasks.desk import fetch
from tasks.models import Claim, Task, Verification
from tasks.presence.forms import PresenceForm
from tasks.presence.marking import mark_presence
from tasks.rights import demand, may_mark_presence, may_verify
from xianfeng.lib.ids import id_of
from xianfeng.ui.views import attempt, page_of

# A screen for itself: the form's fields must stay below the limit of one request.
ROWS = 100
Grade, Presence = Verification.Grade, Claim.Presence

type Rows = BaseFormSet[Any]
# Stores what a valid form says and tells what happened; False where a rule refused.
type Save = Callable[[StaffRequest, Task, Rows], bool]


@desk_required("presence.mark")
def presence(request: StaffRequest, pk: int) -> HttpResponse:
    """The roster tick alone: during the task, or for an estate, which does not verify."""
    task = fetch(request, pk)
    demand(may_mark_presence(request.user, task))
    return screen(request, task, PresenceForm, save_presence)


def screen(
    request: StaffRequest, task: Task, row_form: type[PresenceForm], save: Save, **extra: object
) -> HttpResponse:
    """A screenful of open claims, one row form each. `extra` goes to the template."""
    claims = open_claims(request, task)
    rows = formset_factory(row_form, extra=0, max_num=ROWS, absolute_max=ROWS)
    if request.method == "POST":
        formset = rows(request.POST)
        if formset.is_valid() and save(request, task, formset):
            has_more = task.claims.open().exists()
            return redirect(request.path if has_more else reverse("tasks:detail", args=[task.pk]))
        shown = shown_again(task, formset)
    else:
        shown = list(claims)
        formset = rows(initial=[row_initial(task, claim, request) for claim in shown])
    context = screen_context(request, task, shown, formset)
    page = claims if request.method == "GET" else None
    return render(request, "tasks/presence/screen.html", {**context, "page": page, **extra})


def open_claims(request: StaffRequest, task: Task) -> "Page[Claim]":
    """A screenful of claims to decide; the viewer's own waits for a colleague."""
    others = task.claims.open().select_related("member__unit").exclude(member__user=request.user)
    return page_of(request, others, ROWS)


def shown_again(task: Task, formset: Rows) -> list[Claim]:
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


def screen_context(request: StaffRequest, task: Task, claims: list[Claim], formset: Rows) -> dict[str, Any]:
    return {
        "task": task,
        "rows": list(zip(claims, formset, strict=False)),
        "formset": formset,
        "deadline": record_deadline(task),
        "has_own": task.claims.open().filter(member__user=request.user).exists(),
        "is_over": task.is_over,
        "may_verify": may_verify(request.user, task),
        "sheet": Task.Presence.SHEET,
    }


def presences_in(formset: Rows) -> Mapping[int, str]:
    """Who was there, by claim id."""
    return {form.cleaned_data["claim_id"]: form.cleaned_data["presence"] for form in formset}


def method_of(request: StaffRequest, task: Task) -> str:
    """How presence was taken: from a printed sheet where that box is ticked."""
    return Task.Presence.SHEET if request.POST.get("sheet") else task.presence


def save_presence(request: StaffRequest, task: Task, formset: Rows) -> bool:
    presences, method = presences_in(formset), method_of(request, task)
    count = attempt(request, lambda: mark_presence(task, presences, by=request.user, method=method))
    if count is None:
        return False
    text = ngettext("已记录 %(count)d 人签到。", "已记录 %(count)d 人签到。", count)
    messages.success(request, text % {"count": count})
    return True


@require_safe
@desk_required("presence.mark")
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The sheet to print and sign, for people and places without a phone."""
    task = fetch(request, pk)
    demand(may_mark_presence(request.user, task))
    claims = task.claims.open().select_related("member__unit").order_by("member__pinyin", "pk")
    return render(request, "tasks/presence/sheet.html", {"task": task, "claims": claims, "blank": range(5)})
