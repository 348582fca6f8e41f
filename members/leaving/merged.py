"""What of the roster's changes moves when two records are merged."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from members.leaving import messages
from members.leaving.rules import decided_before
from members.merging.parts import Moved, Part
from members.models import Member, Merge, RosterChange, RosterChangeEvent, User
from xianfeng.lib.transitions import move_all

State = RosterChange.State


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    if count := gone.roster_changes.count():
        yield _("名册变动"), _("%(count)s 条") % {"count": count}
    if ahead := gone.roster_changes.ahead().first():
        yield _("撤销还没生效的变动"), f"{ahead.get_kind_display()} {ahead.day}"


def move(merge: Merge, by: User) -> Moved:
    """The history goes along; what was still to come of the other record is taken back, its day as well."""
    ahead = list(merge.gone.roster_changes.ahead())
    why = _("两条记录合并，请在保留的记录上重新登记")
    move_all(
        ahead,
        State.UNDONE,
        allowed=State.AHEAD,
        event=RosterChangeEvent,
        by=by,
        note=why,
        refusal=decided_before,
    )
    if any(change.is_leaving for change in ahead):
        merge.gone.departed_on = None
        merge.gone.save(update_fields=["departed_on"])
    ids = list(merge.gone.roster_changes.order_by("pk").values_list("pk", flat=True))
    RosterChange.objects.filter(pk__in=ids).update(member=merge.kept)
    for change in ahead:  # a unit that was to take the person in waits for nobody any more
        change.member = merge.kept
        messages.tell(change, by=by, reason=why)
    return {"changes": ids}


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """What was taken back stays so: it can be recorded anew."""
    RosterChange.objects.filter(pk__in=moved["changes"], member=merge.kept).update(member=merge.gone)


PART = Part("changes", 1, preview, move, restore)
