"""The admin of tasks: scoped, states read-only, changes through the services of the portal."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.access import require
from members.models import User
from members.scoped_admin import ReadOnlyScopedAdmin, ScopedAdmin
from tasks import catalogue, publishing, verifying
from tasks.forms import ItemForm
from tasks.models import Claim, ServiceItem, Task, Verification
from xianfeng.lib.refusal import Refusal


def for_each[T: (Task, Verification)](
    request: HttpRequest, rows: QuerySet[T], action: Callable[[T], object], *, done: Callable[[int], str]
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
        saved = catalogue.save_item(obj if change else None, by=by, **form.cleaned_data)
        obj.pk = saved.pk


@admin.register(Task)
class TaskAdmin(ReadOnlyScopedAdmin):
    """Written on the portal's form, where the audience follows the tier; published and called off here."""

    sees, does = "tasks.see", "tasks.publish"
    list_display = ["title", "state", "category", "publisher", "starts_at", "places", "flags", "desk_links"]
    list_filter = ["state", "category", "kind"]
    list_select_related = ["publisher__parent"]
    search_fields = ["title", "place"]
    date_hierarchy = "starts_at"
    actions = ["publish", "cancel"]

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


def managed(tasks: QuerySet[Task], by: User) -> QuerySet[Task]:
    """The rows whose publisher is the desk itself; others are seen, not handled."""
    desk = require(by, "tasks.publish")
    return tasks.filter(publisher=desk.organization).select_related("item", "publisher__parent", "wish")


@admin.register(Claim)
class ClaimAdmin(ReadOnlyScopedAdmin):
    sees = "tasks.see"
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
            lambda row: verifying.reverse_verification(row, reason=reason, by=by),
            done=say_reversed_,
        )  # fmt: skip
        return HttpResponseRedirect(request.get_full_path())
