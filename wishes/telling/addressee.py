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
    wish = Wish.objects.only("contact_mobile", "fulfilled_at").filter(pk=pk).first()
    if wish is None or (wish.fulfilled_at and timezone.now() >= wish.fulfilled_at + OPEN_AFTERWARDS):
        return ""
    return wish.contact_mobile


def seen_by(user: User) -> QuerySet[Any]:
    """Wishes whose residents the user's desk may tell in another way."""
    return Wish.objects.visible_to(user).values("pk")
