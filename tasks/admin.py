"""The admin of tasks: scoped, states read-only, changes through the services of the portal."""

from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.service_admin import ReasonForm, ServiceAdmin, service_action
from tasks import rights
from tasks.catalogue.forms import ItemForm
from tasks.catalogue.items import save_item
from tasks.models import Claim, ScopeRule, ServiceItem, Task, Verification
from tasks.presence.marking import mark_presence
from tasks.publishing import publishing
from tasks.publishing.views import form_for, save
from tasks.scope.editing import save_rule
from tasks.scope.forms import RuleForm
from tasks.verifying.reversing import reverse_verification


class OfTasks(ServiceAdmin):
    def portal(self, row: Task | Claim, user: User) -> tuple[Any, str, int]:
        """Who may verify a whole task does so on one screen: there is no second way to do it."""
        task = row.task if isinstance(row, Claim) else row
        if task.is_published and task.is_over and rights.may_verify(user, task):
            return _("整场认定"), "tasks:verify", task.pk
        return _("打开"), "tasks:detail", task.pk


@admin.register(ServiceItem)
class ServiceItemAdmin(ServiceAdmin):
    sees, does, form = "tasks.see", "catalogue.edit", ItemForm
    adds, changes = partial(save_item, None), save_item
    list_display = ["name", "code", "category", "min_flags", "max_flags", "is_volunteering", "is_active"]
    search_fields = ["name", "code"]


@admin.register(ScopeRule)
class ScopeRuleAdmin(ServiceAdmin):
    sees, does, form = "tasks.see", "catalogue.edit", RuleForm
    adds, changes = partial(save_rule, None), save_rule
    list_display = ["name", "code", "action", "basis", "is_active"]
    search_fields = ["name", "code"]


@admin.register(Task)
class TaskAdmin(OfTasks):
    """Written on the portal's form, where the audience follows the tier; drafts are changed on it too."""

    sees, does = "tasks.see", "tasks.publish"
    adds, changes, asks = publishing.create, publishing.edit, form_for
    list_display = [
        "title", "state", "category", "publisher", "starts_at", "capacity", "places_taken", "flags",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["title", "place"]
    date_hierarchy = "starts_at"
    steps = (
        ("publish", _("立即发布"), _("“{row}”已提交：不需要审核的党员现在可以看到，需要的已送市里审核。")),
        ("draft", _("保存草稿"), _("“{row}”已存为草稿。")),
    )
    actions = [
        service_action(_("发布所选草稿"), publishing.publish),
        service_action(_("取消所选任务"), publishing.cancel, ReasonForm),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is not None and obj.is_draft
        return is_draft and rights.may_manage(cast(User, request.user), obj)

    def serve(self, form: Any, row: Any, by: User) -> Task:
        return save(form, row, by=by, publish_now=form.data.get("step") == "publish")


def mark(claim: Claim, *, presence: str, by: User) -> None:
    mark_presence(claim.task, {claim.pk: presence}, by=by, method=Task.Presence.ROSTER)


@admin.register(Claim)
class ClaimAdmin(OfTasks):
    sees, does = "tasks.see", "presence.mark"
    list_display = ["member", "task", "state", "presence", "presence_method", "claimed_at"]
    search_fields = ["member__name", "task__title"]
    exclude = ["report"]
    actions = [
        service_action(_("所选记为到场"), mark, presence=Claim.Presence.PRESENT),
        service_action(_("所选记为未到场"), mark, presence=Claim.Presence.ABSENT),
    ]


@admin.register(Verification)
class VerificationAdmin(ServiceAdmin):
    sees, does = "tasks.see", "flags.reverse"
    list_display = ["claim", "grade", "flags", "minutes", "verifier", "verified_at", "reversed_at"]
    list_filter = [("reversed_at", admin.EmptyFieldListFilter)]
    search_fields = ["claim__member__name", "claim__task__title"]
    actions = [service_action(_("撤销所选认定"), reverse_verification, ReasonForm)]
