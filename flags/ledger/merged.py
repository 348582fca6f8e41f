"""What becomes of the flags when two records are merged: adjustments that name the merged record."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from flags.ledger import carrying
from flags.ledger.lines import append
from flags.ledger.rules import settled_years
from flags.models import Category, FlagEntry
from members.merging.parts import Moved, Part
from members.models import Member, Merge, User
from xianfeng.ui.amounts import hours


def standing(member: Member) -> list[FlagEntry]:
    """The lines that count: a reversal and the award it undoes are both left out."""
    lines = FlagEntry.objects.filter(member=member, reversal__isnull=True)
    return list(lines.exclude(kind=FlagEntry.Kind.REVERSAL).select_related("member").order_by("seq"))


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    years: dict[int, list[FlagEntry]] = defaultdict(list)
    for line in standing(gone):
        years[line.year].append(line)
    for year, lines in sorted(years.items(), reverse=True):
        flags, minutes = sum(line.delta for line in lines), sum(line.minutes for line in lines)
        amount = _("%(flags)s 面，%(hours)s") % {"flags": flags, "hours": hours(minutes)}
        yield _("%(year)s 年红旗") % {"year": year}, amount


def move(merge: Merge, by: User) -> Moved:
    """Line by line in open years; a settled year is corrected by its sum (DOMAIN 4.5)."""
    lines = standing(merge.gone)
    settled = settled_years({line.year for line in lines})
    doubled = {tuple(source) for source in merge.moved.get("doubled", [])}
    reason = _("与第 %(number)s 号党员记录合并") % {"number": merge.gone.pk}
    carried: list[FlagEntry] = []
    for line in [*(one for one in lines if one.year not in settled), *_sums(lines, settled)]:
        line.member = merge.gone
        carried += carrying.pair(
            line,
            merge.kept,
            occasion=f"merge:{merge.pk}",
            reason=reason,
            by=by,
            doubled=(line.source_kind, line.source_id) in doubled,
        )
    append(carried)
    return {"lines": len(carried)}


def _sums(lines: list[FlagEntry], settled: set[int]) -> Iterator[FlagEntry]:
    """One correction for each settled year, as if it were a line; never stored itself."""
    sums: dict[int, list[FlagEntry]] = defaultdict(list)
    for line in lines:
        if line.year in settled:
            sums[line.year].append(line)
    for year, of_year in sums.items():
        last = of_year[-1]
        yield FlagEntry(
            delta=sum(line.delta for line in of_year),
            minutes=sum(line.minutes for line in of_year),
            service_date=dt.date(year, 12, 31),
            year=year,
            category=Category.OTHER,
            organization_id=last.organization_id,
            unit_id=last.unit_id,
            source_label=_("更正 %(year)s 年度") % {"year": year},
            settled_year=year,
            key=f"year:{year}",
        )


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """Undo every line of this merge by one more. Raises YearSettled."""
    written = FlagEntry.objects.filter(key__startswith=f"merge:{merge.pk}:").select_related("member")
    other = {merge.kept_id: merge.gone, merge.gone_id: merge.kept}
    append(
        [
            carrying.again(
                line,
                line.member,
                other[line.member_id],
                -1,
                key=f"un{line.key}",
                reason=_("撤销合并"),
                by=by,
            )
            for line in written.order_by("seq")
        ]
    )


PART = Part("ledger", 3, preview, move, restore)
