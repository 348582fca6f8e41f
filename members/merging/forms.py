"""Which of the two numbers is the present one, and how one knows that it is one person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.models import Member
from members.people.privacy import mask_mobile
from xianfeng.lib.refusal import LONGEST_REASON


class MergeForm(forms.Form):
    number = forms.ChoiceField(
        label=gettext_lazy("现在用的手机号"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("另一个号码留在并入的记录上，今后导入或报到用到它，也会找到这位同志。"),
        error_messages={"required": gettext_lazy("请选择现在用的手机号。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("怎样核实是同一人"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：本人确认；单位人事核对。本人和双方单位、社区会看到。"),
        error_messages={"required": gettext_lazy("请写明怎样核实是同一人。")},
    )

    def __init__(self, *args: Any, kept: Member, gone: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gone = gone
        self.fields["number"].choices = [  # type: ignore[attr-defined]
            (str(record.pk), mask_mobile(record.mobile)) for record in (kept, gone)
        ]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        takes_number = self.cleaned_data["number"] == str(self.gone.pk)
        return {"takes_number": takes_number, "reason": self.cleaned_data["reason"]}
