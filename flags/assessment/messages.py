"""Reminders and compliance mail of the yearly check (DOMAIN 4.6).

Units and communities get one list for each desk, not one mail for each member. The messages of one date
or one settled year are written in one transaction, so that any of them stands for all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from flags.assessment.pacing import Clock
from flags.models import Assessment, AssessmentRun
from members.models import Appointment, Organization, User
from notices.kinds import Kind, declare
from notices.models import Notice
from notices.outbox import Message, Wording

DESKS = _("单位和社区的书记、工作人员")
REMINDER = Kind("reminder", _("红旗进度提醒"), told=_("进度偏慢的党员"), mandatory=True)
DIGEST = Kind("digest", _("进度偏慢名单"), told=DESKS, mandatory=True)
RESULT = Kind("result", _("年度考核结果"), told=_("党员本人"), mandatory=True)
RESULTS = Kind("results", _("年度考核名单"), told=DESKS, mandatory=True)
KINDS = declare(REMINDER, DIGEST, RESULT, RESULTS)

REMINDED, DIGESTED = "reminder:%(year)s:%(day)s:", "digest:%(year)s:%(day)s:"
TOLD, LISTED = "result:%(year)s:", "results:%(year)s:"

BEHIND = Wording(
    REMINDER,
    key=REMINDED + "member:%(member)s",
    subject=_("%(year)s 年红旗进度提醒"),
    template="emails/flags_reminder.txt",
    link="flags:my_flags",
)
# By a person, once a day; says who reminds.
NUDGED = "nudge:%(date)s:"
NUDGE = replace(BEHIND, key=NUDGED + "member:%(member)s")
BEHIND_LIST = Wording(
    DIGEST,
    key=DIGESTED + "org:%(org)s:user:%(user)s",
    subject=_("%(name)s：%(count)s 名党员红旗进度偏慢"),
    template="emails/flags_digest.txt",
    link="flags:behind",
)
OWN_RESULT = Wording(
    RESULT,
    key=TOLD + "member:%(member)s",
    subject=_("%(year)s 年度考核结果：%(result)s"),
    template="emails/flags_result.txt",
    link="flags:my_flags",
    query="year=%(year)s",
)
RESULT_LIST = Wording(
    RESULTS,
    key=LISTED + "org:%(org)s:user:%(user)s",
    subject=_("%(name)s：%(year)s 年度考核结果"),
    template="emails/flags_results.txt",
    link="flags:assessment",
)
NAMED = 200  # names in a mail; the page behind its link has all
type Grouped = dict[int, list[Assessment]]


def is_reminded(date: dt.date) -> bool:
    """Whether the messages of a reminder date are written."""
    return _is_written(REMINDED, DIGESTED, year=date.year, day=f"{date:%m-%d}")


def nudges(date: dt.date) -> QuerySet[Notice]:
    """The reminders that people sent on a day."""
    return Notice.objects.filter(key__startswith=NUDGED % {"date": date})


def is_told(run: AssessmentRun) -> bool:
    """Whether the results of a settled year are written."""
    return _is_written(TOLD, LISTED, year=run.year)


def _is_written(*marks: str, **facts: object) -> bool:
    own, lists = (Q(key__startswith=mark % facts) for mark in marks)
    return Notice.objects.filter(own | lists).exists()


def reminders(
    rows: Iterable[Assessment], date: dt.date, wording: Wording = BEHIND, by: User | None = None
) -> Iterator[Message]:
    """One to each member with an account; `by` is the person who reminds, if it is one."""
    clock = Clock.at(date.year, date)
    facts = {"year": date.year, "day": f"{date:%m-%d}", "date": date, "by": by}
    for row in rows:
        if row.member.user is not None:
            pace = clock.pace(row.required_flags, row.months + row.exempt_months)
            yield wording.to(row.member.user, member=row.member_id, row=row, pace=pace, **facts)


def digests(rows: Iterable[Assessment], date: dt.date) -> Iterator[Message]:
    """Who is behind, to every unit and community that has anybody on the list."""
    groups, day = by_organization(rows), f"{date:%m-%d}"
    for organization, users in desks().items():
        if behind := groups.get(organization.pk):
            facts = {"year": date.year, "day": day, "date": date, **_listed(organization, behind)}
            yield from BEHIND_LIST.to_each(users, count=len(behind), **facts)


def results(rows: Iterable[Assessment], run: AssessmentRun) -> Iterator[Message]:
    """Each member's own result, of rows `of_people_told`."""
    for row in rows:
        if row.member.user is not None:
            facts = {"year": run.year, "result": row.get_result_display(), "member": row.member_id}
            yield OWN_RESULT.to(row.member.user, row=row, run=run, **facts)


def result_lists(rows: Iterable[Assessment], run: AssessmentRun) -> Iterator[Message]:
    """How many each unit and community has, and who is unqualified."""
    groups = by_organization(rows)
    for organization, users in desks().items():
        if own := groups.get(organization.pk):
            short = [row for row in own if row.result == Assessment.Result.UNQUALIFIED]
            facts = {"year": run.year, "run": run, **_listed(organization, short)}
            counts = {"count": len(own), "short": len(short)}
            yield from RESULT_LIST.to_each(users, run.pk, **facts, **counts)


def _listed(organization: Organization, rows: Sequence[Assessment]) -> dict[str, object]:
    """What both lists say: of whom it is, the names, and how many more there are."""
    return {
        "organization": organization, "name": organization.name, "org": organization.pk,
        "rows": rows[:NAMED], "more": max(len(rows) - NAMED, 0),
    }  # fmt: skip


def desks(*kinds: Organization.Kind) -> dict[Organization, list[User]]:
    """Secretaries and clerks in office, by unit and community, or by organisation of the kinds named."""
    appointments = Appointment.objects.current().filter(
        organization__kind__in=kinds or (Organization.Kind.UNIT, Organization.Kind.COMMUNITY),
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
