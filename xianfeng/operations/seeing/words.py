"""Figures for people."""

from django.utils.translation import gettext as _

from xianfeng.operations.seeing.figures import DAY, GIGABYTE, HOUR, MINUTE, Figure, Value


def in_words(figure: Figure, value: Value) -> str:
    if value is None:
        return _("还没有") if figure.may_be_missing else "—"
    if figure.name.endswith("_seconds"):
        return span(value)
    if figure.name.endswith("_bytes"):
        return f"{value / GIGABYTE:.1f} GB"
    if figure.name.endswith("_ok"):
        return _("是") if value else _("否")
    return f"{value:.0f} {figure.unit}"


def span(seconds: float) -> str:
    """The largest unit that says enough."""
    for size, unit in ((DAY, _("天")), (HOUR, _("小时")), (MINUTE, _("分钟"))):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return _("%(seconds)d 秒") % {"seconds": seconds}
