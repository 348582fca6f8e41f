"""A rule as the city writes it, and the period of the figures."""

import datetime as dt
from typing import TYPE_CHECKING

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from tasks.models import ScopeRule
from xianfeng.lib.times import today
from xianfeng.ui.fields import day_input

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[ScopeRule]
else:
    ModelForm = forms.ModelForm  # takes no type at run time

# Beyond these a date is a slip of the finger, and days reckoned from it would leave the calendar.
BOUNDS = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2100, 1, 1))]
LINES = {"words": 8, "exceptions": 4, "finds": 4, "passes": 4}


class RuleForm(ModelForm):
    class Meta:
        model = ScopeRule
        fields = ["code", "name", "basis", "action", "words", "exceptions", "finds", "passes", "is_active"]
        widgets = {name: forms.Textarea(attrs={"rows": rows}) for name, rows in LINES.items()}


class PeriodForm(forms.Form):
    """From the beginning of the year until today, unless it says otherwise."""

    since = forms.DateField(label=_("从"), required=False, widget=day_input(), validators=BOUNDS)
    until = forms.DateField(label=_("到"), required=False, widget=day_input(), validators=BOUNDS)

    def period(self) -> tuple[dt.date, dt.date]:
        """Both days are part of it."""
        values = self.cleaned_data if self.is_valid() else {}
        now = today()
        return values.get("since") or dt.date(now.year, 1, 1), values.get("until") or now
