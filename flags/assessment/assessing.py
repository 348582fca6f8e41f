"""The yearly check (年度考核): forecast at any time, official after the year's end, then final.

A forecast is replaced by the next one. The official check goes draft → publicised → settled; the
same ledger, roster and rules give the same figures again.
"""

import calendar
import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min, Q, QuerySet, TextField
from django.db.models.functions import JSONArray
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import rules, sql
from flags.models import Assessment, AssessmentEvent, AssessmentRun, FlagEntry, LedgerHead
from flags.models.ledger import HEAD
from flags.policy.policies import frozen, policy_for
from members.models import Exemption, Member, User
from xianfeng.lib.database.contention import again
from xianfeng.lib.queue import later
from xianfeng.lib.times import FIRST_YEAR, format_date, local_year, today
from xianfeng.lib.transitions import move, record
from xianfeng.lib.workdays import add_working_days

Leave = tuple[dt.date, dt.date]  # its first day and its last

State = AssessmentRun.State
ONE_DAY = dt.timedelta(days=1)
# What a pass over the ledger writes into its run.
FILLED = ("ledger_seq", "ledger_hash", "counts", "finished_at")
# What requirements follow from.
MARKED_OF_MEMBERS = ("pk", "unit_id", "community_id", "is_leader", "joined_on", "departed_on", "state")
MARKED_OF_LEAVE = ("pk", "member_id", "starts_on", "ends_on")


def forecast(year: int, by: User | None = None) -> AssessmentRun:
    """How the year would end as things stand today; replaces the year's earlier forecast."""
    return compute(start(year, official=False, by=by))


def official(year: int, by: User | None = None) -> AssessmentRun:
    """The official check. A draft is made anew; a publicised or settled one is left as it is.

    Raises YearUnknown before 2020, YearNotOver up to and on 31 December in Shanghai, YearEmpty.
    """
    rules.check_startable(year)
    done = AssessmentRun.objects.filter(year=year, is_official=True).exclude(state=State.DRAFT).first()
    return done or compute(start(year, official=True, by=by))


def unchecked_years(present: int) -> list[int]:
    """Ended years that were served on this platform and have no official check, the oldest first.

    Service of earlier years that was entered afterwards makes none of them one of ours.
    """
    began = FlagEntry.objects.aggregate(Min("recorded_at"))["recorded_at__min"]
    first = local_year(began) if began else present
    checked = AssessmentRun.objects.filter(is_official=True).values_list("year", flat=True)
    unchecked = {*range(max(first, FIRST_YEAR), present)} - {*checked}
    return sorted(filter(rules.is_served, unchecked))


@transaction.atomic
def start(year: int, *, official: bool, by: User | None) -> AssessmentRun:
    """Open the year's run for a new pass; `compute`, in a job or at once, fills it.

    Raises YearUnknown, YearNotOver, YearEmpty, and RunMoved where the official run is publicised or settled.
    """
    rules.check_year_known(year)
    if official:
        rules.check_startable(year)
    state = State.DRAFT if official else State.FORECAST
    as_of = min(today(), dt.date(year, 12, 31))
    run, _new = AssessmentRun.objects.get_or_create(
        year=year, is_official=official, defaults={"state": state, "as_of": as_of}
    )
    opened = AssessmentRun.objects.filter(pk=run.pk, state=state).update(
        as_of=as_of, started_at=timezone.now(), finished_at=None, started_by=by
    )
    if opened != 1:
        raise rules.RunMoved(_("%(year)s 年度考核已公示或定案，不能重新初评。") % {"year": year})
    run.refresh_from_db()
    return run


def start_later(year: int, *, official: bool, by: User) -> AssessmentRun:
    """Open the run and let a worker fill it; a lost job is found by the sweep. Raises as `start`."""
    with transaction.atomic():
        run = start(year, official=official, by=by)
        later("flags.run_assessment", run.pk)
    return run


def compute(run: AssessmentRun) -> AssessmentRun:
    """Fill an opened run in one pass; a run that is filled already is left alone.

    Who is deleted meanwhile (an import that is taken back) makes the pass start again.
    """
    return again(lambda: _compute(run))


@transaction.atomic
def _compute(run: AssessmentRun) -> AssessmentRun:
    run = AssessmentRun.objects.select_for_update().get(pk=run.pk)
    if run.finished_at is not None:
        return run
    run.rules = frozen(policy_for(run.year))
    mark = roster_mark(run.year)  # first: a change that comes in between makes the run stale, never hidden
    _fill(run)
    run.counts["roster_mark"] = mark
    run.save(update_fields=["rules", *FILLED])
    record([run], event=AssessmentEvent, by=run.started_by, before=run.state, note=_("完成一次测算"))
    return run


def _fill(run: AssessmentRun) -> None:
    """Results from the ledger as it ends now; lines appended meanwhile are left out by number."""
    run.ledger_seq, run.ledger_hash = LedgerHead.objects.values_list("seq", "hash").get(pk=HEAD)
    Assessment.objects.filter(run=run).delete()
    with connection.cursor() as cursor:
        given = _parameters(run.year, run.rules, run.ledger_seq)
        cursor.execute(sql.filling(), {"run": run.pk, **given})
    run.counts = _counts(run)
    run.finished_at = timezone.now()


def reckon(year: int, rules: dict[str, Any], *, member: Member | None = None) -> list[Assessment]:
    """Everybody's results of a year, or one member's, as they are now by some rules; stores nothing."""
    given = _parameters(year, rules, LedgerHead.objects.get(pk=HEAD).seq)
    if member is not None:
        given["member"] = member.pk
    with connection.cursor() as cursor:
        cursor.execute(sql.figures(of_one=member is not None), given)
        return [Assessment(**dict(zip(sql.COLUMNS, row, strict=True))) for row in cursor.fetchall()]


def _parameters(year: int, rules: dict[str, Any], seq: int) -> dict[str, Any]:
    names = ("min_flags", "min_flags_leader", "min_minutes", "pro_rata")
    return {
        "year": year, "seq": seq, "first": dt.date(year, 1, 1), "last": dt.date(year, 12, 31),
        "leaves": json.dumps(leave_months(year, pro_rata=rules["pro_rata"])),
        **{name: rules[name] for name in names},
        **{result.value: result.value for result in Assessment.Result}, "left": Member.State.DEPARTED.value,
        "merged": Member.State.MERGED.value,
    }  # fmt: skip


def _counts(run: AssessmentRun) -> dict[str, Any]:
    found = dict(
        Assessment.objects.filter(run=run).values_list("result").annotate(Count("pk")).order_by("result")
    )
    counts = {result.value: found.get(result.value, 0) for result in Assessment.Result}
    return {"members": sum(counts.values()), **counts}


# --- Leave --------------------------------------------------------------------------------------


def leave_months(year: int, *, pro_rata: bool = True) -> list[dict[str, int]]:
    """Months of leave for every member who has any in the year."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = _leave_of(year).values_list(
        "member_id", "starts_on", "ends_on", "member__joined_on", "member__departed_on"
    )
    leaves: dict[int, list[Leave]] = defaultdict(list)
    spans = {}
    for member_id, starts_on, ends_on, joined, departed in rows.order_by("member_id", "starts_on"):
        leaves[member_id].append((starts_on, ends_on))
        spans[member_id] = counted_span(year, joined, departed) if pro_rata else (first, last)
    found = {member_id: months_covered(leaves[member_id], *spans[member_id]) for member_id in leaves}
    return [{"member_id": member_id, "months": months} for member_id, months in found.items() if months]


def _leave_of(year: int) -> QuerySet[Exemption]:
    return Exemption.objects.granted().filter(
        starts_on__lte=dt.date(year, 12, 31), ends_on__gte=dt.date(year, 1, 1)
    )


def counted_span(year: int, joined: dt.date | None, departed: dt.date | None) -> tuple[dt.date, dt.date]:
    """The days of the year on which a member was on the roster."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return max(first, joined or first), min(last, departed or last)


def months_covered(leaves: Iterable[Leave], first: dt.date, last: dt.date) -> int:
    """How many months between two days of one year are wholly on leave, by one leave or several."""
    away = _joined(sorted(leaves))
    months = (_month(first.year, month) for month in range(first.month, last.month + 1))
    counted = [(max(begin, first), min(end, last)) for begin, end in months]
    return sum(any(since <= begin and end <= until for since, until in away) for begin, end in counted)


def _joined(leaves: Iterable[Leave]) -> list[Leave]:
    """Leaves in order; those that overlap, or follow on the next day, as one."""
    joined: list[Leave] = []
    for starts_on, ends_on in leaves:
        if joined and starts_on <= joined[-1][1] + ONE_DAY:
            since, until = joined[-1]
            joined[-1] = since, max(until, ends_on)
        else:
            joined.append((starts_on, ends_on))
    return joined


@cache
def _month(year: int, month: int) -> tuple[dt.date, dt.date]:
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


# --- Fresh forecasts ----------------------------------------------------------------------------


def standing_forecast(year: int) -> AssessmentRun | None:
    """The year's forecast as it stands, for pages: reading makes none.

    While it is made anew its former results stand. Whatever changes requirements asks for the renewal
    (`flags.renew_forecast`), and a sweep finds what nobody asked for.
    """
    return AssessmentRun.objects.filter(year=year, is_official=False).first()


def fresh_forecast(year: int) -> AssessmentRun:
    """The year's forecast, made anew where none is of today or roster, leave or rules changed since.

    Flags need no new pass: pages read them live from the totals.
    """
    run = standing_forecast(year)
    return run if run and _is_fresh(run) else forecast(year)


def _is_fresh(run: AssessmentRun) -> bool:
    return (
        run.finished_at is not None
        and run.as_of == min(today(), dt.date(run.year, 12, 31))
        and run.rules == frozen(policy_for(run.year))
        and run.counts.get("roster_mark") == roster_mark(run.year)
    )


def roster_mark(year: int) -> str:
    """A digest of all of roster and leave that requirements of the year follow from; two queries.

    Row by row and by whole dates, so that no two changes can cancel out. The database writes the rows as
    text: to make dates of eleven thousand only to print them again takes three times as long.
    """
    digest = hashlib.blake2b(digest_size=16)
    members = Member.objects.order_by("pk"), MARKED_OF_MEMBERS
    leave = _leave_of(year).order_by("pk"), MARKED_OF_LEAVE
    for rows, columns in (members, leave):
        for row in rows.values_list(JSONArray(*columns, output_field=TextField()), flat=True).iterator():
            digest.update(row.encode())
    return digest.hexdigest()


# --- The official run's way ---------------------------------------------------------------------


@transaction.atomic
def publicise(run: AssessmentRun, *, typed: str, by: User) -> AssessmentRun:
    """公示: at least the policy's working days, counted from the day after; `typed` is the run's year.

    Raises RunMoved, YearMistyped.
    """
    rules.check_year_typed(run.year, typed)
    until = add_working_days(today(), max(run.rules.get("publicity_days", 5), 1))
    move(
        run,
        State.PUBLICISED,
        allowed={State.DRAFT},
        guard=Q(finished_at__isnull=False),
        event=AssessmentEvent,
        by=by,
        refusal=rules.no_finished_draft,
        publicised_on=today(),
        publicised_until=until,
    )
    later("flags.tell_publicity")
    return run


@transaction.atomic
def settle(run: AssessmentRun, *, by: User) -> AssessmentRun:
    """定案: freeze every figure with the rules and the ledger's end. No undoing.

    Corrections made while it was public, of flags, leave or roster, are counted first, by the rules as
    publicised. Raises RunMoved, and PublicityNotOver up to and on the last day of publicity.
    """
    LedgerHead.objects.locked()
    run = AssessmentRun.objects.select_for_update().get(pk=run.pk)
    check_settleable(run)
    before = dict(Assessment.objects.filter(run=run).values_list("member_id", "result"))
    _fill(run)
    after = dict(Assessment.objects.filter(run=run).values_list("member_id", "result"))
    changed = sum(before.get(member) != result for member, result in after.items())
    run.save(update_fields=FILLED)
    move(
        run,
        State.SETTLED,
        allowed={State.PUBLICISED},
        event=AssessmentEvent,
        by=by,
        note=_("公示期间更正 %(count)s 人") % {"count": changed},
        refusal=rules.not_public,
        settled_at=timezone.now(),
    )
    later("flags.tell_results")
    later("flags.tell_publicity")
    return run


def check_settleable(run: AssessmentRun) -> None:
    """Raises RunMoved, PublicityNotOver."""
    if not run.is_publicised or run.publicised_until is None:
        raise rules.not_public()
    if today() <= run.publicised_until:
        raise rules.PublicityNotOver(
            _("公示到 %(day)s 为止，之后才能定案。") % {"day": format_date(run.publicised_until)}
        )
