"""Desk pages: the task list, one task, the form, and the catalogue."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from members.models import Organization
from tasks import catalogue, desk_rules, publishing
from tasks.filters import TaskFilter
from tasks.forms import ItemForm, TaskForm, copy_initial, fresh_initial, task_initial, wish_initial
from tasks.models import Claim, ServiceItem, Task, TaskEvent
from tasks.phases import BY_CODE, PHASES, phase_counts, phase_of
from wishes.models import Wish
from xianfeng.lib.ids import id_of
from xianfeng.lib.refusal import Refusal

PAGE = 50
SORTS = {name: name for name in ("starts_at", "title", "capacity", "flags", "places_taken")}
# Where on the form the message of a rule belongs.
FIELD_OF = {
    desk_rules.WrongAudience.code: "reach",
    desk_rules.ItemNotOffered.code: "item",
    desk_rules.FlagsOutOfRange.code: "flags",
    desk_rules.CapacityTooSmall.code: "capacity",
    desk_rules.TermsFrozen.code: "flags",
    catalogue.RangeReversed.code: "max_flags",
    catalogue.CodeTaken.code: "code",
}


def attempt[T](request: StaffRequest, action: Callable[[], T]) -> T | None:
    """Run a service; a refusal becomes the page's message and gives None."""
    try:
        return action()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return None


def submit[T](form: Form | ItemForm, action: Callable[[], T]) -> T | None:
    """Run a service with a valid form's values; a refusal becomes an error on the field it is about."""
    if not form.is_valid():
        return None
    try:
        return action()
    except Refusal as refusal:
        form.add_error(FIELD_OF.get(refusal.code), refusal.message)
        return None


def fetch(request: StaffRequest, pk: int) -> Task:
    """A task of the desk's branch, else 404."""
    tasks = Task.objects.visible_to(request.user)
    related = ("item", "publisher__parent", "wish__organization", "created_by")
    return get_object_or_404(tasks.select_related(*related), pk=pk)


# --- List and detail ----------------------------------------------------------------------------


def sorted_by(tasks: QuerySet[Task], wanted: str, default: str) -> QuerySet[Task]:
    name = wanted.removeprefix("-")
    if name not in SORTS:
        return tasks.order_by(default, "-pk")
    return tasks.order_by(("-" if wanted.startswith("-") else "") + SORTS[name], "-pk")


def page_of(rows: QuerySet[Task], request: StaffRequest, total: int) -> "Page[Task]":
    """The page asked for; `total` is known from the tabs, so the paginator need not count again."""
    pages = Paginator(rows, PAGE)
    pages.__dict__["count"] = total
    return pages.get_page(request.GET.get("page"))


@require_safe
@desk_required("tasks.see")
def task_list(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    found = TaskFilter(request.GET, Task.objects.visible_to(request.user), request=request)
    counts = phase_counts(found.qs, now)
    phase = BY_CODE.get(request.GET.get("tab", ""), BY_CODE["open"])
    default = "starts_at" if phase.code in ("open", "running", "draft") else "-starts_at"
    rows = sorted_by(found.qs.filter(phase.condition(now)), request.GET.get("sort", ""), default)
    page = page_of(rows.select_related("publisher"), request, counts[phase.code])
    tabs = [(one, counts[one.code], one is phase) for one in PHASES]
    context = {"filter": found, "tabs": tabs, "phase": phase, "page": page}
    return render(request, "tasks/desk_list.html", context)


@require_safe
@desk_required("tasks.see")
def task_detail(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    now = timezone.now()
    claims = claim_rows(task)
    context = {
        "task": task,
        "phase": phase_of(task, now),
        "page": Paginator(claims, PAGE).get_page(request.GET.get("page")),
        "audience": task.audience.all(),
        "history": [event_line(event) for event in task.events.select_related("by").order_by("-id")],
        **actions_on(request, task),
    }
    return render(request, "tasks/desk_detail.html", context)


def claim_rows(task: Task) -> QuerySet[Claim]:
    """The claims with the member and the standing verification; contact data stays out."""
    return task.claims.select_related("member__unit").prefetch_related("verifications__verifier")


def event_line(event: TaskEvent) -> dict[str, Any]:
    titles = {"": _("拟稿"), Task.State.PUBLISHED: _("发布"), Task.State.CANCELLED: _("取消")}
    same = event.from_state == event.to_state
    title = _("修改") if same else titles.get(event.to_state if event.from_state else "", _("认定完成"))
    if event.from_state == Task.State.SETTLED:
        title = _("重新打开认定")
    return {"title": title, "at": event.at, "by": event.by, "note": event.note}


def actions_on(request: StaffRequest, task: Task) -> dict[str, bool]:
    """Which buttons the page shows; each service asks the same rules again."""
    now, user = timezone.now(), request.user
    is_draft, is_open = task.state == Task.State.DRAFT, task.state == Task.State.PUBLISHED
    manages = desk_rules.may_manage(user, task)
    return {
        "can_edit": manages and (is_draft or (is_open and now < task.ends_at)),
        "can_publish": manages and is_draft,
        "can_copy": request.desk.can("tasks.publish"),
        "can_cancel": desk_rules.may_cancel(user, task) and desk_rules.is_cancellable(task),
        "can_mark": is_open and now >= task.starts_at and desk_rules.may_mark_presence(user, task),
        "can_verify": is_open and now >= task.ends_at and desk_rules.may_verify(user, task),
        "can_reverse": desk_rules.may_reverse(user, task),
    }


# --- Drafting and publishing --------------------------------------------------------------------


@desk_required("tasks.publish")
def task_new(request: StaffRequest) -> HttpResponse:
    """An empty form, or one that starts from an old task (?copy=) or a catalogue item (?item=)."""
    publisher = request.desk.organization
    form = TaskForm(request.POST or None, publisher=publisher, initial=start_of(request))
    if request.method == "POST" and (task := submit(form, lambda: save_new(request, form, publisher))):
        return saved(request, task)
    return render(request, "tasks/desk_form.html", {"form": form})


def start_of(request: StaffRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"organiser_name": str(request.user)}
    if source := request.GET.get("copy", ""):
        copied = get_object_or_404(
            Task.objects.visible_to(request.user).select_related("publisher"), pk=id_of(source)
        )
        return {**initial, **copy_initial(copied, request.desk.organization)}
    return {**initial, **fresh_initial(), "item": request.GET.get("item")}


def save_new(request: StaffRequest, form: TaskForm, publisher: Organization) -> Task:
    values = form.cleaned_data
    return publishing.create(
        by=request.user, publisher=publisher, item=values["item"], audience=form.audience(),
        key=values["key"] or None, publish_now=request.POST.get("action") == "publish", **form.terms(),
    )  # fmt: skip


def saved(request: StaffRequest, task: Task) -> HttpResponse:
    """Back to the task, with what happened."""
    published = task.state == Task.State.PUBLISHED
    text = _("“%(title)s”已发布，党员现在可以看到。") if published else _("“%(title)s”已存为草稿。")
    messages.success(request, text % {"title": task.title})
    return redirect("tasks:detail", task.pk)


@desk_required("wishes.handle")
def task_new_for_wish(request: StaffRequest, wish_pk: int) -> HttpResponse:
    """Accept a wish and publish it as a task in one step."""
    wish = get_object_or_404(Wish.objects.visible_to(request.user).select_related("organization"), pk=wish_pk)
    publisher = request.desk.organization
    initial = {**wish_initial(wish), "organiser_name": str(request.user)}
    form = TaskForm(request.POST or None, publisher=publisher, wish=wish, initial=initial)
    if request.method == "POST" and (task := submit(form, lambda: save_wish(request, form, wish))):
        return saved(request, task)
    return render(request, "tasks/desk_form.html", {"form": form, "wish": wish})


def save_wish(request: StaffRequest, form: TaskForm, wish: Wish) -> Task:
    return publishing.publish_wish(
        wish, by=request.user, publisher=request.desk.organization, item=form.cleaned_data["item"],
        audience=form.audience(), key=form.cleaned_data["key"] or None, **form.terms(),
    )  # fmt: skip


@desk_required("tasks.publish")
def task_edit(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    desk_rules.demand(desk_rules.may_manage(request.user, task))
    known: dict[str, Any] = {"publisher": task.publisher, "wish": task.wish, "item": task.item}
    initial = {**task_initial(task), "key": publishing.version_of(task)}
    form = TaskForm(request.POST or None, **known, initial=initial)
    if request.method == "POST" and (kept := submit(form, lambda: save_changes(request, form, task))):
        messages.success(request, _("“%(title)s”已保存。") % {"title": kept.title})
        return redirect("tasks:detail", task.pk)
    context = {"form": form, "task": task, "is_frozen": task.claims.exists()}
    return render(request, "tasks/desk_form.html", context)


def save_changes(request: StaffRequest, form: TaskForm, task: Task) -> Task:
    item, audience = form.cleaned_data["item"], form.audience()
    seen = id_of(form.cleaned_data["key"]) or None
    return publishing.edit(task, by=request.user, seen=seen, item=item, audience=audience, **form.terms())


@require_POST
@desk_required("tasks.publish")
def task_publish(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    if attempt(request, lambda: publishing.publish(task, by=request.user)):
        return saved(request, task)
    return redirect("tasks:detail", pk)


@require_POST
@desk_required("tasks.publish")
def task_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    task = fetch(request, pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: publishing.cancel(task, reason=reason, by=request.user)):
        messages.success(request, _("“%(title)s”已取消，已接单的党员都会收到通知。") % {"title": task.title})
    return redirect("tasks:detail", pk)


# --- The catalogue ------------------------------------------------------------------------------


@require_safe
@desk_required("tasks.see")
def items(request: StaffRequest) -> HttpResponse:
    return render(request, "tasks/desk_items.html", {"items": ServiceItem.objects.visible_to(request.user)})


@desk_required("catalogue.edit")
def item_edit(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    item = get_object_or_404(ServiceItem.objects.visible_to(request.user), pk=pk) if pk else None
    form = ItemForm(request.POST or None, instance=item)
    if request.method == "POST" and (kept := submit(form, lambda: save_item(request, form, item))):
        messages.success(request, _("“%(name)s”已保存。") % {"name": kept.name})
        return redirect("tasks:items")
    return render(request, "tasks/desk_item.html", {"form": form, "item": item})


def save_item(request: StaffRequest, form: ItemForm, item: ServiceItem | None) -> ServiceItem:
    return catalogue.save_item(item, by=request.user, **form.cleaned_data)
