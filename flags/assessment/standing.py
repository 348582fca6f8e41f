"""Where each member stands in a year (达标): what every page, mail, figure and file says of it.

What is owed stands in the year's check, which one statement decides (`sql`: leaders, hours, parts of a
year, leave). What is there is read live from the ledger's totals, so that a flag counts the moment it
is lit.
"""

from dataclasses import dataclass

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from flags.assessment import assessing
from flags.models import Assessment, AssessmentRun
from flags.policy.policies import frozen, policy_for
from members.models import Member, User
from xianfeng.lib.times import today

Result = Assessment.Result
# Results of a run with the annotations of `with_standing`.
type Standings = QuerySet[Assessment]

# A year that still runs has nobody unqualified yet.
WORDS = {Result.QUALIFIED: _("已达标"), Result.UNQUALIFIED: _("暂未达标"), Result.EXEMPT: _("豁免")}
REACHED = Q(standing=Result.QUALIFIED)
SHORT = Q(standing=Result.UNQUALIFIED)
EXEMPT = Q(standing=Result.EXEMPT)


def with_standing(results: QuerySet[Assessment], year: int) -> Standings:
    """Adds flags and minutes as the ledger has them now, what is missing, and the `standing` that follows."""
    live = results.annotate(
        total=FilteredRelation("member__years", condition=Q(member__years__year=year))
    ).annotate(live_flags=Coalesce(F("total__flags"), 0), live_minutes=Coalesce(F("total__minutes"), 0))
    return live.annotate(
        short_flags=Greatest(F("required_flags") - F("live_flags"), Value(0)),
        short_minutes=Greatest(F("required_minutes") - F("live_minutes"), Value(0)),
    ).annotate(
        standing=Case(
            When(months=0, then=Value(Result.EXEMPT.value)),
            When(short_flags=0, short_minutes=0, then=Value(Result.QUALIFIED.value)),
            default=Value(Result.UNQUALIFIED.value),
        )
    )


def of_run(run: AssessmentRun | None, year: int) -> Standings:
    return with_standing(Assessment.objects.filter(run=run), year)


def seen_by(user: User, year: int) -> Standings:
    """This year's people of a desk, by the forecast as it stands; nobody while the first one is made."""
    results = Assessment.objects.visible_to(user).filter(run=assessing.standing_forecast(year))
    return with_standing(results, year)


@dataclass(frozen=True)
class Standing:
    """One member's year as the member reads it."""

    flags: int
    minutes: int
    required_flags: int
    required_minutes: int
    missing_flags: int
    missing_minutes: int
    result: str

    @property
    def is_exempt(self) -> bool:
        return self.result == Result.EXEMPT

    @property
    def is_reached(self) -> bool:
        return self.result == Result.QUALIFIED

    @property
    def is_short(self) -> bool:
        return self.result == Result.UNQUALIFIED


def own(member: Member, year: int) -> Standing | None:
    """The member's standing; None for who is not checked in the year: left before, or came after it.

    By the check that counts: the official one once it is public, else this year's forecast. Who is in
    neither yet, or asks for an ended year, has the same statement answer for one person.
    """
    if (row := _stored(member, year)) is not None:
        figures = (row.live_flags, row.live_minutes)  # type: ignore[attr-defined]
        missing = (row.short_flags, row.short_minutes)  # type: ignore[attr-defined]
        return Standing(*figures, row.required_flags, row.required_minutes, *missing, row.standing)  # type: ignore[attr-defined]
    for row in assessing.reckon(year, frozen(policy_for(year)), member=member):
        missing = (row.missing_flags, row.missing_minutes)
        return Standing(
            row.flags, row.minutes, row.required_flags, row.required_minutes, *missing, row.result
        )
    return None


def _stored(member: Member, year: int) -> Assessment | None:
    counts = Q(run__state__in=AssessmentRun.State.PUBLIC)
    if year == today().year:
        counts |= Q(run__state=AssessmentRun.State.FORECAST)
    rows = Assessment.objects.filter(counts, member=member, run__year=year)
    return with_standing(rows, year).order_by("-run__is_official").first()
