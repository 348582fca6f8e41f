"""The sheet to print and sign: who stands on it, and how it is cut into pages."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from members.models import Member, Organization, User
from tasks.models import Claim, Task
from tasks.presence.sheets import ROWS, WALK_INS, Sheet, sheets
from tasks.tests.desk import DAY, at_desk, ended_task, hold
from tasks.tests.offers import make_offer
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed


def crowd(cast: Cast, task: Task, count: int) -> None:
    for number in range(count):
        name, mobile = f"党员{number:02d}", f"1391000{number:04d}"
        member = Member.objects.create(
            name=name, mobile=mobile, unit=cast.unit, community=cast.community, pinyin=f"dy{number:02d}"
        )
        hold(task, member)


def pages(task: Task) -> list[Sheet]:
    return sheets(task, list(task.claims.order_by("member__pinyin")))


@pytest.mark.parametrize(
    ("people", "count"), [(0, 1), (ROWS - WALK_INS, 1), (ROWS - WALK_INS + 1, 2), (2 * ROWS, 3)]
)
def test_every_page_is_full_and_leaves_rows_for_walk_ins(cast: Cast, people: int, count: int):
    task = ended_task(cast, capacity=99)
    crowd(cast, task, people)
    cut = pages(task)
    assert [(page.number, page.count) for page in cut] == [(number + 1, count) for number in range(count)]
    rows = [row for page in cut for row in page.rows]
    assert [number for number, _claim in rows] == list(range(1, count * ROWS + 1))
    assert [claim.member.name for _number, claim in rows if claim] == [f"党员{n:02d}" for n in range(people)]
    assert sum(claim is None for _number, claim in rows) >= WALK_INS


def test_each_day_of_several_is_signed_for_itself(cast: Cast):
    task = make_offer(cast)
    Task.objects.filter(pk=task.pk).update(sessions=3, ends_at=task.ends_at + 2 * DAY)
    task.refresh_from_db()
    cut = pages(task)
    assert [page.number for page in cut] == [1, 1, 1]
    assert [page.starts_at for page in cut] == [task.starts_at + day * DAY for day in range(3)]


def test_whoever_holds_a_place_stands_on_it_also_after_the_verification(cast: Cast):
    task = ended_task(cast, cast.li, cast.wang, cast.sun, capacity=9)
    task.claims.filter(member=cast.wang).update(state=Claim.State.VERIFIED)
    task.claims.filter(member=cast.sun).update(state=Claim.State.WITHDRAWN)
    page = at_desk(cast.clerk).get(reverse("tasks:sheet", args=[task.pk])).content.decode()
    assert cast.li.name in page and cast.wang.name in page and cast.sun.name not in page


def test_every_page_says_what_when_where_and_who(cast: Cast):
    task = ended_task(cast, capacity=99)
    crowd(cast, task, ROWS)
    page = squeezed(at_desk(cast.clerk).get(reverse("tasks:sheet", args=[task.pk])).content.decode())
    for words in (f"{task.title} 签到表</h2>", task.place, str(task.publisher), task.organiser_name):
        assert page.count(words) >= 2, words
    assert page.count("签名</th>") == 2 and "第 1 页，共 2 页" in page and "第 2 页，共 2 页" in page


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_each_page_is_one_sheet_of_a4_however_long_the_words(
    chromium: Browser, live_server: LiveServer, cast: Cast
):
    Organization.objects.filter(pk=cast.unit.pk).update(name="很" * 80)
    task = ended_task(cast, capacity=99, title="长" * 60, place="远" * 100, organiser_name="某" * 60)
    crowd(cast, task, 2 * ROWS - WALK_INS)
    url = live_server.url + reverse("tasks:sheet", args=[task.pk])
    for size in (DESK, PHONE):
        with open_page(chromium, url, size, session_of(cast.clerk)) as page:
            assert axe_violations(page) == [] and overflow(page) == 0
            printed = page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type /Page\b", printed)) == 2
            page.emulate_media(media="print")
            heights = page.locator(".sheet tbody tr").evaluate_all("rows => rows.map(r => r.offsetHeight)")
            assert {round(height * 25.4 / 96) for height in heights} == {12}
