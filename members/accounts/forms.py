"""Input shapes of proving who one is."""

from django import forms
from django.utils.translation import gettext_lazy


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        min_length=6,
        max_length=6,
        help_text=gettext_lazy("6 位数字，5 分钟内有效。"),
        error_messages={
            "required": gettext_lazy("请填写短信里的 6 位验证码。"),
            "min_length": gettext_lazy("验证码是 6 位数字。"),
            "max_length": gettext_lazy("验证码是 6 位数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
