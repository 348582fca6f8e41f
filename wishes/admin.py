"""Wishes in the admin: the same scope and the same services as the portal; no private brief."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.service_admin import ReasonForm, ServiceAdmin, service_action
from wishes.handling import handling
from wishes.handling.forms import DeclineForm
from wishes.models import Wish
from wishes.reopening.reopening import take_up_again
from wishes.stating.stating import enter
from wishes.stating.views import enter_form


@admin.register(Wish)
class WishAdmin(ServiceAdmin):
    sees, does = "wishes.see", "wishes.handle"
    adds, asks = enter, enter_form
    list_display = ["need", "organization", "source", "state", "created_at"]
    search_fields = ["need", "code"]
    exclude = Wish.PRIVATE
    tells_events = True
    readonly_fields = ["code", "created_at", "fulfilled_at"]
    steps = (("", _("保存"), _("心愿已填报，查询码 {row.code}，请告诉居民。")),)
    actions = [
        service_action(_("受理所选心愿"), handling.accept),
        service_action(_("不受理所选心愿"), handling.decline, DeclineForm),
        service_action(_("恢复办理所选心愿"), take_up_again, ReasonForm),
    ]

    def portal(self, wish: Wish, user: User) -> tuple[Any, str, int]:
        """Who handles wishes accepts and publishes one as a task in one step."""
        if wish.is_unpublished and user.desk and user.desk.can("wishes.handle"):
            return _("受理并发布"), "tasks:new_for_wish", wish.pk
        return _("打开"), "wishes:detail", wish.pk
