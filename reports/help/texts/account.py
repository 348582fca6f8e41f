"""The first screen, one's own account, and what holds everywhere."""

from django.utils.translation import gettext_lazy as _

from reports.help.texts.entry import Help

TEXTS = (
    Help(
        pages=("reports:desk_home", "reports:guide"),
        title=_("工作台"),
        what=_(
            "登录后先看这里：“待我办理”是您能办的，“下级待办”或“由别人办理”只供了解，“今年”是总的情况。"
            "每个数字点开，正好是那些行。"
        ),
        doings=(
            _("从有数字的“待我办理”开始，办完数字就少了。"),
            _("图上的每一根柱也能点开。"),
            _("身兼几职的，在顶栏切换组织，看到和能办的都随之改变。"),
        ),
    ),
    Help(
        pages=("notices:inbox", "notices:read*"),
        title=_("我的通知"),
        what=_("发给您本人的通知，同时发到您确认过的邮箱。点标题去办那件事。"),
        doings=(_("看过的标为已读，或“全部标为已读”。"),),
        topic="notices",
    ),
    Help(
        pages=("account_*", "mfa_*", "usersessions_*", "members:email", "members:own_record*"),
        title=_("我的账号"),
        what=_("密码、两步验证、邮箱和登录着的设备。改动后，别处的登录都要重新登录，您会收到通知。"),
        doings=(
            _("“两步验证”：用手机上的验证器扫码开启，恢复码打印锁好。"),
            _("“邮箱”：打开发到新邮箱的链接后生效；忘记密码时凭它重设。"),
            _("“我也在党员名册上”：说明这个账号和党员账号是同一人，本人的事由别人办理。"),
        ),
    ),
    Help(
        pages=("members:profile", "members:looked_up"),
        title=_("我的"),
        what=_("您本人的党员页：手机号、住址、特长，和谁查看过您的联系方式。与任职无关。"),
        doings=(_("要办公，点“进入工作台”。"),),
    ),
)

GENERAL = Help(
    pages=("reports:desk_help", "reports:manual", "reports:open_manual"),
    title=_("先锋微家"),
    what=_(
        "居民提心愿，社区发布成任务，党员接单，社区认定后亮旗，单位和市里看同一本台账。"
        "左边是按工作分的页面，只列出您的任职能用的。"
    ),
    doings=(
        _("不知道从哪里开始：回到“工作台”，看“待我办理”。"),
        _("找人、任务、心愿：用顶上的搜索。"),
        _("常用的一组筛选存进“已存筛选”，不看的列在“列”里去掉；都只对您自己。"),
        _("在任何一页点右上角的“帮助”，说的就是那一页。"),
    ),
    sections={"community": "列表怎么用得快"},
)
