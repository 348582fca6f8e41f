"""Pages about the tree, its posts, files that leave, and what is kept how long."""

from django.utils.translation import gettext_lazy as _

from reports.help.texts.entry import Help

TEXTS = (
    Help(
        pages=("reports:burden", "reports:burden_of"),
        title=_("打扰情况"),
        what=_("平台自己给党员添了多少事：通知、催办、邀请各多少，应邀、婉拒多少。只有人数，没有名字。"),
        doings=(
            _("点社区看：哪几类通知，请大家参加了哪些任务。"),
            _("一个月被请 3 次以上的人多了，先看是不是总找那几个人。"),
        ),
        sections={"city": "4.", "community": "4."},
    ),
    Help(
        pages=("members:poster",),
        title=_("二维码海报"),
        what=_("居民点单、党员报到各一张 A4，印着二维码、值班电话和能手工输入的网址，各社区、小区不同。"),
        doings=(
            _("先填好联系电话，再打印；可以只打印一张。"),
            _("贴在宣传栏、单元门口和党群服务中心。以前贴出的继续有效。"),
        ),
        sections={"city": "2.", "community": "1."},
    ),
    Help(
        pages=("members:appointments", "members:elevation", "members:end_appointment", "members:namesakes"),
        title=_("任职"),
        what=_(
            "谁在哪个组织担任书记、工作人员或监督员，从何时到何时。权限随任职生效，到期自动失效；"
            "市委组织部自己的任职须第二人确认。"
        ),
        doings=(
            _("“任命人员”：没有账号的人会收到邮件，凭链接设置密码。"),
            _("“终止或交接”：是最后一位办事的人时，同一张表里填接任的同志。"),
            _("“同名核对”：同一个人的两个账号记为同一人。"),
        ),
        sections={"city": "2."},
    ),
    Help(
        pages=("members:organization*",),
        title=_("组织"),
        what=_(
            "街道、社区、小区和单位的树，每个节点写着在册和已报到的人数。点开一个组织看人员、任职和经过。"
        ),
        doings=(
            _("按名称、编码、拼音或首字母查找。"),
            _("点开社区或小区：更改联系电话、打印二维码海报。"),
            _("“无人任职”和“还没有人报到”是要跟进的组织。"),
        ),
        sections={"city": "2.", "community": "1."},
    ),
    Help(
        pages=("notices:unreached", "notices:handle"),
        title=_("未送达的通知"),
        what=_("没有送到的邮件和短信。“不确定”是发送时中断、对方可能已收到的，系统不会自动重发。"),
        doings=(
            _("先核实，再选“重新发送”或“已当面告知”。"),
            _("居民没有账号：点标题打开那条心愿，当面或电话告知后登记。"),
        ),
        sections={"city": "7.", "community": "联系方式和代"},
        topic="notices",
    ),
    Help(
        pages=("reports:export*",),
        title=_("导出"),
        what=_("名单变成 Excel 或 CSV：行和顺序与页面上的相同，手机号一律遮盖，每次导出都有记录。"),
        doings=(
            _("先在名单上筛选，再点右上角“导出” → 勾选列。"),
            _("2,000 行以内马上下载，更多的在后台生成，完成后有通知。"),
            _("7 天内可在这里再次下载；“导出记录”里是谁导出了什么。"),
        ),
        sections={"city": "8.", "community": "8.", "estate": "导出", "unit": "6."},
        topic="exports",
    ),
    Help(
        pages=("reports:retention",),
        title=_("保存期限"),
        what=_("个人信息各保留多久、为什么、到期怎样；每晚自动清理。这里只有条数，没有内容。"),
        doings=(_("“今晚到期”就是预演：看到不该清理的，当天联系系统管理员。"),),
        sections={"city": "9."},
        topic="retention",
    ),
)
