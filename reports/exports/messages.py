"""What an export tells the person who ordered it and went on to something else."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, declare
from notices.outbox import Wording, send
from reports.models import Export
from xianfeng.lib.times import format_date

# In the portal only: the file is fetched there anyway.
EXPORT = Kind("export", _("导出"), told=_("导出人"), channels=())
KINDS = declare(EXPORT)

READY = Wording(
    EXPORT,
    key="export:%(export)s:ready",
    subject=_("导出已完成：%(title)s"),
    body=_("共 %(rows)s 行，可以下载到 %(day)s。"),
    link="reports:export",
)
FAILED = Wording(
    EXPORT,
    key="export:%(export)s:failed",
    subject=_("导出没有完成：%(title)s"),
    body=_("%(error)s"),
    link="reports:export",
)


def tell(export: Export) -> None:
    """That the file is there, or why not."""
    facts = {"export": export.pk, "title": export.title}
    if export.state == Export.State.READY and export.expires_at:
        message = READY.to(
            export.user, export.pk, rows=f"{export.rows:,}", day=format_date(export.expires_at), **facts
        )
    else:
        message = FAILED.to(export.user, export.pk, error=export.error, **facts)
    send(message)
