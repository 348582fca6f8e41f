"""Heads, pages and tick boxes of tables."""

from typing import Any, cast

from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xianfeng.ui.marks import icon
from xianfeng.ui.registry import register


def request_of(context: Context) -> HttpRequest:
    return cast(HttpRequest, context["request"])


def address_with(query: QueryDict, **changes: str | None) -> str:
    """The query string with the changes made; None removes a key."""
    changed = query.copy()
    for key, value in changes.items():
        changed.pop(key, None)
        if value is not None:
            changed[key] = value
    return "?" + changed.urlencode()


@register.simple_tag(takes_context=True)
def th(
    context: Context, label: str, sort: str = "", numeric: bool = False, param: str = "sort"
) -> SafeString:
    """A column head; with `sort` a link that sorts by it, the other way on a second click.

    A column that its reader put away is marked, and styles hide its cells.
    """
    looks = (("num", numeric), ("is-off", label in hidden_columns(context)))
    names = [name for name, holds in looks if holds]
    classes = format_html(' class="{}"', " ".join(names)) if names else ""
    if not sort:
        return format_html('<th scope="col"{}>{}</th>', classes, label)
    query = request_of(context).GET
    now = {sort: "ascending", f"-{sort}": "descending"}.get(query.get(param, ""), "none")
    url = address_with(query, page=None, **{param: f"-{sort}" if now == "ascending" else sort})
    mark = {"ascending": "caret-up", "descending": "caret-down", "none": "sort"}[now]
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a class="sort" href="{}">{}{}</a></th>',
        classes,
        now,
        url,
        label,
        icon(mark),
    )


def preference(context: Context) -> Any:
    """How this desk's user likes this list, if anything was ever chosen; asked once for a page."""
    request: Any = request_of(context)
    if not getattr(request, "desk", None) or request.resolver_match is None:
        return None
    if not hasattr(request, "list_preference"):
        rows = request.user.list_preferences.filter(page=request.resolver_match.view_name)
        request.list_preference = rows.first()
    return request.list_preference


def hidden_columns(context: Context) -> frozenset[str]:
    liked = preference(context)
    return frozenset(liked.hidden if liked else ())


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page, unit: str = "") -> dict[str, Any]:
    """Total and page links; keeps the rest of the query string."""
    query = request_of(context).GET
    steps = [
        (number, address_with(query, page=str(number)) if isinstance(number, int) else "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    before = address_with(query, page=str(page.number - 1)) if page.has_previous() else ""
    after = address_with(query, page=str(page.number + 1)) if page.has_next() else ""
    return {"page": page, "steps": steps, "before": before, "after": after, "unit": unit or _("条")}


@register.simple_tag
def check_all(form: str = "bulk") -> SafeString:
    """Ticks every row of the page; shown only where JavaScript runs."""
    return format_html(
        '<label class="check-all js-only">'
        '<input type="checkbox" class="form-check-input" data-check-all="{}"><span>{}</span></label>',
        form,
        _("全选本页"),
    )


@register.simple_tag
def check_row(pk: object, label: object, form: str = "bulk", name: str = "pk") -> SafeString:
    """The tick box of one row; it belongs to the bulk form by its id, wherever that stands."""
    return format_html(
        '<label><input type="checkbox" class="form-check-input" form="{}" name="{}" value="{}"'
        ' aria-label="{}"></label>',
        form,
        name,
        pk,
        _("选择 %(label)s") % {"label": label},
    )
