"""A person's several accounts are one person to every check of self-dealing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.merging import merging
from members.models import Elevation, Member, PersonCheck, User
from members.organizations import appointing, elevating
from members.organizations.rules import NotGrantable
from members.people import exempting, keeping
from members.people.rules import check_second_person
from members.persons import suspecting, uniting
from members.registration import registering
from members.registration.rules import OwnRegistration
from members.tests.applicants import applied
from notices.channels import sms
from notices.models import Notice
from xianfeng.lib.refusal import NotPossible, Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

LEAVE: dict[str, Any] = {"kind": "sick", "starts_on": None, "ends_on": None, "reason": "住院"}


@pytest.fixture
def shadow(cast: Cast) -> User:
    """林社工 of the community is 李建国 of the roster, who has an account of his own."""
    uniting.unite(cast.clerk, cast.li, by=cast.city_officer)
    return User.objects.get(pk=cast.clerk.pk)


def fresh(member: Member) -> Member:
    return Member.objects.get(pk=member.pk)


def fresh_user(user: User) -> User:
    return User.objects.get(pk=user.pk)


def leave(member: Member, by: User) -> Any:
    return exempting.exempt(member, **LEAVE | {"starts_on": today(), "ends_on": today()}, by=by)


def confirmation(cast: Cast, by: User) -> Any:
    application = applied(cast, name=cast.li.name, mobile=cast.li.mobile, community=cast.community)
    return registering.confirm(application, by=by)


ACTS: list[tuple[Callable[[Cast, User], Any], type[Refusal]]] = [
    (lambda cast, by: leave(fresh(cast.li), by), NotPossible),
    (lambda cast, by: keeping.correct_entry(fresh(cast.li), position="科长", by=by), NotPossible),
    (confirmation, OwnRegistration),
]


@pytest.mark.parametrize(("act", "refusal"), ACTS)
def test_nobody_decides_for_themself_under_another_account(act: Any, refusal: Any, cast: Cast, shadow: User):
    with pytest.raises(refusal):
        act(cast, shadow)


@pytest.mark.parametrize(("act", "refusal"), ACTS)
def test_a_colleague_does(act: Any, refusal: Any, cast: Cast):
    act(cast, cast.clerk)


def test_the_other_way_round_too(cast: Cast, shadow: User):
    """李建国's own account gets a post: what concerns his staff account is not his to decide."""
    own = User.objects.get(pk=cast.li.user_id or 0)
    assert own.is_oneself(shadow.pk) and shadow.is_oneself(own.pk)
    with pytest.raises(NotGrantable, match="不能给自己任职"):
        appointing.grant(user=shadow, organization=cast.estate, role="clerk", by=own)


def test_an_entry_without_an_account_is_known_and_so_is_the_account_it_gets(cast: Cast):
    uniting.unite(cast.clerk, cast.sun, by=cast.city_officer)
    clerk = User.objects.get(pk=cast.clerk.pk)
    assert clerk.is_same_person(fresh(cast.sun))
    later = applied(cast).user
    assert User.objects.get(pk=clerk.pk).is_oneself(later.pk)
    assert User.objects.get(pk=later.pk).is_oneself(clerk.pk)


def test_a_second_person_is_another_than_both_accounts(cast: Cast):
    uniting.unite(cast.city_officer, cast.city_colleague, by=cast.sysadmin)
    one, other = (User.objects.get(pk=user.pk) for user in (cast.city_officer, cast.city_colleague))
    member = fresh(cast.li)
    exemption = leave(member, one)
    exemption.state = "waiting"
    with pytest.raises(NotPossible, match="另一位同事"):
        check_second_person(exemption, other)
    asked = elevating.appoint(
        user=User.objects.get(pk=cast.li.user_id or 0), organization=cast.city, role="clerk", by=one
    )
    assert isinstance(asked, Elevation)
    with pytest.raises(NotGrantable, match="另一人"):
        elevating.confirm(asked, by=other)
    assert set(elevating.deciders(asked)) == {cast.sysadmin}


def test_three_accounts_become_one_person_in_any_order(cast: Cast):
    uniting.unite(cast.clerk, cast.li, by=cast.city_officer)
    uniting.unite(cast.estate_clerk, cast.wang, by=cast.city_officer)
    uniting.unite(cast.estate_clerk, User.objects.get(pk=cast.clerk.pk), by=cast.city_officer)
    accounts = {cast.clerk.pk, cast.estate_clerk.pk, cast.li.user_id, cast.wang.user_id}
    for pk in accounts:
        assert User.objects.get(pk=pk or 0).own_accounts == accounts


def test_an_administrator_has_no_post_under_another_account_either(cast: Cast):
    with pytest.raises(NotPossible, match="系统管理员"):
        uniting.unite(cast.sysadmin, cast.clerk, by=cast.city_officer)
    uniting.unite(cast.sysadmin, cast.li, by=cast.city_officer)
    own = User.objects.get(pk=cast.li.user_id or 0)
    with pytest.raises(NotGrantable, match="系统管理员"):
        appointing.grant(user=own, organization=cast.estate, role="clerk", by=cast.city_officer)
    keeper = User.objects.create(username="keeper", name="新管理员")
    asked = elevating.ask_for_administration(keeper, reason="接替", by=cast.sysadmin)
    uniting.unite(cast.clerk, keeper, by=cast.city_officer)
    with pytest.raises(NotGrantable, match="还有任职"):
        elevating.confirm(Elevation.objects.get(pk=asked.pk), by=cast.city_officer)


def of_both() -> set[str]:
    """Who was told that an administrator and a post are one person."""
    told = Notice.objects.filter(key__startswith="administrator-with-a-post:")
    return set(told.values_list("recipient__username", flat=True))


def test_a_registration_that_makes_them_one_person_goes_through_and_the_city_must_end_one(cast: Cast):
    """孙丽's entry is known as the administrator's; she registers with the account of 林社工."""
    uniting.unite(cast.sysadmin, cast.sun, by=cast.city_officer)
    Member.objects.filter(pk=cast.sun.pk).update(user=cast.clerk)
    uniting.keep_together(cast.sun.pk)
    assert of_both() == {"sysadmin", "clerk", "city", "city2"}
    assert fresh_user(cast.clerk).desk is None and fresh_user(cast.sysadmin).desk is None
    second = User.objects.create(username="admin2", name="另一管理员", is_superuser=True)
    elevating.end_administration(fresh_user(cast.sysadmin), by=second)
    assert fresh_user(cast.clerk).desk


def test_so_does_a_merge(cast: Cast):
    uniting.unite(cast.sysadmin, cast.sun, by=cast.city_officer)
    twin = Member.objects.create(name="孙丽", mobile="13900000055", unit=cast.unit, community=cast.community)
    uniting.unite(cast.clerk, twin, by=cast.city_officer)
    merging.merge(fresh(twin), fresh(cast.sun), reason="本人确认", by=cast.secretary)
    assert fresh_user(cast.clerk).is_oneself(cast.sysadmin.pk)
    assert fresh_user(cast.clerk).desk is None and of_both() == {"sysadmin", "clerk", "city", "city2"}


def test_nobody_is_told_where_no_post_meets_an_administrator(cast: Cast, shadow: User):
    uniting.unite(cast.sysadmin, cast.sun, by=cast.city_officer)
    uniting.keep_together(cast.sun.pk)
    uniting.keep_together(cast.li.pk)
    assert of_both() == set() and fresh_user(shadow).desk


def test_a_mistake_is_taken_back_by_an_administrator_but_not_for_themself(cast: Cast, shadow: User):
    uniting.unite(cast.sysadmin, cast.zhao, by=cast.city_officer)
    with pytest.raises(NotPossible):
        uniting.part(User.objects.get(pk=cast.zhao.user_id or 0), by=User.objects.get(pk=cast.sysadmin.pk))
    uniting.part(shadow, by=cast.sysadmin)
    clerk = User.objects.get(pk=cast.clerk.pk)
    assert not clerk.is_same_person(fresh(cast.li))
    assert PersonCheck.objects.filter(user=clerk, member=cast.li).first().is_same is False  # type: ignore[union-attr]


def test_two_accounts_parted_by_a_mistake_s_correction_are_not_asked_about_again(cast: Cast):
    """Whichever of the two was parted from the other."""
    twin = User.objects.create(username="twin", name=cast.clerk.name)
    appointing.grant(user=twin, organization=cast.estate, role="clerk", by=cast.city_officer)
    keys = [(cast.clerk.pk, "User", twin.pk)]
    for parted in (cast.clerk, twin):
        PersonCheck.objects.all().delete()
        assert [pair.key for pair in suspecting.pairs(fresh_user(cast.city_officer))] == keys
        uniting.unite(cast.clerk, twin, by=cast.city_officer)
        PersonCheck.objects.all().delete()
        uniting.part(fresh_user(parted), by=cast.sysadmin)
        assert suspecting.pairs(fresh_user(cast.city_officer)) == []


def test_the_owners_are_told_and_who_said_it_is_not(cast: Cast):
    uniting.unite(cast.clerk, cast.li, by=cast.city_officer)
    told = Notice.objects.filter(kind="same_person")
    assert set(told.values_list("recipient", flat=True)) == {cast.clerk.pk, cast.li.user_id}
    assert {one.subject for one in told} == {f"{cast.clerk}与李建国（市教育局）记为同一人"}
    uniting.unite(cast.estate_clerk, cast.wang, by=cast.estate_clerk)
    assert list(told.filter(subject__contains="王秀英").values_list("recipient", flat=True)) == [
        cast.wang.user_id
    ]


def test_all_who_decide_are_told_what_one_administrator_took_back(cast: Cast, shadow: User):
    uniting.part(shadow, by=cast.sysadmin)
    told = Notice.objects.filter(subject__contains="不再记为").values_list("recipient", flat=True)
    assert set(told) == {cast.clerk.pk, cast.li.user_id, cast.city_officer.pk, cast.city_colleague.pk}


def test_a_merge_carries_the_mark_along(cast: Cast):
    uniting.unite(cast.clerk, cast.sun, by=cast.city_officer)
    twin = Member.objects.create(name="孙丽", mobile="13900000055", unit=cast.unit, community=cast.community)
    merging.merge(twin, fresh(cast.sun), reason="本人确认", by=cast.secretary)
    assert User.objects.get(pk=cast.clerk.pk).is_same_person(fresh(twin))


def test_an_application_that_is_taken_for_the_own_entry_is_a_colleagues(cast: Cast, shadow: User):
    """From an account that nobody knows as theirs, with a number that the roster does not know."""
    asked = applied(cast, name=cast.li.name, mobile="13900000057")
    with pytest.raises(OwnRegistration):
        registering.confirm(asked, by=shadow, same_person=fresh(cast.li))


def test_nobody_says_of_themself_that_they_are_two(cast: Cast):
    twin = Member.objects.create(name=cast.city_officer.name, mobile="13900000056", unit=cast.unit)
    with pytest.raises(NotPossible, match="由同事核对"):
        uniting.keep_apart(cast.city_officer, twin, by=cast.city_officer)


# --- Pages --------------------------------------------------------------------------------------


def test_a_clerk_says_so_with_a_code_to_the_number_on_the_roster(client: Client, cast: Cast):
    client.force_login(cast.clerk)
    client.post(reverse("members:own_record"), {"mobile": cast.li.mobile})
    code = re.search(r"\d{6}", sms.recent()[0][1])
    assert code
    page = client.post(reverse("members:own_record_code"), {"code": code[0]}, follow=True).content.decode()
    assert "李建国 · 市教育局" in page
    assert User.objects.get(pk=cast.clerk.pk).is_same_person(fresh(cast.li))


def test_a_number_on_no_roster_is_no_record(client: Client, cast: Cast):
    client.force_login(cast.clerk)
    client.post(reverse("members:own_record"), {"mobile": "13999999999"})
    code = re.search(r"\d{6}", sms.recent()[0][1])
    assert code
    page = client.post(reverse("members:own_record_code"), {"code": code[0]}).content.decode()
    assert "名册上没有这个手机号" in page


def test_the_city_is_shown_each_pair_of_one_name_once_and_says_what_it_is(client: Client, cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(name="李建国")
    User.objects.filter(pk=cast.estate_clerk.pk).update(name="李建国")
    client.force_login(cast.city_officer)
    page = reverse("members:namesakes")
    assert client.get(page).content.decode().count('value="same"') == 3
    pair = {"user": cast.clerk.pk, "kind": "entry", "other": cast.li.pk}
    client.post(page, pair | {"answer": "same"})
    client.post(page, pair | {"user": cast.estate_clerk.pk, "answer": "apart"})
    client.post(
        page, {"user": cast.clerk.pk, "kind": "account", "other": cast.estate_clerk.pk, "answer": "apart"}
    )
    assert "没有待核对的同名" in client.get(page).content.decode()
    assert PersonCheck.objects.count() == 3
    assert User.objects.get(pk=cast.clerk.pk).is_same_person(fresh(cast.li))
    assert not User.objects.get(pk=cast.estate_clerk.pk).is_same_person(fresh(cast.li))
    assert client.post(page, pair | {"answer": "same"}).status_code == 404  # answered already


def test_administrators_are_among_the_namesakes(client: Client, cast: Cast):
    User.objects.filter(pk=cast.sysadmin.pk).update(name="李建国")
    User.objects.filter(pk=cast.clerk.pk).update(name="李建国")
    found = [(pair.user, pair.other, pair.at, pair.other_at) for pair in suspecting.pairs(cast.city_officer)]
    assert (cast.sysadmin, cast.li, "系统管理员", "市教育局") in found
    one, other = sorted((cast.sysadmin, cast.clerk), key=lambda user: user.pk)
    assert (one, other) in {pair[:2] for pair in found}
    client.force_login(cast.city_officer)
    assert "sysadmin · 系统管理员" in client.get(reverse("members:namesakes")).content.decode()
    User.objects.filter(pk=cast.sysadmin.pk).update(is_active=False)
    assert cast.sysadmin not in {pair.user for pair in suspecting.pairs(cast.city_officer)}


def test_who_has_left_or_is_the_account_s_own_entry_is_no_namesake(cast: Cast):
    appointing.grant(user=cast.li.user, organization=cast.estate, role="clerk", by=cast.city_officer)
    User.objects.filter(pk=cast.clerk.pk).update(name="孙丽")
    Member.objects.filter(pk=cast.sun.pk).update(state="departed")
    assert suspecting.pairs(cast.city_officer) == []
