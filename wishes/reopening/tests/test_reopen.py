"""A declined wish is asked for again by the resident, or taken up again by staff."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse

from notices.models import Notice
from wishes.handling.handling import accept, decline
from wishes.models import Wish, WishEvent
from wishes.reopening import rules
from wishes.reopening.reopening import ask_again, take_up_again
from wishes.rights import NotHandler
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.lib.times import at
from xianfeng.testing.cast import Cast

WHY = "物业说不归他们管，仍需要帮助"
DECLINED_ON = dt.date(2026, 3, 5)
LAST_DAY = dt.date(2026, 3, 20)


def as_of(day: dt.date, hour: int = 10) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=at(day, hour))


@pytest.fixture
def wish(cast: Cast) -> Wish:
    """Declined on 5 March."""
    return declined(cast)


def declined(cast: Cast, **fields: Any) -> Wish:
    with as_of(DECLINED_ON):
        wish = stated(cast.estate, **fields)
        return decline(wish, reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)


@pytest.fixture
def within(wish: Wish) -> Iterator[None]:
    """Ten days later."""
    with as_of(DECLINED_ON + dt.timedelta(days=10)):
        yield


def fresh(wish: Wish) -> Wish:
    return Wish.objects.get(pk=wish.pk)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind="wish_reopened").order_by("pk")
    return list(rows.values_list("recipient__username", "subject"))


# --- By the resident ----------------------------------------------------------------------------


def test_asked_again_it_waits_and_the_decline_stays_in_its_history(cast: Cast, wish: Wish, within: None):
    ask_again(wish, reason=f" {WHY} ")
    assert fresh(wish).state == "submitted"
    steps = wish.events.values_list("to_state", "note", "by__username")
    assert list(steps) == [
        ("submitted", "", None), ("declined", "属于物业维修", "clerk"), ("submitted", WHY, None),
    ]  # fmt: skip
    assert wish.events.latest("id").get_to_display() == "居民再次提出"
    assert accept(fresh(wish), by=cast.clerk).state == "accepted"


@pytest.mark.parametrize(
    ("day", "hour", "may"),
    [(DECLINED_ON, 11, True), (LAST_DAY, 23, True), (LAST_DAY + dt.timedelta(days=1), 0, False)],
)
def test_within_fifteen_days(cast: Cast, wish: Wish, day: dt.date, hour: int, may: bool):
    with as_of(day, hour):
        if may:
            ask_again(wish, reason=WHY)
        else:
            with pytest.raises(rules.TooLate, match="2026年3月20日，已经过了"):
                ask_again(wish, reason=WHY)
    assert fresh(wish).is_waiting is may


def test_once_and_not_again_after_a_second_decline(cast: Cast, wish: Wish, within: None):
    ask_again(wish, reason=WHY)
    decline(fresh(wish), reason="仍属物业维修", responsible="物业服务中心", by=cast.clerk)
    with pytest.raises(rules.AskedBefore, match="青锋花苑说明情况"):
        ask_again(fresh(wish), reason=WHY)
    assert fresh(wish).is_declined


def test_what_staff_took_up_again_is_not_the_residents_once(cast: Cast, wish: Wish, within: None):
    take_up_again(wish, reason="补充了情况", by=cast.clerk)
    decline(fresh(wish), reason="仍属物业维修", responsible="物业服务中心", by=cast.clerk)
    assert ask_again(fresh(wish), reason=WHY).is_waiting


def test_the_days_count_from_the_last_decline(cast: Cast, wish: Wish):
    with as_of(DECLINED_ON + dt.timedelta(days=30)):
        take_up_again(wish, reason="补充了情况", by=cast.clerk)
        decline(fresh(wish), reason="仍属物业维修", responsible="物业服务中心", by=cast.clerk)
    with as_of(DECLINED_ON + dt.timedelta(days=45)):
        assert ask_again(fresh(wish), reason=WHY).is_waiting


@pytest.mark.parametrize("state", ["submitted", "accepted", "published", "fulfilled", "closed", "merged"])
def test_only_what_was_declined(cast: Cast, state: str):
    wish = stated(cast.estate, state=state)
    with pytest.raises(rules.NotDeclined):
        ask_again(wish, reason=WHY)
    with pytest.raises(rules.NotDeclined):
        take_up_again(wish, reason=WHY, by=cast.clerk)
    assert fresh(wish).state == state


@pytest.mark.parametrize("reason", ["请打13800000001", "身份证330681195503051234", "住3幢2单元501室，还没修"])
def test_what_leads_to_a_person_is_not_kept(cast: Cast, wish: Wish, within: None, reason: str):
    with pytest.raises(rules.PersonalDataInReason, match="已经有您的联系方式"):
        ask_again(wish, reason=reason)
    assert fresh(wish).is_declined


@pytest.mark.parametrize("reason", ["", "急 ", "长" * 301])
def test_a_word_why_is_needed(cast: Cast, wish: Wish, within: None, reason: str):
    with pytest.raises(ReasonNeeded):
        ask_again(wish, reason=reason)


def test_without_contact_data_nobody_could_help(cast: Cast):
    wish = declined(cast, contact_mobile="", contact_name="")
    with as_of(DECLINED_ON):
        with pytest.raises(rules.ContactForgotten, match="请重新提一个心愿"):
            ask_again(wish, reason=WHY)
        with pytest.raises(rules.ContactForgotten, match="重新填报"):
            take_up_again(wish, reason=WHY, by=cast.clerk)


def test_the_same_people_are_told_as_of_a_new_wish(cast: Cast, wish: Wish, within: None):
    ask_again(wish, reason=WHY)
    assert told() == [("estate", f"居民再次提出心愿：{wish.need}")]
    notice = Notice.objects.get(kind="wish_reopened")
    assert WHY in notice.body and notice.url == reverse("wishes:detail", args=[wish.pk])
    assert not any(text in notice.body for text in BRIEF.values())


def test_where_nobody_acts_in_the_estate_its_community_is_told(cast: Cast):
    with as_of(DECLINED_ON):
        wish = stated(cast.second_estate)
        decline(wish, reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)
        assert rules.asking_of(wish).told == cast.community
        ask_again(wish, reason=WHY)
    assert {name for name, _subject in told()} == {"secretary", "clerk"}


# --- By staff -----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [DECLINED_ON, dt.date(2026, 12, 31)])
def test_staff_take_it_up_again_at_any_time_of_the_year(cast: Cast, wish: Wish, day: dt.date):
    with as_of(day, 23):
        take_up_again(wish, reason="物业已撤场", by=cast.clerk)
    event = wish.events.latest("id")
    assert (fresh(wish).state, event.by, event.note) == ("submitted", cast.clerk, "物业已撤场")
    assert event.get_to_display() == "恢复办理"


def test_in_another_year_it_is_entered_anew(cast: Cast, wish: Wish):
    with as_of(dt.date(2027, 1, 1), 0), pytest.raises(rules.TooLate, match="在 2026 年未受理"):
        take_up_again(wish, reason="物业已撤场", by=cast.clerk)
    assert fresh(wish).is_declined


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("secretary", True),
        ("estate_clerk", True),
        ("auditor", False),
        ("other_secretary", False),
        ("city_officer", False),
    ],
)
def test_who_handles_it_takes_it_up_again(cast: Cast, wish: Wish, within: None, who: str, may: bool):
    if may:
        assert take_up_again(wish, reason="物业已撤场", by=getattr(cast, who)).is_waiting
    else:
        with pytest.raises(NotHandler):
            take_up_again(wish, reason="物业已撤场", by=getattr(cast, who))


def test_staff_say_why(cast: Cast, wish: Wish, within: None):
    with pytest.raises(ReasonNeeded):
        take_up_again(wish, reason="不 ", by=cast.clerk)


def test_colleagues_are_told_and_not_who_did_it(cast: Cast, wish: Wish, within: None):
    take_up_again(wish, reason="物业已撤场。", by=cast.clerk)
    assert told() == [("estate", f"心愿恢复办理：{wish.need}")]
    assert "林社工 恢复办理：物业已撤场。请受理。" in Notice.objects.get(kind="wish_reopened").body
    again = decline(fresh(wish), reason="仍属物业维修", responsible="物业", by=cast.clerk)
    take_up_again(again, reason="物业已撤场", by=cast.estate_clerk)
    assert len(told()) == 1


def test_of_two_at_once_one_is_told(cast: Cast, wish: Wish, within: None):
    """Both saw it declined; the second one's page is stale."""
    stale = fresh(wish)
    ask_again(wish, reason=WHY)
    with pytest.raises(AlreadyDecided, match="刚刚已经恢复"):
        take_up_again(stale, reason="物业已撤场", by=cast.clerk)
    with pytest.raises((AlreadyDecided, rules.AskedBefore)):
        ask_again(stale, reason=WHY)
    assert WishEvent.objects.filter(wish=wish, from_state="declined").count() == len(told()) == 1


# --- Pages --------------------------------------------------------------------------------------


def tracked(wish: Wish) -> str:
    return Client().get(reverse("wishes:tracked", args=[wish.code])).content.decode()


def test_the_progress_page_says_until_when_and_who_is_told(cast: Cast, wish: Wish, within: None):
    page = tracked(wish)
    assert "2026年3月20日 周五（含当天）前可以再次提出一次" in page and "通知青锋花苑的工作人员" in page
    assert reverse("wishes:ask_again", args=[wish.code]) in page


def test_afterwards_the_button_is_gone_with_a_word_why(cast: Cast, wish: Wish):
    with as_of(LAST_DAY + dt.timedelta(days=1)):
        page = tracked(wish)
        url = reverse("wishes:ask_again", args=[wish.code])
        assert "2026年3月20日，已经过了" in page and url not in page
        assert reverse("wishes:ask", args=[cast.estate.public_code]) in page
        answer = Client().post(url, {"reason": WHY})
    assert answer["Location"] == reverse("wishes:tracked", args=[wish.code])
    assert fresh(wish).is_declined


def test_the_resident_asks_again_on_a_page_of_its_own(cast: Cast, wish: Wish, within: None):
    client, url = Client(), reverse("wishes:ask_again", args=[wish.code])
    page = client.get(url).content.decode()
    assert "属于物业维修" in page and "通知青锋花苑的工作人员" in page
    assert "请写一句情况有什么变化" in client.post(url, {"reason": ""}).content.decode()
    page = client.post(url, {"reason": "请打13800000001，还没修好"}).content.decode()
    assert "请去掉手机号" in page and "还没修好" in page
    assert fresh(wish).is_declined
    page = client.post(url, {"reason": WHY}, follow=True).content.decode()
    assert (
        "已通知青锋花苑的工作人员" in page and "再次提出，等待社区受理" in page and "社区没有受理" not in page
    )
    assert client.post(url, {"reason": WHY})["Location"] == reverse("wishes:tracked", args=[wish.code])
    assert len(told()) == 1


def test_the_second_time_the_page_sends_to_the_community(cast: Cast, wish: Wish, within: None):
    ask_again(wish, reason=WHY)
    decline(fresh(wish), reason="仍属物业维修", responsible="物业服务中心", by=cast.clerk)
    page = tracked(wish)
    assert "不能再提第二次" in page and reverse("wishes:ask_again", args=[wish.code]) not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wish_that_is_not_declined_is_not_asked_for_again(cast: Cast, method: str):
    wish = stated(cast.estate)
    answer = getattr(Client(), method)(reverse("wishes:ask_again", args=[wish.code]), {"reason": WHY})
    assert answer["Location"] == reverse("wishes:tracked", args=[wish.code])
    assert wish.events.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_code_gets_the_answer_of_every_wrong_code(db: None, method: str):
    answer = getattr(Client(), method)(reverse("wishes:ask_again", args=["ABCDEFGHJK"]), {"reason": WHY})
    assert answer.status_code == 404 and "没有找到这个查询码" in answer.content.decode()


def test_the_desk_takes_it_up_again_from_its_page(cast: Cast, wish: Wish, within: None):
    client, url = logged_in(cast.clerk), reverse("wishes:take_up_again", args=[wish.pk])
    detail = reverse("wishes:detail", args=[wish.pk])
    assert url in client.get(detail).content.decode()
    assert url not in logged_in(cast.auditor).get(detail).content.decode()
    assert "请写明原因" in client.post(url, {"reason": ""}, follow=True).content.decode()
    page = client.post(url, {"reason": "物业已撤场"}, follow=True).content.decode()
    assert "已恢复办理" in page and "物业已撤场" in page and "受理并发布" in page


def test_in_another_year_the_desk_reads_why_not(cast: Cast, wish: Wish):
    with as_of(dt.date(2027, 1, 2)):
        page = logged_in(cast.clerk).get(reverse("wishes:detail", args=[wish.pk])).content.decode()
    assert "跨年不能恢复" in page and reverse("wishes:take_up_again", args=[wish.pk]) not in page


def test_the_admin_takes_up_what_is_ticked(cast: Cast, wish: Wish, within: None):
    url = reverse("admin:wishes_wish_changelist")
    data = {"action": "take_up_again", "_selected_action": [wish.pk], "reason": "物业已撤场"}
    logged_in(cast.clerk).post(url, data)
    assert fresh(wish).is_waiting
