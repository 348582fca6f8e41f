"""Small marks: icons, states, people, rings, QR codes."""

from collections.abc import Iterator, Mapping
from typing import Any

import segno
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xianfeng.lib import telephones
from xianfeng.lib.palette import COLOURS
from xianfeng.lib.states import TONES
from xianfeng.ui.registry import register


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
def colour(token: str) -> str:
    """A token's colour for what cannot read CSS variables: mails, `<meta>`. Raises KeyError for others."""
    return COLOURS[token]


@register.simple_tag
def badge(tone: str, word: object) -> SafeString:
    """A state as colour and word. Raises ValueError for an unknown tone."""
    if tone not in TONES:
        raise ValueError(f"Unknown tone {tone!r}; known are {sorted(TONES)}.")
    return format_html('<span class="state state-{}">{}</span>', tone, word)


@register.simple_tag
def tel(number: str) -> SafeString | str:
    """A number that is dialled at a touch; one that is masked, or no number, is text as it was."""
    if digits := telephones.dialled(number):
        return format_html('<a class="tel" href="tel:{}">{}</a>', digits, number)
    return number


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
    """A QR code as inline SVG; the label tells people who cannot see it what it opens.

    Black on white is no matter of taste: scanners need it, on every ground and on paper.
    """
    code = segno.make(text, error="m", micro=False)
    width, height = code.symbol_size(border=2)
    path = mark_safe(" ".join(qr_runs(code)))  # digits only
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="{}"></rect><path fill="{}" d="{}"></path></svg>',
        width,
        height,
        label,
        COLOURS["surface"],
        COLOURS["black"],
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
