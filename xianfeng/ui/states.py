"""The state of a row, looking the same on every page."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xianfeng.lib.states import States
from xianfeng.ui.marks import badge
from xianfeng.ui.registry import register


@register.simple_tag
def state(row: Any, field: str = "state", word: object = "") -> SafeString:
    """A row's state as colour and word, both from its class: `{% state claim %}`, `{% state line "kind" %}`.

    `word` says the same to another reader. The class stands on the model under the field's name.
    """
    choices: type[States] = getattr(row, field.capitalize())
    found = choices(getattr(row, field))
    return badge(found.tone, word or found.label)


@register.simple_tag
def in_use(row: Any) -> SafeString:
    """Whether a row with `is_active` may still be chosen: `{% in_use organization %}`."""
    return badge("success", _("启用")) if row.is_active else badge("neutral", _("停用"))
