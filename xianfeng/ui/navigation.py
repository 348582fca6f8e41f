"""Menus, drawn from xianfeng/menus.py for who is looking."""

from django.template import Context
from django.utils.http import url_has_allowed_host_and_scheme

from xianfeng import menus
from xianfeng.ui.registry import register
from xianfeng.ui.tables import request_of


@register.filter
def can(desk: menus.Desk | None, capability: str) -> bool:
    """`{% if request.desk|can:"members.edit" %}`; nobody can anything without a desk."""
    return bool(desk and desk.can(capability))


@register.simple_tag(takes_context=True)
def desk_menu(context: Context) -> list[tuple[menus.Text, list[menus.Link]]]:
    return list(menus.desk_groups(request_of(context)))


@register.simple_tag(takes_context=True)
def phone_tabs(context: Context) -> list[menus.Link]:
    return menus.links(menus.PHONE, request_of(context))


@register.simple_tag(takes_context=True)
def account_menu(context: Context) -> list[menus.Link]:
    return menus.links(menus.ACCOUNT, request_of(context))


@register.simple_tag(takes_context=True)
def came_from(context: Context) -> str:
    """The page of this portal that led here, as the browser says; empty where it would lead here again."""
    request = request_of(context)
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    is_here = request.method == "GET" and page == request.build_absolute_uri()
    return page if is_ours and not is_here else ""
