"""When reminders and compliance mail of the yearly check are due (DOMAIN 4.6).

Every message has a key that names its reason, so a job may run again at any time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from flags.assessment import assessing, messages, pacing, standing
from flags.assessment.standing import SHORT, Standings
from flags.models import Assessment, AssessmentRun
from flags.policy.policies import policy_for, reminder_days
from members.models import Member, User
from notices.outbox import send_many
from xianfeng.lib.times import today

CATCH_UP = dt.timedelta(days=7)  # a reminder date missed for longer is let go
TELL_WITHIN = dt.timedelta(days=30)  # how long the sweep looks for results nobody was told


def remind_due(on: dt.date | None = None) -> int:
    """Reminders and digests of every reminder date due by `on`. Returns how many messages were new."""
    day = on or today()
    dates = reminder_days(policy_for(day.year))
    return sum(remind(date) for date in dates if dt.timedelta(0) <= day - date <= CATCH_UP)


def remind(date: dt.date) -> int:
    """One reminder date: everybody behind on that day once, and one digest for each desk above them."""
    if messages.is_reminded(date):
        return 0
    rows = behind_rows(date)
    return send_many([*messages.reminders(rows, date), *messages.digests(rows, date)])


def behind_rows(date: dt.date) -> list[Assessment]:
    """Everybody behind the pace on a day, with flags as they are now."""
    run = assessing.fresh_forecast(date.year)
    rows = pacing.behind(standing.of_run(run, date.year), date.year, date)
    return list(rows.select_related("member__user", "unit", "community").order_by("unit__path", "pk"))


def nudge(members: Iterable[Member], *, by: User) -> int:
    """Remind these people now, those short of the year's requirement only, once a day each.

    Returns how many were reminded: people without an account, and those reminded today, are not.
    """
    day = today()
    run = assessing.fresh_forecast(day.year)
    short = standing.of_run(run, day.year).filter(SHORT)
    rows = short.filter(member__in=members).select_related("member__user")
    return send_many(list(messages.reminders(rows, day, messages.NUDGE, by)))


@dataclass(frozen=True)
class Reach:
    """How many of a list a reminder reaches now, and why not the others."""

    asked: int
    short: int
    without_account: int
    nudged: int  # today
    without_mail: int  # reached inside the portal only

    @property
    def reached(self) -> int:
        return self.short - self.without_account - self.nudged


def reach(rows: Standings) -> Reach:
    """Whom `nudge` would reach of these rows, in one query."""
    nudged = messages.nudges(today()).filter(recipient=OuterRef("member__user"))
    without = SHORT & Q(member__user=None)
    open_to_it = SHORT & Q(is_nudged=False, member__user__isnull=False)
    counts = rows.annotate(is_nudged=Exists(nudged)).aggregate(
        asked=Count("pk"),
        short=Count("pk", filter=SHORT),
        without_account=Count("pk", filter=without),
        nudged=Count("pk", filter=SHORT & Q(is_nudged=True)),
        without_mail=Count("pk", filter=open_to_it & Q(member__user__email="")),
    )
    return Reach(**counts)


def tell_results() -> int:
    """Results of years settled within the last days: to every member, and a list to each desk.

    Returns how many messages were new.
    """
    since = timezone.now() - TELL_WITHIN
    runs = AssessmentRun.objects.filter(state=AssessmentRun.State.SETTLED, settled_at__gte=since)
    return sum(tell_run(run) for run in runs)


def tell_run(run: AssessmentRun) -> int:
    """The messages of one settled year."""
    if messages.is_told(run):
        return 0
    rows = run.results.select_related("member__user", "unit", "community").order_by("unit__path", "pk")
    return send_many([*messages.results(rows.of_people_told(), run), *messages.result_lists(rows, run)])
