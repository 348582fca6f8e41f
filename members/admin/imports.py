"""Import batches in the admin: upload, confirm and take back; every row is on the batch's own page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.importing import batches
from members.importing.forms import UploadForm
from members.models import ImportBatch
from members.service_admin import ServiceAdmin, desk_of
from xianfeng.lib.refusal import Refusal


class BatchActionForm(ActionForm):
    """What taking back needs."""

    reason = forms.CharField(label=_("撤销原因"), required=False, max_length=300)


@admin.register(ImportBatch)
class ImportBatchAdmin(ServiceAdmin):
    sees = does = "members.import"
    steps = (("", _("上传并检查")),)
    action_form = BatchActionForm
    actions = ["confirm", "undo", "discard"]
    list_display = ["filename", "page", "kind", "state", "organization", "uploaded_by", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["organization", "uploaded_by"]
    search_fields = ["filename"]
    readonly_fields = ["page"]
    fields = ["filename", "page", "kind", "state", "organization", "uploaded_by", "created_at", "error"]

    @admin.display(description=_("导入页面"))
    def page(self, batch: ImportBatch) -> str:
        return format_html('<a href="{}">{}</a>', reverse("members:import", args=[batch.pk]), _("打开"))

    def service_form(self, request: HttpRequest) -> UploadForm:
        _user, desk = desk_of(request)
        return UploadForm(request.POST or None, request.FILES or None, organization=desk.organization)

    def serve(self, request: HttpRequest, form: Any) -> str:
        user, _desk = desk_of(request)
        batches.upload(form.cleaned_data["kind"], form.cleaned_data["file"], by=user)
        return gettext("已上传，正在检查。检查完成后请打开导入页面逐行核对，再确认。")

    @admin.action(description=_("确认导入"), permissions=["act"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[ImportBatch]) -> None:
        user, _desk = desk_of(request)
        self.each(request, chosen, lambda batch: batches.confirm(batch, by=user))

    @admin.action(description=_("撤销导入（填写原因）"), permissions=["act"])
    def undo(self, request: HttpRequest, chosen: QuerySet[ImportBatch]) -> None:
        user, _desk = desk_of(request)
        reason = request.POST.get("reason", "")
        self.each(request, chosen, lambda batch: batches.undo(batch, reason=reason, by=user))

    @admin.action(description=_("放弃"), permissions=["act"])
    def discard(self, request: HttpRequest, chosen: QuerySet[ImportBatch]) -> None:
        user, _desk = desk_of(request)
        self.each(request, chosen, lambda batch: batches.discard(batch, by=user))

    def each(
        self, request: HttpRequest, chosen: QuerySet[ImportBatch], step: Callable[[ImportBatch], object]
    ) -> None:
        """Take the step with each batch; a refusal names its batch and stops nothing."""
        for batch in chosen:
            try:
                step(batch)
            except Refusal as refusal:
                messages.error(request, f"“{batch}”：{refusal.message}")
            else:
                messages.success(request, gettext("“%(batch)s”：已办理。") % {"batch": batch})
