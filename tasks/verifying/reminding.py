"""Recording service in time: 10 working days after the end (民政部令67号), a reminder after 8."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Appointment, Organization
from notices.outbox import Message, send_many
from tasks import deadlines
from tasks.models import Task
from tasks.phases import awaiting_verification
from xianfeng.lib.times import format_date, local_date, today
from xianfeng.lib.workdays import add_working_days

# A reminder that beat missed is made up for within these days; later the overdue list speaks.
CATCH_UP = dt.timedelta(days=7)
NAMED = 10  # tasks a digest names; the rest are a figure
type Group = tuple[Organization, dt.date]


def remind(on: dt.date | None = None) -> int:
    """Send the digests due on the day or missed shortly before. Idempotent; returns how many were new."""
    day = on or today()
    groups = {key: tasks for key, tasks in due_groups(day).items() if day - CATCH_UP <= key[1] <= day}
    staff = staff_of({organization for organization, _due in groups})
    return send_many(message for key, tasks in groups.items() for message in digests(*key, tasks, staff))


def due_groups(day: dt.date) -> dict[Group, list[Task]]:
    """Tasks with undecided claims by the organisation that awards and the day of their reminder."""
    groups: dict[Group, list[Task]] = defaultdict(list)
    earliest = add_working_days(day - CATCH_UP, -deadlines.RECORD_WITHIN)
    recent = awaiting_verification(Task.objects.filter(ends_at__date__gte=earliest), timezone.now())
    for task in recent.select_related("publisher__parent"):
        due = add_working_days(local_date(task.ends_at), deadlines.REMIND_AFTER)
        groups[task.awarding_organization, due].append(task)
    return groups


def staff_of(organizations: Iterable[Organization]) -> dict[int, list[Appointment]]:
    """Who may verify there today: auditors read only."""
    found = defaultdict(list)
    posts = Appointment.objects.current().filter(organization__in=organizations)
    for post in posts.select_related("user", "organization"):
        if post.can("claims.verify"):
            found[post.organization_id].append(post)
    return found


def digests(
    organization: Organization, due: dt.date, tasks: list[Task], staff: dict[int, list[Appointment]]
) -> Iterator[Message]:
    count = len(tasks)
    subject = ngettext("%(count)d 项任务待认定", "%(count)d 项任务待认定", count) % {"count": count}
    names = "\n".join(f"· {task.title}（{format_date(task.ends_at)}）" for task in tasks[:NAMED])
    body = _("以下任务须在 %(deadline)s 前完成认定（结束后10个工作日内）：\n%(names)s") % {
        "deadline": format_date(deadlines.record_deadline(tasks[0])),
        "names": names,
    }
    for post in staff.get(organization.pk, []):
        key = f"verify-due:{organization.pk}:{due.isoformat()}:{post.user_id}"
        yield Message(post.user, "verify_due", key, subject, body, reverse("tasks:to_verify"))
