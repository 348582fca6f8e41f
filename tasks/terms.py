"""What tasks keep of people, and why: service records (志愿服务记录与证明出具办法, 民政部令67号)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models import ScopeReport
from xianfeng.lib.database.retention import Rows, Stay, Term

TERMS: tuple[Term, ...] = (
    Rows(
        name="scope_reports",
        label=_("党员反映“不是志愿服务”：谁反映的、原因"),
        since=_("市里答复或本人撤销"),
        days=365,
        does=_("删除"),
        why=_(
            "答复后不再需要知道是谁反映的；留一年，是为了按年度统计反映了多少项任务。市里的裁定另记在任务上。"
        ),
        fields=("tasks.ScopeReport.reason",),
        held=lambda: ScopeReport.objects.exclude(answered_at=None, withdrawn_at=None),
        over=lambda before: Q(answered_at__lte=before) | Q(withdrawn_at__lte=before),
    ),
)

STAYS = (
    Stay(
        label=_("任务、接单、签到、认定"),
        why=_(
            "志愿服务记录：名称、日期、地点、内容、时长、负责人、证明人，本人可以更正和开具证明（民政部令67号）。"
            "任务里不写居民的姓名、电话、住址，发布时检查。"
        ),
        fields=(
            "tasks.Task.title",
            "tasks.Series.title",
            "tasks.Task.text",
            "tasks.Task.place",
            "tasks.Task.organiser_name",
            "tasks.Task.risk_note",
            "tasks.Task.cancel_reason",
            "tasks.Task.scope_reason",
            "tasks.TaskEvent.note",
            "tasks.Target.contact_name",
            "tasks.Target.reason",
            "tasks.TargetEvent.note",
            "tasks.Screening.findings",
            "tasks.Screening.said",
            "tasks.Screening.note",
            "tasks.Claim.witness",
            "tasks.Claim.report",
            "tasks.ClaimEvent.note",
            "tasks.Muster.thanks",
            "tasks.CallEvent.note",
            "tasks.Invitation.reasons",
            "tasks.InvitationEvent.note",
            "tasks.BalanceRow.reason",
            "tasks.BalanceRowEvent.note",
            "tasks.Verification.note",
            "tasks.Verification.reversal_reason",
        ),
    ),
)
