"""Whoever has the code sees how far the wish is, and nothing about a person."""

import pytest
from django.test import Client
from django.urls import reverse

from wishes.handling import handling
from wishes.tests.helpers import BRIEF, stated
from xianfeng.testing.cast import Cast

TRACK = reverse("wishes:track")


def page_of(client: Client, code: str) -> str:
    return client.get(reverse("wishes:tracked", args=[code])).content.decode()


@pytest.mark.parametrize("change", [str, str.lower, lambda code: f" {code[:5]}-{code[5:]} "])
def test_the_code_is_found_however_it_is_typed(client: Client, cast: Cast, change):
    wish = stated(cast.estate)
    answer = client.post(TRACK, {"code": change(wish.code)})
    assert answer["Location"] == reverse("wishes:tracked", args=[wish.code])


def test_the_story_is_told_without_names(client: Client, cast: Cast):
    wish = stated(cast.estate)
    handling.accept(wish, by=cast.clerk)
    handling.mark_published(wish, by=cast.clerk)
    handling.unpublish(wish, by=cast.clerk, note="内部说明")
    page = page_of(client, wish.code)
    for title in ("心愿已提交", "社区已受理", "已发布给党员接单", "重新安排中"):
        assert title in page
    assert not any(text in page for text in (*BRIEF.values(), "林社工", "内部说明"))


def test_a_declined_wish_says_why_and_who_instead(client: Client, cast: Cast):
    wish = stated(cast.estate)
    handling.decline(wish, reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)
    page = page_of(client, wish.code)
    assert "属于物业维修" in page
    assert "物业服务中心" in page


@pytest.mark.parametrize("code", ["ABCDEFGHJK", "x", "-", "ABCDEFGHJKMNPQR"])
@pytest.mark.parametrize("name", ["wishes:tracked", "wishes:asked"])
def test_wrong_codes_all_get_the_same_answer(client: Client, cast: Cast, name: str, code: str):
    stated(cast.estate)
    answer = client.get(reverse(name, args=[code]))
    assert answer.status_code == 404
    assert "没有找到这个查询码" in answer.content.decode()


def test_an_empty_code_is_asked_for(client: Client, db: None):
    assert "请填写查询码" in client.post(TRACK, {"code": ""}).content.decode()
    assert client.post(TRACK, {"code": "！！"}).status_code == 302


def test_guessing_is_stopped_even_for_a_right_guess(client: Client, cast: Cast):
    wish = stated(cast.estate)
    for _guess in range(60):
        assert client.get(reverse("wishes:tracked", args=["WRONGCQDE2"])).status_code == 404
    assert client.get(reverse("wishes:tracked", args=[wish.code])).status_code == 429
    elsewhere = client.get(reverse("wishes:tracked", args=[wish.code]), REMOTE_ADDR="10.9.8.7")
    assert elsewhere.status_code == 200
