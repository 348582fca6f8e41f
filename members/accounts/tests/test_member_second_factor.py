"""A text message may be taken by somebody else: members are told so, and may add a stronger proof."""

import re
import time

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from notices.channels import sms
from xianfeng.testing.cast import Cast

ASK, CODE_PAGE = reverse("account_request_login_code"), reverse("account_confirm_login_code")


def by_code(mobile: str) -> Client:
    client = Client()
    client.post(ASK, {"phone": mobile})
    found = re.search(r"\d{6}", sms.recent()[0][1])
    assert found
    client.post(CODE_PAGE, {"code": found[0]})
    return client


def test_the_page_says_what_a_text_message_is_worth(client: Client, db: None):
    page = client.get(ASK).content.decode()
    assert "补卡" in page and "两步验证" in page


def test_a_member_adds_an_authenticator_and_is_asked_for_it_from_then_on(cast: Cast):
    assert cast.li.user
    cast.li.user.set_unusable_password()  # as registration makes accounts
    cast.li.user.save()
    client = by_code(cast.li.mobile)
    page = reverse("mfa_activate_totp")
    assert client.get(page).status_code == 200
    secret = client.session[totp.SECRET_SESSION_KEY]
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    client.post(page, {"code": code})
    again = by_code(cast.li.mobile)
    assert "_auth_user_id" in client.session
    assert "_auth_user_id" not in again.session
