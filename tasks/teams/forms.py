"""Input shape of a team's claim."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.models import Member

ALL, SOME = "all", "some"


class TeamClaimForm(forms.Form):
    """Who is to come, and what is wanted where somebody cannot."""

    members = forms.TypedMultipleChoiceField(
        label=_("选队员"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("还没有选择队员。请至少选一位。")},
    )
    how = forms.ChoiceField(
        label=_("有人接不了时"),
        choices=[(ALL, _("全部成功才接")), (SOME, _("能接几个接几个"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None, *, people: Iterable[Member]) -> None:
        super().__init__(data)
        field: Any = self.fields["members"]
        field.choices = [(one.pk, f"{one}（{one.unit}）") for one in people]

    @property
    def all_or_none(self) -> bool:
        return bool(self.cleaned_data["how"] == ALL)
