"""Is there a backup of last night, and has anybody ever restored one?"""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.backups import Last, last_backup, last_drill
from xianfeng.operations.doctor.findings import Area, Finding, Findings, age, fail, ok, probe, serious, warn

OLDEST_BACKUP = dt.timedelta(hours=26)
OLDEST_DRILL = dt.timedelta(days=15)  # two weeks of its timer
OLDEST_DRILL_ELSEWHERE = dt.timedelta(days=100)  # by hand, each month; a quarter, and some days
BACK_UP = "systemctl start xianfeng-backup; journalctl -u xianfeng-backup -n 50"
DRILL = "systemctl start xianfeng-drill; journalctl -u xianfeng-drill -n 50"
# This machine has no private key.
DRILL_ELSEWHERE = gettext_lazy(
    "在存有私钥的机器上执行 drill 备份目录 --identity 私钥文件 --json > 结果.json，"
    "把结果带回这里：xianfeng-manage drill --done-elsewhere - < 结果.json"
)


@probe(Area.NIGHTS, gettext_lazy("备份"))
def backup() -> Findings:
    done = last_backup()
    if done is None:
        yield serious("backup", _("还没有做过备份"), BACK_UP)
    elif not done.ok:
        yield fail("backup", _("上次备份没有做成:%(text)s") % {"text": done.summary}, BACK_UP)
    else:
        yield aged("backup", _("上次备份"), done, OLDEST_BACKUP, BACK_UP)


@probe(Area.NIGHTS, gettext_lazy("恢复演练"))
def drill() -> Findings:
    done = last_drill()
    oldest, remedy = OLDEST_DRILL, DRILL
    if settings.BACKUP_RECIPIENTS:
        oldest, remedy = OLDEST_DRILL_ELSEWHERE, str(DRILL_ELSEWHERE)
    if done is None:
        yield warn("drill", _("还没有演练过恢复"), remedy)
    elif not done.ok:
        yield fail("drill", _("上次恢复演练没有成功:%(text)s") % {"text": done.summary}, remedy)
    elif timezone.now() - done.moment > oldest:
        yield warn("drill", age(_("上次恢复演练"), done.moment), remedy)
    else:
        yield ok("drill", age(_("上次恢复演练"), done.moment))


def aged(name: str, label: str, done: Last, oldest: dt.timedelta, remedy: str) -> Finding:
    text = age(label, done.moment)
    return serious(name, text, remedy) if timezone.now() - done.moment > oldest else ok(name, text)
