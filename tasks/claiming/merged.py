"""What becomes of the claims when two records are merged."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.merging.parts import Moved, Part
from members.models import Member, Merge, User
from tasks.claiming import offering
from tasks.claiming.offering import overtaken
from tasks.models import Claim, ClaimEvent, ScopeReport, Task
from xianfeng.lib.transitions import move as move_row

State = Claim.State


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    claims = gone.claims.count()
    if claims:
        yield _("接单"), _("%(count)s 件") % {"count": claims}
    if twice := len(_twice(kept, gone)):
        yield _("同一任务两条都接了"), _("%(count)s 项，只算一次") % {"count": twice}


def _twice(kept: Member, gone: Member) -> list[tuple[Claim, Claim]]:
    """Both records' claims on one task: the kept record's, the other's."""
    own = {claim.task_id: claim for claim in kept.claims.select_related("task")}
    others = gone.claims.filter(task__in=own).select_related("task").order_by("pk")
    return [(own[claim.task_id], claim) for claim in others]


# Of two claims on one task the person keeps what says more: a place, an offer of one, a rank in the line.
WEIGHT = {**dict.fromkeys(State.TAKEN, 3), State.OFFERED: 2, State.WAITING: 1}


def move(merge: Merge, by: User) -> Moved:
    """Each claim goes along; of two on one task the place is taken once, and its flags count once."""
    twice = _twice(merge.kept, merge.gone)
    for task_id in sorted({own.task_id for own, _other in twice}):
        offering.locked(task_id)
    twice = _twice(merge.kept, merge.gone)  # as they stand now that nobody else changes them
    merge.moved["doubled"] = [
        ["claim", other.pk] for own, other in twice if own.is_verified and other.is_verified
    ]
    for own, other in twice:
        if other.state in State.LIVE:
            _make_one(own, other, by)
    second = [other.pk for _own, other in twice]
    rows = merge.gone.claims.exclude(pk__in=second)
    moved: dict[str, list[int]] = defaultdict(list)
    for pk, state in rows.order_by("pk").values_list("pk", "state"):
        moved[state].append(pk)
    Claim.objects.filter(pk__in=[pk for ids in moved.values() for pk in ids]).update(member=merge.kept)
    return {"claims": moved, "reports": _move_reports(merge)}


def _move_reports(merge: Merge) -> list[int]:
    """What the person said of a task; what both records said of one is said once."""
    said = merge.kept.scope_reports.values("task")
    rows = merge.gone.scope_reports.exclude(task__in=said)
    moved = list(rows.order_by("pk").values_list("pk", flat=True))
    ScopeReport.objects.filter(pk__in=moved).update(member=merge.kept)
    return moved


def _make_one(own: Claim, other: Claim, by: User) -> None:
    """The other ends; where it says more, the kept record's goes on as it stood. A place too many goes on."""
    held, seen = (own.holds_place, other.holds_place), other.state
    since = [claim.waiting_since for claim in (own, other) if claim.is_waiting]
    _step(other, State.WITHDRAWN, _("两条记录合并，名额归到另一条"), by)
    if WEIGHT.get(seen, 0) > WEIGHT.get(own.state, 0):
        _step(own, State(seen), _("由合并的记录转入"), by,
              team=other.team, claimed_at=other.claimed_at, waiting_since=other.waiting_since,
              offered_until=other.offered_until)  # fmt: skip
    if own.is_waiting:
        Claim.objects.filter(pk=own.pk).update(waiting_since=min(filter(None, since)))
    if spare := sum(held) - own.holds_place:
        Task.objects.filter(pk=own.task_id).update(places_taken=F("places_taken") - spare)
        offering.pass_on(own.task_id, timezone.now())


def _step(claim: Claim, to: State, note: str, by: User, **fields: Any) -> None:
    move_row(
        claim, to, allowed=State.LIVE | State.LEFT, event=ClaimEvent, by=by, note=note, refusal=overtaken,
        **fields,
    )  # fmt: skip


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """Claims that nobody decided since go back; the others stay where they were decided."""
    for state, ids in moved["claims"].items():
        Claim.objects.filter(pk__in=ids, member=merge.kept, state=state).update(member=merge.gone)
    reports = ScopeReport.objects.filter(pk__in=moved.get("reports", ()), member=merge.kept)
    reports.update(member=merge.gone)


PART = Part("tasks", 2, preview, move, restore)
