"""Contact data: masked, opened for a reason by those concerned, every look on record."""

import datetime as dt

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from wishes.handling.handling import open_brief
from wishes.handling.rules import BriefClosed, check_still_open
from wishes.models import BriefOpening, Wish
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.lib.refusal import ReasonNeeded
from xianfeng.testing.cast import Cast

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def a_place(
    cast: Cast, wish: Wish, member: Member, state: str = "claimed", ended: dt.timedelta = -HOUR
) -> None:
    """The member's place on a task of the wish; tasks lie above this app, so they are made by name."""
    ends_at = timezone.now() - ended
    item = apps.get_model("tasks", "ServiceItem").objects.create(code="W", name="微心愿", category="wish")
    task = apps.get_model("tasks", "Task").objects.create(
        wish=wish,
        item=item,
        category="wish",
        title="上门理发",
        place="花苑",
        minutes=60,
        starts_at=ends_at - HOUR,
        ends_at=ends_at,
        signup_closes_at=ends_at - HOUR,
        capacity=1,
        publisher=cast.estate,
        created_by=cast.clerk,
        organiser_name="林社工",
    )
    apps.get_model("tasks", "Claim").objects.create(task=task, member=member, state=state)


@pytest.mark.parametrize("who", ["estate_clerk", "clerk", "secretary"])
def test_the_case_owner_opens_it_with_a_reason(cast: Cast, who: str):
    wish, user = stated(cast.estate), getattr(cast, who)
    with pytest.raises(ReasonNeeded):
        open_brief(wish, by=user)
    brief = open_brief(wish, by=user, reason="电话核实情况")
    assert brief.contact_mobile == BRIEF["contact_mobile"]
    opening = BriefOpening.objects.get()
    assert (opening.by, opening.reason) == (user, "电话核实情况")


@pytest.mark.parametrize(
    "who", ["city_officer", "street_officer", "auditor", "other_secretary", "unit_clerk", "sysadmin"]
)
def test_nobody_else_does(cast: Cast, who: str):
    with pytest.raises(BriefClosed):
        open_brief(stated(cast.estate), by=getattr(cast, who), reason="电话核实情况")
    assert not BriefOpening.objects.exists()


@pytest.mark.parametrize(
    ("state", "opens"), [("claimed", True), ("verified", True), ("withdrawn", False), ("freed", False)]
)
def test_the_holder_of_the_claim_opens_it_while_it_stands(cast: Cast, state: str, opens: bool):
    wish = stated(cast.estate, state="published")
    a_place(cast, wish, cast.li, state)
    assert cast.li.user
    if opens:
        assert open_brief(wish, by=cast.li.user).contact_address == BRIEF["contact_address"]
    else:
        with pytest.raises(BriefClosed):
            open_brief(wish, by=cast.li.user)
    assert cast.wang.user
    with pytest.raises(BriefClosed):
        open_brief(wish, by=cast.wang.user)


@pytest.mark.parametrize(("days", "opens"), [(6.9, True), (7.1, False)])
def test_a_week_after_the_work_it_closes_for_the_holder(cast: Cast, days: float, opens: bool):
    wish = stated(cast.estate, state="fulfilled", fulfilled_at=timezone.now() - dt.timedelta(days=days))
    a_place(cast, wish, cast.li, "verified")
    assert cast.li.user
    if opens:
        open_brief(wish, by=cast.li.user)
    else:
        with pytest.raises(BriefClosed):
            open_brief(wish, by=cast.li.user)


@pytest.mark.parametrize(
    ("ended", "decided", "opens"),
    [
        (6.9, None, True), (7, None, False), (6.9, 0, True), (7, 0, False), (30, 7, False),
        # A decision before the end (its clock was wrong) closes earlier, never later.
        (5, 7, False),
    ],
)  # fmt: skip
def test_it_closes_a_week_after_the_end_however_late_the_decision(
    cast: Cast, ended: float, decided: float | None, opens: bool
):
    state = "published" if decided is None else "fulfilled"
    fulfilled_at = None if decided is None else timezone.now() - decided * DAY
    wish = stated(cast.estate, state=state, fulfilled_at=fulfilled_at)
    a_place(cast, wish, cast.li, ended=ended * DAY)
    if opens:
        open_brief(wish, by=cast.li.user)
    else:
        with pytest.raises(BriefClosed, match="天后关闭"):
            open_brief(wish, by=cast.li.user)


@pytest.mark.parametrize("fulfilled", [None, dt.timedelta(0), dt.timedelta(1), -dt.timedelta(1)])
def test_the_moment_it_closes_is_the_earlier_of_both_and_a_week(fulfilled: dt.timedelta | None):
    end = timezone.now()
    wish = Wish(fulfilled_at=None if fulfilled is None else end + fulfilled)
    closes = min(end, wish.fulfilled_at or end) + 7 * DAY
    check_still_open(wish, end, closes - dt.timedelta(microseconds=1))
    with pytest.raises(BriefClosed):
        check_still_open(wish, end, closes)


def test_the_page_masks_until_a_reason_is_given_and_again_later(cast: Cast):
    wish = stated(cast.estate)
    client = logged_in(cast.clerk)
    detail = reverse("wishes:detail", args=[wish.pk])
    page = client.get(detail).content.decode()
    assert not any(text in page for text in BRIEF.values())
    assert "137****0009" in page
    page = client.post(
        reverse("wishes:brief", args=[wish.pk]), {"reason": "电话核实"}, follow=True
    ).content.decode()
    assert all(text in page for text in BRIEF.values())
    assert BRIEF["contact_mobile"] not in logged_in(cast.secretary).get(detail).content.decode()
    BriefOpening.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
    assert BRIEF["contact_mobile"] not in client.get(detail).content.decode()


def test_without_a_reason_nothing_opens(cast: Cast):
    wish = stated(cast.estate)
    answer = logged_in(cast.clerk).post(reverse("wishes:brief", args=[wish.pk]), {"reason": ""}, follow=True)
    assert BRIEF["contact_mobile"] not in answer.content.decode()
    assert not BriefOpening.objects.exists()
