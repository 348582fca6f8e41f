"""The bank in the admin: read-only lines and results, and the same steps as the portal pages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from flags.assessment import assessing
from flags.assessment.forms import PublicityForm, RunForm
from flags.calendar import entering
from flags.calendar.forms import DaysForm
from flags.models import Assessment, AssessmentRun, DayRule, FlagEntry, Policy
from flags.policy import policies
from flags.policy.forms import PolicyForm
from flags.publicity.taking_back import take_back_publicity
from members.service_admin import ReasonForm, ServiceAdmin, service_action
from xianfeng.ui.views import posted


@admin.register(FlagEntry)
class FlagEntryAdmin(ServiceAdmin):
    sees, export = "flags.see", "ledger"
    list_display = [
        "seq", "member", "unit", "delta", "minutes", "category", "source_label", "service_date", "kind",
    ]  # fmt: skip
    list_filter = ["year"]
    search_fields = ["member__name", "source_label"]


@admin.register(Assessment)
class AssessmentAdmin(ServiceAdmin):
    sees, export = "assessments.see", "results"
    list_display = [
        "member", "unit", "run", "result", "flags", "required_flags", "missing_flags", "minutes",
        "required_minutes", "missing_minutes",
    ]  # fmt: skip
    list_filter = ["run__year", "run__is_official"]
    search_fields = ["member__name"]


@admin.register(Policy)
class PolicyAdmin(ServiceAdmin):
    """A year's rules are first set on the portal's page."""

    sees, does = "assessments.see", "policy.edit"
    changes, form = policies.change, PolicyForm
    list_display = ["year", "min_flags", "min_flags_leader", "min_minutes", "pro_rata", "publicity_days"]


@admin.register(DayRule)
class DayRuleAdmin(ServiceAdmin):
    """What was said of which day; of several the last counts. Taken back on the portal's page."""

    sees, does = "assessments.see", "policy.edit"
    adds, asks = entering.enter, staticmethod(lambda request: DaysForm(posted(request)))
    list_display = ["day", "works", "note", "by", "at"]
    list_filter = ["works"]


@admin.register(AssessmentRun)
class AssessmentRunAdmin(ServiceAdmin):
    """Computed again by starting it again."""

    sees, does = "assessments.see", "assessments.run"
    adds, asks = assessing.start_later, staticmethod(lambda request: RunForm(posted(request)))
    list_display = ["year", "is_official", "state", "as_of", "finished_at", "publicised_until", "settled_at"]
    exclude = ["rules", "counts"]  # the portal's page says them in words
    steps = (("", _("开始"), _("已开始，通常几秒钟。")),)
    actions = [
        service_action(_("开始公示"), assessing.publicise, PublicityForm),
        service_action(_("撤回公示"), take_back_publicity, ReasonForm),
        service_action(_("定案"), assessing.settle),
    ]
