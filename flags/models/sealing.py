"""How a line of the ledger is sealed. The format is for ever: every stored hash rests on it."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

# Every column but the hash itself, in the order it is serialised. The order is part of the format.
HASHED = (
    "seq", "kind", "member_id", "delta", "minutes", "service_date", "year", "category",
    "organization_id", "unit_id", "source_kind", "source_id", "source_label", "actor_id",
    "verifier_id", "reason", "reverses_id", "settled_year", "key", "recorded_at", "previous_hash",
)  # fmt: skip


def line_hash(values: Sequence[Any]) -> str:
    """SHA-256 over a line's columns (`HASHED`), with the same bytes on every database."""
    text = json.dumps(list(values), ensure_ascii=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"A ledger column holds a {type(value).__name__}.")
