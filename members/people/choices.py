"""Words offered where people describe themselves; anything else may be typed beside them."""

from django.utils.translation import gettext_lazy as _

# The words rosters use, so that what a unit lists and what a member ticks are one thing.
SKILLS = [
    _("理发"), _("水电维修"), _("电器维修"), _("医疗健康"), _("法律咨询"), _("心理疏导"), _("财务"),
    _("文艺"), _("书法"), _("摄影"), _("计算机"), _("外语"), _("学业辅导"), _("政策宣讲"), _("园艺"),
    _("驾驶"), _("应急救援"),
]  # fmt: skip
INTENTIONS = [_("社区活动"), _("微心愿"), _("红管家"), _("帮帮团"), _("建言献策")]
FREE_TIMES = [
    _("工作日晚上"), _("周五下午"), _("周六上午"), _("周六下午"), _("周日上午"), _("周日下午"), _("节假日"),
]  # fmt: skip
