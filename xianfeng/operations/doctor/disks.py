"""Room on the disks that the platform writes to."""

import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.backups import shelf_in_use
from xianfeng.operations.doctor.findings import Area, Finding, Findings, fail, ok, probe, warn

LEAST, LITTLE = 1, 5  # GB
LEAST_SHARE, LITTLE_SHARE = 0.05, 0.15
GIGABYTE = 2**30


@probe(Area.DATABASE, gettext_lazy("磁盘"))
def disks() -> Findings:
    media = Path(settings.MEDIA_ROOT)
    yield room("disk_var", _("数据目录"), Path(settings.VAR_DIR))
    # Before the first upload it is where it will be made.
    yield room("disk_media", _("上传的文件"), media if media.exists() else media.parent)
    if shelf := shelf_in_use():
        yield room("disk_backups", _("备份"), shelf) if shelf.is_dir() else gone(shelf)


def gone(shelf: Path) -> Finding:
    """Backups went there last."""
    text = _("备份的目录 %(path)s 不在了,它的磁盘可能没有挂上") % {"path": shelf}
    return fail("disk_backups", text, f"findmnt --target {shelf}; mount -a; ls -d {shelf}")


def room(name: str, label: str, folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    free, share = usage.free / GIGABYTE, usage.free / usage.total
    shown = {"label": label, "path": folder, "free": f"{free:.1f}", "share": f"{share:.0%}"}
    text = _("%(label)s %(path)s 剩 %(free)s GB(%(share)s)") % shown
    remedy = f"du -xh --max-depth=2 {folder} | sort -h | tail; journalctl --disk-usage"
    if free < LEAST or share < LEAST_SHARE:
        return fail(name, text, remedy)
    # A tenth of a large disk is still room for years.
    if free < LITTLE or (share < LITTLE_SHARE and free < 10 * LITTLE):
        return warn(name, text, remedy)
    return ok(name, text)
