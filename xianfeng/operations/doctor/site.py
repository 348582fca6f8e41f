"""What the world sees: the name, the certificate, no error pages with settings in them."""

import datetime as dt
import socket
import ssl
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious, warn

TIMEOUT = 3.0  # seconds
FEW_DAYS, SOME_DAYS = 7, 21
RENEW = "deploy/install.sh --certificate … --certificate-key …"


@probe(Area.SITE, gettext_lazy("DEBUG"))
def debug() -> Findings:
    if settings.DEBUG:
        yield serious(
            "debug", _("DEBUG 开着,出错页会显示设置和个人信息"), _("在 /etc/xianfeng/env 设 DEBUG=false")
        )
    else:
        yield ok("debug", _("DEBUG 关着"))
    if not settings.IS_PRODUCTION:
        remedy = _("对外服务的机器在 /etc/xianfeng/env 设 ENVIRONMENT=production")
        yield warn("environment", _("这是本机试用(ENVIRONMENT 不是 production)"), remedy)


@probe(Area.SITE, gettext_lazy("网址"))
def site_url() -> Findings:
    address, remedy = urlsplit(settings.SITE_URL), "deploy/install.sh --host …"
    host = address.hostname or ""
    shown = {"url": settings.SITE_URL, "hosts": "、".join(settings.ALLOWED_HOSTS)}
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield fail("site_url", _("SITE_URL %(url)s 不在 ALLOWED_HOSTS(%(hosts)s)里") % shown, remedy)
    elif settings.SECURE and address.scheme != "https":
        yield serious("site_url", _("SITE_URL %(url)s 不是 https") % shown, remedy)
    else:
        yield ok("site_url", _("SITE_URL %(url)s 与 ALLOWED_HOSTS 一致") % shown)


@probe(Area.SITE, gettext_lazy("证书"))
def certificate() -> Findings:
    address = urlsplit(settings.SITE_URL)
    host, port = address.hostname or "", address.port or 443
    if address.scheme != "https":
        yield ok("certificate", _("不用 https,没有证书"))
        return
    try:
        shown = served_certificate(host, port)
    except (OSError, ssl.SSLError) as error:
        text = _("本机的 https 没有回答:%(error)s") % {"error": error}
        yield serious("certificate", text, "nginx -t && systemctl restart nginx")
        return
    yield from judge(shown, host)


def served_certificate(host: str, port: int) -> x509.Certificate:
    """What nginx on this machine shows; where it stands elsewhere, what the world gets."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # read it, whatever it is
    try:
        plain = socket.create_connection(("127.0.0.1", port), TIMEOUT)
    except OSError:
        plain = socket.create_connection((host, port), TIMEOUT)
    with plain, context.wrap_socket(plain, server_hostname=host) as secure:
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")


def judge(shown: x509.Certificate, host: str) -> Findings:
    days = (shown.not_valid_after_utc - dt.datetime.now(dt.UTC)).days
    text = _("证书还有 %(days)d 天到期") % {"days": days}
    if not fits(shown, host):
        yield fail("certificate", _("证书不是给 %(host)s 的") % {"host": host}, RENEW)
    elif days < FEW_DAYS:
        yield fail("certificate", text, RENEW)
    elif shown.issuer == shown.subject:
        yield warn("certificate", _("证书是自签的,浏览器会警告;%(text)s") % {"text": text}, RENEW)
    elif days < SOME_DAYS:
        yield warn("certificate", text, RENEW)
    else:
        yield ok("certificate", text)


def fits(shown: x509.Certificate, host: str) -> bool:
    try:
        alternatives = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = alternatives.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = [str(part.value) for part in shown.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    parent = host.partition(".")[2]
    return any(name.lower() in {host, f"*.{parent}"} for name in names)
