"""Charts as inline SVG with their figures in a table: `{% load charts %}`.

Geometry is computed here and drawn with presentation attributes only, as the content security
policy allows no inline style. Rows are (label, value) or (label, value, address): with an address the
bar is a link to its rows, which the whole of its slot opens. Charts count things: scales are whole.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

WIDTH, HEIGHT = 640, 200  # of the drawing, in user units; it scales with its column
LEFT, TOP, BOTTOM = 44, 18, 28  # room for the scale, the highest figure, the labels
GOAL_ROOM = 52  # right of the columns, for the goal's words
BARS_WIDTH = 380
BAR_ROW, BAR, BAR_LEFT, BAR_RIGHT = 32, 18, 118, 48  # a bar's line, itself; room for its label and figure
MOST_STEPS = 5  # of a scale

type Row = Sequence[Any]


def round_steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, …"""
    return (step * 10**power for power in count() for step in (1, 2, 5))


def scale_to(highest: float) -> list[int]:
    """The ticks from 0 to the first that is not below the highest: three to five equal, whole steps."""
    step = next(step for step in round_steps() if step * MOST_STEPS >= highest)
    steps = max(math.ceil(highest / step), MOST_STEPS - 1 if step == 1 else 0)
    return [step * tick for tick in range(steps + 1)]


def figure(value: float) -> str:
    """A figure with thousands separators, without needless decimals."""
    return f"{value:,.1f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def table_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "label": row[0],
            "value": float(row[1] or 0),
            "figure": figure(float(row[1] or 0)),
            "url": row[2] if len(row) > 2 and row[1] else "",  # nothing lies behind nothing
        }
        for row in rows
    ]


@register.inclusion_tag("components/column_chart.html")
def column_chart(
    rows: Iterable[Row], title: str, unit: str = "", goal: float | None = None
) -> dict[str, Any]:
    """Columns over time or few categories, with an optional goal line."""
    columns = table_rows(rows)
    ticks = scale_to(max([column["value"] for column in columns] + [goal or 0]))
    scale = (HEIGHT - TOP - BOTTOM) / ticks[-1]
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
        column.update(slot_x=round(LEFT + slot * index, 1), slot=round(slot, 1))
    return {
        "title": title, "unit": unit, "rows": columns, "width": WIDTH, "height": HEIGHT, "left": LEFT,
        "base": HEIGHT - BOTTOM, "label_y": HEIGHT - 8, "goal": goal,
        "goal_figure": figure(goal) if goal else "",
        "goal_y": round(HEIGHT - BOTTOM - goal * scale, 1) if goal else 0,
        "ticks": [
            {"figure": figure(tick), "y": round(HEIGHT - BOTTOM - tick * scale, 1)} for tick in ticks
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
        bar.update(row_y=index * BAR_ROW, y=index * BAR_ROW + (BAR_ROW - BAR) // 2, width=width)
        bar.update(text_y=index * BAR_ROW + BAR_ROW // 2 + 4, end=BAR_LEFT + width + 6)
    return {
        "title": title, "unit": unit, "rows": bars, "width": BARS_WIDTH, "height": len(bars) * BAR_ROW,
        "left": BAR_LEFT, "label_x": BAR_LEFT - 8, "bar": BAR, "row_height": BAR_ROW,
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
