"""Pages about the year: the ledger, who stands where, the yearly check, its rules."""

from django.utils.translation import gettext_lazy as _

from reports.help.texts.entry import Help

TEXTS = (
    Help(
        pages=("flags:ledger", "flags:entry"),
        title=_("红旗台账"),
        what=_(
            "每一面红旗从哪里来：谁、哪天、哪项服务、谁认定。记下的不能修改和删除，每天自动做防篡改校验；"
            "撤销会另记一条，原来的保留。"
        ),
        doings=(
            _("点流水号看来源、认定人和校验结果。"),
            _("按年度、类别、日期筛选，右上角可以导出。"),
            _("认定错了，从这条流水或任务页“撤销认定”，写明原因。"),
        ),
        sections={"community": "6.", "unit": "2."},
    ),
    Help(
        pages=("flags:behind", "flags:remind"),
        title=_("红旗进度"),
        what=_(
            "按今年到现在的时间进度，谁进度偏慢、谁暂未达标、谁已达标。应得数按入册日期和豁免折算，不到年底不算定论。"
        ),
        doings=(
            _("勾选后“提醒所选”，或提醒名单上的每个人，每人每天最多一次。"),
            _("名单上方写着谁提醒得到、谁没有账号或邮箱；提醒不到的请打电话。"),
            _("点姓名看他的红旗，右上角可以导出。"),
        ),
        sections={"community": "6.", "estate": "看谁", "unit": "2."},
    ),
    Help(
        pages=("flags:workdays", "flags:take_back_days"),
        title=_("工作日历"),
        what=_(
            "认定期限和公示天数按工作日算，放假和调休以国务院的通知为准。由市委组织部录入，每次都有记录。"
        ),
        doings=(
            _("照通知录入：放假还是上班、第一天、最后一天、依据。"),
            _("录错了点“撤销”，恢复原来的日历。"),
        ),
        sections={"city": "3."},
        topic="assessment",
    ),
    Help(
        pages=("flags:policy*",),
        title=_("考核办法"),
        what=_("一年一份的规矩：最低红旗数和时长、提醒日期、接单上限、豁免怎样折算。定案后的年度不能再改。"),
        doings=(
            _("市委组织部修改前先看影响：多少人会因此不达标或达标。"),
            _("年中修改要写原因，经过留在页面上。"),
        ),
        sections={"city": "3."},
        topic="assessment",
    ),
    Help(
        pages=("flags:*",),
        title=_("年度考核"),
        what=_(
            "一年结果的全过程：预测随时可做；12 月 31 日后初评、公示、定案。"
            "每个人的结果都能点开看依据：哪些流水计入、还缺什么。"
        ),
        doings=(
            _("点年度看名单，按结果筛选，点姓名看依据。"),
            _("公示期间有异议的，与本人核对依据，报市委组织部更正。"),
            _("公示错了点“撤回公示”；定案后发现错的，记一条更正。"),
        ),
        sections={"city": "5.", "community": "6.", "unit": "5."},
        topic="assessment",
    ),
)
