"""What a word finds on a desk: people, tasks and wishes, each with how many there are."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Appointment, Member, User
from members.people.filters import matching, with_flags
from tasks.models import Task
from wishes.models import Wish

SHORTEST = 2  # characters; one alone finds half the city


@dataclass(frozen=True)
class Group:
    """One kind of things found; `word` is how they are counted."""

    key: str
    label: str | Promise
    word: str | Promise
    rows: QuerySet[Any]
    total: int


def search(user: User, desk: Appointment, text: str) -> list[Group]:
    """The groups that the desk may see, empty ones too; one query each counts them."""
    if len(text) < SHORTEST:
        return []
    kinds = (
        ("members", _("党员"), _("人"), "members.see", people),
        ("tasks", _("任务"), _("项"), "tasks.see", tasks),
        ("wishes", _("心愿"), _("条"), "wishes.see", wishes),
    )
    found = ((*kind[:3], kind[4](user, text)) for kind in kinds if desk.can(kind[3]))
    return [Group(key, label, word, rows, rows.count()) for key, label, word, rows in found]


def people(user: User, text: str) -> QuerySet[Member]:
    """By name, pinyin, initials, or mobile: in full, or its last four digits."""
    rows = Member.objects.visible_to(user).filter(matching(text)).select_related("unit", "community")
    return with_flags(rows).order_by("pinyin", "pk")


def tasks(user: User, text: str) -> QuerySet[Task]:
    """By title or place, the latest first."""
    rows = Task.objects.visible_to(user).filter(Q(title__icontains=text) | Q(place__icontains=text))
    return rows.select_related("publisher").order_by("-starts_at", "-pk")


def wishes(user: User, text: str) -> QuerySet[Wish]:
    """By the public need, or by the tracking code; the private brief is not searched."""
    rows = Wish.objects.visible_to(user).filter(Q(need__icontains=text) | Q(code=text.upper()))
    return rows.without_brief().select_related("organization").order_by("-pk")
