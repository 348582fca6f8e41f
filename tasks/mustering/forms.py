"""What a whistle says: as little as can be, for it is written in a hurry."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from tasks.mustering.rules import LONGEST
from tasks.publishing.forms import chosen_choices, moment, reach_choices
from tasks.rights import Kind

USUAL_HOURS = 4
LONGEST_TITLE = 50  # leaves room for the mark of a drill


def hours_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("预计几小时"),
        min_value=1,
        max_value=LONGEST,
        initial=USUAL_HOURS,
        help_text=_("最长 %(most)d 小时；可以提前解除，也可以延长。") % {"most": LONGEST},
    )


def capacity_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("需要几个人"),
        min_value=1,
        max_value=20000,
        help_text=_("再多的人记为备勤，有人来不了时自动递补。"),
        error_messages={"required": _("请填写需要几个人。")},
    )


class MusterForm(forms.Form):
    is_drill = forms.BooleanField(
        label=_("这是演练"), required=False, help_text=_("标题、消息和报告都写明演练，数字单独统计。")
    )
    title = forms.CharField(
        label=_("什么事"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("请用一句话写明什么事。")},
    )
    place = forms.CharField(
        label=_("到哪里集合"), max_length=100, error_messages={"required": _("请填写集合地点。")}
    )
    capacity = capacity_field()
    starts_at = moment(_("什么时候到"), _("留空为现在。最晚 24 小时内。"), required=False)
    hours = hours_field()
    organiser_name = forms.CharField(
        label=_("现场负责人"), max_length=60, error_messages={"required": _("请填写现场负责人的姓名。")}
    )
    text = forms.CharField(
        label=_("带什么、注意什么"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reach = forms.ChoiceField(label=_("集结谁"), widget=forms.RadioSelect)
    chosen = forms.MultipleChoiceField(
        label=_("指定组织"), required=False, widget=forms.CheckboxSelectMultiple
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, publisher: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publisher = publisher
        self.fields["key"].initial = uuid.uuid4().hex
        choices = reach_choices(publisher, None)
        setattr(self.fields["reach"], "choices", choices)  # noqa: B010  (typed as the bare Field)
        self.initial.setdefault("reach", choices[0][0])
        if publisher.kind == Kind.CITY:
            setattr(self.fields["chosen"], "choices", chosen_choices(publisher))  # noqa: B010
        else:
            del self.fields["chosen"]
        if len(choices) == 1:
            self.fields["reach"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("reach") == "chosen" and not values.get("chosen"):
            self.add_error("chosen", _("请至少选择一个街道、社区或单位，或改为面向全市。"))
        return values

    def audience(self) -> Sequence[Organization]:
        if self.cleaned_data["reach"] == "chosen":
            return list(Organization.objects.filter(pk__in=self.cleaned_data["chosen"]))
        return [self.publisher]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        names = ("is_drill", "title", "place", "capacity", "starts_at", "hours", "organiser_name", "text")
        given = {name: self.cleaned_data[name] for name in names}
        return {**given, "audience": self.audience(), "key": self.cleaned_data["key"] or None}


class ChangeForm(forms.Form):
    capacity = capacity_field()
    hours = hours_field()


class ThanksForm(forms.Form):
    thanks = forms.CharField(
        label=_("致谢"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        initial=_("谢谢各位同志！"),
        help_text=_("随解除通知发给被集结的人，答复来不了的除外。"),
    )
