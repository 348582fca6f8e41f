"""Applying, matching with the roster, confirming, returning, withdrawing, moving."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from members.leaving import recording
from members.merging import merging
from members.models import Member, MobileChange, Registration, RegistrationEvent, User
from members.registration import matching, registering
from members.registration.rules import AlreadyOpen, MobileOnRoster, NotThisPerson, OwnRegistration, WrongPlace
from members.tests.applicants import application, applied, stranger
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

State = Registration.State


def test_a_listed_member_waits_and_is_registered_by_the_community(cast: Cast):
    registration = applied(cast)
    cast.sun.refresh_from_db()
    assert (registration.member, registration.differences) == (cast.sun, [])
    assert cast.sun.state == Member.State.PENDING

    registering.confirm(registration, by=cast.secretary)

    cast.sun.refresh_from_db()
    assert cast.sun.state == Member.State.REGISTERED
    assert (cast.sun.community, cast.sun.estate, cast.sun.address) == (cast.community, cast.estate, "3幢501")
    assert cast.sun.user == registration.user and cast.sun.registered_at
    steps = RegistrationEvent.objects.filter(registration=registration).values_list("from_state", "to_state")
    assert list(steps) == [("", "submitted"), ("submitted", "confirmed")]


def test_both_sides_are_told(cast: Cast):
    registration = applied(cast)
    told = set(Notice.objects.values_list("recipient", flat=True))
    assert told == {cast.secretary.pk, cast.clerk.pk}  # not the auditor, not another community
    registering.confirm(registration, by=cast.clerk)
    assert Notice.objects.filter(recipient=registration.user, subject="报到已确认").exists()


def test_a_stranger_goes_to_the_community_and_enters_the_roster_on_confirmation(cast: Cast):
    registration = stranger(cast)
    assert registration.member is None and not registration.on_roster
    registering.confirm(registration, by=cast.secretary)
    member = Member.objects.get(mobile="13900000009")
    assert (member.name, member.pinyin, member.unit) == ("周新", "zhouxin", cast.unit)
    assert member.is_registered and member.user == registration.user
    assert not Registration.objects.get(pk=registration.pk).on_roster  # stays on the reconciliation list


def test_a_mobile_of_another_name_never_takes_over_that_member(cast: Cast):
    registration = applied(cast, name="孙小丽")
    assert registration.member is None
    assert registration.differences == [["name", "孙*", "孙小丽"]]
    with pytest.raises(MobileOnRoster):
        registering.confirm(registration, by=cast.secretary)
    cast.sun.refresh_from_db()
    registration.refresh_from_db()
    assert (cast.sun.name, cast.sun.user, cast.sun.state) == ("孙丽", None, Member.State.LISTED)
    assert registration.state == State.SUBMITTED  # refused as a whole


def test_after_the_roster_is_corrected_the_same_application_can_be_confirmed(cast: Cast):
    registration = applied(cast, name="孙小丽")
    Member.objects.filter(pk=cast.sun.pk).update(name="孙小丽")
    registering.confirm(registration, by=cast.secretary)
    assert registration.member == cast.sun
    assert Member.objects.filter(name="孙小丽").count() == 1


def test_another_unit_is_recorded_and_left_to_the_unit(cast: Cast):
    registration = applied(cast, unit=cast.other_unit)
    assert registration.differences == [["unit", "市教育局", "市税务局"]]
    registering.confirm(registration, by=cast.secretary)
    cast.sun.refresh_from_db()
    assert cast.sun.unit == cast.unit and cast.sun.is_registered


def test_an_old_mobile_is_replaced_only_where_the_clerk_says_it_is_the_same_person(cast: Cast):
    registration = applied(cast, mobile="13900000008")
    assert registration.member is None
    assert registration.differences == [["mobile", "138****0004", "139****0008"]]
    registering.confirm(registration, by=cast.secretary, same_person=cast.sun)
    cast.sun.refresh_from_db()
    assert (cast.sun.mobile, cast.sun.user) == ("13900000008", registration.user)
    assert Member.objects.filter(name="孙丽").count() == 1


@pytest.mark.parametrize("who", ["wang", "li"])
def test_somebody_else_is_not_the_same_person(cast: Cast, who: str):
    registration = stranger(cast)
    with pytest.raises(NotThisPerson):
        registering.confirm(registration, by=cast.secretary, same_person=getattr(cast, who))


def test_a_namesake_with_an_account_is_one_too(cast: Cast):
    registration = applied(cast, name="李建国", mobile="13900000007")
    assert registration.differences == [["mobile", "138****0001", "139****0007"]]
    assert matching.namesakes("李建国", cast.unit) == [cast.li]


def test_who_registers_again_with_a_new_mobile_keeps_account_and_history(cast: Cast):
    account = cast.li.user
    registration = applied(cast, name="李建国", mobile="13900000007")
    passing = registration.user
    registering.confirm(registration, by=cast.secretary, same_person=cast.li)
    cast.li.refresh_from_db()
    passing.refresh_from_db()
    account.refresh_from_db()
    assert Member.objects.filter(name="李建国").count() == 1
    assert (cast.li.user, cast.li.mobile, account.mobile) == (account, "13900000007", "13900000007")
    assert Registration.objects.get(pk=registration.pk).user == account
    assert (passing.mobile, passing.is_active) == (None, False)
    change = MobileChange.objects.get()
    assert (change.old, change.new, change.way) == ("13800000001", "13900000007", "registration")


def test_who_is_not_taken_for_the_namesake_is_another_person(cast: Cast):
    registration = applied(cast, name="李建国", mobile="13900000007")
    registering.confirm(registration, by=cast.secretary)
    assert sorted(Member.objects.filter(name="李建国").values_list("mobile", flat=True)) == [
        "13800000001",
        "13900000007",
    ]


def test_of_two_applicants_taken_for_one_entry_the_second_is_refused(cast: Cast):
    """The other clerk's list was read before the first was confirmed."""
    first = applied(cast, mobile="13900000008")
    second = applied(cast, mobile="13900000007")
    seen_by_the_other = Member.objects.get(pk=cast.sun.pk)
    registering.confirm(first, by=cast.secretary, same_person=cast.sun)
    with pytest.raises(NotThisPerson):
        registering.confirm(second, by=cast.clerk, same_person=seen_by_the_other)
    cast.sun.refresh_from_db()
    second.refresh_from_db()
    assert (cast.sun.mobile, cast.sun.user, second.state) == ("13900000008", first.user, "submitted")


def test_a_returned_application_says_why_and_may_be_sent_again(cast: Cast):
    registration = applied(cast)
    registering.return_(registration, reason="小区选错了", by=cast.clerk)
    cast.sun.refresh_from_db()
    assert (registration.state, registration.reason) == (State.RETURNED, "小区选错了")
    assert cast.sun.state == Member.State.LISTED
    assert "小区选错了" in Notice.objects.get(recipient=registration.user).body
    again = applied(cast, estate=cast.second_estate)
    assert again.member == cast.sun and again.state == State.SUBMITTED


def test_a_return_needs_a_reason(cast: Cast):
    with pytest.raises(ReasonNeeded):
        registering.return_(applied(cast), reason="  ", by=cast.clerk)


def test_the_applicant_withdraws_until_it_is_decided(cast: Cast):
    registration = applied(cast)
    registering.withdraw(registration, by=registration.user)
    cast.sun.refresh_from_db()
    assert cast.sun.state == Member.State.LISTED
    with pytest.raises(AlreadyDecided):
        registering.withdraw(registration, by=registration.user)


def test_one_open_application_a_person(cast: Cast):
    applied(cast)
    with pytest.raises(AlreadyOpen):
        applied(cast, community=cast.other_community, estate=cast.other_estate)
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("act", ["confirm", "return_"])
def test_what_is_decided_stays_decided(cast: Cast, act: str):
    registration = applied(cast)
    stale = Registration.objects.get(pk=registration.pk)
    registering.confirm(registration, by=cast.secretary)
    more = {"reason": "重复"} if act == "return_" else {}
    with pytest.raises(AlreadyDecided):
        getattr(registering, act)(stale, by=cast.clerk, **more)
    assert RegistrationEvent.objects.filter(registration=registration).count() == 2


def test_an_application_whose_record_was_merged_meanwhile_is_read_again(cast: Cast):
    double = make_member("李建国", "13900000021", cast.unit, community=cast.community)
    registration = applied(cast, name="李建国", mobile=double.mobile)
    stale = Registration.objects.select_related("member").get(pk=registration.pk)
    merging.merge(cast.li, Member.objects.get(pk=double.pk), reason="本人确认", by=cast.city_officer)
    with pytest.raises(AlreadyDecided):
        registering.confirm(stale, by=cast.clerk)
    registering.confirm(Registration.objects.get(pk=registration.pk), by=cast.clerk)
    registration.refresh_from_db()
    assert (registration.state, registration.member) == ("confirmed", cast.li)


def test_nobody_confirms_themself(cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(mobile="13800000004")
    registration = applied(cast)
    assert registration.user == cast.clerk
    with pytest.raises(OwnRegistration):
        registering.confirm(registration, by=cast.clerk)


def test_an_estate_of_another_community_is_refused(cast: Cast):
    with pytest.raises(WrongPlace):
        applied(cast, estate=cast.other_estate)


def test_moving_keeps_the_member_until_the_new_community_confirms(cast: Cast):
    first = applied(cast)
    registering.confirm(first, by=cast.secretary)
    move = applied(cast, community=cast.other_community, estate=cast.other_estate)
    cast.sun.refresh_from_db()
    assert cast.sun.is_registered and cast.sun.community == cast.community

    registering.confirm(move, by=cast.other_secretary)

    cast.sun.refresh_from_db()
    first.refresh_from_db()
    assert (cast.sun.community, cast.sun.estate) == (cast.other_community, cast.other_estate)
    assert first.state == State.TRANSFERRED
    assert Notice.objects.filter(recipient=cast.secretary, subject__contains="已转往江新社区").exists()


def test_a_returned_move_leaves_the_member_registered(cast: Cast):
    registering.confirm(applied(cast), by=cast.secretary)
    move = applied(cast, community=cast.other_community, estate=None)
    registering.return_(move, reason="不住这里", by=cast.other_secretary)
    cast.sun.refresh_from_db()
    assert cast.sun.is_registered and cast.sun.community == cast.community


def test_an_account_is_made_once_and_opens_by_code_only(cast: Cast):
    user = registering.account_for("13900000001", "新人")
    assert not user.has_usable_password()
    assert registering.account_for("13900000001", "别名") == user


def test_an_account_follows_the_number_that_the_roster_got(cast: Cast):
    """王秀英's account has another mobile than her roster entry: a desk wrote the new one."""
    User.objects.filter(pk=cast.wang.user_id).update(mobile="13700000000")
    user = registering.account_for("13800000002", "王秀英")
    wanted = application(cast, name="王秀英", mobile="13800000002", unit=cast.other_unit)
    registration = registering.submit(wanted, by=user)
    assert registration.member == cast.wang
    assert user == cast.wang.user and user.mobile == "13800000002"


def test_the_number_without_the_name_gives_no_account_away(cast: Cast):
    User.objects.filter(pk=cast.wang.user_id).update(mobile="13700000000")
    user = registering.account_for("13800000002", "别人")
    wanted = application(cast, name="别人", mobile="13800000002", unit=cast.other_unit)
    assert registering.submit(wanted, by=user).member is None
    cast.wang.refresh_from_db()
    assert cast.wang.user_id != user.pk


def test_a_departed_member_comes_back(cast: Cast):
    gone = make_member("郭回", "13800000050", cast.unit, state=Member.State.DEPARTED)
    registration = applied(cast, name="郭回", mobile="13800000050")
    assert registration.differences == [["state", "已离开", ""]]
    registering.confirm(registration, by=cast.secretary)
    gone.refresh_from_db()
    assert gone.is_registered and gone.departed_on is None
    assert (gone.joined_on, gone.roster_changes.get().kind) == (today(), "returned")


def test_somebody_new_to_the_roster_has_an_entry_date_and_does_not_owe_the_whole_year(cast: Cast):
    registration = stranger(cast)
    registering.confirm(registration, by=cast.secretary)
    member = Member.objects.get(pk=registration.member_id)
    assert (member.joined_on, member.roster_changes.get().kind) == (today(), "joined")


def test_moving_home_does_not_undo_a_coming_last_day(cast: Cast):
    day = today() + dt.timedelta(days=9)
    recording.leave(cast.li, kind="retired", day=day, by=cast.unit_clerk)
    registration = applied(
        cast, name="李建国", mobile=cast.li.mobile, community=cast.other_community, estate=cast.other_estate
    )
    registering.confirm(registration, by=cast.other_secretary)
    assert Member.objects.get(pk=cast.li.pk).departed_on == day


@pytest.mark.parametrize(("make", "says"), [(applied, "已经更新"), (stranger, "原不在名册上")])
def test_the_unit_is_told_once_in_the_portal(cast: Cast, make: Callable[[Cast], Registration], says: str):
    registration = make(cast)
    registering.confirm(registration, by=cast.clerk)
    notice = Notice.objects.get(kind="unit_news")
    assert notice.recipient == cast.unit_clerk and says in notice.body
    assert notice.url == reverse("members:detail", args=[registration.member_id])
    assert not notice.deliveries.exists()


def test_an_entry_that_has_an_account_goes_to_no_other(cast: Cast):
    wanted = application(cast, name=cast.li.name, mobile=cast.li.mobile)
    registration = registering.submit(wanted, by=User.objects.get(pk=cast.zhao.user_id or 0))
    assert (registration.member, registration.on_roster) == (None, False)
    assert ["account", cast.li.name, ""] in registration.differences


def test_all_that_agree_are_confirmed_in_one_step_and_no_other(cast: Cast, client: Client):
    agrees, unknown = applied(cast), stranger(cast)
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("members:registrations"))
    assert "确认全部一致的（1 份）" in page.content.decode()
    client.post(reverse("members:confirm_many"), {"matching": "1"})
    states = [Registration.objects.get(pk=one.pk).state for one in (agrees, unknown)]
    assert states == [State.CONFIRMED, State.SUBMITTED]
    assert "确认全部一致的" not in client.get(reverse("members:registrations")).content.decode()


def test_where_more_agree_than_one_step_takes_the_button_says_how_many(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("members.registration.views.PAGE", 1)
    for name, mobile in (("钱一", "13800000071"), ("钱二", "13800000072")):
        make_member(name, mobile, cast.unit)
        applied(cast, name=name, mobile=mobile)
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    assert "确认前 1 份一致的" in client.get(reverse("members:registrations")).content.decode()
    client.post(reverse("members:confirm_many"), {"matching": "1"})
    assert Registration.objects.open().count() == 1
