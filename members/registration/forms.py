"""Input shapes of the registration, one thing a page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.models import Organization
from members.people.forms import NameField, UnitField
from xianfeng.lib.mobile import MobileField

PROMISE = gettext_lazy("我承诺：主动亮明党员身份，量力参加社区服务，如实填写信息，保护居民隐私。")


class JoinForm(forms.Form):
    """Who are you?"""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    mobile = MobileField(
        help_text=gettext_lazy("用本人手机号，下一步凭短信验证码确认。"),
        error_messages={"required": gettext_lazy("请填写手机号。")},
    )
    unit = UnitField()


class HomeForm(forms.Form):
    """Where do you live?"""

    estate = forms.ModelChoiceField(
        label=gettext_lazy("小区"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=gettext_lazy("不在下列小区"),
    )
    address = forms.CharField(
        label=gettext_lazy("住址"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("例如 3 幢 2 单元 501。加密保存，单位看不到；社区查看会留下记录。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def __init__(self, *args: Any, community: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        estates = Organization.objects.within(community).estates().active()
        self.fields["estate"].queryset = estates  # type: ignore[attr-defined]


class PromiseForm(forms.Form):
    promise = forms.BooleanField(
        label=PROMISE, error_messages={"required": gettext_lazy("请阅读承诺并打勾，再提交。")}
    )
