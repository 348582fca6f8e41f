"""Days as the city enters them from the notice of the State Council."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xianfeng.ui.fields import day_input


class DaysForm(forms.Form):
    works = forms.TypedChoiceField(
        label=_("安排"),
        choices=[("off", _("放假")), ("on", _("调休上班"))],
        coerce=lambda value: value == "on",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择放假还是上班。")},
    )
    first = forms.DateField(label=_("第一天"), widget=day_input())
    last = forms.DateField(
        label=_("最后一天"),
        required=False,
        widget=day_input(),
        help_text=_("只有一天可以不填。"),
    )
    note = forms.CharField(label=_("说明"), max_length=60, help_text=_("如：春节，国办发明电〔2026〕7 号。"))

    def values(self) -> dict[str, Any]:
        """For `entering.enter`."""
        data = self.cleaned_data
        return {**data, "last": data["last"] or data["first"]}


class StretchForm(forms.Form):
    first = forms.DateField()
    last = forms.DateField()
