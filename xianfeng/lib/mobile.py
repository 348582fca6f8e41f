"""Mainland mobile numbers: their form, and the field that takes them as people type them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOBILE = re.compile(r"1[3-9]\d{9}")


def is_mobile(text: str) -> bool:
    return bool(MOBILE.fullmatch(text)) and text.isascii()


def validate_mobile(text: str) -> None:
    """Raises ValidationError unless the text is eleven digits beginning with 13 to 19."""
    if not is_mobile(text):
        raise ValidationError(_("请填写 11 位手机号，例如 13800000000。"), code="mobile_invalid")


def normalized(mobile: str) -> str:
    """Eleven digits from what people type: +86, spaces and dashes go."""
    return mobile.strip().replace(" ", "").replace("-", "").removeprefix("+86")


class MobileField(forms.CharField):
    """A mobile as people type it; what is no mobile is refused, so that a user name stays one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号"))
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        )
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        mobile = normalized(super().clean(value))
        if mobile:
            validate_mobile(mobile)
        return mobile
