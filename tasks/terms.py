"""What tasks keep of people, and why: service records (志愿服务记录与证明出具办法, 民政部令67号)."""

from django.utils.translation import gettext_lazy as _

from xianfeng.lib.database.retention import Stay, Term

TERMS: tuple[Term, ...] = ()

STAYS = (
    Stay(
        label=_("任务、接单、签到、认定"),
        why=_(
            "志愿服务记录：名称、日期、地点、内容、时长、负责人、证明人，本人可以更正和开具证明（民政部令67号）。"
            "任务里不写居民的姓名、电话、住址，发布时检查。"
        ),
        fields=(
            "tasks.Task.title",
            "tasks.Task.text",
            "tasks.Task.place",
            "tasks.Task.organiser_name",
            "tasks.Task.risk_note",
            "tasks.Task.cancel_reason",
            "tasks.TaskEvent.note",
            "tasks.Claim.witness",
            "tasks.Claim.report",
            "tasks.ClaimEvent.note",
            "tasks.Invitation.reasons",
            "tasks.InvitationEvent.note",
            "tasks.BalanceRow.reason",
            "tasks.BalanceRowEvent.note",
            "tasks.Verification.note",
            "tasks.Verification.reversal_reason",
        ),
    ),
)
