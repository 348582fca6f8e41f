"""An account switched off loses what two people gave, and a tick does not give it back."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from members.accounts import keeping
from members.models import Appointment, OrganizationEvent, User
from members.organizations import elevating, switching
from members.organizations.rules import NotGrantable
from notices.models import Notice
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_staff


def switch(user: User, *, on: bool, by: User) -> User:
    kept = fresh(user)
    own = {"username": kept.username, "name": kept.name, "email": kept.email}
    return switching.change(kept, **own, is_active=on, by=fresh(by))


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def administrator(username: str = "admin2") -> User:
    return User.objects.create(username=username, name="另一管理员", is_staff=True, is_superuser=True)


def told() -> dict[str, set[str]]:
    """Subjects, and who got them."""
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(key__startswith="account-switched:").select_related("recipient"):
        found.setdefault(notice.subject, set()).add(notice.recipient.username if notice.recipient else "")
    return found


def test_a_city_officer_who_was_switched_off_comes_back_without_the_city(cast: Cast):
    switch(cast.city_officer, on=False, by=cast.sysadmin)
    assert told() == {"周市委不再任明州市委组织部 书记": {"city", "city2"}}
    event = OrganizationEvent.objects.get()
    assert (event.kind, event.by, event.note) == ("ended", cast.sysadmin, "周市委 · 书记")
    switch(cast.city_officer, on=True, by=cast.sysadmin)
    officer = fresh(cast.city_officer)
    assert officer.is_active and officer.desk is None and not officer.has_post_ahead
    asked = elevating.appoint(user=officer, organization=cast.city, role="secretary", by=cast.sysadmin)
    assert fresh(officer).desk is None
    elevating.confirm(asked, by=cast.city_colleague)  # type: ignore[arg-type]
    assert fresh(officer).desk


def test_a_city_post_to_come_ends_too(cast: Cast):
    tomorrow = today() + dt.timedelta(days=1)
    Appointment.objects.create(user=cast.clerk, organization=cast.city, role="clerk", starts_on=tomorrow)
    switch(cast.clerk, on=False, by=cast.sysadmin)
    (left,) = Appointment.objects.not_over().filter(user=cast.clerk)
    assert left.organization == cast.community


def test_an_administrator_who_was_switched_off_comes_back_as_none(cast: Cast):
    other = administrator()
    switch(other, on=False, by=cast.sysadmin)
    assert told() == {"另一管理员不再任系统管理员": {"admin2", "city", "city2"}}
    switch(other, on=True, by=cast.sysadmin)
    assert not fresh(other).is_superuser


@pytest.mark.parametrize("who", ["secretary", "street_officer", "unit_clerk", "estate_clerk"])
def test_a_lock_elsewhere_is_undone_as_quickly(cast: Cast, who: str):
    """Nobody needs a second person in an emergency, and none to take a mistake back."""
    user = getattr(cast, who)
    desk = fresh(user).desk
    switch(user, on=False, by=cast.sysadmin)
    switch(user, on=True, by=cast.sysadmin)
    assert fresh(user).desk == desk and told() == {}


def test_who_was_off_before_this_rule_comes_back_without_the_city(cast: Cast):
    User.objects.filter(pk=cast.city_officer.pk).update(is_active=False)
    switch(cast.city_officer, on=True, by=cast.sysadmin)
    assert fresh(cast.city_officer).desk is None
    assert told() == {"周市委不再任明州市委组织部 书记": {"city", "city2"}}


def test_what_is_no_switch_ends_nothing(cast: Cast):
    own = {"username": "city", "email": cast.city_officer.email}
    switching.change(cast.city_officer, **own, name="周部长", is_active=True, by=cast.sysadmin)
    assert fresh(cast.city_officer).desk and told() == {}


def test_nobody_decides_alone_after_switching_the_others_off(cast: Cast):
    other = administrator()
    for user in (other, cast.city_officer):
        switch(user, on=False, by=cast.sysadmin)
    with pytest.raises(NotGrantable, match="先任命另一位"):
        switch(cast.city_colleague, on=False, by=cast.sysadmin)
    assert fresh(cast.city_colleague).is_active and fresh(cast.city_colleague).desk


def test_a_second_account_of_the_same_person_is_nobody_else(cast: Cast):
    other = administrator()
    person = "0b9ce6e4-7a4b-4c59-a7a4-0e0a1c1f5f10"
    User.objects.filter(pk__in=[other.pk, cast.sysadmin.pk]).update(person=person)
    switch(cast.city_officer, on=False, by=cast.sysadmin)
    with pytest.raises(NotGrantable, match="先任命另一位"):
        switch(cast.city_colleague, on=False, by=cast.sysadmin)


def test_who_decides_nothing_any_more_switches_nobody(cast: Cast):
    """Two who switch each other off at once: the second has lost the say meanwhile."""
    other = administrator()
    switch(other, on=False, by=cast.sysadmin)
    with pytest.raises(NotGrantable, match="只有市级工作人员"):
        switch(cast.sysadmin, on=False, by=other)


def test_nobody_switches_their_own_account(cast: Cast):
    with pytest.raises(keeping.NotYours):
        switch(cast.sysadmin, on=False, by=cast.sysadmin)
    assert fresh(cast.sysadmin).is_superuser


def test_the_tick_in_the_admin_goes_the_same_way(client: Client, cast: Cast):
    user = make_staff("city3", "孙同事", cast.city)
    client.force_login(cast.sysadmin)
    page = reverse("admin:members_user_change", args=[user.pk])
    client.post(page, {"username": "city3", "name": "孙同事", "email": user.email})
    assert not fresh(user).is_active and not user.has_post_ahead
    assert told() == {"孙同事不再任明州市委组织部 工作人员": {"city", "city2", "city3"}}
