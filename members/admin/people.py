"""The admin of people and organisations: scoped, state fields read-only, actions through the services."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.accounts import second_factor
from members.models import (
    Appointment,
    ContactReveal,
    Exemption,
    Member,
    Organization,
    Registration,
    User,
)
from members.organizations import appointing, tree
from members.people import keeping, privacy
from members.registration import registering
from members.scoped_admin import ReadOnlyScopedAdmin, ScopedAdmin
from xianfeng.lib.refusal import Refusal


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """The tree is changed on its own page, where places and events are kept; here names are."""

    sees, does, for_sysadmin = "organizations.see", "organizations.edit", True
    list_display = ["name", "kind", "code", "parent", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    fields = ["name", "kind", "code", "parent", "is_active"]
    readonly_fields = ["kind", "code", "parent", "is_active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "name" in form.changed_data:
            name, obj.name = obj.name, form.initial["name"]
            tree.rename(obj, name=name, by=cast(User, request.user))


class AppointmentForm(ModelForm):
    """Turns the service's refusal into an error beside the form."""

    by: User

    class Meta:
        model = Appointment
        fields = ["user", "organization", "role", "starts_on", "ends_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        user, organization = cleaned.get("user"), cleaned.get("organization")
        if user and organization:
            try:
                appointing.check_grantable(user, organization, self.by)
            except Refusal as refusal:
                self.add_error(None, refusal.message)
        return cleaned


@admin.register(Appointment)
class AppointmentAdmin(ScopedAdmin):
    sees, does, for_sysadmin = "organizations.see", "appointments.grant", True
    form = AppointmentForm
    list_display = ["organization", "role", "user", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["organization", "user"]
    search_fields = ["user__username", "user__name", "organization__name"]
    autocomplete_fields = ["user", "organization"]
    actions = ["end_now"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.by = cast(User, request.user)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        granted = appointing.grant(**form.cleaned_data, by=cast(User, request.user))
        obj.pk = granted.pk

    @admin.action(description=gettext_lazy("终止所选任职"), permissions=["act"])
    def end_now(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        for appointment in chosen.select_related("user", "organization"):
            try:
                appointing.end(appointment, by=cast(User, request.user))
            except Refusal as refusal:
                messages.error(request, f"{appointment.user}：{refusal.message}")


@admin.register(User)
class AccountAdmin(ScopedAdmin, UserAdmin):
    """Accounts: rights come from appointments alone, so neither groups nor permissions are offered."""

    sees, does, for_sysadmin = "appointments.grant", "", True
    ordering = ["username"]
    list_display = ["username", "name", "email", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username", "name"]
    filter_horizontal = []
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "email", "masked_mobile")}),
        (gettext_lazy("状态"), {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "email", "usable_password", "password1", "password2")}),
    )
    # A mobile opens an account by code: it is set by whoever proves it, and shown to nobody in full.
    readonly_fields = ["last_login", "date_joined", "is_staff", "masked_mobile"]
    actions = ["switch_off_second_factor"]

    @admin.display(description=gettext_lazy("手机号"))
    def masked_mobile(self, user: User) -> str:
        return privacy.mask_mobile(user.mobile) if user.mobile else ""

    @admin.action(description=gettext_lazy("关闭所选账号的两步验证"), permissions=["act"])
    def switch_off_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        count = second_factor.switch_off(chosen, by=cast(User, request.user))
        messages.success(request, _("已关闭 %(count)s 个账号的两步验证，并通知本人。") % {"count": count})


def without_home(fields: list[Any], request: HttpRequest) -> list[Any]:
    """A unit never learns where exactly its people live (DOMAIN 3)."""
    desk = cast(User, request.user).desk
    is_unit = desk is not None and desk.organization.kind == Organization.Kind.UNIT
    return [name for name in fields if not (is_unit and name == "estate")]


class MemberForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        joined, departed = cleaned.get("joined_on"), cleaned.get("departed_on")
        if joined and departed and departed < joined:
            self.add_error("departed_on", _("离开日期不能早于计入考核日期。"))
        return cleaned


@admin.register(Member)
class MemberAdmin(ScopedAdmin):
    """Correcting the roster; contact data is not here, it has its own door."""

    sees, does = "members.see", "members.edit"
    list_display = ["name", "unit", "community", "masked_mobile", "is_leader", "state"]
    list_filter = ["state", "is_leader"]
    list_select_related = ["unit", "community"]
    search_fields = ["name", "pinyin", "initials"]
    fields = [
        "name", "unit", "position", "is_leader", "community", "estate", "masked_mobile",
        "skills", "intentions", "note", "joined_on", "departed_on", "state",
    ]  # fmt: skip
    readonly_fields = ["community", "estate", "masked_mobile", "state"]
    autocomplete_fields = ["unit"]
    form = MemberForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is not None and obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not is_own

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return without_home(list(super().get_fields(request, obj)), request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("手机号"))
    def masked_mobile(self, member: Member) -> str:
        return privacy.mask_mobile(member.mobile)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        keeping.correct_entry(obj, fields=form.changed_data, by=cast(User, request.user))


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyScopedAdmin):
    sees, does = "registrations.see", "registrations.decide"
    list_display = ["name", "unit", "community", "on_roster", "state", "submitted_at"]
    list_filter = ["state", "on_roster"]
    list_select_related = ["unit", "community"]
    search_fields = ["name"]
    exclude = ["address", "mobile", "user"]
    actions = ["confirm", "return_"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return without_home(list(super().get_fields(request, obj)), request)

    @admin.action(description=gettext_lazy("确认所选报到"), permissions=["act"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[Registration]) -> None:
        self.each(request, chosen, registering.confirm)

    @admin.action(description=gettext_lazy("退回所选报到（请到报到页写明原因）"), permissions=["act"])
    def return_(self, request: HttpRequest, chosen: QuerySet[Registration]) -> None:
        self.each(request, chosen, registering.return_, reason=_("信息有误，请联系社区核对后重新提交。"))

    def each(self, request: HttpRequest, chosen: QuerySet[Registration], service: Any, **values: str) -> None:
        done = 0
        for registration in chosen.select_related("user", "community", "unit", "estate", "member"):
            try:
                service(registration, by=request.user, **values)
                done += 1
            except Refusal as refusal:
                messages.error(request, f"{registration.name}：{refusal.message}")
        if done:
            text = ngettext("已办理 %(count)d 份。", "已办理 %(count)d 份。", done)
            messages.success(request, text % {"count": done})


@admin.register(Exemption)
class ExemptionAdmin(ReadOnlyScopedAdmin):
    sees = "members.see"
    list_display = ["member", "kind", "starts_on", "ends_on", "approved_by", "withdrawn_at"]
    list_filter = ["kind"]
    list_select_related = ["member", "approved_by"]
    search_fields = ["member__name"]


@admin.register(ContactReveal)
class ContactRevealAdmin(ReadOnlyScopedAdmin):
    sees = "members.see"
    list_display = ["at", "viewer", "organization", "member", "field", "reason"]
    list_select_related = ["viewer", "organization", "member"]
    search_fields = ["member__name", "viewer__name"]
