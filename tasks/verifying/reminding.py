"""Recording service in time: 10 working days after the end (民政部令67号), a reminder after 8."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from members.models import Appointment, Organization, User
from notices.outbox import send_many
from tasks import deadlines
from tasks.models import Claim, Task
from tasks.phases import awaiting_verification
from tasks.verifying import messages
from xianfeng.lib.times import local_date, today
from xianfeng.lib.workdays import add_working_days

# A reminder that beat missed is made up for within these days; later the overdue list speaks.
CATCH_UP = dt.timedelta(days=7)
type Group = tuple[Organization, dt.date]


def remind(on: dt.date | None = None) -> int:
    """Send the digests due on the day or missed shortly before. Idempotent; returns how many were new."""
    day = on or today()
    groups = {key: tasks for key, tasks in due_groups(day).items() if day - CATCH_UP <= key[1] <= day}
    staff = staff_of({organization for organization, _due in groups})
    return send_many(
        message
        for (organization, due), tasks in groups.items()
        for message in messages.digests(organization, due, tasks, staff[organization.pk])
    )


def due_groups(day: dt.date) -> dict[Group, list[Task]]:
    """Tasks with undecided claims by the organisation that awards and the day of their reminder."""
    groups: dict[Group, list[Task]] = defaultdict(list)
    earliest = add_working_days(day - CATCH_UP, -deadlines.RECORD_WITHIN)
    recent = awaiting_verification(Task.objects.filter(ends_at__date__gte=earliest), timezone.now())
    tasks = list(recent.select_related("publisher__parent"))
    acting = communities_on(task for task in tasks if task.is_of_city)
    for task in tasks:
        due = add_working_days(local_date(task.ends_at), deadlines.REMIND_AFTER)
        for organization in (task.awarding_organization, *acting[task.pk]):
            groups[organization, due].append(task)
    return groups


def communities_on(city_tasks: Iterable[Task]) -> dict[int, list[Organization]]:
    """Whose people wait for a decision on a task of the city: each community verifies its own."""
    waiting = Claim.objects.open().filter(task__in=list(city_tasks)).exclude(member__community=None)
    pairs = waiting.order_by().values_list("task", "member__community").distinct()
    found: dict[int, list[Organization]] = defaultdict(list)
    organizations = Organization.objects.in_bulk({community for _task, community in pairs})
    for task, community in sorted(pairs):
        found[task].append(organizations[community])
    return found


def staff_of(organizations: Iterable[Organization]) -> dict[int, list[User]]:
    """Who may verify there today, by organisation: auditors read only."""
    found: dict[int, list[User]] = defaultdict(list)
    posts = Appointment.objects.current().filter(organization__in=organizations)
    for post in posts.select_related("user", "organization"):
        if post.can("claims.verify"):
            found[post.organization_id].append(post.user)
    return found
