"""What the ledger and the settled years keep: all of it (DOMAIN 4.5)."""

from django.utils.translation import gettext_lazy as _

from xianfeng.lib.database.retention import Stay, Term

TERMS: tuple[Term, ...] = ()

STAYS = (
    Stay(
        label=_("红旗流水"),
        why=_("只增不改，每一条都封在下一条里，数据库也拒绝删改；错了用撤销和调整改正。"),
        fields=("flags.FlagEntry.source_label", "flags.FlagEntry.reason", "flags.LedgerCheck.finding"),
    ),
    Stay(
        label=_("年度考核的结果、考核办法和经过"),
        why=_("定案后不再改动，供本人查询、申诉和评优。"),
        fields=(
            "flags.AssessmentRun.counts",
            "flags.AssessmentEvent.note",
            "flags.PolicyChange.reason",
            "flags.PolicyChange.changes",
            "flags.DayRule.note",
        ),
    ),
)
