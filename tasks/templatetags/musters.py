"""`{% load musters %}{% musters_calling as calls %}`: what the reader is called to now, one query."""

from typing import Any

from django import template
from django.template import Context

from tasks.models import Call, Muster

register = template.Library()


@register.simple_tag(takes_context=True)
def musters_calling(context: Context) -> list[Call]:
    """Calls of the logged-in member that go on, the newest first; none for a visitor."""
    user: Any = getattr(context.get("request"), "user", None)
    if not user or not user.is_authenticated:
        return []
    calls = Call.objects.filter(member__user=user, muster__in=Muster.objects.going_on())
    return list(calls.select_related("muster__task").order_by("-pk"))
