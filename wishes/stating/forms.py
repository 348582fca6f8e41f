"""Input shapes: what a resident writes, and what staff write for one."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Organization, User
from wishes.models import CODE_ALPHABET, PLACES, Wish
from xianfeng.lib import personal_data
from xianfeng.lib.mobile import MobileField
from xianfeng.lib.refusal import LONGEST_REASON


def new_key() -> str:
    return uuid.uuid4().hex


class NeedForm(forms.Form):
    """What do you need? One public sentence; numbers and addresses are found and can be taken out."""

    need = forms.CharField(
        label=gettext_lazy("您需要什么帮助？"),
        max_length=200,
        min_length=4,
        help_text=gettext_lazy("写事情本身，例如“老人行动不便，想请人上门理发”。不写姓名、电话和门牌号。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("请写下需要什么帮助。"),
            "min_length": gettext_lazy("请写得再具体一点，至少 4 个字。"),
            "max_length": gettext_lazy("请缩短到 200 字以内，细节可以下一步再写。"),
        },
    )
    # Set by the button that says: this address is a public place.
    keep = forms.BooleanField(required=False, widget=forms.HiddenInput)

    findings: list[personal_data.Finding] = []
    advice = gettext_lazy(
        "这段文字会公开，里面像是有%(what)s。请去掉，下一步可以单独填写，只给帮助您的人看。"
    )

    def clean_need(self) -> str:
        need = " ".join(self.cleaned_data["need"].split())
        self.findings = personal_data.find(need)
        if self.findings and (self.is_forbidden or not self.data.get(self.add_prefix("keep"))):
            raise forms.ValidationError(self.warning(), code="personal_data")
        return need

    @property
    def is_forbidden(self) -> bool:
        """A number is never public; a house number may be a place that everybody knows."""
        return any(finding.kind in personal_data.FORBIDDEN for finding in self.findings)

    def warning(self) -> str:
        what = "、".join(dict.fromkeys(finding.label for finding in self.findings))
        return self.advice % {"what": what}

    @property
    def suggestion(self) -> str:
        """The text without what was found; "" where too little is left."""
        text = personal_data.redact(str(self.data.get(self.add_prefix("need"), "")))
        return text if len(text) >= 4 and not personal_data.find(text) else ""


def moved(text: str) -> dict[str, str]:
    """What was taken out of a public text, for the fields it belongs into."""
    found = {finding.kind: finding.text for finding in reversed(personal_data.find(text))}
    fields = {"contact_mobile": personal_data.MOBILE, "contact_address": personal_data.ADDRESS}
    return {field: personal_data.plain(found[kind]) for field, kind in fields.items() if kind in found}


class BriefForm(forms.Form):
    """How do we reach you? Stored encrypted, opened by the case owner and the helpers only."""

    contact_name = forms.CharField(
        label=gettext_lazy("怎么称呼您"),
        max_length=30,
        error_messages={"required": gettext_lazy("请告诉我们怎么称呼您，例如“王阿姨”。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_mobile = MobileField(
        help_text=gettext_lazy("心愿的每一步进展会发短信到这个号码。"),
        error_messages={"required": gettext_lazy("请填写手机号，方便帮助您的人联系。")},
    )
    contact_address = forms.CharField(
        label=gettext_lazy("上门地址"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("需要上门时再填，例如 3幢2单元501室。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    detail = forms.CharField(
        label=gettext_lazy("还想说明的情况"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)


class ContactForm(BriefForm):
    """The resident's own; nothing is stored without a separate consent (个人信息保护法 第十三条)."""

    consent = forms.BooleanField(
        label=gettext_lazy("我同意社区和接单的党员为办理这个心愿使用以上信息，办结 7 天后不再开放。"),
        error_messages={"required": gettext_lazy("没有您的同意，我们不能保存联系方式。请勾选后提交。")},
    )
    # People do not see it; programs that fill in everything do.
    website = forms.CharField(required=False, label=gettext_lazy("请不要填写"), max_length=200)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("请清空“请不要填写”一栏后再提交。"))
        return ""

    def brief(self) -> dict[str, Any]:
        names = ("contact_name", "contact_mobile", "contact_address", "detail", "key")
        return {name: self.cleaned_data[name] for name in names}


class EnterForm(NeedForm, BriefForm):
    """Staff write a wish down for somebody who has no phone."""

    organization = forms.ModelChoiceField(
        label=gettext_lazy("小区/社区"),
        queryset=Organization.objects.none(),
        error_messages={"required": gettext_lazy("请选择居民所在的小区。")},
    )
    source = forms.ChoiceField(
        label=gettext_lazy("来源"),
        choices=[choice for choice in Wish.Source.choices if choice[0] != Wish.Source.ONLINE],
        initial=Wish.Source.VISIT,
        error_messages={"required": gettext_lazy("请选择来源。")},
    )
    keep = forms.BooleanField(required=False, label=gettext_lazy("文字里的门牌号是公共地点，可以公开"))
    consent = forms.BooleanField(
        label=gettext_lazy("已当面或电话征得居民同意保存以上联系方式"),
        error_messages={"required": gettext_lazy("请先征得居民同意。")},
    )
    field_order = (
        "organization", "source", "need", "keep", "contact_name", "contact_mobile", "contact_address",
        "detail", "consent", "key",
    )  # fmt: skip
    advice = gettext_lazy("这段文字会公开，里面像是有%(what)s。请去掉，改填到下面不公开的几栏里。")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].label = gettext_lazy("心愿（公开）")
        self.fields["contact_name"].label = gettext_lazy("怎么称呼居民")
        self.fields["contact_name"].error_messages["required"] = gettext_lazy(
            "请填写怎么称呼居民，例如“王阿姨”。"
        )
        self.fields["contact_mobile"].error_messages["required"] = gettext_lazy(
            "请填写居民或家人的手机号，方便接单的党员联系。"
        )
        places = Organization.objects.active().visible_to(user).filter(kind__in=PLACES)
        field = self.fields["organization"]
        field.queryset = places  # type: ignore[attr-defined]
        if len(places) == 1:
            field.initial = places[0]

    def values(self) -> dict[str, Any]:
        """What `handling.enter` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("keep", "consent")}


class TrackForm(forms.Form):
    """The tracking code as people type it: lower case, blanks and dashes are fine."""

    code = forms.CharField(
        label=gettext_lazy("查询码"),
        max_length=30,
        help_text=gettext_lazy("10 位字母和数字，在提交成功的页面上。"),
        error_messages={"required": gettext_lazy("请填写查询码。")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        return "".join(letter for letter in self.cleaned_data["code"].upper() if letter in CODE_ALPHABET)


class AskAgainForm(forms.Form):
    """What has changed since the wish was declined; what it may say, the service decides."""

    reason = forms.CharField(
        label=gettext_lazy("情况有什么变化"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("写一两句，例如“物业说不归他们管，仍需要帮助”。不写姓名、电话和门牌号。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写一句情况有什么变化，社区据此重新研究。")},
    )
