"""Why a result is what it is, in sentences for the member and for the desk."""

from collections.abc import Iterator

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from flags.models import Assessment, Category, FlagEntry
from xianfeng.lib.times import format_date

YEAR = 12  # months


def explain(assessment: Assessment) -> list[str]:
    """Which lines count, how the requirement came about, what is missing. At most two queries."""
    return [*_requirement(assessment), *_lines(assessment), *_outcome(assessment), *_corrected(assessment)]


def counted_lines(assessment: Assessment) -> "list[FlagEntry]":
    """The very lines the figures are the sum of, newest first."""
    lines = FlagEntry.objects.filter(
        member=assessment.member_id, year=assessment.run.year, seq__lte=assessment.run.ledger_seq
    )
    return list(lines.select_related("organization", "reverses").order_by("-service_date", "-seq"))


def _requirement(assessment: Assessment) -> Iterator[str]:
    rules, is_leader = assessment.run.rules, counted_as_leader(assessment)
    name = "min_flags_leader" if is_leader else "min_flags"
    who = _("领导干部") if is_leader else _("全年")
    yield _("%(who)s最低要求：%(amount)s。") % {
        "who": who,
        "amount": _amount(rules.get(name, 0), rules.get("min_minutes", 0)),
    }
    yield from _span(assessment)
    if assessment.months < YEAR:
        yield _("计入 %(months)s 个月，折算（向上取整）后应得 %(amount)s。") % {
            "months": assessment.months,
            "amount": _amount(assessment.required_flags, assessment.required_minutes),
        }


def counted_as_leader(assessment: Assessment) -> bool:
    """As the check saw the member, whatever the roster says since: by the requirement it kept."""
    rules, now = assessment.run.rules, assessment.member.is_leader
    due = {
        is_leader: (rules.get(name, 0) * assessment.months + YEAR - 1) // YEAR
        for is_leader, name in ((True, "min_flags_leader"), (False, "min_flags"))
    }
    return now if due[now] == assessment.required_flags else not now


def _dates_hold(assessment: Assessment) -> bool:
    """Whether the roster's dates are still those that the months were counted by."""
    member, year = assessment.member, assessment.run.year
    first = member.joined_on.month if member.joined_on and member.joined_on.year == year else 1
    last = member.departed_on.month if member.departed_on and member.departed_on.year == year else YEAR
    return last - first + 1 == assessment.months + assessment.exempt_months


def _span(assessment: Assessment) -> Iterator[str]:
    member, year = assessment.member, assessment.run.year
    counts_months = assessment.run.rules.get("pro_rata", True) and _dates_hold(assessment)
    if counts_months and member.joined_on and member.joined_on.year == year:
        yield _("%(day)s 新进，从当月起计。") % {"day": format_date(member.joined_on, weekday=False)}
    if counts_months and member.departed_on and member.departed_on.year == year:
        yield _("%(day)s 离开，计到当月。") % {"day": format_date(member.departed_on, weekday=False)}
    if assessment.exempt_months:
        yield _("经批准的豁免覆盖 %(months)s 个整月，不计入。") % {"months": assessment.exempt_months}


def _lines(assessment: Assessment) -> Iterator[str]:
    if not assessment.lines:
        yield _("当年没有红旗流水。")
        return
    sums = (
        FlagEntry.objects.filter(
            member=assessment.member_id, year=assessment.run.year, seq__lte=assessment.run.ledger_seq
        )
        .values("category")
        .annotate(flags=Sum("delta"), lines=Count("pk"))
        .order_by("category")
    )
    parts = [
        _("%(category)s %(flags)s 面") % {"category": Category(row["category"]).label, "flags": row["flags"]}
        for row in sums
    ]
    yield _("计入 %(lines)s 条流水，共 %(flags)s 面、%(hours)s 小时：%(parts)s。") % {
        "lines": assessment.lines,
        "flags": assessment.flags,
        "hours": _hours(assessment.minutes),
        "parts": "、".join(parts),
    }
    yield from _corrections(assessment)


def _corrections(assessment: Assessment) -> Iterator[str]:
    reversed_lines = FlagEntry.objects.filter(
        member=assessment.member_id,
        year=assessment.run.year,
        seq__lte=assessment.run.ledger_seq,
        kind__in=[FlagEntry.Kind.REVERSAL, FlagEntry.Kind.ADJUSTMENT],
    ).order_by("seq")
    carried = [line for line in reversed_lines if line.is_carried_over]
    if carried:
        yield _("其中 %(lines)s 条、%(flags)+d 面由本人的另一条记录合并而来。") % {
            "lines": len(carried),
            "flags": sum(line.delta for line in carried),
        }
    for line in reversed_lines:
        if line.is_carried_over:
            continue
        yield _("其中第 %(seq)s 号%(kind)s %(delta)+d 面：%(reason)s") % {
            "seq": line.seq,
            "kind": line.get_kind_display(),
            "delta": line.delta,
            "reason": line.reason,
        }


def _outcome(assessment: Assessment) -> Iterator[str]:
    if assessment.result == Assessment.Result.EXEMPT:
        yield _("豁免覆盖计入的全部月份：豁免。")
    elif assessment.result == Assessment.Result.QUALIFIED:
        yield _("达到要求：合格。")
    else:
        yield _("还缺 %(amount)s：不合格。") % {
            "amount": _amount(assessment.missing_flags, assessment.missing_minutes)
        }


def _corrected(assessment: Assessment) -> Iterator[str]:
    """What was written about the year after it was settled, and what it comes to."""
    lines = list(corrections(assessment))
    if not lines:
        return
    flags, minutes = sum(line.delta for line in lines), sum(line.minutes for line in lines)
    done, missing = _with(assessment, flags, minutes)
    yield _("定案后更正 %(lines)s 条，共 %(flags)+d 面、%(hours)s 小时：更正后 %(done)s，%(outcome)s") % {
        "lines": len(lines),
        "flags": flags,
        "hours": _hours(minutes),
        "done": done,
        "outcome": missing,
    }


def corrections(assessment: Assessment) -> "QuerySet[FlagEntry]":
    """Lines that name the settled year, newest last; none before it is settled."""
    lines = FlagEntry.objects.filter(member=assessment.member_id, settled_year=assessment.run.year)
    return lines.select_related("organization").order_by("seq")


def _with(assessment: Assessment, flags: int, minutes: int) -> tuple[str, str]:
    """The year's amount with these added, and in words whether it is enough."""
    flags, minutes = assessment.flags + flags, assessment.minutes + minutes
    lacks = (
        max(assessment.required_flags - flags, 0),
        max(assessment.required_minutes - minutes, 0),
    )
    outcome = _("还缺 %(amount)s：不合格。") % {"amount": _amount(*lacks)} if any(lacks) else _("合格。")
    return _amount(flags, minutes if assessment.required_minutes else 0), outcome


def _amount(flags: int, minutes: int) -> str:
    """Flags and hours in words; hours are left out where none are asked for."""
    if not minutes:
        return _("%(flags)s 面红旗") % {"flags": flags}
    return _("%(flags)s 面红旗、%(hours)s 小时") % {"flags": flags, "hours": _hours(minutes)}


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
