"""Were the things of the night done? What apps put on the list of /healthz is asked as well."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flags.models import LedgerCheck
from reports.models import RetentionRun
from xianfeng import health
from xianfeng.operations.doctor.findings import Area, Findings, age, fail, ok, probe, serious

RUN = "xianfeng-manage retain"
VERIFY = "xianfeng-manage verify_ledger --json"
BY_NIGHT = "journalctl -u xianfeng-beat -u xianfeng-worker@nightly --since yesterday"
OLDEST_CHECK = dt.timedelta(hours=26)


@probe(Area.NIGHTS, gettext_lazy("每夜清理"))
def retention() -> Findings:
    last = RetentionRun.objects.first()
    if last is None:
        yield ok("retention_run", _("还没有到第一次每夜清理"))
        return
    if last.failures:
        text = _("上次清理有没做完的:%(names)s") % {"names": "、".join(sorted(last.failures))}
        yield fail("retention_run", text, RUN)
    else:
        yield ok("retention_run", age(_("上次每夜清理"), last.finished_at))


@probe(Area.NIGHTS, gettext_lazy("防篡改校验"))
def ledger_check() -> Findings:
    last = LedgerCheck.objects.first()
    if last is None:
        yield ok("ledger_check", _("还没有到第一次防篡改校验"))
        return
    text = age(_("上次防篡改校验"), last.at)
    if not last.ok:
        yield fail("ledger_check", _("上次防篡改校验不符:%(finding)s") % {"finding": last.finding}, VERIFY)
    elif timezone.now() - last.at > OLDEST_CHECK:
        yield serious("ledger_check", text, BY_NIGHT)
    else:
        yield ok("ledger_check", text)


@probe(Area.NIGHTS, gettext_lazy("/healthz"))
def healthz_more() -> Findings:
    for name, well in health.MORE.items():
        shown = {"name": name}
        if well():
            yield ok(f"healthz_{name}", _("/healthz 的 %(name)s 正常") % shown)
        else:
            yield serious(f"healthz_{name}", _("/healthz 的 %(name)s 是 failed") % shown, BY_NIGHT)
