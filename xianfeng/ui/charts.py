"""Charts as inline SVG with their figures in a table: `{% load charts %}`.

Geometry is computed here and drawn with presentation attributes only, as the content security
policy allows no inline style. Rows are (label, value) or (label, value, address).
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

WIDTH, HEIGHT = 640, 200  # of the drawing, in user units; it scales with its column
LEFT, TOP, BOTTOM = 44, 18, 24  # room for the scale, the highest figure, the labels
GOAL_ROOM = 52  # right of the columns, for the goal's words
BARS_WIDTH = 380
BAR_ROW, BAR_LEFT, BAR_RIGHT = 26, 118, 48  # height of a bar's line; room for its label and its figure

type Row = Sequence[Any]


def nice_top(highest: float) -> float:
    """The end of a scale: the next 1, 2, 2.5 or 5 times a power of ten (at least 4: whole ticks)."""
    if highest <= 4:
        return 4
    power = 10 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= highest)


def figure(value: float) -> str:
    """A figure with thousands separators, without needless decimals."""
    return f"{value:,.1f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def table_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "label": row[0],
            "value": float(row[1] or 0),
            "figure": figure(float(row[1] or 0)),
            "url": row[2] if len(row) > 2 else "",
        }
        for row in rows
    ]


@register.inclusion_tag("components/column_chart.html")
def column_chart(
    rows: Iterable[Row], title: str, unit: str = "", goal: float | None = None
) -> dict[str, Any]:
    """Columns over time or few categories, with an optional goal line."""
    columns = table_rows(rows)
    top = nice_top(max([column["value"] for column in columns] + [goal or 0]))
    scale = (HEIGHT - TOP - BOTTOM) / top
    slot = (WIDTH - LEFT - (GOAL_ROOM if goal else 0)) / max(len(columns), 1)
    width = min(slot * 0.62, 44)
    for index, column in enumerate(columns):
        height = max(column["value"], 0) * scale
        column.update(
            x=round(LEFT + slot * index + (slot - width) / 2, 1), y=round(HEIGHT - BOTTOM - height, 1)
        )
        column.update(
            width=round(width, 1), height=round(height, 1), middle=round(LEFT + slot * (index + 0.5), 1)
        )
    return {
        "title": title, "unit": unit, "rows": columns, "width": WIDTH, "height": HEIGHT, "left": LEFT,
        "base": HEIGHT - BOTTOM, "label_y": HEIGHT - 7, "goal": goal,
        "goal_figure": figure(goal) if goal else "",
        "goal_y": round(HEIGHT - BOTTOM - goal * scale, 1) if goal else 0,
        "ticks": [
            {"figure": figure(top * i / 4), "y": round(HEIGHT - BOTTOM - top * i / 4 * scale, 1)}
            for i in range(5)
        ],
    }  # fmt: skip


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows: Iterable[Row], title: str, unit: str = "") -> dict[str, Any]:
    """Lying bars for many named categories, in the order given."""
    bars = table_rows(rows)
    highest = max([bar["value"] for bar in bars] + [1])
    room = BARS_WIDTH - BAR_LEFT - BAR_RIGHT
    for index, bar in enumerate(bars):
        width = round(max(bar["value"], 0) / highest * room, 1)
        bar.update(y=index * BAR_ROW + 4, text_y=index * BAR_ROW + 17, width=width, end=BAR_LEFT + width + 6)
    return {
        "title": title, "unit": unit, "rows": bars, "width": BARS_WIDTH, "height": len(bars) * BAR_ROW + 4,
        "left": BAR_LEFT, "label_x": BAR_LEFT - 8, "bar": BAR_ROW - 8,
    }  # fmt: skip


@register.simple_tag
def sparkline(values: Iterable[float | None], label: str) -> SafeString:
    """A small line of a row's course; the label says it in words, with the last figure."""
    points = [float(value or 0) for value in values]
    if not points:
        return SafeString("")
    highest, step = max([*points, 1]), 92 / max(len(points) - 1, 1)
    places = [(round(2 + i * step, 1), round(20 - value / highest * 17, 1)) for i, value in enumerate(points)]
    return format_html(
        '<svg class="spark" viewBox="0 0 96 22" role="img" aria-label="{}">'
        '<polyline class="spark-line" points="{}"></polyline>'
        '<circle class="spark-end" cx="{}" cy="{}" r="2"></circle></svg>',
        _("%(label)s，最近 %(figure)s") % {"label": label, "figure": figure(points[-1])},
        " ".join(f"{x},{y}" for x, y in places),
        *places[-1],
    )
