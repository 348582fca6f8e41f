"""Members by mobile and code, staff by name and password, strangers not at all."""

import re
from http.client import HTTPException
from typing import Any
from unittest.mock import Mock

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from members.accounts.adapter import MEMBER_SESSION
from members.models import Appointment, Organization, User
from notices.channels import sms
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in, log_in_by_code


def ask(client: Client, mobile: str):
    return client.post(reverse("account_request_login_code"), {"phone": mobile})


def test_a_member_logs_in_by_code(client: Client, cast: Cast):
    ask(client, "+86 138-0000-0001")
    code = re.search(r"\d{6}", sms.recent()[0][1])
    assert code
    answer = client.post(reverse("account_confirm_login_code"), {"code": code[0]})
    assert answer.status_code == 302
    assert int(client.session["_auth_user_id"]) == cast.li.user_id
    assert client.session.get_expiry_age() == MEMBER_SESSION


def test_a_wrong_code_does_not(client: Client, cast: Cast):
    ask(client, "13800000001")
    client.post(reverse("account_confirm_login_code"), {"code": "abcdef"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("mobile", ["13900000000", "13800000004"])
def test_an_unknown_mobile_gets_the_answer_of_a_known_one(client: Client, cast: Cast, mobile: str):
    known = ask(Client(), "13800000001")
    unknown = ask(client, mobile)
    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert [number for number, _text in sms.recent()] == ["13800000001"]
    assert client.get(unknown.url).status_code == 200


@pytest.mark.parametrize(
    "error", [KeyError("status"), HTTPException(), ValueError("no JSON"), sms.SmsError()]
)
def test_a_gateway_that_breaks_tells_nobody_who_has_an_account(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(sms.ConsoleBackend, "send", Mock(side_effect=error))
    known, unknown = ask(Client(), "13800000001"), ask(Client(), "13900000000")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, unknown.url)


def test_a_code_opens_no_account_that_only_has_a_post(client: Client, cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(mobile="13700000000")
    ask(client, "13700000000")
    assert sms.recent() == []


def test_a_member_with_a_post_keeps_the_phone_and_has_no_desk_there(client: Client, cast: Cast):
    appoint(cast.li.user, cast.community)
    ask(client, "13800000001")
    code = re.search(r"\d{6}", sms.recent()[0][1])
    assert code
    client.post(reverse("account_confirm_login_code"), {"code": code[0]})
    assert client.get("/").url == reverse("reports:me")
    assert client.session.get_expiry_age() == MEMBER_SESSION
    refused = client.get(reverse("reports:desk_home"))
    assert (refused.status_code, "用户名和密码" in refused.content.decode()) == (403, True)
    assert "改用工作人员登录" in client.get(reverse("members:profile")).content.decode()


def test_who_has_no_post_any_more_is_not_sent_to_the_staff_log_in(client: Client, cast: Cast):
    User.objects.filter(pk=cast.li.user_id).update(is_staff=True)
    log_in_by_code(client, User.objects.get(pk=cast.li.user_id))
    assert "改用工作人员登录" not in client.get(reverse("members:profile")).content.decode()


def test_the_same_person_has_the_desk_by_password(client: Client, cast: Cast):
    appoint(cast.li.user, cast.community)
    User.objects.filter(pk=cast.li.user_id).update(username="li", password=make_password("a long password"))
    client.post(reverse("account_login"), {"login": "li", "password": "a long password"})
    assert client.get("/").url == reverse("reports:desk_home")
    assert client.get(reverse("members:profile")).status_code == 200
    assert client.session.get_expire_at_browser_close()


def test_a_code_session_becomes_no_desk_when_a_term_begins(client: Client, cast: Cast):
    log_in_by_code(client, cast.li.user)
    assert client.get(reverse("reports:me")).status_code == 200
    appoint(cast.li.user, cast.community)
    assert client.get(reverse("reports:desk_home")).status_code == 403
    assert client.get("/admin/").status_code == 302
    assert client.get(reverse("reports:me")).status_code == 200


def test_proving_again_by_password_makes_no_desk_of_it(client: Client, cast: Cast):
    appoint(cast.li.user, cast.community)
    User.objects.filter(pk=cast.li.user_id).update(password=make_password("a long password"))
    log_in_by_code(client, User.objects.get(pk=cast.li.user_id))
    client.post(reverse("account_reauthenticate"), {"password": "a long password"})
    assert client.get(reverse("reports:desk_home")).status_code == 403


@pytest.mark.parametrize(
    "name", ["account_set_password", "account_change_password", "account_email", "mfa_index"]
)
def test_what_opens_a_desk_is_not_set_up_from_a_code_session(client: Client, cast: Cast, name: str):
    appoint(cast.li.user, cast.community)
    log_in_by_code(client, cast.li.user)
    assert client.get(reverse(name)).status_code == 403


def test_a_session_that_does_not_say_how_it_was_opened_has_no_desk(client: Client, cast: Cast):
    log_in(client, cast.clerk, method="")
    assert client.get(reverse("reports:desk_home")).status_code == 403


def test_a_system_administrator_is_nobody_by_code(client: Client, cast: Cast):
    User.objects.filter(pk=cast.li.user_id).update(is_superuser=True)
    ask(client, "13800000001")
    assert sms.recent() == []
    log_in_by_code(client, cast.li.user)
    for page in ("/admin/", reverse("reports:me")):
        assert client.get(page).status_code == 302


def appoint(user: User, organization: Organization) -> None:
    Appointment.objects.create(user=user, organization=organization, role=Appointment.Role.SECRETARY)
    User.objects.filter(pk=user.pk).update(is_staff=True)


def test_staff_log_in_by_name_and_password(client: Client, cast: Cast):
    cast.clerk.set_password("a long password")
    cast.clerk.save()
    form = {"login": "clerk", "password": "a long password"}
    assert client.post(reverse("account_login"), form).status_code == 302
    assert int(client.session["_auth_user_id"]) == cast.clerk.pk
    assert client.session.get_expire_at_browser_close()


def test_a_second_factor_does_not_make_the_session_of_staff_a_member_s(client: Client, cast: Cast):
    cast.clerk.set_password("a long password")
    cast.clerk.save()
    TOTP.activate(cast.clerk, generate_totp_secret())
    code = RecoveryCodes.activate(cast.clerk).get_unused_codes()[0]  # holds at any moment, unlike the other
    client.post(reverse("account_login"), {"login": "clerk", "password": "a long password"})
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert int(client.session["_auth_user_id"]) == cast.clerk.pk
    assert client.session.get_expire_at_browser_close()


def test_codes_for_one_mobile_are_limited(cast: Cast, settings: Any):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"request_login_code": "5/h/key"}
    for _time in range(8):
        ask(Client(), "13800000001")
    assert len(sms.recent()) == 5


def test_nobody_signs_up(client: Client, cast: Cast):
    form = {"username": "intruder", "password1": "a long password", "password2": "a long password"}
    client.post(reverse("account_signup"), form)
    assert not User.objects.filter(username="intruder").exists()


@pytest.mark.parametrize(
    ("who", "page"),
    [("city_officer", "/desk/"), ("sysadmin", "/admin/")],
)
def test_home_sends_each_to_their_first_page(client: Client, cast: Cast, who: str, page: str):
    client.force_login(getattr(cast, who))
    assert client.get("/").url == page


def test_home_sends_a_member_to_the_phone_and_a_visitor_to_the_log_in(client: Client, cast: Cast):
    assert client.get("/").url == reverse("account_login")
    client.force_login(cast.li.user)
    assert client.get("/").url == reverse("reports:me")


def test_who_has_an_account_but_no_entry_sees_the_registration(client: Client, cast: Cast):
    client.force_login(User.objects.create(username="new", mobile="13900000001"))
    assert client.get("/").url == reverse("members:profile")


def test_messages_of_the_console_are_shown_on_the_machine_that_has_no_gateway(client: Client, cast: Cast):
    sms.send_sms("13900000001", "你好")
    assert "你好" in client.get(reverse("members:dev_messages")).content.decode()


@pytest.mark.parametrize(
    "setting",
    [
        {"IS_PRODUCTION": True},
        {"SMS_BACKEND": "city_sms.Gateway"},
        {"ALLOWED_HOSTS": ["testserver", "10.0.0.5"]},
    ],
)
@pytest.mark.parametrize("debug", [True, False])
def test_they_are_closed_in_production_with_a_gateway_and_to_other_machines(
    client: Client, cast: Cast, settings: Any, setting: dict[str, Any], debug: bool
):
    settings.DEBUG = debug
    for name, value in setting.items():
        setattr(settings, name, value)
    assert client.get(reverse("members:dev_messages")).status_code == 404
