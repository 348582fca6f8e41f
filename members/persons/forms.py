"""Input shapes of saying who one is besides."""

from django import forms
from django.utils.translation import gettext_lazy

from xianfeng.lib.mobile import MobileField


class OwnNumberForm(forms.Form):
    mobile = MobileField(
        label=gettext_lazy("名册上的手机号"),
        help_text=gettext_lazy("验证码会发到这个号码。"),
        error_messages={"required": gettext_lazy("请填写名册上登记的手机号。")},
    )
