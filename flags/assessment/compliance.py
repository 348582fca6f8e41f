"""Reminders and compliance mail of the yearly check (DOMAIN §4.6). All of it goes through the outbox.

Every message has a key that names its reason, so a job may run again at any time."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment import assessing, pacing
from flags.assessment.pacing import Clock
from flags.assessment.policies import policy_for, reminder_days
from flags.models import Assessment, AssessmentRun
from members.models import Appointment, Member, Organization, User
from notices.models import Notice
from notices.outbox import Message, send_many
from xianfeng.lib.times import today

CATCH_UP = dt.timedelta(days=7)  # a reminder date missed for longer is let go
TELL_WITHIN = dt.timedelta(days=30)  # how long the sweep looks for results nobody was told
LISTED = 200  # names in a mail; the page behind its link has all
Grouped = dict[int, list[Assessment]]


def remind_due(on: dt.date | None = None) -> int:
    """Reminders and digests of every reminder date due by `on`. Returns how many messages were new."""
    day = on or today()
    dates = reminder_days(policy_for(day.year))
    return sum(remind(date) for date in dates if dt.timedelta(0) <= day - date <= CATCH_UP)


def remind(date: dt.date) -> int:
    """One reminder date: everybody behind on that day once, and one digest for each desk above them.

    Written in one transaction, so that any message of a date stands for all of it.
    """
    mark = f":{date.year}:{date:%m-%d}:"
    if Notice.objects.filter(
        Q(key__startswith="reminder" + mark) | Q(key__startswith="digest" + mark)
    ).exists():
        return 0
    rows = behind_rows(date)
    return send_many([*_reminders(rows, date, "reminder" + mark), *_digests(rows, date, "digest" + mark)])


def behind_rows(date: dt.date) -> list[Assessment]:
    """Everybody behind the pace on a day, with flags as they are now."""
    run = assessing.fresh_forecast(date.year)
    rows = pacing.behind(pacing.results_of(run), date.year, date)
    return list(rows.select_related("member__user", "unit", "community").order_by("unit__path", "pk"))


def nudge(members: Iterable[Member], *, by: User) -> int:
    """Remind these people now, those short of the year's requirement only, once a day each.

    Returns how many were reminded: people without an account, and those reminded today, are not.
    """
    day = today()
    run = assessing.fresh_forecast(day.year)
    rows = pacing.short(pacing.results_of(run)).filter(member__in=members).select_related("member__user")
    return send_many(list(_reminders(rows, day, f"nudge:{day.isoformat()}:", by=by)))


def _reminders(
    rows: Iterable[Assessment], date: dt.date, prefix: str, by: User | None = None
) -> Iterator[Message]:
    clock, url = Clock.at(date.year, date), reverse("flags:my_flags")
    for row in rows:
        if row.member.user is None:
            continue
        figures = {"row": row, "year": date.year, "date": date, "by": by, "pace": _pace(clock, row)}
        yield Message(
            recipient=row.member.user, kind="reminder", key=f"{prefix}member:{row.member_id}", url=url,
            subject=_("%(year)s 年红旗进度提醒") % {"year": date.year},
            body=_body("emails/flags_reminder.txt", figures),
        )  # fmt: skip


def _pace(clock: Clock, row: Assessment) -> int:
    return clock.pace(row.required_flags, row.months + row.exempt_months)


def _digests(rows: Sequence[Assessment], date: dt.date, prefix: str) -> Iterator[Message]:
    """One list for each unit and community that has anybody on it, to whoever holds its desk."""
    groups, url = by_organization(rows), reverse("flags:behind")
    for organization, users in desks().items():
        behind = groups.get(organization.pk, [])
        if not behind:
            continue
        figures = {"organization": organization, "rows": behind[:LISTED], "count": len(behind), "date": date}
        body = _body("emails/flags_digest.txt", figures | {"more": max(len(behind) - LISTED, 0)})
        subject = _("%(name)s：%(count)s 名党员红旗进度落后") % {
            "name": organization.name,
            "count": len(behind),
        }
        for user in users:
            key = f"{prefix}org:{organization.pk}:user:{user.pk}"
            yield Message(user, "digest", key, subject, body, url)


def tell_results() -> int:
    """Results of years settled within the last days: to every member, and a list to each desk.

    Returns how many messages were new.
    """
    since = timezone.now() - TELL_WITHIN
    runs = AssessmentRun.objects.filter(state=AssessmentRun.State.SETTLED, settled_at__gte=since)
    return sum(tell_run(run) for run in runs)


def tell_run(run: AssessmentRun) -> int:
    """All messages of one settled year in one transaction, so that any of them stands for all."""
    mark = Q(key__startswith=f"result:{run.year}:") | Q(key__startswith=f"results:{run.year}:")
    if Notice.objects.filter(mark).exists():
        return 0
    rows = list(run.results.select_related("member__user", "unit", "community").order_by("unit__path", "pk"))
    return send_many([*_results(run, rows), *_result_lists(run, rows)])


def _results(run: AssessmentRun, rows: Iterable[Assessment]) -> Iterator[Message]:
    url = reverse("flags:my_flags")
    for row in rows:
        if row.member.user is not None:
            subject = _("%(year)s 年度考核结果：%(result)s") % {
                "year": run.year,
                "result": row.get_result_display(),
            }
            body = _body("emails/flags_result.txt", {"row": row, "run": run})
            key = f"result:{run.year}:member:{row.member_id}"
            yield Message(row.member.user, "result", key, subject, body, url)


def _result_lists(run: AssessmentRun, rows: Sequence[Assessment]) -> Iterator[Message]:
    groups, url = by_organization(rows), reverse("flags:assessment", args=[run.pk])
    for organization, users in desks().items():
        own = groups.get(organization.pk, [])
        if not own:
            continue
        short = [row for row in own if row.result == Assessment.Result.UNQUALIFIED]
        figures = {"organization": organization, "run": run, "count": len(own), "short": len(short)}
        body = _body(
            "emails/flags_results.txt",
            figures | {"rows": short[:LISTED], "more": max(len(short) - LISTED, 0)},
        )
        subject = _("%(name)s：%(year)s 年度考核结果") % {"name": organization.name, "year": run.year}
        for user in users:
            key = f"results:{run.year}:org:{organization.pk}:user:{user.pk}"
            yield Message(user, "results", key, subject, body, url)


def desks() -> dict[Organization, list[User]]:
    """Secretaries and clerks in office, by unit and community."""
    appointments = Appointment.objects.current().filter(
        organization__kind__in=[Organization.Kind.UNIT, Organization.Kind.COMMUNITY],
        role__in=[Appointment.Role.SECRETARY, Appointment.Role.CLERK],
        user__is_active=True,
    )
    found: dict[Organization, dict[int, User]] = defaultdict(dict)
    for appointment in appointments.select_related("organization", "user"):
        found[appointment.organization][appointment.user_id] = appointment.user
    return {organization: list(users.values()) for organization, users in found.items()}


def by_organization(rows: Iterable[Assessment]) -> Grouped:
    """Rows under the id of every organisation above the member, along both lines (条 and 块)."""
    found: Grouped = defaultdict(list)
    for row in rows:
        homes = [home for home in (row.unit, row.community) if home]
        for pk in {pk for home in homes for pk in home.ancestor_ids()}:
            found[pk].append(row)
    return found


def _body(template: str, figures: dict[str, object]) -> str:
    return render_to_string(template, figures).strip()
