"""What becomes of the claims when two records are merged."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext as _

from members.merging.parts import Moved, Part
from members.models import Member, Merge, User
from tasks.claiming.claiming import overtaken
from tasks.models import Claim, ClaimEvent, ScopeReport, Task
from xianfeng.lib.transitions import move_all

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


def move(merge: Merge, by: User) -> Moved:
    """Each claim goes along; of two on one task the place is taken once, and its flags count once."""
    twice = _twice(merge.kept, merge.gone)
    second = [other for _own, other in twice]
    merge.moved["doubled"] = [
        ["claim", other.pk] for own, other in twice if own.is_verified and other.is_verified
    ]
    _give_places_back([other for own, other in twice if own.state in State.HOLDS_PLACE and other.is_open], by)
    _hand_places_on([(own, other) for own, other in twice if own.is_withdrawn and other.is_open], by)
    rows = merge.gone.claims.exclude(pk__in=[claim.pk for claim in second])
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


def _give_places_back(claims: list[Claim], by: User) -> None:
    """The person holds a place there already."""
    _withdraw(claims, by)
    tasks = Task.objects.filter(pk__in=[claim.task_id for claim in claims], places_taken__gt=0)
    tasks.update(places_taken=F("places_taken") - 1)


def _hand_places_on(pairs: list[tuple[Claim, Claim]], by: User) -> None:
    """The kept record gave its place back once; now it holds the other's."""
    _withdraw([other for _own, other in pairs], by)
    move_all(
        [own for own, _other in pairs],
        State.CLAIMED,
        allowed={State.WITHDRAWN},
        event=ClaimEvent,
        by=by,
        note=_("由合并的记录转入"),
        refusal=overtaken,
    )


def _withdraw(claims: list[Claim], by: User) -> None:
    move_all(
        claims,
        State.WITHDRAWN,
        allowed=State.OPEN,
        event=ClaimEvent,
        by=by,
        note=_("两条记录合并，名额归到另一条"),
        refusal=overtaken,
    )


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """Claims that nobody decided since go back; the others stay where they were decided."""
    for state, ids in moved["claims"].items():
        Claim.objects.filter(pk__in=ids, member=merge.kept, state=state).update(member=merge.gone)
    reports = ScopeReport.objects.filter(pk__in=moved.get("reports", ()), member=merge.kept)
    reports.update(member=merge.gone)


PART = Part("tasks", 2, preview, move, restore)
