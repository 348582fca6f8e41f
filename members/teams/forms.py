"""Input shapes of teams."""

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.leaving.forms import DayField
from members.models import Member, Team, TeamRole
from xianfeng.lib.times import today

USUAL_TERM = dt.timedelta(days=2 * 365)


def term_field() -> DayField:
    return DayField(
        label=_("任期到"),
        initial=lambda: today() + USUAL_TERM,
        help_text=_("到期前 30 天提醒；可以续任。"),
    )


class WordsForm(forms.Form):
    purpose = forms.CharField(
        label=_("做什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("本社区的党员都能看到，不写姓名、电话和门牌号。"),
        error_messages={"required": _("请写明这支队做什么。")},
    )
    skills = forms.CharField(
        label=_("特长"), max_length=200, required=False, help_text=_("多项用顿号分隔，如“水电维修、理发”。")
    )


class TeamForm(WordsForm):
    """A new team, led by whoever proposes it."""

    name = forms.CharField(
        label=_("名称"), max_length=30, error_messages={"required": _("请填写服务队的名称。")}
    )
    kind = forms.ChoiceField(label=_("类型"), choices=Team.Kind)
    until = term_field()
    field_order = ["name", "kind", "purpose", "skills", "until"]


class FoundForm(TeamForm):
    """The same at the community's desk, which asks somebody to lead it."""

    leader = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("请谁当队长"),
        empty_label=_("请选择"),
        widget=forms.Select(attrs={"data-searchable": _("输入几个字查找党员")}),
        help_text=_("本人同意后才是队长。"),
    )
    field_order = ["name", "kind", "purpose", "skills", "leader", "until"]

    def __init__(self, data: QueryDict | None, *, community: int) -> None:
        super().__init__(data)
        people = Member.objects.registered().filter(community=community).exclude(user=None)
        self.fields["leader"].queryset = people.order_by("pinyin", "pk")  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Another role for somebody in the team."""

    held = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label=_("角色"), choices=TeamRole.Role)
    until = DayField(label=_("任期到"), required=False, help_text=_("队长、副队长须填。"))


def values_of(form: forms.Form, *without: str) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in without}
