"""Shapes of what people enter about flags and years."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from flags.ledger.filters import years
from xianfeng.lib.refusal import LONGEST_REASON


class RunForm(forms.Form):
    """A forecast, or the check of an ended year."""

    year = forms.TypedChoiceField(label=_("年度"), choices=years, coerce=int)
    official = forms.BooleanField(label=_("正式考核（12 月 31 日之后）"), required=False)


class PublicityForm(forms.Form):
    """Publicity goes out to everybody concerned: the year is typed, not clicked."""

    typed = forms.CharField(label=_("年度"), max_length=4, help_text=_("输入要公示的年度，如 2026。"))


class AdjustForm(forms.Form):
    """A correction of a settled year; figures may be negative."""

    flags = forms.IntegerField(
        label=_("红旗增减"), min_value=-100, max_value=100, help_text=_("减少填负数。")
    )
    minutes = forms.IntegerField(label=_("时长增减（分钟）"), min_value=-60_000, max_value=60_000, initial=0)
    reason = forms.CharField(
        label=_("原因"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Within its own series: no hand-made key may stand in the way of another line's.
        if not cleaned.get("key", "").startswith("adjust:"):
            raise forms.ValidationError(_("请重新打开这一页再提交。"))
        if cleaned.get("flags") == 0 and cleaned.get("minutes") == 0:
            raise forms.ValidationError(_("红旗和时长都没有增减，请填写至少一项。"))
        return cleaned
