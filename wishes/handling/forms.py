"""What the desk types about a wish."""

from django import forms
from django.utils.translation import gettext_lazy

from xianfeng.lib.refusal import LONGEST_REASON


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=LONGEST_REASON,
        min_length=4,
        error_messages={
            "required": gettext_lazy("请写明不受理的原因，居民能看到。"),
            "min_length": gettext_lazy("请把原因写得再清楚一点，至少 4 个字。"),
        },
    )
    responsible = forms.CharField(
        label=gettext_lazy("应由谁办理"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写明可以找谁办理，例如“物业服务中心”。")},
    )
