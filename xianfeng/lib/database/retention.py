"""How long personal data is kept: terms that each room declares, and what is done when one is over.

Each app has a `terms.py` with TERMS (what goes, and when) and STAYS (what does not, and why). 个人信息
保护法 §19 asks for the shortest time that the purpose needs, §47 for deletion once it is reached.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xianfeng.lib.rooms import load

BATCH = 1_000  # rows of one transaction: whoever meets it waits for a moment only
ROOM = "terms"

type Text = str | Promise
type Forget = Callable[[QuerySet[Any]], object]


@dataclass(frozen=True, kw_only=True)
class Term(ABC):
    """One line of the table: this is kept for `days` days from `since` on, and then `does` happens to it.

    `fields` names the columns that go, "members.ImportRow.values"; `name` is the key under which runs
    count, and never changes.
    """

    name: str
    label: Text
    since: Text
    days: int
    does: Text
    why: Text
    fields: tuple[str, ...] = ()

    @property
    def kept(self) -> str:
        """The term in words."""
        if not self.days:
            return _("%(since)s，当晚") % {"since": self.since}
        years, days = divmod(self.days, 365)
        term = _("%(days)s 天") % {"days": self.days} if days else _("%(years)s 年") % {"years": years}
        return _("%(since)s后 %(term)s") % {"since": self.since, "term": term}

    def before(self, at: dt.datetime) -> dt.datetime:
        """What began before this moment is over its term at that one."""
        return at - dt.timedelta(days=self.days)

    @abstractmethod
    def carry_out(self, at: dt.datetime) -> Iterator[int]:
        """Let go of all that is over its term, some at a time; how many each time."""


@dataclass(frozen=True, kw_only=True)
class Stay:
    """What is kept for good, and why."""

    label: Text
    why: Text
    fields: tuple[str, ...]


def delete(rows: QuerySet[Any]) -> None:
    rows.delete()


def blank(**fields: Any) -> Forget:
    """The row stays as the record, these columns of it lose what they say."""
    return lambda rows: rows.update(**fields)


def filled(*columns: str) -> Q:
    """Whether one of these text columns says anything; ciphertext can be asked for its length alone."""
    return reduce(or_, (Q(GreaterThan(Length(F(column)), 0)) for column in columns))


@dataclass(frozen=True, kw_only=True)
class Rows(Term):
    """Rows of one model: those that `held` something, and which of them are `over`, by when they began."""

    held: Callable[[], QuerySet[Any]]
    over: Callable[[dt.datetime], Q]
    forget: Forget = delete

    def due(self, at: dt.datetime) -> QuerySet[Any]:
        return self.held().filter(self.over(self.before(at)))

    def carry_out(self, at: dt.datetime) -> Iterator[int]:
        """By primary key, so that what cannot go is passed by and never met again in this run."""
        last: Any = None
        while keys := self._some(at, last):
            yield self._let_go(keys, at)
            last = keys[-1]

    def _some(self, at: dt.datetime, last: Any) -> list[Any]:
        due = self.due(at).order_by("pk")
        after = due if last is None else due.filter(pk__gt=last)
        return list(after.values_list("pk", flat=True)[:BATCH])

    @transaction.atomic
    def _let_go(self, keys: list[Any], at: dt.datetime) -> int:
        """Rows that somebody works on wait for tomorrow. Asked again once they are held: one may just
        have been reopened, or been let go of by another run."""
        rows = self.held().model._base_manager
        mine = rows.filter(pk__in=keys).order_by("pk").select_for_update(skip_locked=True)
        locked = list(mine.values_list("pk", flat=True))
        due = list(self.due(at).filter(pk__in=locked).values_list("pk", flat=True))
        if due:
            self.forget(rows.filter(pk__in=due))
        return len(due)


@dataclass(frozen=True, kw_only=True)
class Files(Term):
    """Files in one folder of the uploads that no row names: what a crash left between the two."""

    folder: str
    named: Callable[[], set[str]]

    def found(self) -> Iterator[str]:
        """Paths below the folder, however deep."""
        left = [self.folder]
        while left:
            here = left.pop()
            folders, files = default_storage.listdir(here) if default_storage.exists(here) else ([], [])
            left += [f"{here}/{name}" for name in folders]
            yield from (f"{here}/{name}" for name in files)

    def held(self) -> list[str]:
        named = self.named()
        return [path for path in self.found() if path not in named]

    def due(self, at: dt.datetime) -> list[str]:
        before = self.before(at)
        return [path for path in self.held() if default_storage.get_modified_time(path) <= before]

    def carry_out(self, at: dt.datetime) -> Iterator[int]:
        for path in self.due(at):
            default_storage.delete(path)  # gone already is no error
            yield 1


def terms() -> list[Term]:
    """Every line, room by room."""
    return [term for room in load(ROOM) for term in room.TERMS]


def stays() -> list[Stay]:
    return [stay for room in load(ROOM) for stay in room.STAYS]
