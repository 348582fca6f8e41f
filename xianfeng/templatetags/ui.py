"""Building blocks of the pages: `{% load ui %}`. The living list with examples is /styleguide/."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import segno
from django import forms, template
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.forms import BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xianfeng import menus
from xianfeng.lib import times

register = template.Library()

# --- Small marks --------------------------------------------------------------------------------

TONES = {"success", "info", "warning", "danger", "neutral", "accent"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of static/img/icons.svg; decorative unless it is given a label."""
    hidden = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="16" height="16" focusable="false" {}><use href="{}#{}"></use></svg>',
        hidden,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(tone: str, word: object) -> SafeString:
    """A state as colour and word. Raises ValueError for an unknown tone."""
    if tone not in TONES:
        raise ValueError(f"Unknown tone {tone!r}; known are {sorted(TONES)}.")
    return format_html('<span class="state state-{}">{}</span>', tone, word)


@register.inclusion_tag("components/person.html")
def person(who: Any, url: str = "", note: object = "") -> dict[str, Any]:
    """A person by name and 同志, with the unit (or another note) below; never contact data."""
    unit = note or getattr(who, "unit", "") or ""
    return {"name": getattr(who, "name", "") or str(who), "url": url, "note": unit}


@register.simple_tag
def ring(done: int, goal: int, label: str = "") -> SafeString:
    """The progress ring n/goal of the phone; more than the goal stays a full ring."""
    share = min(done / goal, 1) if goal > 0 else 1
    context = {"done": done, "goal": goal, "dash": round(share * 100, 1), "label": label or _("红旗")}
    return render("components/ring.html", context)


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as inline SVG; the label tells people who cannot see it what it opens."""
    code = segno.make(text, error="m", micro=False)
    width, height = code.symbol_size(border=2)
    path = mark_safe(" ".join(qr_runs(code)))  # digits only
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"></rect><path fill="#000" d="{}"></path></svg>',
        width,
        height,
        label,
        path,
    )


def qr_runs(code: segno.QRCode) -> Iterator[str]:
    """The dark runs of each row as SVG path steps."""
    for y, row in enumerate(code.matrix_iter(border=2)):
        start: int | None = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start} {y}h{x - start}v1h-{x - start}z"
                start = None


def render(name: str, context: Mapping[str, Any]) -> SafeString:
    return render_to_string(name, dict(context))


# --- Time and amounts ---------------------------------------------------------------------------


@register.filter
def when(start: dt.date | dt.datetime | None, end: dt.datetime | None = None) -> str:
    """``2026年3月5日 周四 14:00–16:00``; a date without a time where there is none."""
    if not start:
        return "—"
    if not isinstance(start, dt.datetime):
        return times.format_date(start)
    return times.format_span(start, end) if end else times.format_moment(start)


@register.filter
def until(moment: dt.date | dt.datetime | None) -> str:
    """How far ahead in Shanghai days: 今天, 明天, 还有3天; past days as 已过2天."""
    if not moment:
        return "—"
    days = times.days_until(moment)
    if days in (0, 1):
        return [_("今天"), _("明天")][days]
    if days > 0:
        return ngettext("还有%(days)d天", "还有%(days)d天", days) % {"days": days}
    return ngettext("已过%(days)d天", "已过%(days)d天", -days) % {"days": -days}


@register.filter
def ago(moment: dt.date | dt.datetime | None) -> str:
    """How long ago: 刚刚, 5分钟前, 3小时前, 昨天, 12天前; older than 30 days as the date."""
    if not moment:
        return "—"
    days = -times.days_until(moment)
    if days > 30 or days < 0:
        return times.format_date(moment, weekday=False)
    if days == 0:
        return recently(moment)
    return _("昨天") if days == 1 else _("%(days)d天前") % {"days": days}


def recently(moment: dt.date | dt.datetime) -> str:
    if not isinstance(moment, dt.datetime):
        return _("今天")
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("刚刚")
    if minutes < 60:
        return _("%(minutes)d分钟前") % {"minutes": minutes}
    return _("%(hours)d小时前") % {"hours": minutes // 60}


@register.filter
def hours(minutes: int | None) -> str:
    """Service time from minutes: 90 → 1.5 小时, 120 → 2 小时."""
    if minutes is None:
        return "—"
    return _("%(hours)s 小时") % {"hours": f"{minutes / 60:.2f}".rstrip("0").rstrip(".")}


@register.filter
def number(value: int | None) -> str:
    """A count with thousands separators: 11,000."""
    return "—" if value is None else f"{value:,}"


@register.filter
def can(desk: menus.Desk | None, capability: str) -> bool:
    """`{% if request.desk|can:"members.edit" %}`; nobody can anything without a desk."""
    return bool(desk and desk.can(capability))


# --- Forms --------------------------------------------------------------------------------------

CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def control_class(widget: forms.Widget) -> str:
    if isinstance(widget, CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's input with the look of the design system."""
    classes = [str(field.field.widget.attrs.get("class", "")), control_class(field.field.widget)]
    if field.errors:
        classes.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(filter(None, classes))})


@register.filter
def is_check(field: BoundField) -> bool:
    """A single tick box: its label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_file(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.FileInput)


@register.inclusion_tag("components/form.html", takes_context=True)
def form(
    context: Context, form: forms.BaseForm, submit: str = "", cancel: str = "", **extra: str
) -> dict[str, Any]:
    """A whole form: token, error summary, fields, buttons. Extra: action, tone ("danger"), id."""
    return with_token(context, {"form": form, "submit": submit or _("保存"), "cancel": cancel, **extra})


def with_token(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Values for a component that posts: the page's CSRF token goes along."""
    return {**values, "csrf_token": context.get("csrf_token", ""), "request": context.get("request")}


@register.inclusion_tag("components/confirm.html", takes_context=True)
def confirm(context: Context, label: str, url: str, title: str, **extra: Any) -> dict[str, Any]:
    """A button that asks before it posts; the title names what is changed or destroyed.

    Extra: text, action (word on the button), tone ("danger"), reason (True asks for one as field
    `reason`), name and value (a hidden field), icon, small.
    """
    return with_token(context, {"label": label, "url": url, "title": title, **extra})


@register.inclusion_tag("components/masked.html", takes_context=True)
def masked(context: Context, value: str, url: str = "", label: str = "") -> dict[str, Any]:
    """A masked contact value; with a URL, a button that reveals it by POST after a reason."""
    return with_token(context, {"value": value, "url": url, "label": label})


# --- Tables, filters, paging --------------------------------------------------------------------


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
    """A column head; with `sort` a link that sorts by it, the other way on a second click."""
    classes = mark_safe(' class="num"') if numeric else ""
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
        '<input type="checkbox" class="form-check-input js-only" data-check-all="{}" aria-label="{}">',
        form,
        _("全选本页"),
    )


@register.simple_tag
def check_row(pk: object, label: object, form: str = "bulk", name: str = "pk") -> SafeString:
    """The tick box of one row; it belongs to the bulk form by its id, wherever that stands."""
    return format_html(
        '<input type="checkbox" class="form-check-input" form="{}" name="{}" value="{}" aria-label="{}">',
        form,
        name,
        pk,
        _("选择 %(label)s") % {"label": label},
    )


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(context: Context, filterset: Any, main: int = 4) -> dict[str, Any]:
    """A filter form (a FilterSet or a bound GET form) in one line, what is active as chips below.

    The first `main` fields stand in the line, the others behind 更多筛选. Sorting is kept.
    """
    form: forms.Form = getattr(filterset, "form", filterset)
    query = request_of(context).GET
    fields = [field for field in form.visible_fields() if field.name != "sort"]
    chips = list(active_filters(form, fields, query))
    keys = {key for field in fields for key in keys_of(field)} | {"page"}
    return {
        "main": fields[:main],
        "more": fields[main:],
        "is_open": any(chip["name"] in {field.name for field in fields[main:]} for chip in chips),
        "chips": chips,
        "clear": address_with(query, **dict.fromkeys(keys)),
        "kept": [(key, value) for key in query if key not in keys for value in query.getlist(key)],
    }


def keys_of(field: BoundField) -> list[str]:
    """The query keys of a field; range widgets have two each."""
    name = field.html_name
    return [name, *(f"{name}_{end}" for end in ("min", "max", "after", "before"))]


def active_filters(
    form: forms.Form, fields: Iterable[BoundField], query: QueryDict
) -> Iterator[dict[str, str]]:
    """Label, value and the address without it, for each filter that is set."""
    cleaned = form.cleaned_data if form.is_bound and form.is_valid() else {}
    for field in fields:
        value = cleaned.get(field.name)
        if not is_set(field, value):
            continue
        yield {
            "name": field.name,
            "label": str(field.label),
            "value": filter_text(field, value),
            "url": address_with(query, page=None, **dict.fromkeys(keys_of(field))),
        }


def is_set(field: BoundField, value: Any) -> bool:
    """Whether a filter narrows the list: an empty value, range or selection does not, nor an unticked box."""
    if value is False:
        return isinstance(field.field, forms.NullBooleanField)
    if isinstance(value, slice):
        return value != slice(None)
    return bool(value)


def filter_text(field: BoundField, value: Any) -> str:
    """A filter's value in words: choices by their label, ranges by their ends."""
    if isinstance(value, slice):
        ends = [day_text(end) if end is not None else "" for end in (value.start, value.stop)]
        return "–".join(ends)
    if isinstance(value, list | tuple | set | QuerySet):
        return "、".join(filter_text(field, each) for each in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = getattr(field.field, "flatchoices", None) or getattr(field.field, "choices", None) or ()
    if not isinstance(value, Model):
        value = {str(key): label for key, label in flat(choices)}.get(str(value), value)
    return day_text(value)


def flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        else:
            yield key, label


def day_text(value: object) -> str:
    return times.format_date(value, weekday=False) if isinstance(value, dt.date) else str(value)


# --- Page furniture -----------------------------------------------------------------------------


@register.inclusion_tag("components/empty.html")
def empty(text: str, **extra: str) -> dict[str, Any]:
    """What stands where a list has no rows. Extra: title, icon, url and action (the way on)."""
    return {"text": text, "icon": "inbox", **extra}


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: object, url: str = "", **extra: str) -> dict[str, Any]:
    """A count that opens the list behind it. Extra: unit, note, tone."""
    return {"label": label, "value": f"{value:,}" if isinstance(value, int) else value, "url": url, **extra}


@register.inclusion_tag("components/progress.html")
def progress(done: int = 0, total: int = 0, label: str = "", url: str = "") -> dict[str, Any]:
    """Long work: a bar that asks `url` for its next self each second.

    `url` answers with the same tag again, without `url` when the work is over (that stops the
    polling), or with an HX-Redirect header to the result.
    """
    return {"done": done, "total": total, "label": label or _("正在处理"), "url": url}


@register.simple_tag(takes_context=True)
def tab(
    context: Context, label: str, url: str, active: bool | None = None, count: int | None = None
) -> SafeString:
    """One tab inside `<nav class="tabs">`; current where the address is the page's, or as told."""
    here = (
        url in (request_of(context).get_full_path(), request_of(context).path) if active is None else active
    )
    figure = format_html(' <span class="tab-count">{}</span>', f"{count:,}") if count is not None else ""
    current = mark_safe(' aria-current="page"') if here else ""
    return format_html('<a class="tab" href="{}"{}>{}{}</a>', url, current, label, figure)


@register.simple_tag
def crumbs(*parts: object) -> SafeString:
    """Breadcrumbs from pairs of label and address, the last label alone."""
    pairs = list(zip(parts[:-1:2], parts[1::2], strict=True))
    items = format_html_join("", '<li><a href="{1}">{0}</a></li>', pairs)
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        _("所在位置"),
        items,
        parts[-1],
    )


@register.simple_tag
def steps(current: int, *labels: object) -> SafeString:
    """The steps of a wizard, counted from 1."""
    items = format_html_join(
        "", "<li{}><span>{}</span></li>", ((step_state(i, current), s) for i, s in enumerate(labels, 1))
    )
    return format_html('<ol class="steps" aria-label="{}">{}</ol>', _("步骤"), items)


def step_state(index: int, current: int) -> SafeString:
    if index == current:
        return mark_safe(' class="is-current" aria-current="step"')
    return mark_safe(' class="is-done"') if index < current else mark_safe("")


@register.simple_tag
def fact(label: str, value: object) -> SafeString:
    """A line of `<dl class="facts">`; an empty value shows a dash, so nobody looks for it."""
    shown = "—" if value in (None, "") else value
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, shown)


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """Event rows (at, by, note, and what happened as `title` or the state's display), given newest first."""
    return {"events": [event_line(event) for event in events]}


def event_line(event: Any) -> dict[str, Any]:
    """One event from a row or a mapping; state changes are named by where they led to."""
    get = event.get if isinstance(event, Mapping) else lambda key, default="": getattr(event, key, default)
    display = get("get_to_display", "") or get("get_state_display", "") or get("get_kind_display", "")
    title = get("title", "") or (display() if callable(display) else display) or get("to", "") or str(event)
    return {
        "title": title,
        "at": get("at", ""),
        "by": get("by", ""),
        "note": get("note", ""),
        "tone": get("tone", ""),
    }


@register.simple_tag
def panel_link() -> SafeString:
    """Attributes of a link whose page opens beside the list; without JavaScript it is a plain link."""
    attributes = {"hx-boost": "true", "hx-target": "#panel", "hx-swap": "innerHTML", "data-panel": "open"}
    return mark_safe(flatatt(attributes))


# --- Navigation ---------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def desk_menu(context: Context) -> list[tuple[menus.Text, list[menus.Link]]]:
    return list(menus.desk_groups(request_of(context)))


@register.simple_tag(takes_context=True)
def phone_tabs(context: Context) -> list[menus.Link]:
    return menus.links(menus.PHONE, request_of(context))


@register.simple_tag(takes_context=True)
def account_menu(context: Context) -> list[menus.Link]:
    return menus.links(menus.ACCOUNT, request_of(context))


@register.simple_tag
def address(url_name: str) -> str:
    """The path of a named page, "" where it does not exist: `{% address "members:search" as url %}`."""
    return menus.address(url_name)


TOAST_TONES = {
    "debug": "neutral",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}
TOAST_WORDS = {
    "success": gettext_lazy("已完成"),
    "warning": gettext_lazy("请注意"),
    "danger": gettext_lazy("没有成功"),
    "info": gettext_lazy("提示"),
    "neutral": gettext_lazy("提示"),
}


@register.inclusion_tag("components/toast.html")
def toast(message: Any) -> dict[str, Any]:
    """A Django message as a toast; success goes away by itself, the others stay until closed."""
    tone = TOAST_TONES.get(getattr(message, "level_tag", ""), "info")
    return {"message": message, "tone": tone, "word": TOAST_WORDS[tone]}
