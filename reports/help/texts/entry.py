"""How a text of the table is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Help:
    """What pages are for, and what is done there most; the first entry that names a page is its text.

    `sections` says where the manual of each kind of organisation tells of it: how the heading begins.
    """

    pages: tuple[str, ...]
    title: str | Promise
    what: str | Promise
    doings: tuple[str | Promise, ...]
    sections: Mapping[str, str] = field(default_factory=dict)
    # A manual about this very subject.
    topic: str = ""
