"""Input shapes of the people pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import choices, tree
from members.adapters import MobileField
from members.models import Appointment, Exemption, Member, Organization, User
from members.models.people import SEPARATOR
from members.roster.cleaning import clean_list, clean_name

Kind = Organization.Kind
PROMISE = gettext_lazy("我承诺：主动亮明党员身份，量力参加社区服务，如实填写信息，保护居民隐私。")


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is an answer too."""
    return request.POST if request.method == "POST" else None


def units() -> Any:
    return Organization.objects.units().active().order_by("name")


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


def day_input() -> forms.DateInput:
    """The browser's own calendar, which takes its value in one format only."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def words_field(words: Iterable[str | Promise], label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=[(str(word), word) for word in words],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def other_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=60,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("多项用顿号分隔")}),
    )  # fmt: skip


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


# --- Registration, one thing a page --------------------------------------------------------------


class JoinForm(forms.Form):
    """Who are you?"""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    mobile = MobileField(
        help_text=gettext_lazy("用本人手机号，下一步凭短信验证码确认。"),
        error_messages={"required": gettext_lazy("请填写手机号。")},
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("工作单位"), queryset=Organization.objects.none(),
        empty_label=gettext_lazy("请选择单位"),
        error_messages={
            "required": gettext_lazy("请选择工作单位。"),
            "invalid_choice": gettext_lazy("请从列表中选择工作单位。"),
        },
        widget=forms.Select(attrs={"data-searchable": gettext_lazy("输入几个字查找单位")}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units()  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("短信验证码"), min_length=6, max_length=6,
        help_text=gettext_lazy("6 位数字，5 分钟内有效。"),
        error_messages={
            "required": gettext_lazy("请填写短信里的 6 位验证码。"),
            "min_length": gettext_lazy("验证码是 6 位数字。"),
            "max_length": gettext_lazy("验证码是 6 位数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class HomeForm(forms.Form):
    """Where do you live?"""

    estate = forms.ModelChoiceField(
        label=gettext_lazy("小区"), queryset=Organization.objects.none(), required=False,
        empty_label=gettext_lazy("不在下列小区"),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("住址"), max_length=120, required=False,
        help_text=gettext_lazy("例如 3 幢 2 单元 501。加密保存，单位看不到；社区查看会留下记录。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip

    def __init__(self, *args: Any, community: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        estates = Organization.objects.within(community).estates().active()
        self.fields["estate"].queryset = estates  # type: ignore[attr-defined]


class PromiseForm(forms.Form):
    promise = forms.BooleanField(
        label=PROMISE, error_messages={"required": gettext_lazy("请阅读承诺并打勾，再提交。")}
    )


# --- Desk ---------------------------------------------------------------------------------------


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


class OrganizationForm(forms.Form):
    """A new node below the one that is open."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,20}$", label=gettext_lazy("编码"), help_text=gettext_lazy("字母和数字，全市唯一。"),
        error_messages={"invalid": gettext_lazy("编码是 2 到 20 位字母、数字或连字符。")},
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)

    def __init__(self, *args: Any, parent: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in Kind if tree.fits(kind, parent)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class RenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(label=gettext_lazy("新的上级组织"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = tree.PARENTS.get(organization.kind, set())
        rows = Organization.objects.visible_to(user).active().filter(kind__in=kinds)
        rows = rows.exclude(path__startswith=str(organization.path)).exclude(pk=organization.parent_id or 0)
        self.fields["parent"].queryset = rows  # type: ignore[attr-defined]


class AppointmentForm(forms.Form):
    username = forms.RegexField(
        r"^[A-Za-z0-9._-]{3,40}$", label=gettext_lazy("用户名"),
        help_text=gettext_lazy("已有账号的填原用户名；没有的会新建账号。"),
        error_messages={"invalid": gettext_lazy("用户名是 3 到 40 位字母、数字、点或横线。")},
    )  # fmt: skip
    name = NameField()
    email = forms.EmailField(
        label=gettext_lazy("邮箱"), help_text=gettext_lazy("新账号凭邮件里的链接设置密码。")
    )
    organization = forms.ModelChoiceField(
        label=gettext_lazy("组织"), queryset=Organization.objects.none(),
        widget=forms.Select(attrs={"data-searchable": gettext_lazy("输入几个字查找组织")}),
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Appointment.Role.choices)
    starts_on = forms.DateField(label=gettext_lazy("任期起"), widget=day_input())
    ends_on = forms.DateField(label=gettext_lazy("任期止"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.visible_to(user).active().exclude(kind=Kind.PARTNER)
        self.fields["organization"].queryset = rows  # type: ignore[attr-defined]


# --- The member's own data ----------------------------------------------------------------------


class ProfileForm(ServiceForm):
    """What a member keeps up themself; name, unit and mobile are changed on request."""

    email = forms.EmailField(
        label=gettext_lazy("邮箱"), required=False, help_text=gettext_lazy("提醒和考核结果会发到这里。")
    )
    address = forms.CharField(
        label=gettext_lazy("住址"), max_length=120, required=False,
        help_text=gettext_lazy("加密保存，单位看不到。"),
    )  # fmt: skip
    field_order = ["email", "address"]

    @classmethod
    def of(cls, member: Member, data: QueryDict | None = None) -> "ProfileForm":
        names = ("address", "skills", "free_times", "intentions")
        initial = {name: getattr(member, name) for name in names}
        return cls(data, initial={**initial, "email": member.user.email if member.user else ""})


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("哪一项不对，应改成什么"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("例如：单位应为市财政局，2026年3月调动。"),
        error_messages={"required": gettext_lazy("请写明哪一项不对，应改成什么。")},
    )  # fmt: skip
