"""Codes cost money and patience: so many for a mobile and from an address, in an hour and in a day."""

import re
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.accounts import proving
from notices.channels import sms
from xianfeng.lib.limits import Limit, TooOften
from xianfeng.testing.cast import Cast

NAMES = ["PER_MOBILE_MINUTE", "PER_MOBILE_HOUR", "PER_MOBILE_DAY", "PER_ADDRESS_HOUR", "PER_ADDRESS_DAY"]
UNBOUNDED = 10**6


@pytest.fixture(params=NAMES)
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Limit:
    """One limit, three times at most, while no other holds."""
    for name in NAMES:
        times = 3 if name == request.param else UNBOUNDED
        monkeypatch.setattr(proving, name, replace(getattr(proving, name), times=times))
    found: Limit = getattr(proving, request.param)
    return found


def test_each_limit_holds_by_itself(alone: Limit, cast: Cast):
    counts_mobiles = "mobile" in alone.name
    for number in range(3):
        mobile = "13900000001" if counts_mobiles else f"1390000010{number}"
        proving.send_code(mobile, address=f"203.0.113.{number if counts_mobiles else 9}")
    with pytest.raises(TooOften):
        proving.send_code("13900000001", address="203.0.113.9")
    proving.send_code("13911111111", address="198.51.100.1")
    assert len(sms.recent()) == 4


def test_the_windows_are_what_their_names_say():
    seconds = {name: getattr(proving, name).seconds for name in NAMES}
    assert seconds == {
        "PER_MOBILE_MINUTE": 60, "PER_MOBILE_HOUR": 3600, "PER_MOBILE_DAY": 86400,
        "PER_ADDRESS_HOUR": 3600, "PER_ADDRESS_DAY": 86400,
    }  # fmt: skip


def test_wrong_codes_from_one_address_are_limited_over_all_mobiles(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(proving, "TRIES_PER_ADDRESS", replace(proving.TRIES_PER_ADDRESS, times=2))
    for number in range(2):
        proof = proving.send_code(f"1390000000{number}", address="203.0.113.9")
        with pytest.raises(proving.CodeRefused):
            proving.check_code(proof.pk, proof.mobile, "abcdef", address="203.0.113.9")
    with pytest.raises(TooOften):
        proving.check_code(proof.pk, proof.mobile, "abcdef", address="203.0.113.9")


def test_the_cache_names_no_mobile_and_no_address(cast: Cast):
    proving.send_code("13912345678", address="203.0.113.77")
    keys = b" ".join(cache._cache.get_client(write=True).keys("*"))  # type: ignore[attr-defined]
    assert keys.count(b"limit:proof") == 5
    assert b"13912345678" not in keys and b"203.0.113.77" not in keys


def test_a_code_proves_the_mobile_it_was_sent_to_and_no_other(cast: Cast):
    proof = proving.send_code("13900000001", address="203.0.113.9")
    found = re.search(r"\d{6}", sms.recent()[0][1])
    assert found
    with pytest.raises(proving.CodeRefused):
        proving.check_code(proof.pk, "13900000002", found[0], address="203.0.113.9")
    assert proving.check_code(proof.pk, "13900000001", found[0], address="203.0.113.9") == proof


def test_tries_of_a_log_in_code_that_run_side_by_side_share_one_count(cast: Cast):
    """Each as if it had read the session before the others wrote it."""
    client = Client()
    client.post(reverse("account_request_login_code"), {"phone": cast.li.mobile})
    found = re.search(r"\d{6}", sms.recent()[0][1])
    assert found
    before = dict(client.session)
    wrong = "000000" if found[0] != "000000" else "111111"
    for code in [wrong] * 5 + [found[0]]:
        client.post(reverse("account_confirm_login_code"), {"code": code})
        session = client.session
        session.clear()
        session.update(before)
        session.save()
    assert "_auth_user_id" not in client.session


def test_a_second_log_in_code_within_a_minute_is_not_sent(cast: Cast):
    for _time in range(2):
        answer = Client().post(reverse("account_request_login_code"), {"phone": cast.li.mobile})
    assert len(sms.recent()) == 1
    assert answer.context["form"].errors
