"""Whoever has the password does not get the second factor by trying: its codes are six digits."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from members.accounts import forms
from members.models import User
from xianfeng.lib import limits
from xianfeng.testing.cast import Cast

PASSWORD = "right-and-proper-1"
CODE_PAGE = reverse("mfa_authenticate")


@pytest.fixture
def secret(cast: Cast) -> str:
    cast.clerk.set_password(PASSWORD)
    cast.clerk.save()
    made = totp.generate_totp_secret()
    totp.TOTP.activate(cast.clerk, made)
    RecoveryCodes.activate(cast.clerk)
    return made


def half_way(user: User) -> Client:
    """Past the password, before the second factor."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return client


def right(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def wrong(secret: str) -> str:
    return f"{(int(right(secret)) + 500_000) % 10**6:06d}"


def opens(client: Client, code: str) -> bool:
    client.post(CODE_PAGE, {"code": code})
    return "_auth_user_id" in client.session


def test_a_right_code_opens_also_after_some_wrong_ones(cast: Cast, secret: str):
    client = half_way(cast.clerk)
    assert not any(opens(client, wrong(secret)) for _ in range(4))
    assert opens(client, right(secret))


def test_after_five_wrong_ones_a_right_code_opens_nothing_in_any_browser(cast: Cast, secret: str):
    client = half_way(cast.clerk)
    assert not any(opens(client, wrong(secret)) for _ in range(5))
    assert not opens(client, right(secret))
    assert not opens(half_way(cast.clerk), right(secret))
    assert not opens(half_way(cast.clerk), RecoveryCodes.activate(cast.clerk).get_unused_codes()[0])


def test_a_day_has_a_limit_of_its_own(cast: Cast, secret: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        forms, "SECOND_FACTOR", (limits.Limit("x", 100, 60), limits.Limit("second-factor-day", 2, 86400))
    )
    client = half_way(cast.clerk)
    assert not any(opens(client, wrong(secret)) for _ in range(2))
    assert not opens(client, right(secret))


def test_proving_again_counts_with_it(cast: Cast, secret: str):
    client = half_way(cast.clerk)
    assert opens(client, right(secret))
    page = reverse("mfa_reauthenticate")
    for _ in range(5):
        assert client.post(page, {"code": wrong(secret)}).status_code == 200
    answer = client.post(page, {"code": RecoveryCodes.activate(cast.clerk).get_unused_codes()[0]})
    assert answer.status_code == 200 and "太频繁" in answer.content.decode()
