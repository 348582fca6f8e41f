"""Finding organisations by name, code or pinyin, and the part of the tree around what was found."""

from collections.abc import Iterable

from members.models import Organization
from xianfeng.lib import pinyin


def matches(organization: Organization, text: str) -> bool:
    """A part of the name, the beginning of the code, or the pinyin or initials of the name's words."""
    word = "".join(text.split()).casefold()
    if word in organization.name.casefold() or organization.code.casefold().startswith(word):
        return True
    return word.isascii() and pinyin.reads(organization.name, word)


def found(organizations: Iterable[Organization], text: str) -> set[int]:
    """The ids of those that match; all where nothing is looked for."""
    return {one.pk for one in organizations if not text or matches(one, text)}


def around(line: list[Organization], hits: set[int]) -> list[Organization]:
    """The hits with what lies above and below them, in the order given."""
    above = {pk for one in line if one.pk in hits for pk in one.ancestor_ids()}
    return [one for one in line if one.pk in above or not hits.isdisjoint(one.ancestor_ids())]
