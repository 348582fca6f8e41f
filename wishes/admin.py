"""Wishes in the admin: the same scope and the same services as the portal; no private brief."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from members.service_admin import ServiceAdmin, desk_of
from wishes.handling import handling
from wishes.models import Wish, WishEvent
from wishes.stating.forms import EnterForm
from wishes.stating.stating import enter
from xianfeng.lib.refusal import Refusal


class WishActionForm(ActionForm):
    """What declining needs."""

    reason = forms.CharField(label=gettext_lazy("不受理原因"), required=False, max_length=300)
    responsible = forms.CharField(label=gettext_lazy("应由谁办理"), required=False, max_length=100)


class WishEventInline(admin.TabularInline):
    model = WishEvent
    fields = ("at", "by", "from_state", "to_state", "note")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the wish may see its history


@admin.register(Wish)
class WishAdmin(ServiceAdmin):
    sees = "wishes.see"
    does = "wishes.handle"
    list_display = ["need", "organization", "source", "state", "created_at", "next_step"]
    list_filter = ["state", "source"]
    search_fields = ["need", "code"]
    list_select_related = ["organization"]
    fields = [
        "need", "organization", "code", "source", "entered_by", "state", "decline_reason", "responsible",
        "created_at", "fulfilled_at",
    ]  # fmt: skip
    inlines = [WishEventInline]
    action_form = WishActionForm
    actions = ["accept", "decline"]

    def service_form(self, request: HttpRequest) -> EnterForm:
        return EnterForm(request.POST or None, user=desk_of(request)[0])

    def serve(self, request: HttpRequest, form: Any) -> str:
        wish = enter(**form.values(), by=desk_of(request)[0])
        return _("心愿已录入，查询码 %(code)s，请告诉居民。") % {"code": wish.code}

    @admin.display(description=gettext_lazy("下一步"))
    def next_step(self, wish: Wish) -> str:
        """Accepted and published as a task in one step."""
        if wish.state not in (Wish.State.SUBMITTED, Wish.State.ACCEPTED):
            return "—"
        url = f"{reverse('admin:tasks_task_add')}?wish={wish.pk}"
        return format_html('<a href="{}">{}</a>', url, _("受理并发布"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*Wish.PRIVATE)

    @admin.action(description=gettext_lazy("受理所选心愿"), permissions=["act"])
    def accept(self, request: HttpRequest, wishes: QuerySet[Wish]) -> None:
        self.each(request, wishes, lambda wish, by: handling.accept(wish, by=by))

    @admin.action(description=gettext_lazy("不受理所选心愿（填写原因）"), permissions=["act"])
    def decline(self, request: HttpRequest, wishes: QuerySet[Wish]) -> None:
        words = {name: request.POST.get(name, "") for name in ("reason", "responsible")}
        self.each(request, wishes, lambda wish, by: handling.decline(wish, **words, by=by))

    def each(self, request: HttpRequest, wishes: QuerySet[Wish], act: Any) -> None:
        """One service call a row; a refusal names its row and stops nothing."""
        done = 0
        for wish in wishes.select_related("organization"):
            try:
                act(wish, cast(User, request.user))
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"{wish}：{refusal.message}", messages.ERROR)
        if done:
            self.message_user(request, _("已办理 %(count)s 条心愿。") % {"count": done}, messages.SUCCESS)
