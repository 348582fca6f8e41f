"""Pages about wishes and tasks: what residents ask for, what members do, what is verified."""

from django.utils.translation import gettext_lazy as _

from reports.help.texts.entry import Help

TEXTS = (
    Help(
        pages=("wishes:enter",),
        title=_("代居民填报"),
        what=_("居民没有手机、不会扫码的，由工作人员代为填写。居民留了手机号的，每一步自动发短信告知。"),
        doings=(
            _("“心愿（公开）”里只写需要什么，不写姓名、电话、门牌号；写了会提示怎么改。"),
            _("联系人、电话、地址另填，只有承办的社区和接单的党员看得到。"),
            _("把查询码抄给居民，凭它看进展。"),
        ),
        sections={"community": "联系方式和代", "estate": "处理本小区的心愿"},
    ),
    Help(
        pages=("wishes:merge*",),
        title=_("合并重复心愿"),
        what=_("两位居民提了同一件事的，合在一起办。两边仍凭各自的查询码看进展，谁也看不到对方的联系方式。"),
        doings=(
            _("没有列出的，按词或查询码找另一条。"),
            _("看清“合并以后”，要对调就点“反过来”。"),
            _("并错了：在并入的那条上点“取消合并”。"),
        ),
        sections={"community": "合并重复心愿", "estate": "处理本小区的心愿"},
    ),
    Help(
        pages=("wishes:*",),
        title=_("心愿"),
        what=_(
            "居民提出的心愿，先显示待受理的。公益类的发布成任务由党员接单；不受理的要写明原因和应由谁办。"
        ),
        doings=(
            _("点开一条：“受理并发布”一步到任务单，也可以“只受理”，以后再发布。"),
            _("查看联系方式要写原因，十分钟后收起，并留下记录。"),
            _("重复的合并，情况有变的“恢复办理”。"),
        ),
        sections={"community": "3.", "estate": "处理本小区的心愿"},
    ),
    Help(
        pages=("tasks:to_verify", "tasks:verify", "tasks:verify_many"),
        title=_("认定"),
        what=_(
            "结束了的任务在这里认定：谁到了、做得怎样、亮几面红旗。"
            "结束后 10 个工作日内要办完，快到期的会提醒，“已超期”单列。"
        ),
        doings=(
            _("点“全部到场并评为‘好’”，再改个别人；没来的选“未到场”。"),
            _("拿不准的留“待定”，下次打开仍是待定。"),
            _("一个人做的几项任务，勾选后一次认定。"),
            _("认定错了：任务页的名单里点“撤销认定”，写明原因。"),
        ),
        sections={"city": "4.", "community": "5.", "estate": "现场签到"},
    ),
    Help(
        pages=("tasks:presence", "tasks:sheet"),
        title=_("签到"),
        what=_("任务开始后记谁到了。可以当场逐人选，也可以打印签到表，签完再补录；社区据此认定。"),
        doings=(
            _("点“全部到场”，再改个别人，然后“保存签到”。"),
            _("用纸质签到表的，勾选“按纸质签到表补录”。"),
            _("没接单但到了的，在任务页点“补记人员”。"),
        ),
        sections={"city": "4.", "community": "5.", "estate": "现场签到"},
    ),
    Help(
        pages=("tasks:record", "tasks:records", "tasks:enter"),
        title=_("补记服务"),
        what=_(
            "没在平台上发布过、或没接单的服务，事后补记，写明证明人。补记单独标记、单独统计，市里看得到。"
        ),
        doings=(
            _("办完才想起的：“任务” → “补记服务”，填好内容后选人员。"),
            _("某项任务多来了人：任务页点“补记人员”，按姓名查找。"),
            _("补错了，认定前在名单里点“移出”；已认定的先“撤销认定”。"),
        ),
        sections={"city": "4.", "community": "5.", "estate": "现场签到"},
    ),
    Help(
        pages=("tasks:new", "tasks:new_for_wish", "tasks:edit", "tasks:fitting"),
        title=_("发布任务"),
        what=_(
            "填好任务单，面向的党员就能在手机上接单。红旗和时长留空时按服务事项的默认值；"
            "有人接单后，服务事项、红旗和时长不能再改。"
        ),
        doings=(
            _("没想好的先“保存草稿”。"),
            _("页面写着面向多少人；人少的改大范围，或换个时间。"),
            _("标题、说明和地点大家都看得到，不写姓名、电话和门牌号。"),
        ),
        sections={"city": "4.", "community": "4.", "estate": "发布本小区"},
    ),
    Help(
        pages=("tasks:items", "tasks:item", "tasks:item_new"),
        title=_("服务事项目录"),
        what=_("任务只能从目录里选事项，红旗不能超出事项的范围。目录由市委组织部维护。"),
        doings=(
            _("市委组织部：“新增事项”，或点编码修改。"),
            _("不再用的停用即可，已有的任务不受影响。"),
        ),
        sections={"city": "3.", "community": "4."},
    ),
    Help(
        pages=("tasks:*",),
        title=_("任务"),
        what=_("已发布和草稿里的任务。任务页上有谁接了单，也从那里签到、认定、打印签到表、取消。"),
        doings=(
            _("右上角“发布任务”；相似的打开旧的点“复制”。"),
            _("取消须写原因，已接单的党员会收到通知。"),
            _("改时间让人撞了别的任务的，页面先列出是谁。"),
        ),
        sections={"city": "4.", "community": "4.", "estate": "发布本小区"},
    ),
)
