"""Build the model city at one of two scales: a settled year, and the present one up to now."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from unittest import mock

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from flags import ledger
from flags.assessment.assessing import forecast
from flags.models import FlagEntry, MemberYear, Policy
from members.models import Member, Organization, User
from tasks.models import Claim, Task
from xianfeng.lib.times import today

from . import asking, breakdown, city, history, mustering, repeats, scope, series, sheets
from .clock import at, year_start
from .plans import AHEAD, plan_year
from .record import Desk, Recorder, settle_states
from .volunteers import Pools


@dataclass(frozen=True)
class Scale:
    """How much of the city: communities with people (None: all), and what they do in a year."""

    communities: int | None
    city_activities: int
    activities: int
    wishes: int
    places: float  # people an activity draws on average
    past: float  # the settled year's share of that


SCALES = {
    "small": Scale(2, 8, 300, 1_700, 8.6, past=0.5),
    "city": Scale(None, 120, 4_900, 40_000, 9.4, past=0.3),
}


@dataclass(frozen=True)
class Span:
    """Days of service, how much of a year's work they hold, and the moment the records tell of."""

    start: dt.date
    end: dt.date
    share: float
    now: dt.datetime

    @classmethod
    def past(cls, year: int, share: float) -> "Span":
        """A whole year; its last service is over early enough to be verified before New Year."""
        last = dt.date(year, 12, 21)
        return cls(dt.date(year, 1, 1), last - dt.timedelta(days=AHEAD), share, at(dt.date(year, 12, 31), 18))

    @classmethod
    def present(cls) -> "Span":
        """Up to today; the figures of a scale are those of a late November."""
        start = year_start(today())
        return cls(start, today(), (today() - start).days / 325, timezone.localtime())


def build(scale_name: str, seed: int, tell: Callable[[str], None]) -> None:
    """Fill an empty database; all of it or nothing. The same seed on the same day gives the same city."""
    # What the services would have a worker do is done here, or belongs to the past.
    with mock.patch.object(transaction, "on_commit", lambda *_work, **_how: None), transaction.atomic():
        found(scale_name, seed, tell)
        count_rows()


def count_rows() -> None:
    """PostgreSQL plans by what it believes of the tables.

    Its autovacuum does not see rows of an open transaction: it would take the tables for empty, and pages
    for minutes. Inside of one, this also keeps it away until the end.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def found(scale_name: str, seed: int, tell: Callable[[str], None]) -> None:
    scale, rng = SCALES[scale_name], random.Random(seed)
    city.import_organizations()
    communities = list(Organization.objects.communities().order_by("code"))[: scale.communities]
    city.import_roster(communities if scale.communities else None)
    city.appoint_staff(rng)
    officer, present = User.objects.get(username="city"), Span.present()
    settled = history.year_of(present.start)
    history.set_rules(settled, by=officer)
    for year in range(present.start.year, today().year + 1):
        Policy.objects.get_or_create(year=year)
    city.register_members(rng, dt.date(settled, 1, 1))
    history.let_some_leave(rng, present.start, by=officer)
    tell(f"{Member.objects.count()} members, {Member.objects.registered().count()} registered")
    simulate(scale, rng, communities, Span.past(settled, scale.past), tell)
    secretary = Desk().officer(communities[0])
    sheets.enter_some_of(settled, communities[0], by=secretary)
    run = history.settle(settled, by=officer)
    tell(f"{settled} is settled: {run.counts}")
    simulate(scale, rng, communities, present, tell)
    history.correct(run, by=officer)
    history.leave_some_open(by=officer)
    estate = Organization.objects.estates().filter(parent=communities[0]).order_by("code")[0]
    repeats.repeat_some(estate, by=secretary)
    breakdown.break_one_down(communities, by=officer)
    scope.weigh_some(communities[0], by=secretary, officer=officer)
    series.come_on_fridays(communities[0], by=secretary)
    sheets.serve_for_days(communities[0], by=secretary)
    sheets.wait_for_some(communities[0], by=secretary)
    sheets.team_up(communities[0], by=secretary)
    sheets.enter_some(communities[0], estate, by=secretary)
    asking.border_some(communities, by=officer)
    asking.ask_some(communities[0], by=secretary)
    mustering.drill_one(communities[0], by=secretary)
    for host in communities[1:2]:  # there may be one alone
        asking.balance_some(host, by_host=Desk().officer(host), by=officer)
    history.file_away_mail()
    audit()
    forecast(today().year)
    tell(f"every sum holds; the year ran from {present.start} to {present.now:%Y-%m-%d %H:%M}")


def simulate(
    scale: Scale, rng: random.Random, communities: list[Organization], span: Span, tell: Callable[[str], None]
) -> None:
    estates: dict[int, list[Organization]] = defaultdict(list)
    for estate in Organization.objects.estates().select_related("parent").order_by("code"):
        estates[estate.parent_id or 0].append(estate)
    root = Organization.objects.get(kind=Organization.Kind.CITY)
    sizes = (
        round(scale.city_activities * span.share),
        round(scale.activities * span.share),
        round(scale.wishes * span.share),
    )
    plans = plan_year(rng, span.start, span.end, communities, estates, root, sizes, scale.places)
    settle_states(rng, plans, span.now)
    members = {member.pk: member for member in Member.objects.exclude(registered_at=None).order_by("pk")}
    Pools(rng, members.values()).fill(rng, plans, span.now)
    Recorder(rng, members, span.now).record(plans, tell)


def audit() -> None:
    """The invariants that bulk inserts must have kept. Raises AssertionError naming the broken one."""
    report = ledger.verify()
    holding = Count("claims", filter=Q(claims__state__in=Claim.State.HOLDS_PLACE))
    checks = {
        "the ledger's chain": report.ok,
        "places taken": not Task.objects.annotate(held=holding).exclude(places_taken=F("held")).exists(),
        "year totals": FlagEntry.objects.aggregate(sum=Sum("delta"))["sum"]
        == MemberYear.objects.aggregate(sum=Sum("flags"))["sum"],
        "lines of verified claims": FlagEntry.objects.filter(source_kind=FlagEntry.Source.CLAIM).count()
        == Claim.objects.filter(state=Claim.State.VERIFIED).count(),
    }
    broken = [name for name, holds in checks.items() if not holds]
    if broken:
        raise AssertionError(f"the simulated year broke: {', '.join(broken)}")
