"""The rules of a year as the city writes them."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from flags.models import Policy
from flags.policy.policies import has_begun
from xianfeng.lib.refusal import LONGEST_REASON

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise, _StrPromise

    PolicyBase = forms.ModelForm[Policy]
else:
    PolicyBase = forms.ModelForm  # takes no type at run time

LEAP_YEAR = 2024  # 02-29 exists here, and is refused: most years lack it
SEPARATORS = re.compile(r"[\s,，、;；]+")

# The page of a year's rules, for who sets them and who reads them: headings, and figures side by side.
SECTIONS: list[tuple["_StrPromise", list[list[str]]]] = [
    (_("年度要求"), [
        ["min_flags", "min_flags_leader"], ["min_minutes", "publicity_days"], ["pro_rata"],
        ["longest_leave", "second_leave"],
        ["reminder_dates"],
    ]),
    (_("接单与认定"), [
        ["places_per_week", "open_claims"], ["suspend_after_no_shows", "suspend_days"],
        ["withdraw_hours", "bonus_minutes_excellent"], ["late_entries_alone", "priority_hours"],
        ["invitations_per_month"],
    ]),
]  # fmt: skip
FIGURES = [name for _heading, rows in SECTIONS for row in rows for name in row]

# Beyond these a figure is a slip of the finger, and dates reckoned with it would leave the calendar.
MOST = {
    "longest_leave": 36,
    "second_leave": 36,
    "places_per_week": 100,
    "open_claims": 100,
    "suspend_after_no_shows": 100,
    "suspend_days": 366,
    "withdraw_hours": 24 * 30,
    "priority_hours": 24 * 7,
    "bonus_minutes_excellent": 600,
    "late_entries_alone": 1000,
    "invitations_per_month": 30,
}


class MonthDays(forms.CharField):
    """Days of every year as 06-15, 09-15; gives the sorted list."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        days = {self.month_day(part) for part in SEPARATORS.split(text) if part}
        if len(days) > 12:
            raise forms.ValidationError(_("提醒日期最多 12 个。"))
        return sorted(days)

    def month_day(self, text: str) -> str:
        try:
            day = dt.date.fromisoformat(f"{LEAP_YEAR}-{text}")
        except ValueError as error:
            message = _("“%(text)s”不是日期。请写成 06-15 的样子，多个用顿号隔开。") % {"text": text}
            raise forms.ValidationError(message) from error
        if (day.month, day.day) == (2, 29):
            raise forms.ValidationError(_("2 月 29 日不是每年都有，请换一天。"))
        return f"{day:%m-%d}"


class PolicyForm(PolicyBase):
    min_flags = forms.IntegerField(label=_("最低红旗数"), min_value=0, max_value=100)
    min_flags_leader = forms.IntegerField(label=_("领导干部最低红旗数"), min_value=0, max_value=100)
    min_minutes = forms.IntegerField(
        label=_("最低服务时长（分钟）"), min_value=0, max_value=60_000, help_text=_("0 表示不要求时长。")
    )
    late_entries_alone = forms.IntegerField(
        label=_("补记可自行认定人数"),
        min_value=0,
        help_text=_("同一人为同一天补记的合计，分在几项任务里也一样；超过的由另一人认定。"),
    )
    priority_hours = forms.IntegerField(
        label=_("红旗不够的优先接单（小时）"),
        min_value=0,
        help_text=_(
            "接单开始后的这几个小时内，只有红旗还不够的党员能接；开始前 24 小时内不再限制。0 表示不设。"
        ),
    )
    longest_leave = forms.IntegerField(label=_("一次豁免最长（月）"), min_value=1)
    publicity_days = forms.IntegerField(
        label=_("公示工作日"), min_value=5, max_value=30, help_text=_("不少于 5 个工作日。")
    )
    reminder_dates = MonthDays(
        label=_("提醒日期"),
        required=False,
        help_text=_("月-日，如 06-15、09-15。到期只提醒进度偏慢的党员，每人一次。"),
    )

    reason = forms.CharField(
        label=_("修改原因"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("年度开始以后修改必须写明，如“12 月 3 日部务会决定”。各单位、社区都能看到。"),
        error_messages={"required": _("年度已经开始，请写明为什么改。")},
    )

    # On which version it was filled in; empty, as in a form of no page, is not asked about.
    seen = forms.IntegerField(required=False, initial="", widget=forms.HiddenInput)

    class Meta:
        model = Policy
        fields = [*FIGURES, "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = has_begun(self.instance.year)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, most in MOST.items():
            if cleaned.get(name, 0) > most:
                self.add_error(name, _("最多填 %(most)s。") % {"most": most})
        return cleaned

    def sections(self) -> list[tuple["_StrPromise", list[list[forms.BoundField]]]]:
        """Headings with their rows of fields."""
        return [(heading, [[self[name] for name in row] for row in rows]) for heading, rows in SECTIONS]

    def facts(self) -> list[tuple[str, "_StrOrPromise", Any]]:
        """Name, label and value of every figure, as stored and not as posted."""
        fields = [self[name] for name in FIGURES]
        return [(field.name, field.label, field.field.prepare_value(field.initial)) for field in fields]

    def values(self) -> dict[str, Any]:
        """What is to change."""
        return {name: self.cleaned_data[name] for name in {*self.changed_data, "seen"}}
