"""How rules would have fared: with one title, and with what was published in the last 90 days."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from members.models import User
from tasks.models import ScopeRule, Task
from tasks.scope.matching import Matcher, matcher_of

PAST = dt.timedelta(days=90)
MOST = 5000  # tasks looked at, the newest first: some half a second


@dataclass(frozen=True)
class Trial:
    """What the rules find among the tasks of the last 90 days."""

    tasks: int
    found: list[tuple[Task, str]]

    @property
    def share(self) -> float:
        return round(100 * len(self.found) / self.tasks, 1) if self.tasks else 0.0


def past_tasks(user: User) -> list[Task]:
    """Those the desk sees. One query."""
    since = timezone.now() - PAST
    tasks = Task.objects.visible_to(user).filter(published_at__gte=since).select_related("publisher")
    return list(
        tasks.only("title", "publisher__name", "published_at").order_by("-published_at", "-pk")[:MOST]
    )


def tried(matchers: Iterable[Matcher], tasks: list[Task]) -> Trial:
    every = list(matchers)
    hits = ((task, next(filter(None, (one.hit(task.title) for one in every)), "")) for task in tasks)
    return Trial(len(tasks), [(task, hit) for task, hit in hits if hit])


def matchers(rules: Iterable[ScopeRule]) -> Iterator[Matcher]:
    return (matcher_of(rule.words, rule.exceptions) for rule in rules if rule.is_active)
