"""Sessions end when rights or credentials change; the one in which their owner changed them goes on."""

import datetime as dt

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from members.accounts import holding, second_factor
from members.models import Appointment, User
from members.organizations import appointing, elevating, switching
from xianfeng.lib.times import at, today
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

RIGHT = "a long password"
CLERK = Appointment.Role.CLERK


def with_password(user: User) -> User:
    User.objects.filter(pk=user.pk).update(password=make_password(RIGHT))
    return User.objects.get(pk=user.pk)


def session_of(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": RIGHT})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    """Whether the next request still has its user."""
    return client.get(reverse("notices:inbox")).status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[-1]))


def reauthenticate(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": RIGHT})


def switch_on(client: Client) -> None:
    reauthenticate(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})


# --- By another ---------------------------------------------------------------------------------


def appoint(cast: Cast) -> None:
    appointing.grant(user=cast.clerk, organization=cast.estate, role=CLERK, by=cast.city_officer)


def end(cast: Cast) -> None:
    appointing.end(cast.clerk.appointments.get(), by=cast.city_officer)


def make_administrator(cast: Cast) -> None:
    Appointment.objects.filter(user=cast.clerk).delete()
    asked = elevating.ask_for_administration(cast.clerk, reason="接替老张", by=cast.sysadmin)
    elevating.confirm(asked, by=cast.city_officer)


def end_administration(cast: Cast) -> None:
    User.objects.filter(pk=cast.clerk.pk).update(is_superuser=True)
    elevating.end_administration(cast.clerk, by=cast.sysadmin)


def switch_off(cast: Cast) -> None:
    TOTP.activate(cast.clerk, "JBSWY3DPEHPK3PXP")
    second_factor.switch_off([cast.clerk], by=cast.sysadmin)


def stop_and_start(cast: Cast) -> None:
    for is_active in (False, True):
        named = {"username": "clerk", "name": cast.clerk.name, "email": cast.clerk.email}
        switching.change(cast.clerk, **named, is_active=is_active, by=cast.sysadmin)


@pytest.mark.parametrize(
    "step", [appoint, end, make_administrator, end_administration, switch_off, stop_and_start]
)
def test_every_session_ends_when_somebody_else_changes_what_it_stands_on(cast: Cast, step):
    sessions = [session_of(with_password(cast.clerk)) for _device in range(2)]
    step(cast)
    assert [is_in(client) for client in sessions] == [False, False]


def test_what_concerns_another_ends_nobody_elses(cast: Cast):
    secretary = session_of(with_password(cast.secretary))
    appoint(cast)
    assert is_in(secretary)


def test_a_member_s_phone_logs_in_anew_too_and_stays_a_member_s(cast: Cast):
    phone = Client()
    log_in_by_code(phone, cast.li.user)
    appointing.grant(user=cast.li.user, organization=cast.community, role=CLERK, by=cast.city_officer)
    assert not is_in(phone)
    log_in_by_code(phone, User.objects.get(pk=cast.li.user_id))
    assert phone.get(reverse("reports:me")).status_code == 200
    assert phone.get(reverse("reports:desk_home")).status_code == 403


# --- By oneself ---------------------------------------------------------------------------------


def change_password(client: Client) -> None:
    form = {"oldpassword": RIGHT, "password1": "another long one", "password2": "another long one"}
    client.post(reverse("account_change_password"), form)


def make_codes(client: Client) -> None:
    reauthenticate(client)
    client.post(reverse("mfa_generate_recovery_codes"))


def switch_off_own(client: Client) -> None:
    reauthenticate(client)
    client.post(reverse("mfa_deactivate_totp"))


@pytest.mark.django_db(transaction=True)  # the library says that a factor is on once that is committed
@pytest.mark.parametrize("change", [change_password, switch_on, make_codes, switch_off_own])
def test_the_own_session_goes_on_under_another_key_and_the_others_end(cast: Cast, change):
    user = with_password(cast.clerk)
    here, elsewhere = session_of(user), session_of(user)
    if change in (make_codes, switch_off_own):
        switch_on(here)
        elsewhere.logout()
        elsewhere = second_session(user)
    before = here.session.session_key
    change(here)
    assert is_in(here) and not is_in(elsewhere)
    assert here.session.session_key != before
    assert here.get(reverse("reports:desk_home")).status_code == 200  # and keeps its desk
    assert [one.session_key for one in UserSession.objects.purge_and_list(user)] == [here.session.session_key]


def second_session(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.username, "password": RIGHT})
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    client.post(reverse("mfa_authenticate"), {"code": spare})
    assert is_in(client)
    return client


# --- A term that begins later -------------------------------------------------------------------


def test_a_session_opened_before_the_term_began_gets_no_desk_and_reads_why(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    evening, tomorrow = at(today(), 23, 50), today() + dt.timedelta(days=1)
    clock = [evening]
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])
    grant = {"organization": cast.community, "role": CLERK, "by": cast.city_officer}
    appointing.grant(user=cast.li.user, starts_on=tomorrow, **grant)
    client = Client()
    client.force_login(User.objects.get(pk=cast.li.user_id))
    assert client.get(reverse("reports:me")).status_code == 200
    clock[0] = at(tomorrow, 0, 10)
    refused = client.get(reverse("reports:desk_home"))
    assert (refused.status_code, "请退出后重新登录" in refused.content.decode()) == (403, True)
    assert client.get("/").url == reverse("reports:me")
    assert "请重新登录，再开始办公" in client.get(reverse("members:profile")).content.decode()
    assert client.get("/admin/").status_code == 302
    client.force_login(User.objects.get(pk=cast.li.user_id))
    assert client.get(reverse("reports:desk_home")).status_code == 200


def test_a_number_that_comes_back_brings_no_session_with_it(client: Client, cast: Cast):
    user = User.objects.get(pk=cast.li.user_id or 0)
    log_in_by_code(client, user)
    for number in ("13900000061", cast.li.mobile):
        holding.take_number(User.objects.get(pk=user.pk), number)
    assert client.get(reverse("reports:me"))["Location"].startswith(reverse("account_login"))
