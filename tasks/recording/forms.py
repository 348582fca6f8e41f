"""A record of something past."""

import datetime as dt
from typing import Any

from tasks.publishing.forms import TaskForm

NOT_ASKED = (
    "signup_opens_at", "signup_closes_at", "capacity", "reach", "chosen", "presence", "wanted_skills",
    "risk_note", "insist",
)  # fmt: skip


class RecordForm(TaskForm):
    """A task that is over: what, where, when; nobody signs up for it."""

    def offer_audience(self) -> None:
        """Its own people: nobody else is entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in NOT_ASKED:
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        """Sign-up is over before it could begin."""
        names = ("item", "title", "text", "place", "starts_at", "ends_at", "sessions", "flags", "minutes",
                 "organiser_name")  # fmt: skip
        given = {name: self.cleaned_data[name] for name in names}
        start = given["starts_at"]
        closed = {"signup_opens_at": start - dt.timedelta(hours=1), "signup_closes_at": start}
        return {**given, **closed, "capacity": 1, "presence": "sheet"}
