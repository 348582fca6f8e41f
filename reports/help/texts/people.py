"""Pages about people: registrations, the roster, numbers, records, imports."""

from django.utils.translation import gettext_lazy as _

from reports.help.texts.entry import Help

TEXTS = (
    Help(
        pages=("members:registrations", "members:registration", "members:confirm_many"),
        title=_("报到"),
        what=_(
            "扫码报到的党员先列在这里，由社区确认或退回。每一条都已与名册比对：一致、信息不符、不在册。"
            "街道、单位和市委组织部只看，不办。"
        ),
        doings=(
            _("点姓名看本人填的内容和与名册的差异，再“确认报到”，或“退回”并写原因，本人会收到通知。"),
            _("一致的可以勾选几条，在页面下方一次确认。"),
            _("不在册的先与单位核实；确认后作为新党员入册。"),
            _("确认错了，十秒内点提示里的“撤销”。"),
        ),
        sections={"community": "2.", "unit": "2."},
    ),
    Help(
        pages=("members:reconciliation",),
        title=_("报到核对"),
        what=_("名册和报到对不上的都在这里：在册没有报到的，报到了不在册的，信息不一样的，可能是同一人的。"),
        doings=(
            _("点数字看名单，名单可以导出。"),
            _("没有报到的，联系本人扫所住社区的二维码。"),
            _("同一人有两条记录的，在“疑似重复”里核实后合并。"),
        ),
        sections={"community": "2.", "unit": "2."},
    ),
    Help(
        pages=("members:numbers", "members:number", "members:number_*"),
        title=_("换手机号"),
        what=_(
            "旧手机号停用的党员申请换号，由单位或社区核实是本人后生效。新号已经凭验证码证明在申请人手里。"
        ),
        doings=(
            _("点“查看”打电话问清，再“确认是本人”，或“驳回”并写原因。"),
            _("知道谁换了号：在其档案里点“手机号换了？更正”。"),
            _("换错了：在其档案“换过的手机号”里点开那一次，退回原号码。"),
        ),
        sections={"community": "换手机号", "unit": "换手机号"},
    ),
    Help(
        pages=("members:merge*",),
        title=_("合并两条记录"),
        what=_(
            "同一个人在名册上有两条记录的，合成一条。报到、接单、豁免和红旗都归到保留的那条，先看清再合并。"
        ),
        doings=(
            _("选另一条，核对差别和会转移的内容。"),
            _("选现在用的手机号，写明怎样核实。"),
            _("并错了点“撤销合并”，年度定案之前都可以。"),
        ),
        sections={"community": "一个人有两条记录", "unit": "换手机号"},
    ),
    Help(
        pages=("members:roster_*",),
        title=_("入册、离开和调动"),
        what=_("谁从哪天起在册、哪天离开、调往哪个单位，由单位登记；到日子自动生效，红旗和记录都保留。"),
        doings=(
            _("新来的：“党员” → “新增党员”。"),
            _("离开、退休、去世或调动：“党员” → 点姓名 → 登记。"),
            _("调入的人在工作台“待接收调动”里接收；接收之前仍在原单位名册上。"),
            _("登记错了：点开那一条，“撤回”并写明原因。"),
        ),
        sections={"unit": "3."},
    ),
    Help(
        pages=("members:waiting_exemptions",),
        title=_("待确认的豁免"),
        what=_("时间较长的豁免要由登记人以外的同志确认才生效，多长算长由考核办法规定。"),
        doings=(
            _("看清类型、起止日期和原因，再点“确认”。"),
            _("自己登记的由同事确认，列在“待别人确认”里。"),
        ),
        sections={"community": "7.", "unit": "4."},
    ),
    Help(
        pages=("members:reveals",),
        title=_("联系方式查看记录"),
        what=_("谁在什么时候、因为什么看过谁的手机号或住址，都在这里；党员本人也看得到关于自己的。"),
        doings=(_("找不寻常的：次数特别多的人、写不清楚的原因。"),),
        sections={"city": "6.", "community": "7."},
    ),
    Help(
        pages=("members:list", "members:detail"),
        title=_("党员"),
        what=_("您能看到的党员名册，每人一页档案：报到、红旗、豁免、办理经过。手机号和住址默认遮盖。"),
        doings=(
            _("按姓名、拼音或手机号后四位查找，按状态、社区筛选，右上角可以导出。"),
            _("确需联系本人时点“查看”，写明原因；每次都留记录，本人看得到。"),
            _("病假、外派、孕产等在档案里“登记豁免”。"),
        ),
        sections={"city": "6.", "community": "7.", "unit": "2."},
    ),
    Help(
        pages=("reports:search",),
        title=_("搜索"),
        what=_("在您能看到的范围里，一次找党员、任务和心愿。"),
        doings=(
            _("党员：姓名、拼音、首字母或手机号后四位。"),
            _("任务和心愿：标题、地点或内容里的词，心愿也可以用查询码。"),
            _("在任何一页按 / 就到搜索框，边打字边出结果，上下键选，回车打开。"),
        ),
    ),
    Help(
        pages=("members:import*",),
        title=_("导入"),
        what=_(
            "把 Excel 名册或组织表导进来。上传后先逐行核对，确认之前什么都不写入；"
            "确认后 90 天内，没有人报到的整批可以撤销。"
        ),
        doings=(
            _("先点“下载名册模板”，或直接上传手头的表，列名会自动认。"),
            _("看预览：新增、变更、无变化、有错误各多少行；有错的可以当场改正。"),
            _("没有问题点“确认导入”；不想要点“放弃”。"),
        ),
        sections={"city": "1.", "unit": "1."},
        topic="rosters",
    ),
)
