"""Where the outbox finds a resident's number: with the wish, for as long as it may be used."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from wishes.models import Wish
from wishes.rights import OPEN_AFTERWARDS

KIND = "wish"
LABEL = _("提出心愿的居民")


def mobile_of(pk: int) -> str:
    """ "" where the wish has none any more, or is over for longer than the resident agreed to."""
    wish = Wish.objects.select_related("merged_into").filter(pk=pk).first()
    if wish is None:
        return ""
    ended = (wish.merged_into or wish).fulfilled_at
    return "" if ended and timezone.now() >= ended + OPEN_AFTERWARDS else wish.contact_mobile


def seen_by(user: User) -> QuerySet[Any]:
    """Wishes whose residents the user's desk may tell in another way."""
    return Wish.objects.visible_to(user).values("pk")
