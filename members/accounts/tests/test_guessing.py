"""Wrong passwords slow down who guesses; the owner logs in from elsewhere, and on a known browser always."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.accounts import guessing
from members.models import User
from notices.channels import sms
from xianfeng.testing.cast import Cast

RIGHT, WRONG = "a long password", "another password"


@pytest.fixture
def clerk(cast: Cast) -> User:
    cast.clerk.password = make_password(RIGHT)
    cast.clerk.save()
    return cast.clerk


def tries(client: Client, password: str, address: str = "203.0.113.1", login: str = "clerk") -> Any:
    asked = {"login": login, "password": password}
    return client.post(reverse("account_login"), asked, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_five_wrong_passwords_from_elsewhere_lock_nobody_out(clerk: User):
    thief, owner = Client(), Client()
    for _try in range(6):
        answer = tries(thief, WRONG)
    assert "操作太频繁" in answer.content.decode()
    tries(thief, RIGHT)
    assert not is_in(thief)
    tries(owner, RIGHT, "203.0.113.2")
    assert is_in(owner)


def test_right_passwords_are_not_counted(clerk: User):
    for _time in range(7):
        client = Client()
        tries(client, RIGHT)
        assert is_in(client)


def test_one_address_does_not_try_account_after_account(clerk: User):
    for number in range(guessing.PER_ADDRESS.times):
        tries(Client(), WRONG, login=f"somebody{number}")
    client = Client()
    tries(client, RIGHT)
    assert not is_in(client)


@pytest.mark.parametrize("way", ["{}", " {}", "{} ", "+86{}", "1-{}"])
def test_an_account_has_one_count_however_it_is_named(cast: Cast, way: str):
    member = cast.li.user
    assert member
    member.set_password(RIGHT)
    member.save()
    mobile = "13800000001"
    spelt = way.format(mobile) if way != "1-{}" else f"1-{mobile[1:]}"
    thief = Client()
    for login in [mobile, member.username, member.username.upper(), mobile, mobile]:
        tries(thief, WRONG, login=login)
    answer = tries(thief, RIGHT, login=spelt)
    assert "操作太频繁" in answer.content.decode()
    assert not is_in(thief)


def test_from_many_addresses_only_so_many_a_day_and_a_known_browser_gets_in(clerk: User):
    known = Client()
    tries(known, RIGHT)
    known.post(reverse("account_logout"))
    for number in range(guessing.PER_ACCOUNT_DAY.times):
        tries(Client(), WRONG, f"198.51.100.{number}")
    stranger = Client()
    answer = tries(stranger, RIGHT, "192.0.2.1")
    assert "忘记密码" in answer.context["form"].non_field_errors()[0]
    assert not is_in(stranger)
    tries(known, RIGHT, "192.0.2.1")
    assert is_in(known)


def test_with_another_password_no_browser_is_known_any_more(clerk: User):
    known = Client()
    tries(known, RIGHT)
    known.post(reverse("account_logout"))
    clerk.set_password("quite another one")
    clerk.save()
    for _try in range(6):
        answer = tries(known, RIGHT)
    assert "操作太频繁" in answer.content.decode()
    assert not guessing.device_of(answer.wsgi_request, User.objects.get(pk=clerk.pk))


def test_the_link_to_set_a_password_lets_the_owner_in_whatever_was_guessed(clerk: User):
    clerk.email = "clerk@example.org"
    clerk.save()
    for number in range(guessing.PER_ACCOUNT_DAY.times):
        tries(Client(), WRONG, f"198.51.100.{number}")
    owner = Client()
    owner.post(reverse("account_reset_password"), {"email": clerk.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    page = owner.get(urlsplit(link).path, follow=True)
    new = "eleven green buses"
    owner.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    tries(owner, new, "192.0.2.1")
    assert is_in(owner)


def test_a_known_browser_counts_for_itself(clerk: User):
    known = Client()
    tries(known, RIGHT)
    known.post(reverse("account_logout"))
    for _try in range(guessing.PER_DEVICE.times + 1):
        answer = tries(known, WRONG)
    assert "操作太频繁" in answer.content.decode()


def test_a_browser_is_known_for_the_accounts_it_opened_and_names_none(clerk: User):
    known = Client()
    tries(known, RIGHT)
    cookie = known.cookies[guessing.COOKIE]
    assert (cookie["path"], cookie["httponly"]) == ("/", True)
    assert "clerk" not in cookie.value
    known.post(reverse("account_logout"))
    for _try in range(6):
        answer = tries(known, WRONG, login="secretary")
    assert "操作太频繁" in answer.content.decode()


def test_a_made_up_cookie_makes_no_browser_known(clerk: User):
    thief = Client()
    thief.cookies[guessing.COOKIE] = "eyJhIjoxfQ:made:up"
    for _try in range(6):
        answer = tries(thief, WRONG)
    assert "操作太频繁" in answer.content.decode()


def test_a_session_by_code_makes_no_browser_known(cast: Cast, client: Client):
    client.post(reverse("account_request_login_code"), {"phone": "13800000001"})
    code = next(word for word in sms.recent()[0][1].split() if word[:6].isdigit())[:6]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert is_in(client)
    assert guessing.COOKIE not in client.cookies
