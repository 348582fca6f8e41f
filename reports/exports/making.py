"""An export on its way: ordered, made at once or by a worker, handed over, and gone after a week.

Short lists are made while the person waits, long ones by a job; both take the same steps, each a
conditional update with an event row. Whoever makes the file holds the row by the time of its last beat:
what stands still for minutes was left by somebody who died, and the sweep hands it out again.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import StaffRequest
from members.models import User
from reports.exports import messages, rules
from reports.exports.masking import without_contacts
from reports.exports.resources import RESOURCES, ListResource
from reports.exports.writing import WRITERS, Heading
from reports.models import Export, ExportEvent
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import KeyReused, Refusal
from xianfeng.lib.times import format_moment
from xianfeng.lib.transitions import move as move_row
from xianfeng.lib.transitions import record

State = Export.State

logger = logging.getLogger(__name__)

AT_ONCE = 2_000  # rows that a person may be kept waiting for
STUCK_AFTER = dt.timedelta(minutes=5)  # closing a workbook of a million rows takes a minute
STEP = 1_000  # rows between two signs of life
JOB = "reports.make_export"


# --- What people do -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """What somebody ticked; the same `key` with the same content is the same order."""

    columns: Sequence[str]
    format: str
    key: str


def order(resource: ListResource, wanted: Order, *, by: User) -> Export:
    """Make a short list now, have a long one made. Raises NothingToExport, TooManyRows, KeyReused."""
    rows = resource.get_queryset().count()
    rules.check_amount(rows, is_counted=resource.is_counted())
    with transaction.atomic():
        fields = content(resource, wanted) | under(by)
        export, is_new = Export.objects.get_or_create(
            user=by, key=wanted.key, defaults={**fields, "rows": rows}
        )
        if is_new:
            record([export], event=ExportEvent, by=by)
            if rows > AT_ONCE:
                later(JOB, export.pk)
    if not is_new:
        return same_order(export, fields)
    if rows <= AT_ONCE:
        make(export.pk)
        export.refresh_from_db()
    return export


def content(resource: ListResource, wanted: Order) -> dict[str, Any]:
    columns = resource.get_export_fields(wanted.columns)
    names = [resource.get_field_name(column) for column in columns]
    return {
        "name": resource.name,
        "title": resource.title(),
        "query": resource.query,
        "filters": [without_contacts(words) for words in resource.words()],
        "columns": [[name, str(column.column_name)] for name, column in zip(names, columns, strict=True)],
        "format": wanted.format,
    }


def under(by: User) -> dict[str, Any]:
    """The desk that the person sits at: its rights make the file."""
    desk = by.desk
    assert desk is not None  # noqa: S101  (the view let nobody else in)
    return {"appointment": desk, "organization": desk.organization}


def same_order(export: Export, fields: dict[str, Any]) -> Export:
    """Raises KeyReused where the key of an earlier order came with another content."""
    if any(getattr(export, name) != value for name, value in fields.items()):
        raise KeyReused(_("这张表单已经导出过一次。如需换列或换格式，请再点一次“导出”。"))
    return export


def hand_over(export: Export, *, by: User) -> File:
    """The file, and the line that says it was taken. Raises RightsEnded, NotThere."""
    rules.check_rights(export, RESOURCES[export.name])
    rules.check_there(export)
    try:
        file = default_storage.open(str(export.file), "rb")
    except FileNotFoundError:
        raise rules.NotThere(_("文件已经不在了。请重新导出。")) from None
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(downloaded_at=timezone.now())
        record([export], event=ExportEvent, by=by, before=export.state, note="downloaded")
    return file


# --- What whoever makes the file does -----------------------------------------------------------


class Abandoned(Refusal):
    """The export was given to somebody else while this one was at it, or is done."""

    code = "abandoned"


def make(export_id: int, *, tell: bool = False) -> None:
    """Write the file with the rights as they are now. Does nothing where another worker has the export.

    `tell` leaves a message: the person has gone on to something else.
    """
    export = Export.objects.select_related("user", "organization").get(pk=export_id)
    try:
        take(export)
    except Abandoned:
        return
    try:
        make_or_fail(export, tell)
    except Abandoned:
        logger.warning("Export %s went to another worker", export_id)
        default_storage.delete(str(export.file))


def make_or_fail(export: Export, tell: bool) -> None:
    """Raises Abandoned."""
    try:
        count = write(export)
    except Abandoned:
        raise
    except Refusal as refusal:
        fail(export, refusal.message, tell)
    except Exception:
        logger.exception("Export %s could not be made", export.pk)
        fail(export, _("生成文件时出了意外的错误。请重新导出；如仍然出错，请联系系统管理员。"), tell)
    else:
        expires_at = timezone.now() + rules.KEPT_FOR
        finish(export, State.READY, tell, rows=count, done=count, error="", expires_at=expires_at)


def take(export: Export) -> None:
    """Hold the export, under a file name of our own; what an earlier try left is removed."""
    left = str(export.file)
    name = f"exports/{export.pk}-{secrets.token_hex(8)}.{export.format}"
    move(export, State.WORKING, allowed={State.WAITING}, file=name, done=0)
    if left:
        default_storage.delete(left)


def write(export: Export) -> int:
    """Raises RightsEnded, Abandoned. Returns how many rows."""
    resource = resource_of(export)
    offered = resource.offered(resource.asking.desk)
    headings = [Heading(header, offered[name].width) for name, header in export.columns if name in offered]
    rows = with_beats(export, resource.records([name for name in export.keys if name in offered]))
    with TemporaryFile() as file:
        count = WRITERS[export.format](file, headings, rows, facts(export))
        beat(export, done=count)
        file.seek(0)
        default_storage.save(str(export.file), File(file))
    return count


def resource_of(export: Export) -> ListResource:
    """The list as its page would show it now to the appointment that ordered it. Raises RightsEnded."""
    kind = RESOURCES[export.name]
    asking = StaffRequest()
    asking.desk = rules.check_rights(export, kind)
    asking.user = export.user
    asking.user.active_desk_id = asking.desk.pk
    asking.GET = QueryDict(export.query)
    return kind(asking)


def facts(export: Export) -> list[tuple[str, str]]:
    """Where the file comes from: who finds it lying about can ask."""
    return [
        (_("内容"), export.title),
        (_("筛选"), "；".join(export.filters) or _("无")),
        (_("导出人"), str(export.user)),
        (_("所在组织"), str(export.organization)),
        (_("导出时间"), format_moment(export.created_at)),
        (_("导出编号"), str(export.pk)),
        (_("说明"), _("手机号已遮盖。导出和下载均有记录，请按规定保管和使用。")),
    ]


def with_beats(export: Export, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    for done, row in enumerate(rows):
        if done and done % STEP == 0:
            beat(export, done=done)
        yield row


def beat(export: Export, **fields: Any) -> None:
    """A sign of life; its time is the token of the hold. Raises Abandoned."""
    now = timezone.now()
    mine = Export.objects.filter(pk=export.pk, state=State.WORKING, beat_at=export.beat_at)
    if mine.update(beat_at=now, **fields) != 1:
        raise abandoned()
    export.beat_at = now


def fail(export: Export, error: str, tell: bool) -> None:
    default_storage.delete(str(export.file))
    finish(export, State.FAILED, tell, error=error[:300])


def finish(export: Export, to: Export.State, tell: bool, **fields: Any) -> None:
    """The end of the work, with its message. Raises Abandoned."""
    with transaction.atomic():
        move(export, to, allowed={State.WORKING}, note=fields["error"], finished_at=timezone.now(), **fields)
        if tell:
            messages.tell(export)


# --- Sweeps -------------------------------------------------------------------------------------


def sweep() -> int:
    """Hand out again every export that nobody works on any more; returns how many."""
    dead = timezone.now() - STUCK_AFTER
    left = Export.objects.filter(state__in=State.IN_MAKING, beat_at__lt=dead)
    return sum(hand_out_again(export) for export in left)


def hand_out_again(export: Export) -> bool:
    try:
        with transaction.atomic():
            move(export, State.WAITING, allowed=State.IN_MAKING, note="handed out again")
            later(JOB, export.pk)
    except Abandoned:  # it lives after all
        return False
    return True


def expire() -> int:
    """Remove the files whose week is over; returns how many. The row stays as the record.

    The file goes first: a sweep that dies between finds the row again, and no file is ever forgotten.
    """
    over = list(Export.objects.filter(state=State.READY, expires_at__lte=timezone.now()))
    for export in over:
        expire_one(export)
    return len(over)


def expire_one(export: Export) -> None:
    """Raises Abandoned where another run was faster."""
    default_storage.delete(str(export.file))
    move(export, State.EXPIRED, allowed={State.READY}, file="")


# --- The one way an export changes its state ----------------------------------------------------


def move(
    export: Export, to: Export.State, *, allowed: Collection[str], note: str = "", **fields: Any
) -> None:
    """Change the state if nobody has moved the export since it was read. Raises Abandoned."""
    move_row(
        export,
        to,
        allowed=allowed,
        guard=Q(beat_at=export.beat_at),
        event=ExportEvent,
        by=None,
        note=note,
        refusal=abandoned,
        beat_at=timezone.now(),
        **fields,
    )


def abandoned() -> Abandoned:
    return Abandoned(_("这份导出已由另一个进程接手。"))
