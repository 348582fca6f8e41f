"""What the pages of logging in say beside their forms."""

from django import template
from django.template import Context

from members.accounts import codes

register = template.Library()


@register.simple_tag(takes_context=True)
def code_wait(context: Context, mobile: str) -> int:
    """Seconds until another code may be asked for."""
    return codes.seconds_to_wait(context["request"], mobile)
