"""Telephones of offices as people write them, in one form, and what a phone dials."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.mobile import is_mobile, normalized

LONGEST = 20
# Three digits in 北京 (010) and the cities of 02x, four elsewhere; then seven or eight, perhaps an extension.
LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})(?:-(\d{1,5}))?")
OTHERS = re.compile(r"[48]00\d{7}|1\d{2}|1[0-2]\d{3}|9\d{4}")  # 4001234567, 110, 12345, 95598
ABROAD = re.compile(r"^(?:\+|00)86-?0?(?=\d)")
AREA_CODE, EXTENSION = re.compile(r"[()]"), re.compile(r"(?:转|分机|ext\.?|#|x)", re.IGNORECASE)


def cleaned(text: str) -> str:
    """``0575-87010000`` from （0575）8701 0000, ``0575-87010000-802`` with 转802; "" of what is no number."""
    plain = EXTENSION.sub("-", AREA_CODE.sub("", unicodedata.normalize("NFKC", "".join(text.split()))))
    if is_mobile(normalized(plain)):
        return normalized(plain)
    digits = re.sub(r"^(0\d{2,3})-", r"\1", ABROAD.sub("0", plain))
    if found := LANDLINE.fullmatch(digits):
        return "-".join(part for part in found.groups() if part)
    compact = plain.replace("-", "")
    return compact if compact.isascii() and OTHERS.fullmatch(compact) else ""


def dialled(number: str) -> str:
    """What `tel:` takes, an extension after a pause; "" of what is masked, or no number at all."""
    whole = cleaned(number)
    area, _dash, rest = whole.partition("-")
    return area + rest.replace("-", ",")


class TelephoneField(forms.CharField):
    """A telephone that anybody may call; landlines with their area code, as mobiles need it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(**{"max_length": 40, "required": False, **kwargs})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        number = cleaned(text)
        if text and not number:
            raise ValidationError(
                _("请填写带区号的固定电话（如 0575-87010000）、手机号或 12345 这样的短号。"),
                code="telephone_invalid",
            )
        return number
