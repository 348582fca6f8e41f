"""The named cast: one small city that tests share, so that a test reads like a story.

    明州市 → 城东街道 → 青锋社区 (花苑, 新村) and 江新社区 (江新花苑); units 市教育局 and 市税务局.

Every person is reachable by attribute (`cast.secretary`, `cast.li`); every organisation too.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection, models
from django.test import TransactionTestCase

from members.models import Appointment, Member, Organization, User

Kind, Role = Organization.Kind, Appointment.Role
TERM_START = dt.date(2020, 1, 1)
# Nobody here has a second factor, and everybody is inside the days for it, at whatever moment a test plays.
SECOND_FACTOR_BY = dt.date(2099, 12, 31)
NO_PASSWORD = make_password(None)
WRITE_PATH = "UPDATE members_organization SET path = %s WHERE id = %s"


@dataclass
class Cast:
    """The organisations, the staff (users with a desk) and the members of the test city."""

    city: Organization
    street: Organization
    community: Organization
    estate: Organization
    second_estate: Organization
    other_community: Organization
    other_estate: Organization
    unit: Organization
    other_unit: Organization

    city_officer: User
    city_colleague: User
    street_officer: User
    secretary: User
    clerk: User
    auditor: User
    estate_clerk: User
    other_secretary: User
    unit_clerk: User
    other_unit_clerk: User
    sysadmin: User

    li: Member  # registered in 青锋社区/花苑, works at 市教育局
    wang: Member  # registered in 青锋社区/新村, works at 市税务局
    zhao: Member  # registered in 江新社区/江新花苑, works at 市教育局
    sun: Member  # on the roster of 市教育局, lives in 青锋社区, not registered, no account


def make_organization(
    code: str, kind: Organization.Kind, name: str, parent: Organization | None = None
) -> Organization:
    organization = Organization(code=code, kind=kind, name=name, parent=parent)
    return plant([organization])[0]


def plant(organizations: list[Organization]) -> list[Organization]:
    """Saved with their paths, which name their own keys; the parents stand already."""
    Organization.objects.bulk_create(organizations)
    for one in organizations:
        one.path = f"{one.parent.path if one.parent else '/'}{one.pk}/"
    with connection.cursor() as cursor:  # `bulk_update` takes longer to say it than the database to do it
        cursor.executemany(WRITE_PATH, [(one.path, one.pk) for one in organizations])
    return organizations


def make_staff(
    username: str, name: str, organization: Organization, role: Appointment.Role = Role.CLERK
) -> User:
    """A user with a current appointment; log in with `client.force_login`."""
    return hire([(username, name, organization, role)])[0]


def hire(posts: list[tuple[str, str, Organization, Appointment.Role]]) -> list[User]:
    """The users of these posts, each with the appointment."""
    users = User.objects.bulk_create(
        User(
            username=username,
            name=name,
            is_staff=True,
            email=f"{username}@example.test",
            second_factor_by=SECOND_FACTOR_BY,
            password=NO_PASSWORD,
        )
        for username, name, _organization, _role in posts
    )
    Appointment.objects.bulk_create(
        Appointment(user=user, organization=organization, role=role, starts_on=TERM_START)
        for user, (_username, _name, organization, role) in zip(users, posts, strict=True)
    )
    return users


def make_member(
    name: str,
    mobile: str,
    unit: Organization,
    estate: Organization | None = None,
    **fields: Any,
) -> Member:
    """A registered member with an account where an estate is given, else only a roster entry."""
    if estate is None:
        return Member.objects.create(name=name, mobile=mobile, unit=unit, **fields)
    return settle([(name, mobile, unit, estate, fields)])[0]


def settle(people: list[tuple[str, str, Organization, Organization, dict[str, Any]]]) -> list[Member]:
    """Registered members: name, mobile, unit, estate and whatever else is known of each."""
    users = User.objects.bulk_create(
        User(username=f"member-{mobile}", name=name, mobile=mobile, email=f"{mobile}@example.test")
        for name, mobile, _unit, _estate, _fields in people
    )
    return Member.objects.bulk_create(
        Member(
            name=name,
            mobile=mobile,
            unit=unit,
            estate=estate,
            community=estate.parent,
            user=user,
            state=Member.State.REGISTERED,
            registered_at=dt.datetime(2025, 1, 10, tzinfo=dt.UTC),
            **fields,
        )
        for user, (name, mobile, unit, estate, fields) in zip(users, people, strict=True)
    )


def make_places() -> dict[str, Organization]:
    """The city's tree, level by level."""
    (city,) = plant([Organization(code="T", kind=Kind.CITY, name="明州市委组织部")])
    street, unit, other_unit = plant(
        [
            Organization(code="TS1", kind=Kind.STREET, name="城东街道党工委", parent=city),
            Organization(code="TU1", kind=Kind.UNIT, name="市教育局", parent=city),
            Organization(code="TU2", kind=Kind.UNIT, name="市税务局", parent=city),
        ]
    )
    community, other_community = plant(
        [
            Organization(code="TC1", kind=Kind.COMMUNITY, name="青锋社区", parent=street),
            Organization(code="TC2", kind=Kind.COMMUNITY, name="江新社区", parent=street),
        ]
    )
    estate, second_estate, other_estate = plant(
        [
            Organization(code="TC1E1", kind=Kind.ESTATE, name="青锋花苑", parent=community),
            Organization(code="TC1E2", kind=Kind.ESTATE, name="青锋新村", parent=community),
            Organization(code="TC2E1", kind=Kind.ESTATE, name="江新花苑", parent=other_community),
        ]
    )
    return {
        "city": city,
        "street": street,
        "community": community,
        "estate": estate,
        "second_estate": second_estate,
        "other_community": other_community,
        "other_estate": other_estate,
        "unit": unit,
        "other_unit": other_unit,
    }


def make_cast() -> Cast:
    """In few statements: three thousand tests begin with it."""
    places = make_places()
    posts = {
        "city_officer": ("city", "周市委", places["city"], Role.SECRETARY),
        "city_colleague": ("city2", "吴同事", places["city"], Role.CLERK),
        "street_officer": ("street", "郑街道", places["street"], Role.CLERK),
        "secretary": ("secretary", "陈书记", places["community"], Role.SECRETARY),
        "clerk": ("clerk", "林社工", places["community"], Role.CLERK),
        "auditor": ("auditor", "何监督", places["community"], Role.AUDITOR),
        "estate_clerk": ("estate", "高小区", places["estate"], Role.CLERK),
        "other_secretary": ("secretary2", "罗书记", places["other_community"], Role.SECRETARY),
        "unit_clerk": ("unit", "谢单位", places["unit"], Role.CLERK),
        "other_unit_clerk": ("unit2", "韩单位", places["other_unit"], Role.CLERK),
    }
    sysadmin = User.objects.create(
        username="sysadmin",
        name="系统管理员",
        is_staff=True,
        is_superuser=True,
        second_factor_by=SECOND_FACTOR_BY,
    )
    staff = zip(posts, hire(list(posts.values())), strict=True)
    li, wang, zhao = settle(
        [
            ("李建国", "13800000001", places["unit"], places["estate"], {"skills": "、理发、财务、"}),
            ("王秀英", "13800000002", places["other_unit"], places["second_estate"], {}),
            ("赵伟", "13800000003", places["unit"], places["other_estate"], {}),
        ]
    )
    sun = make_member("孙丽", "13800000004", places["unit"], community=places["community"])
    named: dict[str, Any] = {**places, **dict(staff)}
    return Cast(**named, sysadmin=sysadmin, li=li, wang=wang, zhao=zhao, sun=sun)


# Models whose first rows a migration writes: the flush after a transactional test must leave them.
SEEDED = ("tasks.ServiceItem", "tasks.ScopeRule")


@pytest.fixture(autouse=True, scope="session")
def _flush_keeps_what_migrations_wrote() -> Iterator[None]:
    """Remember those rows before the first transactional test, and write them again after each flush."""
    setup = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    rows: list[list[models.Model]] = []

    def remember(case: type[TransactionTestCase]) -> None:
        if not rows:
            rows.extend(list(apps.get_model(name)._base_manager.all()) for name in SEEDED)
        setup(case)

    def restore(case: Any) -> None:
        teardown(case)
        for seeded in filter(None, rows):  # a database kept from an older run may have none
            type(seeded[0])._base_manager.bulk_create(seeded, ignore_conflicts=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(remember))
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
