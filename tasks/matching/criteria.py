"""Why a member fits a task: each reason once, for the database that ranks and for the page that explains.

A criterion asks whether one of some words, or an id, stands in a column of `Member`; its points add up. Who
has few flags comes first of equals, and who was asked lately last, so that it is not always the same people.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.models import Category
from members.models import Organization
from members.models.people import SEPARATOR
from members.people.choices import FREE_TIMES
from tasks.catalogue.suggesting import SEPARATOR as BETWEEN_WORDS
from tasks.models import Task
from tasks.models.applicant import Applicant
from xianfeng.lib.workdays import is_working_day

SKILL, FREE, NEIGHBOUR, INTENDS = 4, 3, 3, 2
SATURDAY = 5
# Halves of the day, by the hour at which the task begins.
NOON, EVENING = 12, 17
WORKDAY_EVENING, FRIDAY, SATURDAY_AM, SATURDAY_PM, SUNDAY_AM, SUNDAY_PM, HOLIDAY = map(str, FREE_TIMES)
SLOTS = {
    (4, "pm"): FRIDAY, (5, "am"): SATURDAY_AM, (5, "pm"): SATURDAY_PM, (6, "am"): SUNDAY_AM,
    (6, "pm"): SUNDAY_PM,
}  # fmt: skip


@dataclass(frozen=True)
class Criterion:
    """One reason; the column holds words (`、理发、财务、`) or an id."""

    points: int
    reason: str
    column: str
    value: str | int

    @property
    def condition(self) -> Q:
        """Of members, in the database."""
        if isinstance(self.value, int):
            return Q(**{self.column: self.value})
        return Q(**{f"{self.column}__contains": marked(self.value)})

    def holds(self, person: Applicant) -> bool:
        """The same of one person in hand."""
        found = getattr(person, self.column)
        return found == self.value if isinstance(self.value, int) else marked(self.value) in found


def marked(word: str) -> str:
    """As a list in a column has it, so that whole words are found."""
    return f"{SEPARATOR}{word}{SEPARATOR}"


def criteria(task: Task) -> list[Criterion]:
    """All reasons to ask somebody for this task. Languages are skills: 外语、手语、方言."""
    return [*skills(task), *times(task), *neighbours(task), *intentions(task)]


def skills(task: Task) -> Iterator[Criterion]:
    for word in dict.fromkeys(filter(None, BETWEEN_WORDS.split(task.wanted_skills))):
        yield Criterion(SKILL, _("特长：%(word)s") % {"word": word}, "skills", word)


def times(task: Task) -> Iterator[Criterion]:
    if slot := slot_of(task.starts_at):
        yield Criterion(FREE, _("%(slot)s有空") % {"slot": slot}, "free_times", slot)


def slot_of(start: dt.datetime) -> str:
    """The word for such an hour among those that members tick; empty for an hour in which people work."""
    local = timezone.localtime(start)
    day, works = local.date(), is_working_day(local.date())
    if works and local.hour >= EVENING:
        return WORKDAY_EVENING
    if not works and day.weekday() < SATURDAY:
        return HOLIDAY
    half = "am" if local.hour < NOON else "pm"
    slot = SLOTS.get((day.weekday(), half), "")
    # A Saturday on which offices work is no free one; a Friday afternoon is the one they serve in.
    return "" if works and day.weekday() >= SATURDAY else slot


def neighbours(task: Task) -> Iterator[Criterion]:
    if task.publisher.kind == Organization.Kind.ESTATE:
        reason = _("住在%(estate)s") % {"estate": task.publisher}
        yield Criterion(NEIGHBOUR, reason, "estate_id", task.publisher_id)


def intentions(task: Task) -> Iterator[Criterion]:
    label = str(Category(task.category).label)
    yield Criterion(INTENDS, _("愿意参加%(what)s") % {"what": label}, "intentions", label)
