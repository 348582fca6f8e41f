"""Input shapes: what people say of themselves, and leave that a desk grants."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.cleaning import clean_list, clean_name
from members.models import Exemption, Member, Organization
from members.models.people import SEPARATOR
from members.people import choices
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.ui.fields import day_input


class NameField(forms.CharField):
    """A person's name, cleaned as the roster import cleans it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("姓名"))
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("error_messages", {"required": gettext_lazy("请填写姓名。")})
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        name = clean_name(super().clean(value))
        if name is None:
            raise forms.ValidationError(_("请填写真实姓名，至少两个字，不带数字和符号。"), "name_invalid")
        return name


def units() -> Any:
    return Organization.objects.units().active().order_by("name")


class UnitField(forms.ModelChoiceField):
    """A unit, found by typing a few characters of its name (needs js/searchable.js on the page)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("工作单位"))
        kwargs.setdefault("empty_label", gettext_lazy("请选择单位"))
        kwargs.setdefault(
            "error_messages",
            {
                "required": gettext_lazy("请选择工作单位。"),
                "invalid_choice": gettext_lazy("请从列表中选择工作单位。"),
            },
        )
        kwargs.setdefault(
            "widget", forms.Select(attrs={"data-searchable": gettext_lazy("输入几个字查找单位")})
        )
        super().__init__(queryset=units(), **kwargs)


def words_field(words: Iterable[str | Promise], label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=[(str(word), word) for word in words],
        widget=forms.CheckboxSelectMultiple,
    )


def other_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("多项用顿号分隔")}),
    )


class ServiceForm(forms.Form):
    """What one can do, and when: ticked words and others typed beside them, as "、理发、财务、"."""

    WORDS = ("skills", "free_times", "intentions")
    skills = words_field(choices.SKILLS, gettext_lazy("特长"))
    skills_other = other_field(gettext_lazy("其他特长"))
    free_times = words_field(choices.FREE_TIMES, gettext_lazy("空闲时间"))
    free_times_other = other_field(gettext_lazy("其他时间"))
    intentions = words_field(choices.INTENTIONS, gettext_lazy("服务意向"))
    intentions_other = other_field(gettext_lazy("其他意向"))

    def __init__(self, data: QueryDict | None = None, *, initial: Mapping[str, str]) -> None:
        super().__init__(data, initial={**initial, **self.split(initial)})

    @classmethod
    def split(cls, initial: Mapping[str, str]) -> dict[str, Any]:
        """Stored texts as ticks and the rest."""
        found: dict[str, Any] = {}
        for name in cls.WORDS:
            known = {key for key, _label in cls.base_fields[name].choices}  # type: ignore[attr-defined]
            stored = [word for word in initial.get(name, "").split(SEPARATOR) if word]
            found[name] = [word for word in stored if word in known]
            found[f"{name}_other"] = SEPARATOR.join(word for word in stored if word not in known)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.WORDS:
            other = cleaned.pop(f"{name}_other", "")
            cleaned[name] = clean_list(SEPARATOR.join([*cleaned.get(name, []), other]))
            if len(cleaned[name]) > 200:
                self.add_error(name, _("内容太多，请只保留最主要的几项。"))
        return cleaned


class ExemptionForm(forms.ModelForm):
    class Meta:
        model = Exemption
        fields = ["kind", "starts_on", "ends_on", "reason"]
        widgets = {
            "starts_on": day_input(),
            "ends_on": day_input(),
            "reason": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {"reason": gettext_lazy("本人和上级能看到；不要写病情细节。")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("结束日期不能早于开始日期。"))
        return cleaned


class ProfileForm(ServiceForm):
    """What a member keeps up themself; name and unit are changed on request, mobile and e-mail proven."""

    address = forms.CharField(
        label=gettext_lazy("住址"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("加密保存，单位看不到。"),
    )
    field_order = ["address"]

    @classmethod
    def of(cls, member: Member, data: QueryDict | None = None) -> "ProfileForm":
        names = ("address", "skills", "free_times", "intentions")
        initial = {name: getattr(member, name) for name in names}
        return cls(data, initial=initial)


class EntryForm(forms.ModelForm):
    """A roster entry as the city corrects it; contact data has its own door, another unit is a dated move."""

    class Meta:
        model = Member
        fields = ["name", "position", "is_leader", "skills", "intentions", "note", "joined_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        joined, departed = cleaned.get("joined_on"), self.instance.departed_on
        if joined and departed and departed < joined:
            self.add_error("joined_on", _("入册日期不能晚于离开日期。"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What is corrected."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("哪一项不对，应改成什么"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("例如：单位应为市财政局，2026年3月调动。"),
        error_messages={"required": gettext_lazy("请写明哪一项不对，应改成什么。")},
    )
