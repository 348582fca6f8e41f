"""Deliveries in the admin: read only, scoped like the portal's list."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notices.models import Delivery

if TYPE_CHECKING:
    from members.models import User

    Base = admin.ModelAdmin[Delivery]
else:
    Base = admin.ModelAdmin


@admin.register(Delivery)
class DeliveryAdmin(Base):
    """Who was sent what and whether it arrived. The text itself stays between sender and recipient."""

    list_display = ["recipient", "kind", "channel", "state", "attempts", "due_at", "sent_at"]
    list_filter = ["state", "channel"]
    search_fields = ["notice__recipient__name"]
    list_select_related = ["notice__recipient"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["recipient", "kind", "channel", "state", "attempts", "due_at", "sent_at", "error"]
    readonly_fields = ["recipient", "kind"]
    ordering = ["-pk"]

    @admin.display(description=_("收件人"))
    def recipient(self, delivery: Delivery) -> str:
        return str(delivery.notice.recipient)

    @admin.display(description=_("类别"))
    def kind(self, delivery: Delivery) -> str:
        return delivery.notice.kind

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows = Delivery.objects.visible_to(cast("User", request.user))
        return rows.select_related("notice__recipient").order_by("-pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        desk = cast("User", request.user).desk
        return bool(desk and desk.can("notices.see"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
