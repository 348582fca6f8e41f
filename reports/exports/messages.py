"""What an export tells the person who ordered it and went on to something else."""

from django.urls import reverse
from django.utils.translation import gettext as _

from notices.outbox import send
from reports.models import Export
from xianfeng.lib.times import format_date


def tell(export: Export) -> None:
    """That the file is there, or why not. In the portal only: the file is fetched there anyway."""
    is_ready = export.state == Export.State.READY
    subject, body = ready(export) if is_ready else (_("导出没有完成：%(title)s"), export.error)
    send(
        export.user, kind="export", key=f"export:{export.pk}:{export.state}",
        subject=subject % {"title": export.title}, body=body,
        url=reverse("reports:export", args=[export.pk]), channels=(),
    )  # fmt: skip


def ready(export: Export) -> tuple[str, str]:
    words = {"rows": f"{export.rows:,}", "day": format_date(export.expires_at)}  # type: ignore[arg-type]
    return _("导出已完成：%(title)s"), _("共 %(rows)s 行，可以下载到 %(day)s。") % words
