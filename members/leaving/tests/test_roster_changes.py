"""Entering, leaving, moving to another unit, entering again: dated, told, and able to be taken back."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from members.leaving import recording
from members.leaving.carrying import carry_due
from members.merging import merging
from members.models import ContactReveal, Member, RosterChange, User
from members.people import privacy
from notices.models import Notice
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

State = RosterChange.State
DAY = dt.timedelta(days=1)


def code_of(action: Callable[[], object]) -> str:
    try:
        action()
    except Refusal as refusal:
        return refusal.code
    return ""


def fresh(member: Member) -> Member:
    return Member.objects.select_related("unit", "user").get(pk=member.pk)


def told() -> set[str]:
    return set(Notice.objects.filter(kind="roster_change").values_list("recipient__username", flat=True))


def leaving(cast: Cast, days: int, kind: str = "left", by: User | None = None) -> RosterChange:
    day = today() + days * DAY
    return recording.leave(fresh(cast.li), kind=kind, day=day, by=by or cast.unit_clerk)


def moving(cast: Cast, days: int = 0, by: User | None = None) -> RosterChange:
    day = today() + days * DAY
    return recording.transfer(fresh(cast.li), to_unit=cast.other_unit, day=day, by=by or cast.unit_clerk)


def undoing(change: RosterChange, by: User) -> str:
    return code_of(lambda: recording.take_back(change, reason="弄错了", by=by))


# --- Leaving ------------------------------------------------------------------------------------


def test_a_past_last_day_takes_effect_at_once_and_is_told(cast: Cast) -> None:
    assert leaving(cast, -1, "retired").state == State.DONE
    assert fresh(cast.li).is_departed and fresh(cast.li).departed_on == today() - DAY
    assert {"secretary", "clerk", "member-13800000001"} <= told() and "unit" not in told()


def test_a_coming_last_day_takes_effect_in_the_night_after_it_and_once(cast: Cast) -> None:
    change = leaving(cast, 3)
    assert (change.state, fresh(cast.li).state) == (State.PLANNED, Member.State.REGISTERED)
    assert carry_due(today() + 3 * DAY) == 0
    assert (carry_due(today() + 4 * DAY), carry_due(today() + 4 * DAY)) == (1, 0)
    assert fresh(cast.li).is_departed and RosterChange.objects.get().state == State.DONE


def test_nobody_writes_to_somebody_who_died(cast: Cast) -> None:
    leaving(cast, -1, "died")
    assert "member-13800000001" not in told() and "secretary" in told()


def test_a_change_ahead_stands_in_the_way_of_the_next(cast: Cast) -> None:
    leaving(cast, 3)
    assert code_of(lambda: leaving(cast, 5)) == "change_ahead"
    assert code_of(lambda: moving(cast)) == "change_ahead"


def test_who_left_cannot_leave_again_and_dates_keep_to_bounds(cast: Cast) -> None:
    assert code_of(lambda: leaving(cast, 400)) == "dates_wrong"
    assert code_of(lambda: leaving(cast, -800)) == "dates_wrong"
    Member.objects.filter(pk=cast.li.pk).update(joined_on=today())
    assert code_of(lambda: leaving(cast, -1)) == "dates_wrong"
    Member.objects.filter(pk=cast.li.pk).update(joined_on=None)
    leaving(cast, -1)
    assert code_of(lambda: leaving(cast, -1)) == "not_on_roster"


def test_nothing_happens_before_the_step_before_it(cast: Cast) -> None:
    """The unit of a flag follows from the days of the moves: out of order they name the wrong one."""
    moving(cast, -10, by=cast.city_officer)

    def back(days: int) -> str:
        day = today() + days * DAY
        return code_of(
            lambda: recording.transfer(fresh(cast.li), to_unit=cast.unit, day=day, by=cast.city_officer)
        )

    assert code_of(lambda: leaving(cast, -30, by=cast.other_unit_clerk)) == "dates_wrong"
    assert (back(-30), back(-10)) == ("dates_wrong", "")


def test_nobody_records_their_own(cast: Cast) -> None:
    assert cast.li.user
    assert code_of(lambda: leaving(cast, -1, by=cast.li.user)) == "not_oneself"


@pytest.mark.parametrize("days", [-1, 3])
def test_a_mistaken_leaving_is_taken_back(cast: Cast, days: int) -> None:
    change = leaving(cast, days)
    recording.take_back(change, reason="弄错了人", by=cast.unit_clerk)
    li = fresh(cast.li)
    assert (li.state, li.departed_on) == (Member.State.REGISTERED, None)
    assert carry_due(today() + 10 * DAY) == 0
    assert undoing(change, cast.unit_clerk) == "already_decided"


def test_only_the_last_change_is_taken_back(cast: Cast) -> None:
    left = leaving(cast, -5)
    recording.rejoin(fresh(cast.li), day=today(), by=cast.unit_clerk)
    assert undoing(left, cast.unit_clerk) == "not_last"


def test_another_unit_takes_nothing_back(cast: Cast) -> None:
    change = leaving(cast, -1)
    assert undoing(change, cast.other_unit_clerk) == "not_the_unit"


# --- Back again ---------------------------------------------------------------------------------


def test_who_comes_back_stands_where_they_stood_with_the_history(cast: Cast) -> None:
    def back() -> RosterChange:
        return recording.rejoin(fresh(cast.li), day=today(), by=cast.unit_clerk)

    assert code_of(back) == "still_on_roster"
    leaving(cast, -30)
    change = back()
    li = fresh(cast.li)
    assert (li.state, li.joined_on, li.departed_on) == (Member.State.REGISTERED, today(), None)
    assert li.community == cast.community and li.roster_changes.count() == 2
    recording.take_back(change, reason="还没回来", by=cast.unit_clerk)
    li = fresh(cast.li)
    assert (li.is_departed, li.joined_on, li.departed_on) == (True, None, today() - 30 * DAY)


def test_who_comes_back_later_is_recorded_later(cast: Cast) -> None:
    """On the roster one may take places at once; the requirement of the year would be none."""
    leaving(cast, -30)
    future = today() + 90 * DAY
    assert code_of(lambda: recording.rejoin(fresh(cast.li), day=future, by=cast.unit_clerk)) == "dates_wrong"
    assert fresh(cast.li).is_departed


# --- Between units ------------------------------------------------------------------------------


def test_the_person_stays_until_the_new_unit_takes_them_in(cast: Cast) -> None:
    change = moving(cast)
    assert (change.state, fresh(cast.li).unit) == (State.ASKED, cast.unit)
    assert {"unit2", "secretary", "member-13800000001"} <= told()
    assert code_of(lambda: recording.accept(change, by=cast.unit_clerk)) == "not_the_receiver"
    recording.accept(change, by=cast.other_unit_clerk)
    assert (change.state, fresh(cast.li).unit) == (State.DONE, cast.other_unit)
    assert "unit" in told()
    assert code_of(lambda: recording.accept(change, by=cast.other_unit_clerk)) == "already_decided"


def test_a_refused_transfer_leaves_the_person_where_they_are(cast: Cast) -> None:
    change = moving(cast)
    recording.refuse(change, reason="不是本单位的人", by=cast.other_unit_clerk)
    assert (change.state, fresh(cast.li).unit) == (State.REFUSED, cast.unit)
    text = Notice.objects.get(kind="roster_change", recipient=cast.unit_clerk).body
    assert "不是本单位的人" in text
    assert moving(cast).state == State.ASKED


def test_a_coming_transfer_is_carried_out_on_its_day(cast: Cast) -> None:
    recording.accept(moving(cast, 3), by=cast.other_unit_clerk)
    carry_due(today() + 2 * DAY)
    assert fresh(cast.li).unit == cast.unit
    carry_due(today() + 3 * DAY)
    assert fresh(cast.li).unit == cast.other_unit
    carry_due(today() + 3 * DAY)
    assert Notice.objects.filter(kind="roster_change", recipient=cast.secretary).count() == 3


def test_the_city_moves_people_itself(cast: Cast) -> None:
    assert moving(cast, by=cast.city_officer).state == State.DONE
    assert fresh(cast.li).unit == cast.other_unit


def test_a_transfer_that_was_overtaken_is_not_forced(cast: Cast) -> None:
    change = moving(cast, 3, by=cast.city_officer)
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.city)  # corrected meanwhile
    carry_due(today() + 3 * DAY)
    change.refresh_from_db()
    assert (change.state, fresh(cast.li).unit) == (State.UNDONE, cast.city)


def test_a_transfer_ahead_is_taken_back_by_the_old_unit_and_a_done_one_by_nobody(cast: Cast) -> None:
    change = moving(cast)
    assert undoing(change, cast.other_unit_clerk) == "not_the_unit"
    recording.take_back(change, reason="不调了", by=cast.unit_clerk)
    assert change.state == State.UNDONE
    done = moving(cast, by=cast.city_officer)
    assert undoing(done, cast.city_officer) == "moved_already"


def test_only_a_unit_in_use_takes_people_in(cast: Cast) -> None:
    def to(unit: object) -> str:
        return code_of(
            lambda: recording.transfer(fresh(cast.li), to_unit=unit, day=today(), by=cast.city_officer)  # type: ignore[arg-type]
        )

    assert to(cast.unit) == to(cast.community) == "wrong_unit"


# --- Somebody new -------------------------------------------------------------------------------


def joining(cast: Cast, name: str = "钱进", mobile: str = "13900000077", **fields: bool) -> RosterChange:
    return recording.join(name=name, mobile=mobile, day=today(), unit=cast.unit, by=cast.unit_clerk, **fields)


def test_a_new_person_has_an_entry_date(cast: Cast) -> None:
    member = joining(cast).member
    assert (member.joined_on, member.state, member.pinyin) == (today(), Member.State.LISTED, "qianjin")


def test_the_same_mobile_and_the_same_name_are_refused(cast: Cast) -> None:
    assert code_of(lambda: joining(cast, mobile=cast.li.mobile)) == "mobile_known"
    assert code_of(lambda: joining(cast, mobile=cast.wang.mobile)) == "mobile_known"
    assert code_of(lambda: joining(cast, name="李建国")) == "namesake"
    assert joining(cast, name="李建国", is_another=True).state == State.DONE
    assert code_of(lambda: joining(cast, name="李建国", is_another=True)) == "mobile_known"


def test_a_mistaken_entry_goes_while_nobody_used_it(cast: Cast) -> None:
    change = joining(cast)
    assert recording.take_back(change, reason="登记错了", by=cast.unit_clerk) is None
    assert not Member.objects.filter(name="钱进").exists()
    used = joining(cast)
    Member.objects.filter(pk=used.member_id).update(user=User.objects.create(username="qian"))
    assert undoing(used, cast.unit_clerk) == "in_use"


def test_what_was_looked_up_of_a_mistaken_entry_stays_on_record(cast: Cast) -> None:
    change = joining(cast)
    privacy.reveal(change.member, "mobile", reason="打电话核实", by=cast.unit_clerk)
    assert undoing(change, cast.unit_clerk) == "in_use"
    assert ContactReveal.objects.filter(member=change.member).exists()


# --- Two records --------------------------------------------------------------------------------


def test_changes_go_along_with_a_merge_and_what_is_ahead_is_taken_back(cast: Cast) -> None:
    double = make_member("李建国", "13900000031", cast.unit, community=cast.community, estate=None)
    planned = recording.leave(double, kind="left", day=today() + 9 * DAY, by=cast.unit_clerk)
    merge = merging.merge(fresh(cast.li), double, reason="本人确认", by=cast.secretary)
    planned.refresh_from_db()
    assert (planned.member_id, planned.state) == (cast.li.pk, State.UNDONE)
    merging.undo(merge, reason="不是一人", by=cast.secretary)
    planned.refresh_from_db()
    assert planned.member_id == double.pk
    double.refresh_from_db()
    assert double.departed_on is None, "nor does the day come by itself"


# --- Pages --------------------------------------------------------------------------------------


def test_the_unit_records_and_the_other_unit_takes_in_by_pages(cast: Cast, client: Client) -> None:
    client.force_login(cast.unit_clerk)
    page = client.get(reverse("members:detail", args=[cast.li.pk])).content.decode()
    assert "登记调动" in page and "登记离开" in page and "没有登记，按全年在册计" in page
    form = {"to_unit": cast.other_unit.pk, "day": str(today())}
    assert client.post(reverse("members:roster_transfer", args=[cast.li.pk]), form).status_code == 302
    url = reverse("members:roster_change", args=[RosterChange.objects.get().pk])
    client.force_login(cast.other_unit_clerk)
    assert "李建国" in client.get(reverse("members:roster_changes")).content.decode()
    assert "查看党员档案" not in client.get(url).content.decode()
    client.post(url, {"decision": "accept"})
    assert fresh(cast.li).unit == cast.other_unit
    assert "查看党员档案" in client.get(url).content.decode()


def test_who_is_elsewhere_by_now_is_not_said_to_be_taken_in(cast: Cast, client: Client) -> None:
    change = moving(cast)
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.city)
    client.force_login(cast.other_unit_clerk)
    url = reverse("members:roster_change", args=[change.pk])
    page = client.post(url, {"decision": "accept"}, follow=True).content.decode()
    assert "这次调动没有办理" in page and "已接收，" not in page


def test_a_transfer_that_nobody_takes_in_says_so_to_who_waits_for_it(cast: Cast, client: Client) -> None:
    url = reverse("members:roster_change", args=[moving(cast).pk])
    client.force_login(cast.unit_clerk)
    assert "没有人接收" not in client.get(url).content.decode()
    cast.other_unit.appointments.update(ends_on=today() - DAY)
    assert "没有人接收" in client.get(url).content.decode()


def test_the_form_names_the_records_it_resembles(cast: Cast, client: Client) -> None:
    client.force_login(cast.unit_clerk)
    url = reverse("members:roster_join")
    form = {"name": "李建国", "mobile": "13900000078", "unit": cast.unit.pk, "day": str(today())}
    page = client.post(url, form).content.decode()
    assert reverse("members:detail", args=[cast.li.pk]) in page and "更正手机号" in page
    other = client.post(url, form | {"name": "王秀英", "mobile": cast.wang.mobile}).content.decode()
    assert reverse("members:detail", args=[cast.wang.pk]) not in other
    assert client.post(url, form | {"is_another": "on"}).status_code == 302
    assert client.post(url, form | {"day": "", "mobile": "13900000079"}).status_code == 200


def test_a_unit_enters_nobody_into_another(cast: Cast, client: Client) -> None:
    client.force_login(cast.unit_clerk)
    form = {"name": "钱进", "mobile": "13900000078", "unit": cast.other_unit.pk, "day": str(today())}
    assert client.post(reverse("members:roster_join"), form).status_code == 200
    assert not Member.objects.filter(name="钱进").exists()


def test_the_pages_of_who_left_say_so(cast: Cast, client: Client) -> None:
    leaving(cast, -1)
    client.force_login(cast.unit_clerk)
    page = client.get(reverse("members:detail", args=[cast.li.pk])).content.decode()
    assert "已离开名册，最后一天是" in page and "重新入册" in page and "登记离开" not in page
    client.force_login(fresh(cast.li).user)  # type: ignore[arg-type]
    for name in ("reports:me", "members:profile", "tasks:my_claims", "flags:my_flags"):
        assert "不能再接单" in client.get(reverse(name)).content.decode(), name


# --- Told of what is taken back -----------------------------------------------------------------


def at(user: User, notice: Notice) -> int:
    """What the link of a message answers to its reader."""
    client = Client()
    client.force_login(user)
    return client.get(notice.url).status_code


def last_to(user: User) -> Notice:
    return Notice.objects.filter(recipient=user, kind="roster_change").latest("pk")


def test_a_unit_is_told_that_an_entry_was_a_mistake(cast: Cast) -> None:
    change = recording.join(
        name="周新", mobile="13900000055", day=today(), unit=cast.unit, by=cast.city_officer
    )
    before = last_to(cast.unit_clerk)
    assert before.subject == "周新：入册（已生效）"
    assert recording.take_back(change, reason="单位弄错了", by=cast.city_officer) is None
    notice = last_to(cast.unit_clerk)
    assert notice.subject == "周新：入册（已撤销）" and "单位弄错了" in notice.body
    before.refresh_from_db()
    assert at(cast.unit_clerk, notice) == at(cast.unit_clerk, before) == 200
    assert not Notice.objects.filter(recipient=cast.city_officer).exists()


def test_a_transfer_of_who_is_elsewhere_by_its_day_does_not_say_that_nothing_changed(cast: Cast) -> None:
    change = moving(cast, 3, by=cast.city_officer)
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.other_unit)  # by an import
    carry_due(today() + 3 * DAY)
    change.refresh_from_db()
    assert change.state == State.UNDONE
    for user in (cast.unit_clerk, cast.other_unit_clerk, cast.li.user):
        assert user and "人已不在市教育局名册上" in last_to(user).body
        assert "仍在" not in last_to(user).body


def test_a_unit_that_waits_for_who_was_merged_meanwhile_is_told(cast: Cast) -> None:
    double = make_member("李建国", "13900000021", cast.unit)
    recording.transfer(double, to_unit=cast.other_unit, day=today(), by=cast.unit_clerk)
    merging.merge(fresh(cast.li), fresh(double), reason="本人确认", by=cast.clerk)
    notice = last_to(cast.other_unit_clerk)
    assert notice.subject == "李建国：调动（已撤销）" and "合并" in notice.body
    assert at(cast.other_unit_clerk, notice) == 200
