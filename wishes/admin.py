"""Wishes in the admin: the same scope and the same services as the portal; no private brief."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.access import StaffRequest
from members.service_admin import ServiceAdmin, portal_link, service_action
from wishes.handling import handling
from wishes.handling.forms import DeclineForm
from wishes.models import Wish, WishEvent
from wishes.stating.forms import EnterForm
from wishes.stating.stating import enter
from xianfeng.ui.views import posted


class WishEventInline(admin.TabularInline):
    model = WishEvent
    fields = readonly_fields = ("at", "by", "from_state", "to_state", "note")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the wish may see its history


@admin.register(Wish)
class WishAdmin(ServiceAdmin):
    sees, does, adds = "wishes.see", "wishes.handle", enter
    list_display = ["need", "organization", "source", "state", "created_at", "next_step"]
    list_filter = ["state", "source"]
    search_fields = ["need", "code"]
    fields = [
        "need", "organization", "code", "source", "entered_by", "state", "decline_reason", "responsible",
        "created_at", "fulfilled_at",
    ]  # fmt: skip
    inlines = [WishEventInline]
    steps = (("", _("保存"), _("心愿已录入，查询码 {row.code}，请告诉居民。")),)
    actions = [
        service_action(_("受理所选心愿"), handling.accept),
        service_action(_("不受理所选心愿"), handling.decline, DeclineForm),
    ]

    @admin.display(description=_("下一步"))
    def next_step(self, wish: Wish) -> str:
        """Accepted and published as a task in one step."""
        is_open = wish.is_unpublished
        return portal_link("tasks:new_for_wish", wish.pk, _("受理并发布")) if is_open else "—"

    def service_form(self, request: StaffRequest, row: Any) -> EnterForm:
        return EnterForm(posted(request), user=request.user)
