"""What pages are furnished with: empty states, figures, tabs, steps, timelines, toasts."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.forms.utils import flatatt
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.ui import undo
from xianfeng.ui.forms import with_token
from xianfeng.ui.registry import register
from xianfeng.ui.tables import request_of


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


@register.simple_tag(takes_context=True)
def text_size(context: Context) -> str:
    """ "large" where this browser's user asked for it; residents' and members' pages alone have it."""
    return request_of(context).COOKIES.get(settings.TEXT_SIZE_COOKIE, "standard")


@register.simple_tag
def panel_link() -> SafeString:
    """Attributes of a link whose page opens beside the list; without JavaScript it is a plain link."""
    attributes = {"hx-boost": "true", "hx-target": "#panel", "hx-swap": "innerHTML", "data-panel": "open"}
    return mark_safe(flatatt(attributes))


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


@register.inclusion_tag("components/toast.html", takes_context=True)
def toast(context: Context, message: Any) -> dict[str, Any]:
    """A Django message as a toast; success goes away by itself, the others stay until closed.

    What may be taken back has its button for ten seconds.
    """
    tone = TOAST_TONES.get(getattr(message, "level_tag", ""), "info")
    undo_key = undo.key_of(getattr(message, "tags", ""))
    seconds = (10 if undo_key else 6) if tone == "success" else 0
    shown = {"message": message, "tone": tone, "word": TOAST_WORDS[tone], "seconds": seconds}
    return with_token(context, shown | {"undo_key": undo_key})
