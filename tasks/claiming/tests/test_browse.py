"""The member's task pages: what they list, what the buttons say, what a tap does."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from tasks.claiming.filters import days_of
from tasks.models import Claim, Task
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from wishes.models import Wish
from xianfeng.lib.times import at, today
from xianfeng.testing.cast import Cast


@pytest.fixture
def phone(cast: Cast) -> Client:
    """李建国's phone."""
    return phone_of(cast.li)


def phone_of(member: Member) -> Client:
    client = Client()
    client.force_login(user_of(member))
    return client


def titles(client: Client, **query: str) -> list[str]:
    return [card.task.title for card in client.get(reverse("tasks:browse"), query).context["cards"]]


def test_the_list_shows_the_member_s_own_audience_nearest_first_full_last(cast: Cast, phone: Client) -> None:
    make_offer(cast, title="后天", starts_in=2 * DAY)
    make_offer(cast, title="明天", starts_in=DAY, audience=[cast.estate])
    make_offer(cast, title="单位", starts_in=3 * DAY, audience=[cast.unit])
    make_offer(cast, title="今天已满", starts_in=HOUR, capacity=1, places_taken=1)
    make_offer(cast, title="别的社区", audience=[cast.other_community])
    make_offer(cast, title="草稿", state=Task.State.DRAFT)
    make_offer(cast, title="已截止", signup_closes_at=timezone.now() - HOUR)
    assert titles(phone) == ["明天", "后天", "单位", "今天已满"]


def test_filters_narrow_the_list(cast: Cast, phone: Client) -> None:
    make_offer(cast, title="打扫", category="activity", publisher=cast.estate, audience=[cast.estate])
    make_offer(cast, title="理发", category="wish", place="社区活动室", capacity=1, places_taken=1)
    assert titles(phone, category="wish") == ["理发"]
    assert titles(phone, offered_by="estate") == ["打扫"]
    assert titles(phone, places="free") == ["打扫"]
    assert titles(phone, q="活动室") == ["理发"]
    assert titles(phone, q="没有这样的") == []
    assert "没有符合条件的任务" in phone.get(reverse("tasks:browse"), {"q": "没有这样的"}).content.decode()


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("today", "2026-06-10", "2026-06-10", "2026-06-10"),
        ("week", "2026-06-10", "2026-06-10", "2026-06-14"),
        ("weekend", "2026-06-10", "2026-06-13", "2026-06-14"),
        ("weekend", "2026-06-14", "2026-06-14", "2026-06-14"),
        ("week", "2026-06-14", "2026-06-14", "2026-06-14"),
    ],
)
def test_periods_end_on_sunday(period: str, day: str, first: str, last: str) -> None:
    assert [str(end) for end in days_of(period, dt.date.fromisoformat(day))] == [first, last]


def test_today_is_the_day_in_shanghai(cast: Cast, phone: Client) -> None:
    midnight = at(today() + DAY, 0)
    closes: dict[str, Any] = {"signup_closes_at": timezone.now() + HOUR}
    make_offer(cast, title="今晚", starts_at=midnight - dt.timedelta(minutes=1), **closes)
    make_offer(cast, title="明早", starts_at=midnight, **closes)
    assert titles(phone, period="today") == ["今晚"]


def test_a_card_says_why_it_cannot_be_claimed(cast: Cast, phone: Client) -> None:
    first = make_offer(cast, title="楼道清洁")
    make_offer(cast, title="树木养护")
    take(first, cast.li)
    page = phone.get(reverse("tasks:browse")).content.decode()
    assert "您已接单" in page and "与您已接的“楼道清洁”" in page


def test_pages_take_a_constant_number_of_queries(cast: Cast, phone: Client) -> None:
    counts: dict[str, set[int]] = {"tasks:browse": set(), "tasks:my_claims": set()}
    for _round in range(2):
        for number in range(12):
            task = make_offer(cast, starts_in=(number + 1) * 7 * DAY)
            Claim.objects.create(task=task, member=cast.li)
            make_offer(cast, starts_in=(number + 1) * 7 * DAY)
        for name, found in counts.items():
            with CaptureQueriesContext(connection) as queries:
                assert phone.get(reverse(name)).status_code == 200
            found.add(len(queries))
    assert all(len(found) == 1 and max(found) <= 15 for found in counts.values()), counts


def test_the_offer_s_button_claims_and_the_answer_says_what_is_next(cast: Cast, phone: Client) -> None:
    task = make_offer(cast)
    page = phone.get(reverse("tasks:offer", args=[task.pk]))
    assert "接单（剩 5 个名额）" in page.content.decode()
    answer = phone.post(reverse("tasks:claim", args=[task.pk]), follow=True)
    place = Claim.objects.get()
    assert answer.redirect_chain == [(reverse("tasks:my_claim", args=[place.pk]), 302)]
    text = answer.content.decode()
    assert "接单成功" in text and "找负责人 林社工 签到" in text


def test_the_button_is_off_with_the_reason_below(cast: Cast, phone: Client) -> None:
    task = make_offer(cast, capacity=1, places_taken=1)
    page = phone.get(reverse("tasks:offer", args=[task.pk])).content.decode()
    assert "disabled" in page and "1 个名额已全部接完" in page
    answer = phone.post(reverse("tasks:claim", args=[task.pk]), follow=True)
    assert "1 个名额已全部接完" in str(next(iter(answer.context["messages"])))
    assert not Claim.objects.exists()


def test_the_second_of_two_taps_gets_the_answer_of_the_first(cast: Cast, phone: Client) -> None:
    task = make_offer(cast, capacity=1)
    url = reverse("tasks:claim", args=[task.pk])
    answers = [phone.post(url, follow=True) for _tap in range(2)]
    assert {answer.request["PATH_INFO"] for answer in answers} == {
        reverse("tasks:my_claim", args=[Claim.objects.get().pk])
    }
    assert not [m for m in answers[1].context["messages"] if m.level_tag == "error"]


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "settled"}, {"audience": "other"}])
def test_what_is_not_offered_to_the_member_does_not_exist(
    cast: Cast, phone: Client, fields: dict[str, Any]
) -> None:
    if "audience" in fields:
        fields = {"audience": [cast.other_community]}
    task = make_offer(cast, **fields)
    assert phone.get(reverse("tasks:offer", args=[task.pk])).status_code == 404
    assert phone.post(reverse("tasks:claim", args=[task.pk])).status_code == 404
    assert phone.post(reverse("tasks:claim", args=[task.pk + 99])).status_code == 404
    assert not Claim.objects.exists()


def test_a_task_cancelled_before_the_tap_says_so(cast: Cast, phone: Client) -> None:
    task = make_offer(cast, state=Task.State.CANCELLED, cancel_reason="暴雨")
    answer = phone.post(reverse("tasks:claim", args=[task.pk]), follow=True)
    assert answer.redirect_chain[0][0] == reverse("tasks:browse")
    assert "暴雨" in answer.content.decode()


def test_claiming_needs_post_and_a_token(cast: Cast, phone: Client) -> None:
    url = reverse("tasks:claim", args=[make_offer(cast).pk])
    assert phone.get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user_of(cast.li))
    assert strict.post(url).status_code == 403
    assert not Claim.objects.exists()


def test_a_claim_request_takes_five_statements(cast: Cast, phone: Client) -> None:
    """Session, user, the offer, the places and the guarded write (three steps on SQLite)."""
    task = make_offer(cast)
    with CaptureQueriesContext(connection) as queries:
        phone.post(reverse("tasks:claim", args=[task.pk]))
    counted = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert Claim.objects.count() == 1
    assert len(counted) == (5 if connection.vendor == "postgresql" else 7), counted


def test_my_claims_lists_what_is_ahead_what_waits_and_what_was(cast: Cast, phone: Client) -> None:
    def hold(title: str, days: int, state: str = "claimed", **fields: Any) -> None:
        Claim.objects.create(
            task=make_offer(cast, title=title, starts_in=days * DAY), member=cast.li, state=state, **fields
        )

    hold("下周", 7)
    hold("明天", 1)
    hold("昨天", -1, presence="present")
    hold("上月", -30, state="verified")
    Claim.objects.create(task=make_offer(cast, title="别人的"), member=cast.wang)
    page = phone.get(reverse("tasks:my_claims"))
    assert [c.task.title for c in page.context["ahead"]] == ["明天", "下周"]
    assert [c.task.title for c in page.context["undecided"]] == ["昨天"]
    assert [c.task.title for c in page.context["page"]] == ["上月"]
    assert "已签到" in page.content.decode() and "别人的" not in page.content.decode()


def test_withdrawing_on_the_phone(cast: Cast, phone: Client) -> None:
    place = take(make_offer(cast, starts_in=3 * DAY), cast.li)
    page = phone.get(reverse("tasks:my_claim", args=[place.pk])).content.decode()
    assert "确认退出" in page and 'name="reason"' not in page
    answer = phone.post(reverse("tasks:withdraw", args=[place.pk]), follow=True)
    assert "名额已放出" in answer.content.decode()
    assert Claim.objects.get().state == Claim.State.WITHDRAWN


def test_late_the_dialog_asks_for_a_reason(cast: Cast, phone: Client) -> None:
    place = take(make_offer(cast, starts_in=3 * HOUR), cast.li)
    assert 'name="reason"' in phone.get(reverse("tasks:my_claim", args=[place.pk])).content.decode()
    url = reverse("tasks:withdraw", args=[place.pk])
    assert "须说明原因" in phone.post(url, follow=True).content.decode()
    assert Claim.objects.get().state == Claim.State.CLAIMED
    phone.post(url, {"reason": "临时加班"})
    assert Claim.objects.get().state == Claim.State.WITHDRAWN


def test_the_place_of_somebody_else_does_not_exist(cast: Cast, phone: Client) -> None:
    place = take(make_offer(cast), cast.wang)
    assert phone.get(reverse("tasks:my_claim", args=[place.pk])).status_code == 404
    assert phone.post(reverse("tasks:withdraw", args=[place.pk])).status_code == 404
    assert phone.post(reverse("tasks:open_brief", args=[place.pk])).status_code == 404
    assert Claim.objects.get().state == Claim.State.CLAIMED


@pytest.mark.parametrize("name", ["tasks:browse", "tasks:my_claims"])
def test_staff_without_a_place_on_the_roster_are_refused(cast: Cast, name: str) -> None:
    client = Client()
    client.force_login(cast.clerk)
    assert client.get(reverse(name)).status_code == 403


def test_staff_cannot_claim(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.clerk)
    assert client.post(reverse("tasks:claim", args=[make_offer(cast).pk])).status_code == 403
    assert not Claim.objects.exists()


def wish_place(cast: Cast, **fields: Any) -> Claim:
    wish = Wish.objects.create(
        organization=cast.estate,
        need="陪同就医",
        contact_name="钱奶奶",
        contact_mobile="13700000009",
        contact_address="3幢201",
        state=Wish.State.PUBLISHED,
    )
    task = make_offer(cast, wish=wish, kind=Task.Kind.WISH, **fields)
    return Claim.objects.create(task=task, member=cast.li)


def test_the_holder_opens_the_brief_and_leaves_a_trace(cast: Cast, phone: Client) -> None:
    place = wish_place(cast)
    wish = place.task.wish
    assert wish is not None
    page = phone.get(reverse("tasks:my_claim", args=[place.pk])).content.decode()
    assert "查看联系方式" in page and "13700000009" not in page and "钱奶奶" not in page
    answer = phone.post(reverse("tasks:open_brief", args=[place.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("tasks:my_claim", args=[place.pk]) + "#brief", 302)]
    assert 'href="tel:13700000009"' in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert [opening.by for opening in wish.openings.all()] == [cast.li.user]


@pytest.mark.parametrize(
    ("ended", "state", "opens"),
    [(6.9, "claimed", True), (6.9, "verified", True), (7.0, "verified", False), (0, "withdrawn", False),
     (0, "freed", False), (0, "no_show", False)],
)  # fmt: skip
def test_the_brief_closes_seven_days_after_the_end(
    cast: Cast, phone: Client, ended: float, state: str, opens: bool
) -> None:
    place = wish_place(cast, starts_in=-2 * HOUR - ended * DAY)
    Claim.objects.update(state=state)
    answer = phone.post(reverse("tasks:open_brief", args=[place.pk]), follow=True)
    assert ("13700000009" in answer.content.decode()) is opens
    assert place.task.wish is not None and place.task.wish.openings.exists() is opens
