"""People, organisations, imports and deliveries in the admin: states are read-only, services change them."""

import copy
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members import models
from members.accounts import keeping as accounts
from members.accounts import second_factor
from members.accounts.forms import AccountForm
from members.accounts.inviting import invite
from members.importing import batches
from members.importing.views import may_import, upload_form
from members.organizations import appointing, elevating, switching, tree
from members.organizations.forms import AppointmentForm
from members.people import keeping, privacy
from members.people.forms import EntryForm
from members.persons import uniting
from members.registration import registering
from members.service_admin import ReasonForm, ServiceAdmin, service_action
from notices.models import Delivery
from xianfeng.lib.spreadsheet.reading import FILE_LIMIT
from xianfeng.lib.times import today
from xianfeng.lib.web.uploads import takes_file
from xianfeng.ui.views import posted


@admin.display(description=_("手机号"))
def masked_mobile(person: models.Member | models.User) -> str:
    return privacy.mask_mobile(person.mobile) if person.mobile else ""


@admin.display(description=_("待确认的邮箱"))
def waiting_address(user: models.User) -> str:
    return user.unconfirmed_email


@admin.display(description=_("任职"))
def proposed_post(elevation: models.Elevation) -> str:
    return elevation.post


def account_form(request: HttpRequest, user: models.User | None = None) -> AccountForm:
    return AccountForm(posted(request), instance=copy.copy(user))


def appointment_form(request: HttpRequest) -> AppointmentForm:
    return AppointmentForm(
        posted(request), user=cast(models.User, request.user), initial={"starts_on": today()}
    )


@admin.register(models.Organization)
class OrganizationAdmin(ServiceAdmin):
    """The tree is changed on its own page, where places and events are kept; here names are."""

    sees, does = "organizations.see", "organizations.edit"
    changes = tree.rename
    list_display = fields = ["name", "kind", "code", "parent", "phone", "is_active"]
    readonly_fields = fields[1:]
    search_fields = ["name", "code"]


@admin.register(models.Appointment)
class AppointmentAdmin(ServiceAdmin):
    sees, does = "organizations.see", "appointments.grant"
    adds, asks = elevating.appoint_by_name, appointment_form
    list_display = ["organization", "role", "user", "starts_on", "ends_on"]
    search_fields = ["user__username", "user__name", "organization__name"]
    actions = [service_action(_("终止所选任职"), appointing.end_beside_others)]


@admin.register(models.Elevation)
class ElevationAdmin(ServiceAdmin):
    """Posts in the city and system administration: whoever asks is not who confirms."""

    sees = does = "appointments.grant"
    list_display = ["user", proposed_post, "state", "asked_by", "asked_at", "decided_by"]
    search_fields = ["user__username", "user__name"]
    fields = [*list_display, "starts_on", "ends_on", "reason"]
    readonly_fields = [proposed_post]
    tells_events = True
    actions = [
        service_action(_("作为第二人确认"), elevating.confirm),
        service_action(_("不同意所选任命"), elevating.refuse, ReasonForm),
        service_action(_("撤回自己的提请"), elevating.withdraw),
    ]


@admin.register(models.User)
class AccountAdmin(ServiceAdmin):
    """Accounts: rights come from appointments alone, so neither groups nor permissions are offered.

    Nobody types a password for somebody else: its owner sets it by the link that is sent.
    """

    sees, does = "appointments.grant", "accounts.keep"
    adds, changes, asks = accounts.add, switching.change, account_form
    list_display = ["username", "name", "email", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_staff"]
    search_fields, ordering = ["username", "name"], ["username"]
    # A mobile opens an account by code: it is set by whoever proves it, and shown to nobody in full.
    readonly_fields = [
        waiting_address, masked_mobile, "is_staff", "is_superuser", "second_factor_by",
        "last_login", "date_joined",
    ]  # fmt: skip
    fields = ["username", "name", "email", "is_active", *readonly_fields]
    steps = (("", _("保存"), _("“{row}”已保存。请勾选它，发送设置密码的链接。")),)
    actions = [
        "send_password_link",
        "switch_off_second_factor",
        service_action(_("结束所选账号的登录"), accounts.end_sessions),
        service_action(_("提请任系统管理员"), elevating.ask_for_administration, ReasonForm),
        service_action(_("终止系统管理员"), elevating.end_administration),
        service_action(_("解除“同一人”"), uniting.part),
    ]

    @admin.action(description=_("关闭所选账号的两步验证"), permissions=["act"])
    def switch_off_second_factor(self, request: HttpRequest, chosen: QuerySet[models.User]) -> None:
        with_one = list(chosen.filter(authenticator__isnull=False).distinct())
        count = second_factor.switch_off(chosen, by=cast(models.User, request.user))
        for user in with_one:
            self.log_change(request, user, _("关闭两步验证"))
        messages.success(request, _("已关闭 %(count)s 个账号的两步验证，并通知本人。") % {"count": count})

    @admin.action(description=_("发送设置密码的链接"), permissions=["act"])
    def send_password_link(self, request: HttpRequest, chosen: QuerySet[models.User]) -> None:
        without = [str(user) for user in chosen if not invite(request, user)]
        if len(without) < chosen.count():
            messages.success(request, _("链接已发到各账号自己的邮箱。"))
        if without:
            text = _("没有发出：%(names)s。账号已停用，或没有本人确认过的邮箱。") % {
                "names": "、".join(without)
            }
            messages.warning(request, text)


class OfPeople(ServiceAdmin):
    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        at_home = privacy.knows_homes(cast(models.User, request.user).desk)
        return [name for name in fields if at_home or getattr(name, "__name__", name) != "estate"]


@admin.display(description=_("换单位"))
def transfer(member: models.Member) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("members:roster_transfer", args=[member.pk]), _("登记调动")
    )


@admin.register(models.Member)
class MemberAdmin(OfPeople):
    """Correcting the roster; contact data is not here, it has its own door, and another unit has its day."""

    sees, does, export = "members.see", "members.edit", "members"
    changes, form = keeping.correct_entry, EntryForm
    list_display = ["name", "unit", "community", masked_mobile, "is_leader", "state"]
    search_fields = ["name", "pinyin", "initials"]
    readonly_fields = ["unit", "community", "estate", masked_mobile, "state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = super().get_readonly_fields(request, obj)
        return [*shown, transfer] if obj and self.has_change_permission(request, obj) else shown

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is not None and cast(models.User, request.user).is_same_person(obj)
        return super().has_change_permission(request, obj) and not is_own


@admin.register(models.Registration)
class RegistrationAdmin(OfPeople):
    sees, does = "registrations.see", "registrations.decide"
    list_display = ["name", "unit", "community", "on_roster", "state", "submitted_at"]
    search_fields = ["name"]
    exclude = ["address", "mobile", "user"]
    actions = [
        service_action(_("确认所选报到"), registering.confirm),
        service_action(_("退回所选报到"), registering.return_, ReasonForm),
    ]


admin.site.register(
    models.Exemption,
    ServiceAdmin,
    sees="members.see",
    search_fields=["member__name"],
    list_display=["member", "kind", "starts_on", "ends_on", "state", "approved_by"],
)
admin.site.register(
    models.ContactReveal,
    ServiceAdmin,
    sees="members.see",
    search_fields=["member__name", "viewer__name"],
    list_display=["at", "viewer", "organization", "member", "field", "reason"],
)


@admin.register(models.ImportBatch)
class ImportBatchAdmin(ServiceAdmin):
    """Upload, confirm and take back; every row of the file is on the batch's own page."""

    sees = does = "members.import"
    adds, asks = batches.upload, upload_form
    list_display = ["__str__", "kind", "state", "organization", "uploaded_by", "created_at"]
    search_fields = ["organization__name", "uploaded_by__name"]
    fields = [*list_display, "error"]
    steps = (("", _("上传并检查"), _("已上传，正在检查。检查完成后请打开导入页面逐行核对，再确认。")),)
    actions = [
        service_action(_("确认导入"), batches.confirm),
        service_action(_("撤销导入"), batches.undo, ReasonForm),
        service_action(_("放弃"), batches.discard),
    ]

    @takes_file(most=FILE_LIMIT, of=may_import)
    def add_view(self, request: HttpRequest, *page: Any) -> HttpResponse:
        return super().add_view(request, *page)

    def portal(self, batch: models.ImportBatch, user: models.User) -> tuple[Any, str, int]:
        return _("打开"), "members:import", batch.pk


@admin.display(description=_("收件人"))
def recipient(delivery: Delivery) -> str:
    return delivery.notice.to_whom


# The text itself stays between sender and recipient.
admin.site.register(
    Delivery,
    ServiceAdmin,
    sees="notices.see",
    ordering=["-pk"],
    list_display=[recipient, "__str__", "channel", "state", "attempts", "due_at", "sent_at"],
    search_fields=["notice__recipient__name"],
    fields=[recipient, "channel", "state", "attempts", "due_at", "sent_at", "error"],
    readonly_fields=[recipient],
)
