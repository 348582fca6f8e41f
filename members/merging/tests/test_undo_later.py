"""A merge is taken back after something has happened: that stays, and everything else is as it was."""

import datetime as dt

import pytest

from members.leaving import carrying, recording
from members.merging import merging
from members.models import Member, Merge, MobileChange, Registration
from members.numbers import changing, texting
from members.people import keeping
from members.registration import registering
from members.tests.applicants import application, applied
from notices.channels import sms
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

OLD, NEW, THIRD = "13800000001", "13900000021", "13900000033"
DAY = dt.timedelta(days=1)


def fresh(member: Member) -> Member:
    return Member.objects.select_related("user", "community").get(pk=member.pk)


def opened_by(member: Member) -> str | None:
    user = fresh(member).user
    return user.mobile if user else None


def merged(cast: Cast, kept: Member, gone: Member, *, takes_number: bool = False) -> Merge:
    pair = fresh(kept), fresh(gone)
    return merging.merge(*pair, takes_number=takes_number, reason="本人确认", by=cast.city_officer)


def undone(cast: Cast, merge: Merge) -> None:
    merging.undo(merge, reason="不是同一人", by=cast.city_officer)


@pytest.fixture
def double(cast: Cast) -> Member:
    return make_member("李建国", NEW, cast.unit, community=cast.community)


@pytest.fixture
def registered_double(cast: Cast) -> Member:
    return make_member("李建国", NEW, cast.unit, cast.estate)


# --- Numbers ------------------------------------------------------------------------------------


def test_a_number_changed_since_stays_with_the_person(cast: Cast, registered_double: Member):
    merge = merged(cast, cast.li, registered_double, takes_number=True)
    changing.change_own(fresh(cast.li), THIRD, by=fresh(cast.li).user)
    undone(cast, merge)
    assert (fresh(cast.li).mobile, opened_by(cast.li)) == (THIRD, THIRD)
    assert (fresh(registered_double).mobile, opened_by(registered_double)) == (NEW, NEW)


def test_what_opens_the_account_is_not_set_back_behind_a_change(cast: Cast, registered_double: Member):
    merge = merged(cast, cast.li, registered_double)
    changing.change_own(fresh(cast.li), THIRD, by=fresh(cast.li).user)
    undone(cast, merge)
    assert (opened_by(cast.li), opened_by(registered_double)) == (THIRD, NEW)


def test_the_account_is_opened_as_the_roster_says_again(cast: Cast, double: Member):
    undone(cast, merged(cast, cast.li, double, takes_number=True))
    assert (fresh(cast.li).mobile, opened_by(cast.li)) == (OLD, OLD)


def test_an_account_made_with_the_former_number_meanwhile_is_given_up(cast: Cast, double: Member):
    merge = merged(cast, cast.li, double, takes_number=True)
    passing = registering.account_for(OLD, "李建国")
    undone(cast, merge)
    passing.refresh_from_db()
    assert (opened_by(cast.li), passing.is_active) == (OLD, False)


def test_requests_of_both_records_do_not_stand_in_the_way(cast: Cast, double: Member):
    for old, mobile in ((OLD, "13900000031"), (NEW, "13900000032")):
        assert changing.ask(name="李建国", unit=cast.unit, old=old, mobile=mobile)
    texting.send_texts()
    merged(cast, cast.li, double)
    assert list(MobileChange.objects.open().values_list("new", flat=True)) == ["13900000031"]
    texting.send_texts()
    number, text = sms.recent()[0]
    assert number == "13900000032" and "重新申请" in text
    changing.confirm(MobileChange.objects.open().get(), by=cast.clerk)
    assert fresh(cast.li).mobile == "13900000031"


# --- Home, state, dates -------------------------------------------------------------------------


def test_an_application_confirmed_since_is_its_applicants(cast: Cast, double: Member):
    registration = applied(cast, name="李建国", mobile=NEW)
    merge = merged(cast, cast.sun, double)
    registering.confirm(Registration.objects.get(pk=registration.pk), by=cast.clerk)
    undone(cast, merge)
    registration.refresh_from_db()
    assert registration.member == double
    assert (fresh(double).state, fresh(double).community) == ("registered", cast.community)
    assert (fresh(cast.sun).state, fresh(cast.sun).user) == ("listed", None)


def test_one_returned_since_waits_no_more(cast: Cast, double: Member):
    registration = applied(cast, name="李建国", mobile=NEW)
    merge = merged(cast, cast.sun, double)
    registering.return_(Registration.objects.get(pk=registration.pk), reason="地址不对", by=cast.clerk)
    undone(cast, merge)
    assert (fresh(double).state, fresh(cast.sun).state) == ("listed", "listed")


def test_a_home_found_since_stays(cast: Cast):
    merge = merged(cast, cast.sun, cast.li)
    kept = fresh(cast.sun)
    wanted = application(
        cast, name=kept.name, mobile=kept.mobile, community=cast.other_community, estate=None
    )
    registering.confirm(registering.submit(wanted, by=kept.user), by=cast.other_secretary)
    undone(cast, merge)
    assert (fresh(cast.sun).state, fresh(cast.sun).community) == ("registered", cast.other_community)


def test_an_entry_day_corrected_since_stays(cast: Cast, double: Member):
    merge = merged(cast, cast.li, double)
    keeping.correct_entry(fresh(cast.li), by=cast.city_officer, joined_on=dt.date(2026, 2, 1))
    undone(cast, merge)
    assert fresh(cast.li).joined_on == dt.date(2026, 2, 1)


def test_a_last_day_to_come_is_not_forgotten_in_a_merge(cast: Cast):
    recording.leave(cast.sun, kind="left", day=today() + 3 * DAY, by=cast.unit_clerk)
    merged(cast, cast.sun, cast.li)
    assert fresh(cast.sun).is_registered and fresh(cast.sun).departed_on == today() + 3 * DAY
    carrying.carry_due(today() + 4 * DAY)
    assert fresh(cast.sun).is_departed
