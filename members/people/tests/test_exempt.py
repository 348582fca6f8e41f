"""Exemptions: approved with dates and a reason, withdrawn without trace being lost."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Appointment, Exemption
from members.people import exempting
from members.people.rules import DatesWrong
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, Refusal
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

YEAR = today().year
START, END = dt.date(YEAR, 3, 1), dt.date(YEAR, 6, 30)
LONG = dt.date(YEAR, 9, 1)  # more than the six months that one person may grant


def leave(cast: Cast, **changes: Any) -> Exemption:
    values = {"kind": "sick", "starts_on": START, "ends_on": END, "reason": "住院", "by": cast.secretary}
    return exempting.exempt(cast.li, **values | changes)


def test_the_member_is_told(cast: Cast):
    leave(cast)
    assert f"{YEAR}-03-01 至 {YEAR}-06-30" in Notice.objects.get(recipient=cast.li.user).body


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fits"),
    [
        (END, END + dt.timedelta(days=9), False),
        (START - dt.timedelta(days=9), START, False),
        (END + dt.timedelta(days=1), END + dt.timedelta(days=9), True),
        (END + dt.timedelta(days=9), END + dt.timedelta(days=1), False),
    ],
)
def test_periods_do_not_overlap(cast: Cast, starts_on: dt.date, ends_on: dt.date, fits: bool):
    leave(cast)
    if fits:
        assert leave(cast, starts_on=starts_on, ends_on=ends_on).pk
    else:
        with pytest.raises(DatesWrong):
            leave(cast, starts_on=starts_on, ends_on=ends_on)


def test_a_withdrawn_one_stays_on_record_and_frees_its_days(cast: Cast):
    exemption = leave(cast)
    exempting.withdraw_exemption(exemption, by=cast.clerk)
    exemption.refresh_from_db()
    assert exemption.withdrawn_at and exemption.withdrawn_by == cast.clerk
    assert leave(cast).pk != exemption.pk
    with pytest.raises(AlreadyDecided):
        exempting.withdraw_exemption(exemption, by=cast.clerk)


# --- Longest period and second person -----------------------------------------------------------


def code_of(action: Callable[[], object]) -> str:
    try:
        action()
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code"),
    [
        (dt.date(2000, 1, 1), dt.date(2099, 12, 31), "far_off"),
        (dt.date(YEAR, 1, 1), dt.date(2099, 12, 31), "too_long"),
        (dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31), ""),
        (dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 1, 1), "too_long"),
        (dt.date(YEAR, 2, 28), dt.date(YEAR + 1, 2, 27), ""),
    ],
)
def test_leave_keeps_to_the_longest_period(cast: Cast, starts_on: dt.date, ends_on: dt.date, code: str):
    assert code_of(lambda: leave(cast, starts_on=starts_on, ends_on=ends_on)) == code


@pytest.mark.parametrize(("ends_on", "state"), [(dt.date(YEAR, 8, 31), "granted"), (LONG, "waiting")])
def test_beyond_half_a_year_a_second_person_is_asked(cast: Cast, ends_on: dt.date, state: str):
    assert leave(cast, ends_on=ends_on).state == state
    assert Notice.objects.filter(recipient=cast.li.user).exists() == (state == "granted")
    told = set(Notice.objects.filter(subject__contains="待第二人确认").values_list("recipient", flat=True))
    assert told == ({cast.clerk.pk, cast.unit_clerk.pk} if state == "waiting" else set())


HALVES = [(dt.date(YEAR, 1, 1), dt.date(YEAR, 6, 30)), (dt.date(YEAR, 7, 1), dt.date(YEAR, 12, 31))]


@pytest.mark.parametrize("pieces", [HALVES, HALVES[::-1]], ids=["onward", "backward"])
def test_a_long_absence_in_pieces_is_a_long_absence(cast: Cast, pieces: list[tuple[dt.date, dt.date]]):
    states = [leave(cast, starts_on=first, ends_on=last).state for first, last in pieces]
    assert states == ["granted", "waiting"]


def test_two_leaves_with_a_day_between_them_are_two(cast: Cast):
    leave(cast, starts_on=dt.date(YEAR, 1, 1), ends_on=dt.date(YEAR, 6, 29))
    assert leave(cast, starts_on=HALVES[1][0], ends_on=HALVES[1][1]).state == "granted"


def test_a_clerk_s_own_page_offers_no_leave(client: Client, cast: Cast):
    cast.li.user, cast.li.community = cast.clerk, cast.community
    cast.li.save(update_fields=["user", "community"])
    leave(cast, by=cast.unit_clerk)
    page = reverse("members:detail", args=[cast.li.pk])
    offers = ("登记豁免</summary>", "exempt/", "exemptions/")
    client.force_login(cast.secretary)
    assert all(offer in client.get(page).content.decode() for offer in offers)
    client.force_login(cast.clerk)
    assert not any(offer in client.get(page).content.decode() for offer in offers)


def test_somebody_else_confirms_and_only_then_it_counts(cast: Cast):
    exemption = leave(cast, ends_on=LONG)
    assert not Exemption.objects.granted().exists()
    assert code_of(lambda: exempting.confirm_exemption(exemption, by=cast.secretary)) == "same_person"
    assert cast.li.user
    assert code_of(lambda: exempting.confirm_exemption(exemption, by=cast.li.user)) == "not_oneself"
    exempting.confirm_exemption(exemption, by=cast.unit_clerk)
    assert Exemption.objects.granted().get().confirmed_by == cast.unit_clerk
    assert Notice.objects.filter(recipient=cast.li.user).count() == 1
    assert code_of(lambda: exempting.confirm_exemption(exemption, by=cast.clerk)) == "already_decided"


def test_who_does_not_agree_takes_it_back_and_the_member_hears_nothing(cast: Cast):
    exemption = leave(cast, ends_on=LONG)
    exempting.withdraw_exemption(exemption, by=cast.unit_clerk)
    assert exemption.state == "withdrawn" and not Notice.objects.filter(recipient=cast.li.user).exists()
    assert leave(cast).pk


def test_what_waits_is_found_from_the_workbench_and_confirmed_there(client: Client, cast: Cast):
    exemption = leave(cast, ends_on=LONG)
    client.force_login(cast.unit_clerk)
    assert "待确认豁免" in client.get(reverse("reports:desk_home")).content.decode()
    assert "李建国" in client.get(reverse("members:waiting_exemptions")).content.decode()
    client.post(reverse("members:confirm_exemption", args=[exemption.pk]))
    assert "李建国" not in client.get(reverse("members:waiting_exemptions")).content.decode()


def test_nobody_exempts_themself(cast: Cast):
    assert cast.li.user
    with pytest.raises(NotPossible):
        leave(cast, by=cast.li.user)
    exemption = leave(cast)
    with pytest.raises(NotPossible):
        exempting.withdraw_exemption(exemption, by=cast.li.user)


def test_on_the_page(client: Client, cast: Cast):
    client.force_login(cast.unit_clerk)
    form = {"kind": "posted", "starts_on": f"{YEAR}-03-01", "ends_on": f"{YEAR}-02-01", "reason": "援疆"}
    url = reverse("members:exempt", args=[cast.li.pk])
    text = client.post(url, form, follow=True).content.decode()
    assert "结束日期不能早于开始日期" in text and not Exemption.objects.exists()
    client.post(url, form | {"ends_on": f"{YEAR}-12-31"})
    exemption = Exemption.objects.get()
    assert exemption.approved_by == cast.unit_clerk
    client.post(reverse("members:withdraw_exemption", args=[exemption.pk]))
    exemption.refresh_from_db()
    assert exemption.withdrawn_at


@pytest.mark.parametrize(
    ("who", "status"), [("other_unit_clerk", 404), ("street_officer", 403), ("auditor", 403)]
)
def test_others_may_not(client: Client, cast: Cast, who: str, status: int):
    client.force_login(getattr(cast, who))
    assert client.post(reverse("members:exempt", args=[cast.li.pk])).status_code == status
    exemption = leave(cast)
    url = reverse("members:withdraw_exemption", args=[exemption.pk])
    assert client.post(url).status_code == status


def test_unit_and_community_learn_of_leave_that_counts_and_of_its_end(cast: Cast) -> None:
    exemption = leave(cast)
    granted = Notice.objects.filter(key__startswith=f"exemption:{exemption.pk}:granted")
    assert {str(each.recipient) for each in granted} == {"李建国", "谢单位", "林社工"}
    exempting.withdraw_exemption(exemption, by=cast.unit_clerk)
    withdrawn = Notice.objects.filter(key__startswith=f"exemption:{exemption.pk}:withdrawn")
    assert {str(each.recipient) for each in withdrawn} == {"李建国", "陈书记", "林社工"}


def test_who_recorded_long_leave_and_who_was_asked_learn_that_it_was_not_agreed(cast: Cast) -> None:
    exemption = leave(cast, ends_on=LONG, by=cast.city_officer)
    exempting.withdraw_exemption(exemption, by=cast.unit_clerk)
    told = Notice.objects.filter(key__startswith=f"exemption:{exemption.pk}:not-agreed")
    assert {str(each.recipient) for each in told} == {"周市委", "陈书记", "林社工"}
    assert "谢单位 未同意或撤销" in told[0].body


def test_nobody_is_asked_to_confirm_their_own_leave(cast: Cast) -> None:
    Appointment.objects.create(
        user=cast.li.user, organization=cast.unit, role=Appointment.Role.CLERK, starts_on=START
    )
    leave(cast, ends_on=LONG)
    asked = Notice.objects.filter(key__contains=":second:")
    assert {str(each.recipient) for each in asked} == {"林社工", "谢单位"}
