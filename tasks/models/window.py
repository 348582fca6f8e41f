"""A stretch of time in which something can be taken up, said once in the forms that ask for it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q


@dataclass(frozen=True)
class Window:
    """A row is in `state`, and the clock stands at or after its column `opens` and before its `closes`."""

    state: str
    opens: str
    closes: str

    def has_opened(self, row: Any, now: dt.datetime) -> bool:
        opens: dt.datetime = getattr(row, self.opens)
        return opens <= now

    def is_over(self, row: Any, now: dt.datetime) -> bool:
        closes: dt.datetime = getattr(row, self.closes)
        return closes <= now

    def open_at(self, now: dt.datetime) -> Q:
        return Q(**{"state": self.state, f"{self.opens}__lte": now}) & self.not_over_at(now)

    def not_over_at(self, now: dt.datetime) -> Q:
        """Open, or yet to be."""
        return Q(**{f"{self.closes}__gt": now})

    @property
    def sql(self) -> str:
        """`open_at` for a raw statement on the row's table, with the parameter `now`."""
        return f"state = '{self.state}' AND {self.opens} <= %(now)s AND {self.closes} > %(now)s"
