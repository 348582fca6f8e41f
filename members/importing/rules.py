"""May a batch take the next step? The buttons and the services ask the same checks."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import ImportBatch, ImportRow, Member, Organization, RosterChange, User
from xianfeng.lib.refusal import Refusal

State, Kind = ImportBatch.State, ImportBatch.Kind

# What may follow what; the worker takes the steps between "-ing" states and their ends.
FOLLOWS: dict[ImportBatch.State, set[ImportBatch.State]] = {
    State.CHECKING: {State.UPLOADED},
    State.PREVIEWED: {State.CHECKING},
    State.FAILED: {State.CHECKING, State.CONFIRMING},
    State.CONFIRMING: {State.PREVIEWED},
    State.CONFIRMED: {State.CONFIRMING, State.UNDOING},
    State.UNDOING: {State.CONFIRMED},
    State.UNDONE: {State.UNDOING},
    State.DISCARDED: {State.UPLOADED, State.CHECKING, State.PREVIEWED, State.FAILED},
    # Once more, from the start: left by a worker, overtaken, or decided about.
    State.UPLOADED: {State.CHECKING, State.CONFIRMING, State.PREVIEWED, State.FAILED},
}

# As long as an import can be taken back, its rows are kept (`members/terms.py`); then they go.
UNDOABLE_FOR = dt.timedelta(days=90)

# Why a file could be opened, but not read as a roster.
WITHOUT_HEADER = {"no_header", "column_missing", "column_repeated", "no_rows"}


class NotAllowedHere(Refusal):
    code = "not_allowed_here"


class BatchMovedOn(Refusal):
    code = "batch_moved_on"


class NothingToImport(Refusal):
    code = "nothing_to_import"


class NothingDecided(Refusal):
    code = "nothing_decided"


class NotUndoable(Refusal):
    code = "not_undoable"


def kinds_for(organization: Organization) -> list[ImportBatch.Kind]:
    """What an organisation may import: the city both kinds, a unit its roster."""
    if organization.kind == Organization.Kind.CITY:
        return [Kind.ROSTER, Kind.ORGANIZATIONS]
    return [Kind.ROSTER]


def check_may_upload(kind: str, by: User) -> Organization:
    """The organisation on whose behalf the user imports. Raises NotAllowedHere."""
    desk = by.desk
    if desk is None or not desk.can("members.import") or kind not in kinds_for(desk.organization):
        raise NotAllowedHere(_("您当前的任职不能导入这类文件。请切换组织，或联系市委组织部。"))
    return desk.organization


def check_confirmable(batch: ImportBatch) -> None:
    """Raises BatchMovedOn, NothingToImport."""
    if batch.state != State.PREVIEWED:
        raise moved_on(batch)
    if not batch.counts.get("new") and not batch.counts.get("changed"):
        raise NothingToImport(_("没有新增也没有变更，不需要导入。"))


def check_decidable(batch: ImportBatch, answers: Mapping[str, Any]) -> None:
    """A preview, or a file whose columns nobody recognised. Raises BatchMovedOn, NothingDecided."""
    if batch.state not in State.CHECKED:
        raise moved_on(batch)
    if not answers:
        raise NothingDecided(_("没有收到决定。请选择一个答案，或填写名称后再提交。"))


def check_mappable(batch: ImportBatch) -> None:
    """A roster that can be opened, whatever its headers are. Raises BatchMovedOn."""
    opened = batch.is_previewed or batch.counts.get("unreadable") in WITHOUT_HEADER
    if batch.state not in State.CHECKED or not (batch.is_roster and batch.file and opened):
        raise moved_on(batch)


def check_undoable(batch: ImportBatch) -> None:
    """A batch can be taken back for 90 days, while nobody on it has registered.

    Raises BatchMovedOn, NotUndoable.
    """
    if batch.state != State.CONFIRMED:
        raise moved_on(batch)
    if rows_are_over(batch):
        raise NotUndoable(
            _("确认已超过 %(days)s 天，逐行内容按保存期限删除，不能再整批撤销。请在党员名单里逐个更正。")
            % {"days": UNDOABLE_FOR.days}
        )
    registered = registered_since(batch)
    if registered:
        raise NotUndoable(
            _("这一批里已有 %(count)s 人报到，不能再整批撤销。请在党员名单里逐个更正。")
            % {"count": registered}
        )
    if recorded := recorded_since(batch):
        raise NotUndoable(
            _(
                "这一批里已有 %(count)s 人有豁免、换号、名册变动或查看记录，撤销会一并抹去。"
                "请在党员名单里逐个更正。"
            )
            % {"count": recorded}
        )


def rows_are_over(batch: ImportBatch) -> bool:
    """Whether what its rows held goes, or is gone."""
    confirmed_at = batch.confirmed_at
    return confirmed_at is not None and confirmed_at <= timezone.now() - UNDOABLE_FOR


def undo_obstacle(batch: ImportBatch) -> Refusal | None:
    try:
        check_undoable(batch)
    except Refusal as refusal:
        return refusal
    return None


def can_map(batch: ImportBatch) -> bool:
    """Whether the page on which columns are named by hand is offered."""
    try:
        check_mappable(batch)
    except BatchMovedOn:
        return False
    return True


def registered_since(batch: ImportBatch) -> int:
    """How many people the batch added or changed have applied or registered since."""
    if batch.kind == Kind.ORGANIZATIONS:
        return 0
    added = Member.objects.filter(batch=batch)
    waiting = added.exclude(state=Member.State.LISTED) | added.filter(registrations__isnull=False)
    changed = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.CHANGED)
    return waiting.distinct().count() + changed.filter(member__registered_at__gt=batch.confirmed_at).count()


def recorded_since(batch: ImportBatch) -> int:
    """How many people have something on record since that an undo would take along, or contradict.

    Of those added: leave, looks at their data, a new number, a change of the roster; of those changed:
    a later change of the roster.
    """
    used = Q(exemptions__isnull=False) | Q(reveals__isnull=False)
    used |= Q(mobile_changes__isnull=False) | Q(roster_changes__isnull=False)
    added = Member.objects.filter(used, batch=batch).distinct().count()
    changed = batch.rows.filter(outcome=ImportRow.Outcome.CHANGED, member__isnull=False)
    since = RosterChange.objects.filter(
        member__in=changed.values("member"), recorded_at__gt=batch.confirmed_at
    )
    return added + since.exclude(batch=batch).values("member").distinct().count()


def moved_on(batch: ImportBatch) -> BatchMovedOn:
    state = batch.get_state_display()
    return BatchMovedOn(_("这一批现在是“%(state)s”，不能这样操作。请刷新页面看最新状态。") % {"state": state})
