"""What units and communities are told of an import: one digest for each of them and batch, not one a row.

All messages of a batch are written in one transaction, so that any of them stands for all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import batched

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from members.desks import staff_by_desk
from members.models import ImportBatch, ImportEvent, ImportRow, Member, Organization
from notices.kinds import Kind, declare
from notices.models import Notice
from notices.outbox import Message, Wording, send_many

IMPORTED = Kind(
    "roster_import", _("名册导入"), told=_("有人新增或变更的单位、社区的书记、工作人员（导入人除外）")
)
KINDS = declare(IMPORTED)

WRITTEN_MARK = "import:%(batch)s:written:"
WRITTEN = Wording(
    IMPORTED,
    key=WRITTEN_MARK + "%(org)s:%(user)s",
    subject=_("%(name)s：名册导入，新增 %(new)s 人，变更 %(changed)s 人"),
    body=_("%(by)s 导入了“%(file)s”。请在党员名单里核对；如有不对，请联系导入人更正或撤销这一批。"),
    link="members:list",
)
UNDONE = Wording(
    IMPORTED,
    key="import:%(batch)s:undone:%(org)s:%(user)s",
    subject=_("导入已撤销：%(written)s"),
    body=_("%(by)s 撤销了“%(file)s”这一批，名册恢复原样。原因：%(reason)s。"),
    link="members:list",
    told=_("收到过这批导入通知的每个人"),
)
OWN_UNDONE = Wording(
    IMPORTED,
    key="import:%(batch)s:undone:own",
    subject=_("您导入的“%(file)s”已被撤销"),
    body=_("%(by)s 撤销了这一批，名册恢复原样。原因：%(reason)s。如需重新导入，请先与对方核对。"),
    link="members:imports",
    told=_("导入人（别人撤销时）"),
)
State, Outcome = ImportBatch.State, ImportRow.Outcome
MANY = 1_000  # members in one query


def tell(batch: ImportBatch) -> int:
    """What became of the batch, once. Returns how many messages were new."""
    if batch.kind != ImportBatch.Kind.ROSTER:
        return 0
    if batch.state == State.CONFIRMED and not written_of(batch):
        return send_many(digests(batch))
    return send_many(undone(batch)) if batch.state == State.UNDONE else 0


def written_of(batch: ImportBatch) -> list[Notice]:
    """What was told of the import."""
    mark = WRITTEN_MARK % {"batch": batch.pk}
    return list(Notice.objects.filter(key__startswith=mark).select_related("recipient"))


def digests(batch: ImportBatch) -> Iterator[Message]:
    """One to everybody who acts for a place whose people it concerns, but whoever confirmed it."""
    counts = counts_of(batch)
    staff = staff_by_desk(counts)
    facts = {"batch": batch.pk, "by": batch.confirmed_by, "file": batch.label}
    for place in Organization.objects.filter(pk__in=staff):
        people = (user for user in staff[place.pk] if user.pk != batch.confirmed_by_id)
        of_them = {outcome.value: counts[place.pk][outcome] for outcome in (Outcome.NEW, Outcome.CHANGED)}
        yield from WRITTEN.to_each(people, org=place.pk, name=place.name, **of_them, **facts)


def undone(batch: ImportBatch) -> Iterator[Message]:
    """To the same people, whoever they act for by now, and to who imported it where another took it back."""
    step = ImportEvent.objects.filter(batch=batch, to_state=State.UNDOING).select_related("by").latest("pk")
    reason = batch.undo_reason.rstrip("。")
    facts = {"batch": batch.pk, "by": step.by, "file": batch.label, "reason": reason}
    for notice in written_of(batch):
        if notice.recipient and notice.recipient_id != step.by_id:
            org = notice.key.split(":")[3]
            yield UNDONE.to(notice.recipient, org=org, written=notice.subject, **facts)
    if batch.confirmed_by and batch.confirmed_by_id != step.by_id:
        yield OWN_UNDONE.to(batch.confirmed_by, **facts)


def counts_of(batch: ImportBatch) -> dict[int, Counter[str]]:
    """How many people the batch brought or changed, by the id of their unit or community.

    Whoever came from another unit or community is a change there too.
    """
    found: dict[int, Counter[str]] = defaultdict(Counter)
    new = Member.objects.filter(batch=batch).order_by().values_list("unit_id", "community_id")
    for *places, count in new.annotate(Count("pk")):
        for place in filter(None, set(places)):
            found[place][Outcome.NEW] += count
    rows = batch.rows.filter(outcome=Outcome.CHANGED).order_by("pk").values_list("member_id", "changes")
    for some in batched(rows.iterator(), MANY):
        now = places_now([pk for pk, _changes in some if pk])
        for pk, changes in some:
            before = {changes[name][0] for name in ("unit_id", "community_id") if name in changes}
            for place in filter(None, now.get(pk, set()) | before):
                found[place][Outcome.CHANGED] += 1
    return found


def places_now(members: list[int]) -> dict[int | None, set[int | None]]:
    rows = Member.objects.filter(pk__in=members).values_list("pk", "unit_id", "community_id")
    return {pk: {unit, community} for pk, unit, community in rows}
