"""The bank in the admin: read-only lines and results, and the same steps as the portal pages."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flags.assessment import assessing, policies
from flags.assessment.forms import PolicyForm
from flags.ledger.filters import years
from flags.models import Assessment, AssessmentRun, FlagEntry, Policy
from members.scoped_admin import ReadOnlyScopedAdmin, ScopedAdmin
from members.service_admin import ServiceAdmin, desk_of
from xianfeng.lib.refusal import Refusal


@admin.register(FlagEntry)
class FlagEntryAdmin(ReadOnlyScopedAdmin):
    sees = "flags.see"
    list_display = [
        "seq",
        "member",
        "unit",
        "delta",
        "minutes",
        "category",
        "source_label",
        "service_date",
        "kind",
    ]
    list_filter = ["year", "category", "kind"]
    list_select_related = ["member", "unit"]
    search_fields = ["member__name", "source_label"]
    ordering = ["-seq"]


@admin.register(Policy)
class PolicyAdmin(ScopedAdmin):
    sees = "assessments.see"
    does = "policy.edit"
    form = PolicyForm
    list_display = ["year", "min_flags", "min_flags_leader", "min_minutes", "pro_rata", "publicity_days"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a year's rules exist as soon as somebody asks for them

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service, which refuses for a settled year."""
        user: Any = request.user
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            policies.change(Policy.objects.get(pk=obj.pk), by=user, **changes)
        except Refusal as refusal:
            messages.error(request, refusal.message)


class RunForm(forms.Form):
    """A forecast, or the check of an ended year."""

    year = forms.TypedChoiceField(label=gettext_lazy("年度"), choices=years, coerce=int)
    official = forms.BooleanField(label=gettext_lazy("正式考核（12 月 31 日之后）"), required=False)


@admin.register(AssessmentRun)
class AssessmentRunAdmin(ServiceAdmin):
    sees = "assessments.see"
    does = "assessments.run"
    list_display = ["year", "is_official", "state", "as_of", "finished_at", "publicised_until", "settled_at"]
    list_filter = ["is_official", "state"]
    actions = ["compute_again", "publicise", "settle"]
    steps = (("", gettext_lazy("开始")),)

    def service_form(self, request: HttpRequest) -> RunForm:
        return RunForm(request.POST or None)

    def serve(self, request: HttpRequest, form: Any) -> str:
        year, official = form.cleaned_data["year"], form.cleaned_data["official"]
        assessing.start_later(year, official=official, by=desk_of(request)[0])
        return _("已开始，通常几秒钟。")

    def each(
        self, request: HttpRequest, runs: QuerySet[AssessmentRun], step: Callable[[AssessmentRun], Any]
    ) -> None:
        """Take the step with each run; a refusal is shown and the others go on."""
        for run in runs:
            try:
                step(run)
            except Refusal as refusal:
                messages.error(request, f"{run}: {refusal.message}")
            else:
                messages.success(request, _("%(run)s：已办理。") % {"run": run})

    @admin.action(permissions=["act"], description=gettext_lazy("重新计算"))
    def compute_again(self, request: HttpRequest, queryset: QuerySet[AssessmentRun]) -> None:
        user: Any = request.user
        self.each(
            request,
            queryset,
            lambda run: assessing.start_later(run.year, official=run.is_official, by=user),
        )

    @admin.action(permissions=["act"], description=gettext_lazy("开始公示"))
    def publicise(self, request: HttpRequest, queryset: QuerySet[AssessmentRun]) -> None:
        user: Any = request.user
        self.each(request, queryset, lambda run: assessing.publicise(run, by=user))

    @admin.action(permissions=["act"], description=gettext_lazy("定案"))
    def settle(self, request: HttpRequest, queryset: QuerySet[AssessmentRun]) -> None:
        user: Any = request.user
        self.each(request, queryset, lambda run: assessing.settle(run, by=user))


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyScopedAdmin):
    sees = "assessments.see"
    list_display = ["member", "unit", "run", "result", "flags", "required_flags", "missing_flags"]
    list_filter = ["run__year", "run__is_official", "result"]
    list_select_related = ["member", "unit", "run"]
    search_fields = ["member__name"]
    ordering = ["pk"]
