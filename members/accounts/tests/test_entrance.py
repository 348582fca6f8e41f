"""Which log-in opens first, and a code asked for once more."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from members import entrance
from members.accounts import codes
from notices.channels import sms
from xianfeng.testing.cast import Cast

PHONE = "Mozilla/5.0 (Linux; Android 14; V2301A) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
BY_CODE, BY_PASSWORD = "/accounts/login/code/", "/accounts/login/"
KNOWN, UNKNOWN = "13800000001", "13900000009"


def led_to(client: Client, page: str, **headers: str) -> str:
    return client.get(page, headers=headers).url.partition("?")[0]


@pytest.mark.parametrize(
    ("headers", "page", "opens"),
    [
        ({"User-Agent": DESK}, "/", BY_PASSWORD),
        ({"User-Agent": PHONE}, "/", BY_CODE),
        ({"User-Agent": DESK, "Sec-CH-UA-Mobile": "?1"}, "/", BY_CODE),
        ({"User-Agent": PHONE, "Sec-CH-UA-Mobile": "?0"}, "/", BY_CODE),
        ({"User-Agent": DESK, "Sec-CH-UA-Mobile": "?0"}, "/", BY_PASSWORD),
        ({}, "/", BY_PASSWORD),
        ({"User-Agent": DESK}, "/me/tasks/", BY_CODE),
        ({"User-Agent": PHONE}, "/desk/members/", BY_PASSWORD),
        ({"User-Agent": PHONE}, "/admin/members/user/", BY_PASSWORD),
    ],
)
def test_the_log_in_that_fits_the_device_and_the_page_opens(
    client: Client, cast: Cast, headers: dict[str, str], page: str, opens: str
):
    assert led_to(client, page, **headers) == opens


def test_the_page_that_was_wanted_goes_along(client: Client, cast: Cast):
    assert client.get("/me/tasks/?page=2").url == "/accounts/login/code/?next=/me/tasks/%3Fpage%3D2"


@pytest.mark.parametrize(
    ("last", "page", "opens"),
    [
        ("code", "/", BY_CODE),
        ("password", "/", BY_PASSWORD),
        ("password", "/me/notices/", BY_PASSWORD),
        ("code", "/desk/", BY_PASSWORD),  # a code opens no desk
        ("nonsense", "/", BY_CODE),
    ],
)
def test_how_one_logged_in_the_last_time_counts_for_more_than_the_device(
    client: Client, cast: Cast, last: str, page: str, opens: str
):
    client.cookies[entrance.COOKIE] = last
    assert led_to(client, page, **{"User-Agent": PHONE}) == opens


def test_both_ways_of_logging_in_are_remembered_and_a_log_out_forgets_neither(client: Client, cast: Cast):
    ask(client, KNOWN)
    client.post(reverse("account_confirm_login_code"), {"code": code_sent()})
    assert client.cookies[entrance.COOKIE].value == "code"
    client.post(reverse("account_logout"))
    assert led_to(client, "/", **{"User-Agent": DESK}) == BY_CODE
    cast.clerk.set_password("a long password")
    cast.clerk.save()
    client.post(BY_PASSWORD, {"login": "clerk", "password": "a long password"})
    assert client.cookies[entrance.COOKIE].value == "password"


# --- Once more ----------------------------------------------------------------------------------


def ask(client: Client, mobile: str, name: str = "account_request_login_code", **more: str):
    return client.post(reverse(name), {"phone": mobile, **more})


def code_sent() -> str:
    found = re.search(r"\d{6}", sms.recent()[0][1])
    assert found
    return found[0]


@pytest.fixture
def a_minute_later(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The limit of a minute is over, that of an hour is not."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"request_login_code": "2/h/key"}


@pytest.mark.parametrize("mobile", [KNOWN, UNKNOWN])
def test_the_page_says_when_another_code_may_be_asked_for(client: Client, cast: Cast, mobile: str):
    ask(client, mobile)
    page = client.get(reverse("account_confirm_login_code")).content.decode()
    wait = re.search(r'data-wait="(\d+)"', page)
    assert wait and 50 <= int(wait[1]) <= 60
    assert 'inputmode="numeric"' in page and 'autocomplete="one-time-code"' in page


@pytest.mark.parametrize("mobile", [KNOWN, UNKNOWN])
def test_too_early_is_refused_with_the_seconds_and_the_code_still_holds(
    client: Client, cast: Cast, mobile: str
):
    ask(client, mobile, next="/me/tasks/")
    answer = ask(client, mobile, "members:code_again", next="/me/tasks/")
    assert answer.url == f"{reverse('account_confirm_login_code')}?next=%2Fme%2Ftasks%2F"
    assert re.search(r"请 \d+ 秒后再获取", client.get(answer.url).content.decode())
    assert len(sms.recent()) == (mobile == KNOWN)
    if mobile == KNOWN:
        assert client.post(answer.url, {"code": code_sent()}).url == "/me/tasks/"


def test_another_code_makes_the_first_one_void(client: Client, cast: Cast, a_minute_later: None):
    ask(client, KNOWN)
    first = code_sent()
    answer = ask(client, KNOWN, "members:code_again")
    assert "之前的已作废" in client.get(answer.url).content.decode()
    second = code_sent()
    client.post(answer.url, {"code": first})
    assert first == second or "_auth_user_id" not in client.session
    client.post(answer.url, {"code": second})
    assert "_auth_user_id" in client.session


def test_asking_again_tells_nobody_who_is_known(cast: Cast, a_minute_later: None):
    pages = []
    for mobile in (KNOWN, UNKNOWN):
        client = Client()
        ask(client, mobile)
        answers = [ask(client, mobile, "members:code_again") for _time in range(2)]
        shown = client.get(answers[1].url).content.decode()
        pages.append([answers[0].url, re.findall(r"约 \d+ 分钟后", shown), "新的验证码" in shown])
    assert pages[0] == pages[1]
    assert pages[0][1] == ["约 60 分钟后"]
    assert [mobile for mobile, _text in sms.recent()] == [KNOWN, KNOWN]


def test_codes_asked_for_again_count_with_those_asked_for_elsewhere(cast: Cast, a_minute_later: None):
    here, elsewhere = Client(), Client()
    ask(here, KNOWN)
    ask(elsewhere, KNOWN)
    ask(here, KNOWN, "members:code_again")
    assert len(sms.recent()) == 2


def test_the_first_page_says_when_as_well(cast: Cast):
    ask(Client(), KNOWN)
    assert re.search(r"请 \d+ 秒后再获取", ask(Client(), KNOWN).content.decode())


def test_a_wait_ends_with_the_window_of_the_fullest_limit(
    rf: Any, client: Client, cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    ask(client, KNOWN)
    request = rf.post("/")
    assert 50 <= codes.seconds_to_wait(request, KNOWN) <= 60
    assert codes.seconds_to_wait(request, UNKNOWN) == 0
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"request_login_code": ""}
    assert codes.seconds_to_wait(request, KNOWN) == 0


def test_another_number_starts_from_the_one_that_was_typed(client: Client, cast: Cast):
    ask(client, "13800000002", next="/me/tasks/")
    page = ask(client, "13800000002", "members:code_other_number", next="/me/tasks/").content.decode()
    assert 'value="13800000002"' in page and 'name="next" value="/me/tasks/"' in page
    assert client.get(reverse("account_confirm_login_code")).status_code == 302  # nothing waits for a code
    answer = ask(client, KNOWN, next="/me/tasks/")  # another number owes no minute
    assert client.post(answer.url, {"code": code_sent()}).url == "/me/tasks/"
