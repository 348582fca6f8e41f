"""Desk pages: the task list, one task, the form, and the catalogue."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Case, Count, Q, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import User
from tasks.desk import fetch
from tasks.models import Claim, Invitation, Muster, ScopeReport, Target, Task, TaskEvent
from tasks.models.claim import ClaimQuerySet
from tasks.phases import BY_CODE, PHASES, phase_counts, phase_of
from tasks.publishing import publishing, rules
from tasks.publishing.filters import TaskFilter
from tasks.publishing.forms import TaskForm, copy_initial, fresh_initial, task_initial, wish_initial
from tasks.queue import next_after
from tasks.reviewing.rules import may_review, may_take_back
from tasks.rights import (
    demand,
    in_charge,
    may_cancel,
    may_invite,
    may_manage,
    may_mark_presence,
    may_reverse,
    may_verify,
)
from tasks.scope import screening
from tasks.shares import FIGURES, has_shares, narrowed, shares_of
from wishes.models import Wish
from xianfeng.lib.ids import id_of
from xianfeng.lib.times import format_span
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, ordering, page_of, posted, submit

# Places first, then offers, then the line.
LIST_LAST = Case(When(state=Claim.State.WAITING, then=2), When(state=Claim.State.OFFERED, then=1), default=0)
SORTS = {name: name for name in ("starts_at", "title", "capacity", "flags", "places_taken")}


# --- List and detail ----------------------------------------------------------------------------


@require_safe
@desk_required("tasks.see")
def list_(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    found = TaskFilter(request.GET, Task.objects.visible_to(request.user), request=request)
    counts = phase_counts(found.qs, now)
    # Each phase has its own natural order, so a sort is not carried over.
    faces = ((one.code, one.word, counts[one.code]) for one in PHASES)
    tabs = tabs_of(request, faces, default="open", drop=["sort"])
    phase = BY_CODE[tabs.chosen.key]
    default = "starts_at" if phase.code in ("open", "running", "draft", "in_review") else "-starts_at"
    order = ordering(request.GET.get("sort", ""), SORTS, default=default, then=["-pk"])
    rows = found.qs.filter(phase.condition(now)).select_related("publisher").order_by(*order)
    page = page_of(request, rows, total=tabs.chosen.count)
    context = {"filter": found, "tabs": tabs, "phase": phase, "page": page}
    return render(request, "tasks/publishing/list.html", context)


@require_safe
@desk_required("tasks.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    now = timezone.now()
    claims = in_charge(request.user, task)
    is_narrowed = not {"community", "of"}.isdisjoint(request.GET)
    counts = claims.aggregate(all=Count("pk"), pending=Count("pk", filter=Q(state__in=Claim.State.PENDING)))
    total = None if is_narrowed else counts["all"]
    context = {
        "task": task,
        "phase": phase_of(task, now),
        "page": claim_page(request, narrowed(request, claims), total),
        "shares": shares_of(claims) if has_shares(task, request.desk.organization) else [],
        "pending": counts["pending"],
        "figure_words": [word for word, _rows in FIGURES.values()],
        "is_narrowed": is_narrowed,
        "audience": task.audience.all(),
        "history": [event_line(event) for event in task.events.select_related("by").order_by("-id")],
        "next": next_after(task, request.user) if task.is_settled else None,
        "invited": Invitation.objects.visible_to(request.user).filter(task=task).answers(now),
        **actions_on(request, task),
        **scope_of(request, task),
    }
    return render(request, "tasks/publishing/detail.html", context)


def scope_of(request: StaffRequest, task: Task) -> dict[str, Any]:
    """Whether it is volunteer service: what speaks against a draft, what the city said, what members say."""
    user, sees_reports = request.user, request.desk.can("scope.see")
    is_draft = task.is_draft and may_manage(user, task)
    found = screening.findings(task) if is_draft else []
    said = ScopeReport.objects.open().filter(task=task).values_list("reason", flat=True)
    return {
        "found": found,
        "stops": screening.stops(found),
        "screenings": task.screenings.select_related("asked_by", "decided_by")
        if request.desk.organization.contains(task.publisher)
        else [],
        "reports": list(said) if sees_reports else [],
        "can_review": task.is_in_review and may_review(user, task),
        "can_take_back": may_take_back(user, task),
        "can_decide_scope": task.is_enterable and may_review(user, task),
    }


def claim_page(request: StaffRequest, claims: ClaimQuerySet, total: int | None) -> "Page[Claim]":
    """The claims with the member and their verifications, the line last; contact data stays out.

    `total` is their number, where it is known.
    """
    related = claims.with_rank().select_related("member__unit", "team", "task__publisher__parent")
    related = related.order_by(LIST_LAST, "claimed_at", "pk")
    decided = related.prefetch_related("verifications__verifier", "verifications__entry")
    page = page_of(request, decided, total=total)
    for one in (one for claim in page for one in claim.verifications.all()):
        one.may_be_reversed = not one.reversed_at and may_reverse(request.user, one)
    return page


def event_line(event: TaskEvent) -> dict[str, Any]:
    titles = {
        "": _("拟稿"), Task.State.IN_REVIEW: _("送审"), Task.State.DRAFT: _("回到草稿"),
        Task.State.PUBLISHED: _("发布"), Task.State.CANCELLED: _("取消"),
    }  # fmt: skip
    same = event.from_state == event.to_state
    title = (
        same_state(event) if same else titles.get(event.to_state if event.from_state else "", _("认定完成"))
    )
    if event.from_state == Task.State.SETTLED:
        title = _("重新打开认定")
    return {"title": title, "at": event.at, "by": event.by, "note": event.note}


def same_state(event: TaskEvent) -> str:
    """A word of the city's on its scope changes nothing else."""
    verdict = _("范围裁定")
    return verdict if event.note.startswith(verdict) else _("修改")


def actions_on(request: StaffRequest, task: Task) -> dict[str, bool]:
    """Which buttons the page shows; each service asks the same rules again."""
    now, user = timezone.now(), request.user
    is_draft, is_open = task.is_draft, task.is_published
    manages = may_manage(user, task)
    return {
        "can_edit": manages and not task.is_muster and (is_draft or (is_open and now < task.ends_at)),
        "can_publish": manages and is_draft,
        "can_copy": request.desk.can("tasks.publish"),
        "can_break_down": (
            has_shares(task, request.desk.organization) and not is_draft and not task.is_muster
        ),
        "can_cancel": may_cancel(user, task) and rules.is_cancellable(task),
        "can_enter": now >= task.starts_at and task.is_enterable and may_mark_presence(user, task),
        "can_mark": is_open and now >= task.starts_at and may_mark_presence(user, task),
        "can_verify": is_open and now >= task.ends_at and may_verify(user, task),
        "can_reverse": request.desk.can("flags.reverse"),
        "can_invite": (
            may_invite(user, task)
            and task.is_published
            and now < task.signup_closes_at
            and not task.is_muster
        ),
    }


# --- Drafting and publishing --------------------------------------------------------------------


@desk_required("tasks.publish")
def new(request: StaffRequest) -> HttpResponse:
    form, is_public = form_for(request), request.POST.get("action") == "publish"
    if task := submit(form, lambda: save(form, by=request.user, publish_now=is_public)):
        return saved(request, task)
    return render(request, "tasks/publishing/form.html", {"form": form})


def form_for(request: StaffRequest, task: Task | None = None) -> TaskForm:
    """A task as it stands, and on which version the form was filled in.

    Else an empty form, or one that starts from an old task (?copy=) or a catalogue item (?item=).
    """
    if task is None:
        return TaskForm(posted(request), publisher=request.desk.organization, initial=start_of(request))
    known: dict[str, Any] = {
        "publisher": task.publisher, "wish": task.wish, "item": task.item, "whole": task.parent
    }  # fmt: skip
    initial = {**task_initial(task), "key": publishing.version_of(task)}
    return TaskForm(posted(request), **known, initial=initial)


def start_of(request: StaffRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"organiser_name": str(request.user)}
    if source := request.GET.get("copy", ""):
        copied = get_object_or_404(
            Task.objects.visible_to(request.user).select_related("publisher"), pk=id_of(source)
        )
        return {**initial, **copy_initial(copied, request.desk.organization)}
    return {**initial, **fresh_initial(), "item": request.GET.get("item")}


def save(form: TaskForm, task: Task | None = None, *, by: User, publish_now: bool = False) -> Task:
    """Write a new task, or changes of one."""
    key, insist = form.cleaned_data["key"], form.cleaned_data["insist"]
    if task is None:
        new = {**form.values(), "publisher": form.publisher, "key": key or None, "insist": insist}
        return publishing.create(by=by, publish_now=publish_now, **new)
    agreed = form.cleaned_data["clashes_seen"]
    seen: dict[str, Any] = {"seen": id_of(key) or None, "clashes_seen": agreed, "insist": insist}
    kept = publishing.edit(task, by=by, **seen, **form.values())
    return publishing.publish(kept, by=by, insist=insist) if publish_now else kept


def saved(request: StaffRequest, task: Task) -> HttpResponse:
    """Back to the task, with what happened, and what else happens then."""
    messages.success(request, became(task) % {"title": task.title})
    warn_of_musters(request, task)
    return redirect("tasks:detail", task.pk)


def warn_of_musters(request: StaffRequest, task: Task) -> None:
    """平急切换: people who are called to an emergency at these hours will not come to a planned task."""
    seen = Muster.objects.visible_to(request.user).going_on().meeting(task).select_related("task")
    for muster in seen[:3]:
        called, span = muster.task, format_span(muster.task.starts_at, muster.task.ends_at)
        text = _("同一时间有应急集结“%(title)s”（%(span)s），党员可能正在集结。请考虑改时间。")
        messages.warning(request, text % {"title": called.title, "span": span})


def became(task: Task) -> str:
    if task.is_in_review:
        return _("“%(title)s”已送市里审核，2 个工作日内答复，通过后自动发布。")
    return _("“%(title)s”已发布，党员现在可以看到。") if task.is_published else _("“%(title)s”已存为草稿。")


@desk_required("wishes.handle")
def new_for_wish(request: StaffRequest, wish_pk: int) -> HttpResponse:
    """Accept a wish and publish it as a task in one step."""
    wish = get_object_or_404(Wish.objects.visible_to(request.user).select_related("organization"), pk=wish_pk)
    publisher = request.desk.organization
    initial = {**wish_initial(wish), "organiser_name": str(request.user)}
    form = TaskForm(posted(request), publisher=publisher, wish=wish, initial=initial)
    if task := submit(form, lambda: save_wish(request, form, wish)):
        return saved(request, task)
    return render(request, "tasks/publishing/form.html", {"form": form, "wish": wish})


@require_safe
@desk_required("tasks.publish")
def fits(request: StaffRequest) -> HttpResponse:
    """How many people the form as it stands would find: a fragment of its page."""
    wishes = Wish.objects.visible_to(request.user).select_related("organization")
    wish = wishes.filter(pk=id_of(request.GET.get("wish", ""))).first()
    wholes = Task.objects.filter(targets__in=Target.objects.visible_to(request.user))
    whole = wholes.filter(pk=id_of(request.GET.get("whole", ""))).first()
    form = TaskForm(request.GET, publisher=request.desk.organization, wish=wish, whole=whole)
    return render(request, "tasks/publishing/_fitting.html", {"fitting": form.fitting()})


def save_wish(request: StaffRequest, form: TaskForm, wish: Wish) -> Task:
    key = form.cleaned_data["key"] or None
    given = {**form.values(), "insist": form.cleaned_data["insist"]}
    return publishing.publish_wish(
        wish, by=request.user, publisher=request.desk.organization, key=key, **given
    )


@desk_required("tasks.publish")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    demand(may_manage(request.user, task))
    form = form_for(request, task)
    if kept := submit(form, lambda: save(form, task, by=request.user)):
        messages.success(request, _("“%(title)s”已保存。") % {"title": kept.title})
        warn_of_musters(request, kept)
        return redirect("tasks:detail", task.pk)
    context = {"form": form, "task": task, "is_frozen": task.claims.exists()}
    return render(request, "tasks/publishing/form.html", context)


@require_POST
@desk_required("tasks.publish")
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    task, insist = fetch(request, pk), request.POST.get("insist", "")
    if attempt(request, lambda: publishing.publish(task, by=request.user, insist=insist)):
        return saved(request, task)
    return redirect("tasks:detail", pk)


@require_POST
@desk_required("tasks.publish")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: publishing.cancel(task, reason=reason, by=request.user)):
        messages.success(request, _("“%(title)s”已取消，已接单的党员都会收到通知。") % {"title": task.title})
    return redirect("tasks:detail", pk)
