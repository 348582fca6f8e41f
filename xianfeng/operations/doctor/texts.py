"""Does SMS_BACKEND name something that can send? No text is sent."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.channels.checks import Unfit, check_gateway
from xianfeng.operations.doctor.findings import Area, Findings, ok, probe, serious

REASONS = {
    "E001": gettext_lazy("SMS_BACKEND 是空的,验证码没有人收得到"),
    "E002": gettext_lazy("验证码只写进日志,没有人收得到"),
    "E003": gettext_lazy("SMS_BACKEND=%(path)s 载入不了"),
    "E004": gettext_lazy("SMS_BACKEND=%(path)s 不是短信网关类"),
    "E005": gettext_lazy("SMS_BACKEND=%(path)s 只是样子,什么也不发"),
    "E006": gettext_lazy("SMS_BACKEND=%(path)s 建不起来"),
}


@probe(Area.MESSAGES, gettext_lazy("短信网关"))
def texts() -> Findings:
    path = settings.SMS_BACKEND
    try:
        check_gateway(path)
    except Unfit as unfit:
        remedy = _(
            "照 deploy/examples/city_sms.py 写一个,放进 /etc/xianfeng/python/,在 /etc/xianfeng/env 写上类名"
        )
        yield serious("texts", str(REASONS[unfit.args[1]]) % {"path": path}, remedy)
        return
    yield ok("texts", _("短信网关 %(path)s 已载入") % {"path": path})
