"""Requests that no person sends: every address, everybody, and values that no field expects."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tools.tests.matrix.forms import Forms

Fields = dict[str, list[str]]

TEXTS = (
    "", " ", "0", "-1", "1", "²", "٣", "9" * 30, str(2**63), str(-(2**63) - 1), "1e309", "NaN", "1,5", "0x10",
    "true", "None", "null", "[]", "{}", "{{7*7}}", "%s", "%(x)s", "../../etc/passwd", "' OR 1=1 --", '"><b>',
    "2026-02-30", "2026-13-01", "0000-00-00", "9999-12-31", "2026-11-26T25:61", "24:00", "00:00",
    "13800000001", "+8613800000001", "１３８００００００００", "\u202e张三", "𠮷", "\ufeff", "a\nb\r\nc\td",
    "=1+1", "长" * 5_000, "x" * 20_000, "\x1f", "\x7f", "\ud7ff", "on", "confirm", "take_back", "city",
)  # fmt: skip
# What is no text in any character set, percent-encoded by hand.
BROKEN = ("", "&q=%00", "&q=%ff%fe", "&q=%ed%a0%80", "&q=%c0%80", "&q=%", "&q=%zz", "&&==", "&q=1&q=2&q=3")
# Names that pages read from the address though no form on them is called so.
ASKED = (
    "q", "page", "sort", "tab", "o", "e", "_popup", "_to_field", "next", "pk", "unit", "year", "state",
    "field", "decision", "action", "_selected_action", "select_across", "index", "kind", "desk",
)  # fmt: skip
FILES = ("名册.xlsx", "a.csv", "x.exe", "..%2f.xlsx", "n" * 200 + ".xlsx")


@dataclass(frozen=True)
class Shot:
    method: str
    path: str
    data: dict[str, Any]


def shots(
    chance: random.Random,
    client: Client,
    name: str,
    kwargs: dict[str, Any],
    given: dict[str, Any],
    count: int,
) -> Iterator[Shot]:
    """Some requests of one visitor to one address: what its form would send, a few fields spoilt."""
    known = fields_of(client, name, kwargs) | {key: [value] for key, value in given.items()}
    for _ in range(count):
        path = address(chance, name, kwargs)
        if chance.random() < 0.4:
            asked = chance.sample(sorted(known), min(len(known), 2)) + chance.choices(ASKED, k=2)
            query = urlencode({key: chance.choice(TEXTS)[:2_000] for key in asked}, errors="replace")
            yield Shot("GET", f"{path}?{query}{chance.choice(BROKEN)}", {})
        else:
            yield Shot("POST", path, filled(chance, known))


def fields_of(client: Client, name: str, kwargs: dict[str, Any]) -> Fields:
    """The inputs of the visitor's own page, if it opens."""
    answer = client.get(reverse(name, kwargs=kwargs))
    return {} if answer.streaming else Forms(answer.content.decode(errors="replace")).fields


def filled(chance: random.Random, known: Fields) -> dict[str, Any]:
    """The form as it stands, some fields left out, and up to three with what they do not expect."""
    data: dict[str, Any] = {
        key: chance.choice(values) for key, values in known.items() if chance.random() < 0.9
    }
    spoilt = chance.sample(sorted(known), min(len(known), chance.randint(0, 3))) or [chance.choice(ASKED)]
    return data | {key: value(chance) for key in spoilt}


def address(chance: random.Random, name: str, kwargs: dict[str, Any]) -> str:
    """With what the path names, or with something else in its place."""
    if not kwargs or chance.random() < 0.6:
        return reverse(name, kwargs=kwargs)
    spoilt = {key: chance.choice((0, 2**31, 2**63, 10**25, "x", "²", *TEXTS[4:9])) for key in kwargs}
    try:
        return reverse(name, kwargs=spoilt)
    except NoReverseMatch:
        path = reverse(name, kwargs=kwargs)
        for one in kwargs.values():
            path = path.replace(f"/{one}/", f"/{quote(str(chance.choice(TEXTS[:20])), safe='')}/")
        return path


def value(chance: random.Random) -> Any:
    kind = chance.random()
    if kind < 0.08:
        return SimpleUploadedFile(chance.choice(FILES), chance.randbytes(chance.randint(0, 3_000)))
    if kind < 0.2:
        return [chance.choice(TEXTS) for _ in range(chance.randint(0, 4))]
    return chance.choice(TEXTS)
