"""One screen for a whole task: a row form for each open claim, for presence alone and for decisions."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Q
from django.forms import BaseFormSet, Form, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from members.access import StaffRequest
from tasks.deadlines import record_deadline
from tasks.models import Claim, Task, Verification
from tasks.rights import in_charge, may_verify, reached_desk
from tasks.shares import has_shares, narrowed
from xianfeng.lib.ids import id_of
from xianfeng.ui.views import page_of

# A screen for itself: the form's fields must stay below the limit of one request.
ROWS = 100
LEFT = "left-open:"  # and the task's id, in the session
Grade, Presence = Verification.Grade, Claim.Presence


class Screen:
    """A screenful of claims with their forms: what was posted, or what the task suggests."""

    formset: BaseFormSet[Any]

    def __init__(self, request: StaffRequest, task: Task, row_form: type[Form]) -> None:
        self.request, self.task = request, task
        self.page: Page[Claim] | None = None
        rows = formset_factory(row_form, extra=0, max_num=ROWS, absolute_max=ROWS)
        if request.method == "POST":
            self.formset = rows(request.POST)
        else:
            self.page = open_claims(request, task)
            begun, left = is_begun(request, task), left_open(request, task)
            self.formset = rows(
                initial=[row_initial(task, one, request, begun=begun or one.pk in left) for one in self.page]
            )

    @cached_property
    def claims(self) -> list[Claim]:
        """One for each row, in their order."""
        if self.page is not None:
            return list(self.page)
        return shown_again(self.request, self.task, self.formset)

    def is_valid(self) -> bool:
        return self.request.method == "POST" and self.formset.is_valid()

    @property
    def presences(self) -> Mapping[int, str]:
        """Who was there, by claim id."""
        rows = [form.cleaned_data for form in self.formset]
        return {row["claim_id"]: row["presence"] for row in rows}

    @property
    def method(self) -> str:
        """How presence was taken: from a printed sheet where that box is ticked."""
        return Task.Presence.SHEET if self.request.POST.get("sheet") else self.task.presence

    def next(self) -> HttpResponse:
        """After the rows are stored: what still waits, or the task."""
        has_more = in_charge(self.request.user, self.task).open().exists()
        return redirect(self.request.path if has_more else reverse("tasks:detail", args=[self.task.pk]))

    def show(self, **extra: object) -> HttpResponse:
        """The page; `extra` goes to its template."""
        task, user = self.task, self.request.user
        context = {
            "task": task,
            "page": self.page,
            "rows": list(zip(self.claims, self.formset, strict=False)),
            "formset": self.formset,
            "deadline": record_deadline(task),
            "has_own": task.claims.open().filter(member__user__in=user.own_accounts).exists(),
            "is_over": task.is_over,
            "may_verify": may_verify(user, task),
            "may_close": not reached_desk(user, task),
            "may_fill": may_fill(self.request, task),
            "sheet": Task.Presence.SHEET,
        }
        return render(self.request, "tasks/presence/screen.html", context | extra)


def may_fill(request: StaffRequest, task: Task) -> bool:
    """Whether one click may mark everybody: on a city task each community answers for its own people, and
    who looks from above names the community first."""
    return bool(request.GET.get("community")) or not has_shares(task, request.desk.organization)


def open_claims(request: StaffRequest, task: Task) -> "Page[Claim]":
    """A screenful of claims to decide; the viewer's own waits for a colleague."""
    mine = narrowed(request, in_charge(request.user, task))
    others = mine.open().exclude(member__user__in=request.user.own_accounts)
    others = others.select_related("member__unit", "member__community")
    return page_of(request, others, ROWS)


def is_begun(request: StaffRequest, task: Task) -> bool:
    """Whether this desk decided on some and left the others open on purpose: they all stood on one screen."""
    mine = narrowed(request, in_charge(request.user, task))
    counts = mine.aggregate(all=Count("pk"), decided=Count("pk", filter=Q(state__in=Claim.State.DECIDED)))
    return bool(counts["decided"]) and counts["all"] <= ROWS


def leave_open(screen: Screen) -> None:
    """Remembers whom somebody left at 待定 when only the presence was saved: nothing says 好 for them.

    In the session: it is the opinion of who sits there, and no decision.
    """
    rows = [form.cleaned_data for form in screen.formset]
    present = (row for row in rows if row["presence"] == Presence.PRESENT)
    left = [row["claim_id"] for row in present if not row.get("grade")]
    screen.request.session[f"{LEFT}{screen.task.pk}"] = left


def left_open(request: StaffRequest, task: Task) -> set[int]:
    return set(request.session.get(f"{LEFT}{task.pk}", ()))


def shown_again(request: StaffRequest, task: Task, formset: BaseFormSet[Any]) -> list[Claim]:
    """The claims of a form that is shown again, in its order; what is no claim of this task is left out."""
    numbers = [id_of(form["claim_id"].value()) for form in formset]
    found = in_charge(request.user, task).select_related("member__unit", "member__community").in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def row_initial(task: Task, claim: Claim, request: StaffRequest, *, begun: bool) -> dict[str, Any]:
    """Prefilled from the task, with 好 for who was there until the first decisions have `begun`.

    `?fill=good` is the bulk button without JavaScript.
    """
    is_asked = request.GET.get("fill") == "good" and may_fill(request, task)
    fills = is_asked and claim.presence != Presence.ABSENT
    presence = Presence.PRESENT if fills else claim.presence
    return {
        "claim_id": claim.pk,
        "presence": presence,
        "grade": Grade.GOOD if presence == Presence.PRESENT and (fills or not begun) else "",
        "minutes": min(task.minutes, task.longest_service),
        "flags": task.flags,
    }
