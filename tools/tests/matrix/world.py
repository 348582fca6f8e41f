"""Two branches of one city that mirror each other, and who sits where in the first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django.test import Client

from members import methods
from members.models import Appointment, Member, Organization, User
from xianfeng.testing.cast import Cast, make_member, make_organization, make_staff

Kind, Role = Organization.Kind, Appointment.Role
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Names and numbers of people of the other branch begin so: on no page of the first branch is one of them.
MARK, NUMBERS = "鎏", "1381111"  # a sign that stands in no other word


def mirror(cast: Cast) -> Cast:
    """The other branch: same shape, other people; the city and its officers are the same."""
    street = make_organization("MS1", Kind.STREET, "城西街道党工委", cast.city)
    community = make_organization("MC1", Kind.COMMUNITY, "西门社区", street)
    estate = make_organization("MC1E1", Kind.ESTATE, "西门花苑", community)
    second_estate = make_organization("MC1E2", Kind.ESTATE, "西门新村", community)
    other_community = make_organization("MC2", Kind.COMMUNITY, "西江社区", street)
    other_estate = make_organization("MC2E1", Kind.ESTATE, "西江花苑", other_community)
    unit = make_organization("MU1", Kind.UNIT, "市水务局", cast.city)
    other_unit = make_organization("MU2", Kind.UNIT, "市园林局", cast.city)
    return replace(
        cast,
        street=street,
        community=community,
        estate=estate,
        second_estate=second_estate,
        other_community=other_community,
        other_estate=other_estate,
        unit=unit,
        other_unit=other_unit,
        street_officer=make_staff("m-street", f"{MARK}郑街道", street),
        secretary=make_staff("m-secretary", f"{MARK}陈书记", community, Role.SECRETARY),
        clerk=make_staff("m-clerk", f"{MARK}林社工", community),
        auditor=make_staff("m-auditor", f"{MARK}何监督", community, Role.AUDITOR),
        estate_clerk=make_staff("m-estate", f"{MARK}高小区", estate),
        other_secretary=make_staff("m-secretary2", f"{MARK}罗书记", other_community, Role.SECRETARY),
        unit_clerk=make_staff("m-unit", f"{MARK}谢单位", unit),
        other_unit_clerk=make_staff("m-unit2", f"{MARK}韩单位", other_unit),
        li=make_member(f"{MARK}李建国", f"{NUMBERS}0001", unit, estate),
        wang=make_member(f"{MARK}王秀英", f"{NUMBERS}0002", other_unit, second_estate),
        zhao=make_member(f"{MARK}赵伟", f"{NUMBERS}0003", unit, other_estate),
        sun=make_member(f"{MARK}孙丽", f"{NUMBERS}0004", unit, None, community=community),
    )


@dataclass(frozen=True)
class Actor:
    """Somebody of the first branch; `role` is the word the oracle knows them by."""

    name: str
    role: str
    account: Callable[[Cast], User | None]
    method: str = methods.PASSWORD
    # In the first branch too, but what the table's objects are about lies outside theirs.
    is_next_door: bool = False

    def client(self, cast: Cast) -> Client:
        client = Client(raise_request_exception=False)
        if user := self.account(cast):
            client.force_login(user, BACKEND, method=self.method)  # type: ignore[call-arg]
        return client


ACTORS = (
    Actor("anonymous", "nobody", lambda cast: None),
    Actor("city", "city", lambda cast: cast.city_officer),
    Actor("street", "street", lambda cast: cast.street_officer),
    Actor("secretary", "community", lambda cast: cast.secretary),
    Actor("clerk", "community", lambda cast: cast.clerk),
    Actor("auditor", "auditor", lambda cast: cast.auditor),
    Actor("estate", "estate", lambda cast: cast.estate_clerk),
    Actor("unit", "unit", lambda cast: cast.unit_clerk),
    Actor("member", "member", lambda cast: cast.li.user),
    Actor("administrator", "administrator", lambda cast: cast.sysadmin),
    Actor("community next door", "community", lambda cast: cast.other_secretary, is_next_door=True),
    Actor("unit next door", "unit", lambda cast: cast.other_unit_clerk, is_next_door=True),
    Actor("member next door", "member", lambda cast: cast.zhao.user, is_next_door=True),
    Actor("clerk by code", "account", lambda cast: cast.clerk, methods.CODE),
)


def sides(cast: Cast) -> Iterator[tuple[str, Cast]]:
    """Where the object of a request lies."""
    yield "own", cast
    yield "outside", mirror(cast)


def people_of(cast: Cast) -> tuple[Member, ...]:
    return cast.li, cast.wang, cast.zhao, cast.sun
