"""Input shapes of a change of mobile."""

from django import forms
from django.utils.translation import gettext_lazy

from members.people.forms import NameField, UnitField
from xianfeng.lib.mobile import MobileField
from xianfeng.lib.refusal import LONGEST_REASON


class NumberForm(forms.Form):
    mobile = MobileField(
        label=gettext_lazy("新手机号"),
        error_messages={"required": gettext_lazy("请填写新手机号。")},
    )


class LostNumberForm(NumberForm):
    """Who are you? Name and unit as on the roster, and the number that is no more."""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    unit = UnitField()
    old = MobileField(
        label=gettext_lazy("原手机号"),
        error_messages={"required": gettext_lazy("请填写原来登记的手机号。")},
    )
    field_order = ["name", "unit", "old", "mobile"]


class CorrectionForm(NumberForm):
    reason = forms.CharField(
        label=gettext_lazy("怎样核实的"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：本人当面出示；单位人事来函。原号码会收到短信。"),
        error_messages={"required": gettext_lazy("请写明怎样核实是本人的新号码。")},
    )
