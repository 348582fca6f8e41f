"""The mail server, up to its door: nothing is sent."""

import smtplib
import ssl
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious

TIMEOUT = 3.5  # seconds
REMEDY = gettext_lazy(
    "核对 /etc/xianfeng/env 里的 EMAIL_URL(密码里的特殊字符用百分号写法),再 systemctl restart xianfeng.target"
)


@probe(Area.MESSAGES, gettext_lazy("邮件服务器"))
def mail() -> Findings:
    mailer = settings.MAILERS["default"]
    if not mailer["BACKEND"].endswith("smtp.EmailBackend"):
        yield serious("mail", _("邮件只打印,不会寄出"), _("在 /etc/xianfeng/env 设 EMAIL_URL=smtp+tls://…"))
        return
    options = mailer["OPTIONS"]
    shown = {"host": options["host"], "port": options["port"]}
    try:
        log_in(options)
    except (smtplib.SMTPException, OSError) as error:
        told = shown | {"error": str(error) or type(error).__name__}
        yield fail("mail", _("邮件服务器 %(host)s:%(port)s 不接受:%(error)s") % told, str(REMEDY))
        return
    yield ok("mail", _("邮件服务器 %(host)s:%(port)s 接受登录") % shown)


def log_in(options: dict[str, Any]) -> None:
    """Raises SMTPException or OSError where the server says no or is not there."""
    secure = ssl.create_default_context()
    place = (options["host"], int(options["port"]))
    server = (
        smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=secure)
        if options["use_ssl"]
        else smtplib.SMTP(*place, timeout=TIMEOUT)
    )
    with server:
        server.ehlo()
        if options["use_tls"]:
            server.starttls(context=secure)
            server.ehlo()
        if options["username"]:
            server.login(options["username"], options["password"])
