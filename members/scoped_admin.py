"""The admin for the three tiers: the same scope and the same rights as the portal pages."""

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.db import models
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.models import User

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin  # takes no type at run time


class ScopedSite(admin.AdminSite):
    """The admin is open to whoever holds an appointment today, and to system administrators."""

    site_header = _("先锋微家 管理后台")
    site_title = _("先锋微家")
    index_title = _("管理后台")

    def has_permission(self, request: HttpRequest) -> bool:
        user = cast(User, request.user)
        return bool(user.is_active and (user.is_superuser or getattr(user, "desk", None)))

    def register(
        self, model_or_iterable: Any, admin_class: "type[admin.ModelAdmin[Any]] | None" = None, **options: Any
    ) -> None:
        """Only what keeps to the portal's scope: those of libraries know no desk and show secrets."""
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)


class ScopedAdmin(Base):
    """`sees` and `does` are capability words of `members/capabilities.py`; nothing is ever deleted here.

    System administrators keep accounts and settings, no flags and no awards: they open only what
    says `for_sysadmin`.
    """

    sees: ClassVar[str]
    does: ClassVar[str] = ""
    for_sysadmin: ClassVar[bool] = False
    list_per_page = 50
    show_full_result_count = False

    def allows(self, request: HttpRequest, capability: str) -> bool:
        user = cast(User, request.user)
        if user.is_superuser:
            return self.for_sysadmin
        return bool(capability and user.desk and user.desk.can(capability))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ordering = self.get_ordering(request)
        rows = visible_rows(self.model, cast(User, request.user), everything=self.for_sysadmin)
        return rows.order_by(*ordering) if ordering else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what is offered as a filter: `?mobile__startswith=138` would undo the masks."""
        if request is None:
            return False
        filters = [item[0] if isinstance(item, tuple) else item for item in self.get_list_filter(request)]
        offered = [name for name in [*filters, self.date_hierarchy] if isinstance(name, str)]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, self.sees)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.sees) or self.has_act_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_act_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """For `@admin.action(permissions=["act"])`: actions that change state."""
        return self.allows(request, self.does)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        related = db_field.remote_field.model
        if hasattr(related._default_manager, "visible_to"):
            rows = visible_rows(related, cast(User, request.user), everything=self.for_sysadmin)
            kwargs.setdefault("queryset", rows)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyScopedAdmin(ScopedAdmin):
    """Rows that only services write: ledgers, histories, looks at personal data."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def visible_rows(model: type[models.Model], user: User, *, everything: bool = False) -> QuerySet[Any]:
    """The rows a user may see; a system administrator sees every row of what is theirs to keep."""
    objects = model._default_manager
    if user.is_superuser and everything:
        return objects.all()
    return cast("QuerySet[Any]", objects.visible_to(user))  # type: ignore[attr-defined]
