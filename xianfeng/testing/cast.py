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
from django.db import models
from django.test import TransactionTestCase

from members.models import Appointment, Member, Organization, User

Kind, Role = Organization.Kind, Appointment.Role
TERM_START = dt.date(2020, 1, 1)
# Nobody here has a second factor, and everybody is inside the days for it, at whatever moment a test plays.
SECOND_FACTOR_BY = dt.date(2099, 12, 31)


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
    organization = Organization.objects.create(code=code, kind=kind, name=name, parent=parent)
    organization.path = f"{parent.path if parent else '/'}{organization.pk}/"
    organization.save(update_fields=["path"])
    return organization


def make_staff(
    username: str, name: str, organization: Organization, role: Appointment.Role = Role.CLERK
) -> User:
    """A user with a current appointment; log in with `client.force_login`."""
    user = User.objects.create(
        username=username,
        name=name,
        is_staff=True,
        email=f"{username}@example.test",
        second_factor_by=SECOND_FACTOR_BY,
    )
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Appointment.objects.create(user=user, organization=organization, role=role, starts_on=TERM_START)
    return user


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
    user = User.objects.create(
        username=f"member-{mobile}",
        name=name,
        mobile=mobile,
        email=f"{mobile}@example.test",
    )
    return Member.objects.create(
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


def make_cast() -> Cast:
    city = make_organization("T", Kind.CITY, "明州市委组织部")
    street = make_organization("TS1", Kind.STREET, "城东街道党工委", city)
    community = make_organization("TC1", Kind.COMMUNITY, "青锋社区", street)
    estate = make_organization("TC1E1", Kind.ESTATE, "青锋花苑", community)
    second_estate = make_organization("TC1E2", Kind.ESTATE, "青锋新村", community)
    other_community = make_organization("TC2", Kind.COMMUNITY, "江新社区", street)
    other_estate = make_organization("TC2E1", Kind.ESTATE, "江新花苑", other_community)
    unit = make_organization("TU1", Kind.UNIT, "市教育局", city)
    other_unit = make_organization("TU2", Kind.UNIT, "市税务局", city)
    sysadmin = User.objects.create(
        username="sysadmin",
        name="系统管理员",
        is_staff=True,
        is_superuser=True,
        second_factor_by=SECOND_FACTOR_BY,
    )
    return Cast(
        city=city,
        street=street,
        community=community,
        estate=estate,
        second_estate=second_estate,
        other_community=other_community,
        other_estate=other_estate,
        unit=unit,
        other_unit=other_unit,
        city_officer=make_staff("city", "周市委", city, Role.SECRETARY),
        city_colleague=make_staff("city2", "吴同事", city),
        street_officer=make_staff("street", "郑街道", street),
        secretary=make_staff("secretary", "陈书记", community, Role.SECRETARY),
        clerk=make_staff("clerk", "林社工", community),
        auditor=make_staff("auditor", "何监督", community, Role.AUDITOR),
        estate_clerk=make_staff("estate", "高小区", estate),
        other_secretary=make_staff("secretary2", "罗书记", other_community, Role.SECRETARY),
        unit_clerk=make_staff("unit", "谢单位", unit),
        other_unit_clerk=make_staff("unit2", "韩单位", other_unit),
        sysadmin=sysadmin,
        li=make_member("李建国", "13800000001", unit, estate, skills="、理发、财务、"),
        wang=make_member("王秀英", "13800000002", other_unit, second_estate),
        zhao=make_member("赵伟", "13800000003", unit, other_estate),
        sun=make_member("孙丽", "13800000004", unit, None, community=community),
    )


# Models whose first rows a migration writes: the flush after a transactional test must leave them.
SEEDED = ("tasks.ServiceItem",)


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
