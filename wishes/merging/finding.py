"""Which wishes may be about the same thing: of the same resident, or in nearly the same words."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from wishes.merging.rules import which_stays
from wishes.models import Wish, WishQuerySet

if TYPE_CHECKING:
    from members.models import User

# What has an end already helps for a while: the same thing may be done, or declined.
RECENT = dt.timedelta(days=60)
MOST_READ = 300  # wishes compared at once: a busy community has about 250 open or recent ones
MOST_SHOWN = 5
MOST_FOUND = 20
ALIKE = 0.6  # of 1; below it texts share common words, not a matter
# How everybody asks, not what for.
ASKING = re.compile(
    r"想请人?|希望(?:有人|能)?|需要|有没有人|能不能|可以|请人?|有人|帮忙|帮助|帮|家里|我家|一下|\W"
)


@dataclass(frozen=True)
class Likeness:
    """Another wish that may be about the same thing, and what speaks for it."""

    of: Wish
    wish: Wish
    same_mobile: bool = False
    alike: float = 0

    @property
    def why(self) -> str:
        reasons = {_("手机号相同"): self.same_mobile, _("文字相近"): self.alike >= ALIKE}
        return "、".join(text for text, holds in reasons.items() if holds)

    @property
    def pair(self) -> tuple[Wish, Wish]:
        """The one that stays and the one that goes, as proposed; only of two open wishes."""
        return which_stays(self.of, self.wish)


def likely(wish: Wish, by: "User") -> list[Likeness]:
    """The likeliest duplicates that the desk may see, the best first; one query."""
    found = sorted(_compared(wish, candidates(wish, by)), key=_rank)
    return found[:MOST_SHOWN]


def candidates(wish: Wish, by: "User") -> WishQuerySet:
    rows = Wish.objects.visible_to(by).counted().exclude(pk=wish.pk).select_related("organization")
    is_near = Q(state__in=Wish.State.OPEN) | Q(created_at__gte=timezone.now() - RECENT)
    rows = rows.filter(is_near).defer("contact_name", "contact_address", "detail")
    return rows.order_by("-pk")[:MOST_READ]


def matching(text: str, wish: Wish, by: "User") -> list[Likeness]:
    """Open wishes that the desk may see, by a word of the text or by the code."""
    wanted = Q(need__contains=text) | Q(code=text.upper())
    rows = Wish.objects.visible_to(by).open().exclude(pk=wish.pk).filter(wanted)
    rows = rows.without_brief().select_related("organization").order_by("-pk")
    return [Likeness(wish, other) for other in rows[:MOST_FOUND]]


def _compared(wish: Wish, others: WishQuerySet) -> Iterator[Likeness]:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(matter(wish.need))  # the matcher keeps what it knows of the second text
    for other in others:
        same_mobile = bool(wish.contact_mobile) and other.contact_mobile == wish.contact_mobile
        is_neighbour = other.organization_id == wish.organization_id
        alike = _ratio(matcher, matter(other.need)) if is_neighbour or same_mobile else 0
        if same_mobile or alike >= ALIKE:
            yield Likeness(wish, other, same_mobile, alike)


def matter(need: str) -> str:
    """What a text is about, without how it asks."""
    return ASKING.sub("", need) or need


def _ratio(matcher: SequenceMatcher[str], text: str) -> float:
    """How alike the texts are; the two bounds are cheap, and most texts fail them."""
    matcher.set_seq1(text)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0
    return matcher.ratio()


def _rank(one: Likeness) -> tuple[float, ...]:
    """Both signs before one, what can still be merged before what is over, then the nearest in words."""
    signs = one.same_mobile + (one.alike >= ALIKE)
    return (-signs, not one.wish.is_open, -one.same_mobile, -one.alike, -one.wish.pk)
