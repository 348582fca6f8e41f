"""An error stands in the frame of who asks, says what to do next, and needs nothing that may be away."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from members.models import Organization, User
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

pytestmark = pytest.mark.django_db
MISSING = 987_654_321


def shown(client: Client, url: str, status: int, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == status
    return str(answer.content.decode())


def frame(page: str) -> str:
    found = re.search(r'<body\s+class="(\w+)"', page)
    assert found
    return found[1]


def test_staff_keep_the_navigation_their_organisation_and_a_search(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    page = shown(client, "/desk/no-such-page/", 404)
    assert frame(page) == "desk"
    assert 'class="desk-nav"' in page and ">青锋社区</strong>" in page
    assert 'id="error-search"' in page and "回到首页" in page


def test_members_keep_their_tabs(client: Client, cast: Cast):
    log_in_by_code(client, cast.li.user)
    page = shown(client, reverse("tasks:offer", args=[MISSING]), 404)
    assert (frame(page), 'class="tabbar"' in page) == ("phone", True)


def test_a_stranger_is_shown_the_way_to_the_wish_and_to_the_log_in(client: Client):
    page = shown(client, "/no-such-page/", 404)
    assert frame(page) == "public"
    assert reverse("wishes:track") in page and "/accounts/login/?next=/no-such-page/" in page


def test_who_can_open_neither_desk_nor_phone_gets_the_plain_frame(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    assert frame(shown(client, "/no-such-page/", 404)) == "public"


def test_who_owes_a_second_factor_is_offered_no_navigation_that_leads_nowhere(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(User, "owes_second_factor", True)
    client.force_login(cast.secretary)
    assert frame(shown(client, "/no-such-page/", 404)) == "public"


def test_a_missing_right_is_refused_in_the_frame_too(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    page = shown(client, reverse("reports:retention"), 403)
    assert frame(page) == "desk" and "没有权限" in page and "切换组织" in page


def test_a_form_that_expired_and_a_body_that_is_too_large_are_told_in_the_frame(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.secretary)
    expired = client.post(reverse("members:switch"))
    large = client.post(reverse("members:switch"), {"desk": "x" * (6 * 1024 * 1024)})
    assert (expired.status_code, large.status_code) == (403, 413)
    for answer, words in ((expired, "没有提交"), (large, "内容太大")):
        page = answer.content.decode()
        assert frame(page) == "desk" and words in page


def test_too_many_tries_are_told_in_the_public_frame(client: Client, settings: Any):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"reset_password": "1/h/ip"}
    url, form = reverse("account_reset_password"), {"email": "a@example.cn"}
    answers = [client.post(url, form) for _time in range(2)]
    assert answers[1].status_code == 429 and frame(answers[1].content.decode()) == "public"
    cache.clear()


def test_what_cannot_be_read_is_refused_with_a_page_of_its_own(client: Client):
    page = shown(client, "/w/track/?q=%00", 400)
    assert "读不懂这个请求" in page and 'class="brand"' in page


# --- Back ---------------------------------------------------------------------------------------

BACK = re.compile(r'href="([^"]+)"[^>]*>\s*返回上一页')


@pytest.mark.parametrize(
    ("referer", "offered"),
    [
        ("http://testserver/desk/members/?q=1", ["http://testserver/desk/members/?q=1"]),
        ("http://testserver/no-such-page/", []),  # itself
        ("http://elsewhere.example/", []),
        ("javascript:alert(1)", []),
        ("", []),
    ],
)
def test_the_way_back_is_the_page_of_ours_that_led_here(client: Client, referer: str, offered: list[str]):
    assert BACK.findall(shown(client, "/no-such-page/", 404, Referer=referer)) == offered


# --- Nothing is told ----------------------------------------------------------------------------


def without_the_request(page: str, path: str) -> str:
    """A page but for the address that the visitor asked for, and its tokens."""
    return re.sub(r'(X-CSRFToken": |csrfmiddlewaretoken" value=)"\w+"', "", page).replace(path, "#")


def test_a_row_out_of_reach_and_one_that_never_was_get_the_same_page(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    other = Organization.objects.exclude(pk=cast.community.pk).filter(kind="community").first()
    assert other
    paths = [reverse("members:organization", args=[pk]) for pk in (other.pk, MISSING)]
    there, nowhere = (without_the_request(shown(client, path, 404), path) for path in paths)
    assert there == nowhere


# --- Parts that are away ------------------------------------------------------------------------


def test_an_error_page_whose_frame_cannot_be_filled_becomes_the_one_that_stands_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    client = Client(raise_request_exception=False)
    client.force_login(cast.secretary)

    def away(*_args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(User, "desks", property(away))
    answer = client.get("/no-such-page/")
    assert answer.status_code in (500, 503)
    assert "回到首页" in answer.content.decode()


@pytest.mark.parametrize("template", ["400.html", "500.html", "503.html"])
def test_what_stands_alone_has_the_bar_and_asks_no_database(
    template: str, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "get", None)
    with django_assert_num_queries(0):
        page = render_to_string(template, {"title": "系统暂时不能使用"})
    assert 'class="public-bar"' in page and 'class="brand"' in page and "回到首页" in page
