"""The form of a mainland mobile number."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOBILE = re.compile(r"1[3-9]\d{9}")


def is_mobile(text: str) -> bool:
    return bool(MOBILE.fullmatch(text)) and text.isascii()


def validate_mobile(text: str) -> None:
    """Raises ValidationError unless the text is eleven digits beginning with 13 to 19."""
    if not is_mobile(text):
        raise ValidationError(_("请填写 11 位手机号，例如 13800000000。"), code="mobile_invalid")
