"""Comparing who is on the roster with who registered (报到核对): counts and the rows behind them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Member, Organization, Registration, User
from xianfeng.lib.ids import id_of

LISTS = ("unregistered", "not_on_roster", "differing", "doubles")
# Lists of people on the roster; the others are of applications.
OF_MEMBERS = ("unregistered", "doubles")
# The faces of the comparison: two tables of counts, and the people behind three of these.
FACES = (
    ("unit", _("按单位")),
    ("community", _("按社区")),
    ("unregistered", _("在册未报到")),
    ("not_on_roster", _("报到不在册")),
    ("differing", _("信息不符")),
    ("doubles", _("疑似重复")),
)


def unregistered(user: User) -> QuerySet[Member]:
    """On the roster, not registered anywhere yet."""
    return Member.objects.visible_to(user).filter(state__in=Member.State.UNREGISTERED)


def applications(user: User) -> QuerySet[Registration]:
    return Registration.objects.visible_to(user).filter(state__in=Registration.State.STANDS)


def not_on_roster(user: User) -> QuerySet[Registration]:
    """Registered without standing on the roster at that time."""
    return applications(user).filter(on_roster=False)


def differing(user: User) -> QuerySet[Registration]:
    """Registered with a unit, community, mobile or name that differs from the roster."""
    return applications(user).exclude(differences=[])


def doubles(user: User) -> QuerySet[Member]:
    """People of one name in one unit, each on more than one record: perhaps one person with two numbers.

    A name proves nothing by itself: whether they are one, whoever knows them decides.
    """
    people = Member.objects.visible_to(user).on_roster()
    twins = people.filter(name=OuterRef("name"), unit=OuterRef("unit")).exclude(pk=OuterRef("pk"))
    return people.filter(Exists(twins))


def counts(user: User) -> dict[str, int]:
    members = (
        Member.objects.visible_to(user)
        .on_roster()
        .aggregate(
            on_roster=Count("pk"),
            registered=Count("pk", filter=Q(state=Member.State.REGISTERED)),
            unregistered=Count("pk", filter=~Q(state=Member.State.REGISTERED)),
        )
    )
    return {
        **members,
        "not_on_roster": not_on_roster(user).count(),
        "differing": differing(user).count(),
        "doubles": doubles(user).count(),
    }


def rows(which: str, user: User, asked: Mapping[str, str]) -> QuerySet[Any]:
    """The people behind a count, narrowed to one unit or community by id."""
    found: QuerySet[Any]
    if which == "unregistered":
        found = (
            unregistered(user).select_related("unit", "community", "estate").order_by("unit__name", "pinyin")
        )
    elif which == "doubles":
        found = doubles(user).select_related("unit", "community").order_by("unit__name", "name", "pk")
    else:
        found = {"not_on_roster": not_on_roster, "differing": differing}[which](user)
        found = found.select_related("unit", "community", "member").order_by("unit__name", "name")
    for line in ("unit", "community"):
        if pk := id_of(asked.get(line, "")):
            found = found.filter(**{line: pk})
    return found


GAPS = ("unregistered", "not_on_roster", "differing")


def gaps(line: Mapping[str, Any]) -> int:
    """How many people of a unit or community wait for somebody to look."""
    return sum(line[name] for name in GAPS)


def table(user: User, by: str) -> list[dict[str, Any]]:
    """One line per unit or community with its five counts, the largest gap first. Six queries at most."""
    people = grouped(Member.objects.visible_to(user).on_roster(), by)
    registered = grouped(Member.objects.visible_to(user).registered(), by)
    strangers, different = grouped(not_on_roster(user), by), grouped(differing(user), by)
    seen = people.keys() | strangers.keys() | different.keys()
    places = Organization.objects.filter(pk__in=seen).order_by("name")
    lines = [
        {
            "place": place,
            "on_roster": people.get(place.pk, 0),
            "registered": registered.get(place.pk, 0),
            "unregistered": people.get(place.pk, 0) - registered.get(place.pk, 0),
            "not_on_roster": strangers.get(place.pk, 0),
            "differing": different.get(place.pk, 0),
        }
        for place in places
    ]
    return sorted(lines, key=lambda line: -gaps(line))


def grouped(found: QuerySet[Any], by: str) -> dict[int, int]:
    lines = found.filter(**{f"{by}__isnull": False}).order_by().values_list(by).annotate(Count("pk"))
    return dict(lines)
