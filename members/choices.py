"""Words offered where people describe themselves; anything else may be typed beside them."""

from django.utils.translation import gettext_lazy as _

SKILLS = [
    _("理发"), _("水电维修"), _("家电维修"), _("医疗保健"), _("法律咨询"), _("心理疏导"), _("财务"),
    _("文艺表演"), _("书法绘画"), _("摄影摄像"), _("电脑网络"), _("外语"), _("课业辅导"), _("驾驶"),
    _("急救"),
]  # fmt: skip
INTENTIONS = [
    _("关爱老人"), _("助学辅导"), _("环境整治"), _("政策宣讲"), _("矛盾调解"), _("安全巡查"), _("文体活动"),
    _("应急值守"),
]  # fmt: skip
FREE_TIMES = [
    _("工作日晚上"), _("周五下午"), _("周六上午"), _("周六下午"), _("周日上午"), _("周日下午"), _("节假日"),
]  # fmt: skip
