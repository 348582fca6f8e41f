"""What the form says while somebody writes it."""

from typing import Any

from tasks.models import ServiceItem
from tasks.scope import screening
from xianfeng.lib.ids import id_of


def warning(item: ServiceItem | None, title: str, text: str, flags: str) -> dict[str, Any]:
    """What speaks against it, whether the city will look first, and what belongs to the item. One query."""
    found = screening.while_written(title, text) if title or text else []
    if item:
        found += screening.of_item(item, id_of(flags) or item.min_flags)
    asks = not all(one.is_hint for one in found)
    return {"item": item, "found": found, "stops": screening.stops(found), "asks": asks}
