"""Import batches in the admin: a list that leads to their pages, where the steps are taken."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members.models import ImportBatch
from members.scoped_admin import ReadOnlyScopedAdmin


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyScopedAdmin):
    sees = "members.import"
    list_display = ["filename", "page", "kind", "state", "organization", "uploaded_by", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["organization", "uploaded_by"]
    search_fields = ["filename"]
    readonly_fields = ["page"]
    fields = ["filename", "page", "kind", "state", "organization", "uploaded_by", "created_at", "error"]

    @admin.display(description=_("导入页面"))
    def page(self, batch: ImportBatch) -> str:
        return format_html('<a href="{}">{}</a>', reverse("members:import", args=[batch.pk]), _("打开"))
