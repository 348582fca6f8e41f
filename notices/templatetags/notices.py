"""`{% load notices %}{% unread_badge %}`: how many messages wait for the reader, one query."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notices.models import Notice

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_count(context: Context) -> int:
    """Unread messages of the logged-in user; 0 for a visitor."""
    user: Any = getattr(context.get("request"), "user", None)
    if not user or not user.is_authenticated:
        return 0
    return Notice.objects.visible_to(user).unread().count()


@register.simple_tag(takes_context=True)
def unread_badge(context: Context) -> SafeString | str:
    """The figure on the bell; nothing where all is read."""
    count = unread_count(context)
    if not count:
        return ""
    shown = "99+" if count > 99 else str(count)
    words = _("%(count)s 条未读") % {"count": count}
    return format_html(
        '<span class="count" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        shown,
        words,
    )
