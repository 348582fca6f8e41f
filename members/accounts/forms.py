"""Input shapes of proving who one is."""

from typing import Any, cast

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base import forms as mfa
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.accounts import codes
from members.models import User
from xianfeng.lib import queue
from xianfeng.lib.limits import Limit, TooOften

# Of one account, from wherever: to be asked for a code one needs its password, so nobody else is locked out.
SECOND_FACTOR = (
    Limit("second-factor", times=5, seconds=300),
    Limit("second-factor-day", times=50, seconds=24 * 3600),
)


CODE_TRIES = Limit("login-code-tries", times=5, seconds=300)  # of one code, while it is valid


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        min_length=6,
        max_length=6,
        help_text=gettext_lazy("6 位数字，5 分钟内有效。"),
        error_messages={
            "required": gettext_lazy("请填写短信里的 6 位验证码。"),
            "min_length": gettext_lazy("验证码是 6 位数字。"),
            "max_length": gettext_lazy("验证码是 6 位数字。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class AskCodeForm(RequestLoginCodeForm):
    """Whoever asks for a code too early is told when the next one goes out."""

    def clean_phone(self) -> str:
        try:
            return str(super().clean_phone())
        except ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            text = codes.too_early(context.request, self.cleaned_data["phone"])
            raise ValidationError(text, code=TooOften.code) from error


class LogInCodeForm(ConfirmLoginCodeForm):
    """allauth counts tries in the session, which parallel ones read at once; these are one count."""

    def clean_code(self) -> str:
        session = cast(HttpRequest, context.request).session.session_key
        try:
            CODE_TRIES.take(f"{session} {self.expected_code}")
        except TooOften as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return str(super().clean_code())


class ForgottenForm(ResetPasswordForm):
    """The link goes to a confirmed address alone; whether somebody has it, the page does not say."""

    def clean_email(self) -> str:
        """The confirmed address: what was typed may only look like it (gmaıl.com), and a database that
        folds case takes the two for one."""
        typed = str(self.cleaned_data["email"])
        found = User.objects.filter(email__iexact=typed, is_active=True)
        self.users = [user for user in found if user.email.casefold() == typed.casefold()]
        return self.users[0].email if self.users else typed

    def clean(self) -> dict[str, Any] | None:
        """That no mail can be sent is said to all alike, so that it tells nobody who has an account."""
        if not queue.answers():
            raise ValidationError(_("现在发不出邮件，请过几分钟再试。"), code="no_mail")
        return super().clean()


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("新邮箱"),
        help_text=gettext_lazy("我们往这个邮箱发一个链接，打开确认后才生效。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AccountForm(forms.ModelForm):
    """An account as a system administrator keeps it; an address waits until its owner has confirmed it."""

    class Meta:
        model = User
        fields = ["username", "name", "email", "is_active"]
        help_texts = {"email": gettext_lazy("本人凭发到这里的链接设置密码后生效；在那之前可以更正。")}

    def __init__(self, data: QueryDict | None = None, *, instance: User | None = None, **more: Any) -> None:
        super().__init__(data, instance=instance, **more)
        if instance:
            self.initial["email"] = instance.email or instance.unconfirmed_email


class NotByTrying(mfa.BaseAuthenticateForm):
    """allauth counts these with wrong passwords, which `guessing` counts in another way."""

    def clean_code(self) -> str:
        """Counted before it is looked at, so that parallel tries cannot share a count."""
        subject = str(self.user.pk)
        try:
            for limit in SECOND_FACTOR:
                limit.take(subject)
        except TooOften as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        code: str = super().clean_code()
        for limit in SECOND_FACTOR:
            limit.give_back(subject)
        return code


class SecondFactorForm(NotByTrying, mfa.AuthenticateForm):
    pass


class SecondFactorAgainForm(NotByTrying, mfa.ReauthenticateForm):
    pass
