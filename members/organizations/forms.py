"""Input shapes of the tree and of appointments."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from members.models import Appointment, Organization, User
from members.organizations import tree
from members.organizations.appointing import Successor
from members.people.forms import NameField
from xianfeng.lib.telephones import TelephoneField
from xianfeng.ui.fields import day_input, search_input

Kind = Organization.Kind


class TreeSearch(forms.Form):
    """What the tree is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=80,
        widget=search_input(gettext_lazy("名称、编码或拼音")),
    )

    def text(self) -> str:
        return self.cleaned_data["q"].strip() if self.is_valid() else ""


class OrganizationForm(forms.Form):
    """A new node below the one that is open."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,20}$",
        label=gettext_lazy("编码"),
        help_text=gettext_lazy("字母和数字，全市唯一。"),
        error_messages={"invalid": gettext_lazy("编码是 2 到 20 位字母、数字或连字符。")},
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)

    def __init__(self, *args: Any, parent: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in Kind if tree.fits(kind, parent)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class RenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)


class PhoneForm(forms.Form):
    phone = TelephoneField(
        label=gettext_lazy("联系电话"),
        help_text=gettext_lazy(
            "印在海报上，居民和党员都看得到、点一下就能拨打。请填值班或办公电话；不填即不显示。"
        ),
    )


class NeighboursForm(forms.Form):
    neighbours = forms.ModelMultipleChoiceField(
        label=gettext_lazy("相邻社区"),
        queryset=Organization.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("走路就到的社区。两边互为相邻；平衡供需时，先请相邻社区的党员。"),
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organization.objects.communities().active().exclude(pk=organization.pk)
        self.fields["neighbours"].queryset = rows  # type: ignore[attr-defined]
        self.initial.setdefault("neighbours", list(organization.neighbours.all()))


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(label=gettext_lazy("新的上级组织"), queryset=Organization.objects.none())

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = tree.PARENTS.get(organization.kind, set())
        rows = Organization.objects.visible_to(user).active().filter(kind__in=kinds)
        rows = rows.exclude(path__startswith=str(organization.path)).exclude(pk=organization.parent_id or 0)
        self.fields["parent"].queryset = rows  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """Who is appointed."""

    username = forms.RegexField(
        r"^[A-Za-z0-9._-]{3,40}$",
        label=gettext_lazy("用户名"),
        help_text=gettext_lazy("已有账号的填原用户名；没有的会新建账号。"),
        error_messages={"invalid": gettext_lazy("用户名是 3 到 40 位字母、数字、点或横线。")},
    )
    name = NameField()
    email = forms.EmailField(
        label=gettext_lazy("邮箱"), help_text=gettext_lazy("新账号凭邮件里的链接设置密码。")
    )


class EndForm(AccountForm):
    """Who takes over, if anybody: all three or none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(self.data.get(name, "").strip() for name in self.fields):
            for field in self.fields.values():
                field.required = False

    def successor(self) -> Successor | None:
        return Successor(**self.cleaned_data) if self.cleaned_data["username"] else None


class AppointmentForm(AccountForm):
    organization = forms.ModelChoiceField(
        label=gettext_lazy("组织"),
        queryset=Organization.objects.none(),
        widget=forms.Select(attrs={"data-searchable": gettext_lazy("输入几个字查找组织")}),
    )
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Appointment.Role.choices)
    starts_on = forms.DateField(label=gettext_lazy("任期起"), widget=day_input())
    ends_on = forms.DateField(label=gettext_lazy("任期止"), required=False, widget=day_input())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every, own = Organization.objects.all(), Organization.objects.visible_to(user)
        rows = (every if user.is_superuser else own).active().exclude(kind=Kind.PARTNER)
        self.fields["organization"].queryset = rows  # type: ignore[attr-defined]
