"""Who of the staff may stand on the roster too, or have a second account: by name, for a person to say."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.models import Appointment, Member, PersonCheck, User


@dataclass(frozen=True)
class Pair:
    """An account of the staff, administrators included, and a roster entry or another of that name."""

    user: User
    other: Member | User
    at: str = ""  # where the account acts, and where the other does or works
    other_at: str = ""

    @property
    def key(self) -> tuple[int, str, int]:
        return self.user.pk, type(self.other).__name__, self.other.pk

    @property
    def is_entry(self) -> bool:
        return isinstance(self.other, Member)


def pairs(by: User) -> list[Pair]:
    """Those that nobody has said anything of, whose desk lies in the branch, or who administer; by name."""
    places = places_of_staff(by)
    staff = list(User.objects.filter(pk__in=places, is_active=True).order_by("name", "pk"))
    names = {user.name for user in staff if user.name}
    by_name: dict[str, list[Member | User]] = defaultdict(list)
    entries = Member.objects.on_roster().filter(name__in=names).select_related("unit", "user")
    for member in entries.order_by("pk"):
        by_name[member.name].append(member)
    for user in staff:
        by_name[user.name].append(user)
    answered = {
        (user, "Member", member) if member else (min(user, other), "User", max(user, other))
        for user, member, other in PersonCheck.objects.values_list("user", "member", "other")
    }
    found = (
        Pair(user, other, "、".join(places[user.pk]), where(other, places))
        for user in staff
        for other in by_name[user.name]
    )
    return [pair for pair in found if pair.key not in answered and is_open(pair)]


def places_of_staff(by: User) -> dict[int, list[str]]:
    """Where each account acts. Administrators have no place, and are nobody's but the city's to ask about."""
    places: dict[int, list[str]] = defaultdict(list)
    for post in Appointment.objects.visible_to(by).current().select_related("organization"):
        places[post.user_id].append(post.organization.name)
    for pk in User.objects.filter(is_superuser=True).values_list("pk", flat=True):
        places[pk] = [_("系统管理员")]
    return places


def where(other: Member | User, places: Mapping[int, list[str]]) -> str:
    return "、".join(places[other.pk]) if isinstance(other, User) else other.unit.name


def is_open(pair: Pair) -> bool:
    """Two accounts are named once, the elder first; what stands as one person needs no answer."""
    user, other = pair.user, pair.other
    if isinstance(other, User):
        return user.pk < other.pk and (user.person is None or user.person != other.person)
    return other.user_id != user.pk and (user.person is None or user.person != other.person)
