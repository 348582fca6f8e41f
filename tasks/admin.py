"""The admin of tasks: scoped, states read-only, changes through the services of the portal."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.access import require
from members.models import User
from members.scoped_admin import ReadOnlyScopedAdmin, ScopedAdmin
from members.service_admin import ServiceAdmin, desk_of
from tasks import rights
from tasks.catalogue import items
from tasks.catalogue.forms import ItemForm
from tasks.models import Claim, ServiceItem, Task, Verification
from tasks.presence.marking import mark_presence
from tasks.publishing import publishing
from tasks.publishing.forms import TaskForm, fresh_initial, task_initial, wish_initial
from tasks.verifying import verifying
from tasks.verifying.reversing import reverse_verification
from wishes.models import Wish
from xianfeng.lib.ids import id_of
from xianfeng.lib.refusal import Refusal


def for_each[T: (Task, Verification)](
    request: HttpRequest, rows: Iterable[T], action: Callable[[T], object], *, done: Callable[[int], str]
) -> None:
    """Run a service on each row by itself; say how many went through, and each refusal by name."""
    count = 0
    for row in rows:
        try:
            action(row)
            count += 1
        except Refusal as refusal:
            messages.error(request, f"{row}：{refusal.message}")
    if count:
        messages.success(request, done(count))


def say_published(count: int) -> str:
    return ngettext("已发布 %(count)d 项。", "已发布 %(count)d 项。", count) % {"count": count}


def say_cancelled(count: int) -> str:
    return ngettext("已取消 %(count)d 项。", "已取消 %(count)d 项。", count) % {"count": count}


def say_reversed_(count: int) -> str:
    return ngettext("已撤销 %(count)d 条。", "已撤销 %(count)d 条。", count) % {"count": count}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明原因，相关党员会看到。")},
    )  # fmt: skip


def ask_reason(
    request: HttpRequest, rows: QuerySet[Any], model_admin: ScopedAdmin, *, action: str, title: str
) -> TemplateResponse | str:
    """The reason once it was given, until then the page that asks for it and names the rows."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    context = {
        **model_admin.admin_site.each_context(request), "title": title, "rows": rows, "form": form,
        "action": action, "checkbox": ACTION_CHECKBOX_NAME, "opts": model_admin.opts,
    }  # fmt: skip
    return TemplateResponse(request, "admin/tasks/reason.html", context)


@admin.register(ServiceItem)
class ServiceItemAdmin(ScopedAdmin):
    sees, does = "tasks.see", "catalogue.edit"
    form = ItemForm
    list_display = ["name", "code", "category", "min_flags", "max_flags", "is_volunteering", "is_active"]
    list_filter = ["category", "is_active", "is_volunteering"]
    search_fields = ["name", "code"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = cast(User, request.user)
        saved = items.save_item(obj if change else None, by=by, **form.cleaned_data)
        obj.pk = saved.pk


@admin.register(Task)
class TaskAdmin(ServiceAdmin):
    """Written on the portal's form, where the audience follows the tier; `?wish=` publishes a wish."""

    sees, does = "tasks.see", "tasks.publish"
    list_display = ["title", "state", "category", "publisher", "starts_at", "places", "flags", "desk_links"]
    list_filter = ["state", "category", "kind"]
    list_select_related = ["publisher__parent"]
    search_fields = ["title", "place"]
    date_hierarchy = "starts_at"
    actions = ["publish", "cancel"]
    steps = (("publish", gettext_lazy("立即发布")), ("draft", gettext_lazy("保存草稿")))

    def service_form(self, request: HttpRequest) -> TaskForm:
        user, desk = desk_of(request)
        wish = wish_asked(request)
        start = wish_initial(wish) if wish else fresh_initial()
        return TaskForm(
            request.POST or None, publisher=desk.organization, wish=wish,
            initial={**start, "organiser_name": str(user)},
        )  # fmt: skip

    def serve(self, request: HttpRequest, form: Any) -> str:
        user, desk = desk_of(request)
        common = {
            "by": user, "publisher": desk.organization, "item": form.cleaned_data["item"],
            "audience": form.audience(), "key": form.cleaned_data["key"] or None, **form.terms(),
        }  # fmt: skip
        if form.wish:
            return say_saved(publishing.publish_wish(form.wish, **common))
        publish_now = request.POST.get("step") == "publish"
        return say_saved(publishing.create(publish_now=publish_now, **common))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """The publisher's own drafts are changed on the same form; everything else is only shown."""
        task = self.get_object(request, object_id)
        user = cast(User, request.user)
        if task is None or task.state != Task.State.DRAFT or not rights.may_manage(user, task):
            return super().change_view(request, object_id, form_url, extra_context)
        known: dict[str, Any] = {"publisher": task.publisher, "wish": task.wish, "item": task.item}
        initial = {**task_initial(task), "key": publishing.version_of(task)}
        form = TaskForm(request.POST or None, **known, initial=initial)
        return self.form_page(request, form, lambda _request, form: change(task, form, user), title=str(task))

    @admin.display(description=gettext_lazy("已接/名额"))
    def places(self, task: Task) -> str:
        return f"{task.places_taken}/{task.capacity}"

    @admin.display(description=gettext_lazy("工作台"))
    def desk_links(self, task: Task) -> str:
        """The whole-task screen of the portal; there is no second way to verify."""
        if task.state == Task.State.PUBLISHED and task.is_over:
            return format_html('<a href="{}">{}</a>', reverse("tasks:verify", args=[task.pk]), _("整场认定"))
        return format_html('<a href="{}">{}</a>', reverse("tasks:detail", args=[task.pk]), _("打开"))

    @admin.action(description=gettext_lazy("发布所选草稿"), permissions=["act"])
    def publish(self, request: HttpRequest, tasks: QuerySet[Task]) -> None:
        by = cast(User, request.user)
        for_each(
            request, managed(tasks, by), lambda task: publishing.publish(task, by=by),
            done=say_published,
        )  # fmt: skip

    @admin.action(description=gettext_lazy("取消所选任务"), permissions=["act"])
    def cancel(self, request: HttpRequest, tasks: QuerySet[Task]) -> HttpResponse:
        by = cast(User, request.user)
        reason = ask_reason(request, tasks, self, action="cancel", title=_("取消所选任务"))
        if not isinstance(reason, str):
            return reason
        for_each(
            request, managed(tasks, by), lambda task: publishing.cancel(task, reason=reason, by=by),
            done=say_cancelled,
        )  # fmt: skip
        return HttpResponseRedirect(request.get_full_path())


def wish_asked(request: HttpRequest) -> Wish | None:
    """The wish to publish, named in the address. 404 outside the scope, 403 without the right."""
    number = request.GET.get("wish", "")
    if not number:
        return None
    user = cast(User, request.user)
    require(user, "wishes.handle")
    wishes = Wish.objects.visible_to(user).select_related("organization")
    return get_object_or_404(wishes, pk=id_of(number))


def change(task: Task, form: TaskForm, by: User) -> str:
    """Write the form's values into a draft, and publish it where that button was pressed."""
    item, audience = form.cleaned_data["item"], form.audience()
    seen = id_of(form.cleaned_data["key"]) or None
    kept = publishing.edit(task, by=by, seen=seen, item=item, audience=audience, **form.terms())
    if form.data.get("step") == "publish":
        kept = publishing.publish(kept, by=by)
    return say_saved(kept)


def say_saved(task: Task) -> str:
    is_open = task.state == Task.State.PUBLISHED
    text = _("“%(title)s”已发布，党员现在可以看到。") if is_open else _("“%(title)s”已存为草稿。")
    return text % {"title": task.title}


def managed(tasks: QuerySet[Task], by: User) -> QuerySet[Task]:
    """The rows whose publisher is the desk itself; others are seen, not handled."""
    desk = require(by, "tasks.publish")
    return tasks.filter(publisher=desk.organization).select_related("item", "publisher__parent", "wish")


VERIFY_GOOD = gettext_lazy("所选到场者评为“好”并亮旗，缺席者记未到场")


@admin.register(Claim)
class ClaimAdmin(ReadOnlyScopedAdmin):
    """Presence of the ticked claims, and the usual decision on them; others on the whole-task screen."""

    sees, does = "tasks.see", "presence.mark"
    actions = ["mark_present", "mark_absent", "verify_good"]
    list_display = ["member", "task", "state", "presence", "presence_method", "claimed_at"]
    list_filter = ["state", "presence", "presence_method"]
    list_select_related = ["member", "task"]
    search_fields = ["member__name", "task__title"]
    fields = [
        "task",
        "member",
        "state",
        "claimed_at",
        "presence",
        "presence_method",
        "presence_at",
        "presence_by",
    ]

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "claims.verify")

    @admin.action(description=gettext_lazy("所选记为到场"), permissions=["act"])
    def mark_present(self, request: HttpRequest, claims: QuerySet[Claim]) -> None:
        self.mark(request, claims, Claim.Presence.PRESENT)

    @admin.action(description=gettext_lazy("所选记为缺席"), permissions=["act"])
    def mark_absent(self, request: HttpRequest, claims: QuerySet[Claim]) -> None:
        self.mark(request, claims, Claim.Presence.ABSENT)

    def mark(self, request: HttpRequest, claims: QuerySet[Claim], presence: str) -> None:
        by = cast(User, request.user)

        def write(task: Task) -> int:
            marks = dict.fromkeys(ids_of(claims, task), presence)
            return mark_presence(task, marks, by=by, method=Task.Presence.ROSTER)

        for_each(request, tasks_of(claims, by, rights.may_mark_presence), write, done=say_decided)

    @admin.action(permissions=["verify"], description=VERIFY_GOOD)
    def verify_good(self, request: HttpRequest, claims: QuerySet[Claim]) -> None:
        by = cast(User, request.user)

        def decide(task: Task) -> list[Verification]:
            rows = claims.filter(task=task, state=Claim.State.CLAIMED).exclude(presence="")
            return verifying.verify(task, [usual_decision(claim, task) for claim in rows], by=by)

        for_each(request, tasks_of(claims, by, rights.may_verify), decide, done=say_decided)


def tasks_of(claims: QuerySet[Claim], by: User, may: Callable[[User, Task], bool]) -> list[Task]:
    """The tasks of the ticked claims that this desk may decide on. Raises PermissionDenied for none."""
    tasks = Task.objects.visible_to(by).filter(pk__in=claims.order_by().values("task"))
    found = [task for task in tasks.select_related("item", "publisher__parent", "wish") if may(by, task)]
    rights.demand(bool(found))
    return found


def ids_of(claims: QuerySet[Claim], task: Task) -> list[int]:
    return list(claims.filter(task=task).values_list("pk", flat=True))


def usual_decision(claim: Claim, task: Task) -> verifying.Decision:
    """What the whole-task screen offers first: 好 with the task's figures, or a no-show."""
    if claim.presence == Claim.Presence.ABSENT:
        return verifying.Decision(claim.pk, Verification.Grade.NO_SHOW)
    return verifying.Decision(claim.pk, Verification.Grade.GOOD, task.minutes, task.flags)


def say_decided(count: int) -> str:
    return ngettext("已办理 %(count)d 项任务。", "已办理 %(count)d 项任务。", count) % {"count": count}


@admin.register(Verification)
class VerificationAdmin(ReadOnlyScopedAdmin):
    sees, does = "tasks.see", "flags.reverse"
    list_display = ["claim", "grade", "flags", "minutes", "verifier", "verified_at", "reversed_at"]
    list_filter = ["grade", ("reversed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["claim__member", "claim__task", "verifier"]
    search_fields = ["claim__member__name", "claim__task__title"]
    actions = ["reverse"]

    @admin.action(description=gettext_lazy("撤销所选认定"), permissions=["act"])
    def reverse(self, request: HttpRequest, rows: QuerySet[Verification]) -> HttpResponse:
        by = cast(User, request.user)
        reason = ask_reason(request, rows, self, action="reverse", title=_("撤销所选认定"))
        if not isinstance(reason, str):
            return reason
        for_each(
            request, rows.select_related("claim__task", "claim__member", "entry__member"),
            lambda row: reverse_verification(row, reason=reason, by=by),
            done=say_reversed_,
        )  # fmt: skip
        return HttpResponseRedirect(request.get_full_path())
