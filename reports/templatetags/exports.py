"""`{% load exports %}{% export_link "members" %}`: the way from a list to its export, for desks that may."""

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.exports.resources import RESOURCES
from reports.exports.rules import may_export
from xianfeng.ui.marks import icon
from xianfeng.ui.tables import address_with, request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def export_link(context: Context, name: str, **query: object) -> SafeString | str:
    """A button that takes the list's filters along, and nothing where the desk may not export it."""
    request = request_of(context)
    if not may_export(getattr(request, "desk", None), RESOURCES[name]):
        return ""
    wanted = {key: str(value) for key, value in query.items()}
    address = reverse("reports:export_new", args=[name]) + address_with(request.GET, page=None, **wanted)
    return format_html(
        '<a class="btn btn-light" href="{}">{}{}</a>', address.rstrip("?"), icon("download"), _("导出")
    )
