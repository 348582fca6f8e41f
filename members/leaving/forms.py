"""Input shapes of changes of the roster."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from members.models import Member, Organization, RosterChange
from members.people.forms import NameField, UnitField, units
from xianfeng.lib.mobile import MobileField
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.ui.fields import day_input


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写日期。")})
        super().__init__(widget=day_input(), **kwargs)


def note_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text,
    )


class JoinForm(forms.Form):
    """Somebody new, without a file: what the roster needs to know."""

    name = NameField()
    mobile = MobileField(
        label=gettext_lazy("手机号"), error_messages={"required": gettext_lazy("请填写手机号。")}
    )
    unit = UnitField()
    day = DayField(
        label=gettext_lazy("入册日期"),
        help_text=gettext_lazy(
            "从这天起列入名册；年中入册的，当年要求按剩余月份折算。早已在册的填当时的日期。"
        ),
    )
    position = forms.CharField(label=gettext_lazy("职务"), max_length=60, required=False)
    is_leader = forms.BooleanField(label=gettext_lazy("领导干部"), required=False)
    is_another = forms.BooleanField(
        label=gettext_lazy("确是另一位同名的同志"),
        required=False,
        help_text=gettext_lazy("本单位已有同名的同志时才需要勾选。"),
    )

    def __init__(self, data: QueryDict | None = None, *, organization: Organization) -> None:
        """Units that this organisation keeps; where it is the only one, that one is chosen."""
        super().__init__(data)
        own = units().filter(path__startswith=organization.path)
        self.fields["unit"].queryset = own  # type: ignore[attr-defined]
        if len(only := own[:2]) == 1:
            self.initial["unit"] = only[0].pk


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("原因"), choices=[(kind.value, kind.label) for kind in RosterChange.LEAVING]
    )
    day = DayField(
        label=gettext_lazy("在册最后一天"), help_text=gettext_lazy("可以是以后的日期，到期自动生效。")
    )
    note = note_field(gettext_lazy("例如：调往外省；组织关系已转出。不要写病情。"))


class ReturnForm(forms.Form):
    day = DayField(label=gettext_lazy("重新入册日期"), help_text=gettext_lazy("当年要求从这天起按月折算。"))
    note = note_field(gettext_lazy("例如：援派期满返回。"))


class TransferForm(forms.Form):
    to_unit = UnitField(label=gettext_lazy("调往单位"))
    day = DayField(label=gettext_lazy("到新单位的日期"), help_text=gettext_lazy("之前的红旗仍记在原单位。"))
    note = note_field(gettext_lazy("例如：干部交流，见任免通知。"))

    def __init__(self, data: QueryDict | None = None, *, member: Member) -> None:
        super().__init__(data)
        self.fields["to_unit"].queryset = units().exclude(pk=member.unit_id)  # type: ignore[attr-defined]
