"""The form of a task with a pattern beside it: first the dates are looked at, then they are published."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models.recurrence import Frequency, days_of
from tasks.publishing.forms import TaskForm
from tasks.series import rules
from tasks.series.planning import is_holiday
from xianfeng.lib.refusal import refusal_of
from xianfeng.lib.times import format_date, local_date, today
from xianfeng.ui.fields import day_input

PATTERN = ("frequency", "until", "skips_holidays", "days")


class SeriesForm(TaskForm):
    """`days` are the dates that were looked at and ticked; without them the form only shows them."""

    frequency = forms.ChoiceField(
        label=_("多久一次"),
        choices=Frequency,
        help_text=_("星期几、几号按上面的开始时间：开始时间是周五，就是每周五。"),
    )
    until = forms.DateField(
        label=_("排到哪一天"),
        widget=day_input(),
        help_text=_("一次最多 60 次，最晚到明年年底；快到时会提醒您续。"),
    )
    skips_holidays = forms.BooleanField(label=_("节假日跳过"), required=False, initial=True)
    days = forms.MultipleChoiceField(label=_("日期"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = dt.date(today().year, 12, 31)
        self.planned: list[dt.date] = []
        self.offer_days(self.data.getlist("days") if hasattr(self.data, "getlist") else [])

    def offer_days(self, days: list[str]) -> None:
        """What was posted is among the choices; whether it is a day of the pattern the service says."""
        field: Any = self.fields["days"]
        field.choices = [(day, day_label(dt.date.fromisoformat(day))) for day in days if is_day(day)]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        start, until = values.get("starts_at"), values.get("until")
        if start and until and values.get("frequency"):
            if why := refusal_of(rules.check_end, until):
                self.add_error("until", why)
            else:
                self.planned = days_of(values["frequency"], local_date(start), until)
        values["days"] = [dt.date.fromisoformat(day) for day in values.get("days", [])]
        return values

    def show_days(self) -> None:
        """The dates as they stand now, festivals not ticked where they are skipped."""
        skips = self.cleaned_data["skips_holidays"]
        shown = self.planned[: rules.MOST + 1]
        field: Any = self.fields["days"]
        field.choices = [(day.isoformat(), day_label(day)) for day in shown]
        ticked = [day.isoformat() for day in shown if not (skips and is_holiday(day))]
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data.setlist("days", ticked)  # type: ignore[attr-defined]

    def pattern(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PATTERN}

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name not in PATTERN}


def is_day(text: str) -> bool:
    """As this form itself writes its choices."""
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def day_label(day: dt.date) -> str:
    return f"{format_date(day)} · {_('节假日')}" if is_holiday(day) else format_date(day)


class ProlongForm(forms.Form):
    until = forms.DateField(label=_("续到哪一天"), widget=day_input())
