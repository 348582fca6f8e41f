"""Who must have a second factor, until when they may do without, and who helps without the device."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.accounts import second_factor
from members.models import Appointment, User
from members.organizations import appointing, elevating
from notices.models import Notice
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

SECRET = "JBSWY3DPEHPK3PXP"
YESTERDAY = dt.timedelta(days=-1)
MUST = ["city_officer", "street_officer", "secretary", "clerk", "unit_clerk", "estate_clerk", "sysadmin"]


def due(user: User, day: dt.date) -> User:
    User.objects.filter(pk=user.pk).update(second_factor_by=day)
    return User.objects.get(pk=user.pk)


def overdue(client: Client, user: User) -> None:
    client.force_login(due(user, today() + YESTERDAY))


def first_page(who: str) -> str:
    return reverse("admin:index" if who == "sysadmin" else "reports:desk_home")


# --- Who, and until when ------------------------------------------------------------------------


@pytest.mark.parametrize("who", MUST)
def test_after_the_last_day_only_the_set_up_opens(client: Client, cast: Cast, who: str):
    overdue(client, getattr(cast, who))
    for page in (first_page(who), reverse("admin:index"), reverse("notices:inbox"), reverse("members:email")):
        for method in (client.get, client.post):
            assert method(page).url == reverse("mfa_index")
    text = client.get(reverse("mfa_index")).content.decode()
    assert "期限已过" in text and 'class="sidebar"' not in text
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("who", MUST)
def test_on_the_last_day_a_banner_says_it(client: Client, cast: Cast, who: str):
    client.force_login(due(getattr(cast, who), today()))
    page = client.get(first_page(who))
    text = page.content.decode()
    assert page.status_code == 200
    assert f"{today().year}年{today().month}月{today().day}日" in text and "开启两步验证，过后" in text
    assert f'href="{reverse("mfa_index")}"' in text


@pytest.mark.parametrize("who", MUST)
def test_who_has_one_is_asked_for_nothing(client: Client, cast: Cast, who: str):
    TOTP.activate(getattr(cast, who), SECRET)
    overdue(client, getattr(cast, who))
    page = client.get(first_page(who))
    assert (page.status_code, "开启两步验证，过后" in page.content.decode()) == (200, False)


def test_recovery_codes_alone_are_no_second_factor(client: Client, cast: Cast):
    RecoveryCodes.activate(cast.secretary)
    overdue(client, cast.secretary)
    assert client.get(reverse("reports:desk_home")).url == reverse("mfa_index")


def test_the_rest_of_staff_follow_the_city_s_policy(client: Client, cast: Cast, settings: Any):
    """It names a day; from then on they have as many days as everybody else."""
    overdue(client, cast.auditor)
    assert client.get(reverse("reports:desk_home")).status_code == 200
    settings.SECOND_FACTOR_FOR_ALL_FROM = today() - dt.timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    page = client.get(reverse("reports:desk_home"))
    assert (page.status_code, "开启两步验证，过后" in page.content.decode()) == (200, True)
    settings.SECOND_FACTOR_FOR_ALL_FROM += YESTERDAY
    assert client.get(reverse("reports:desk_home")).url == reverse("mfa_index")


def test_the_city_s_day_gives_nobody_else_more_days(client: Client, cast: Cast, settings: Any):
    settings.SECOND_FACTOR_FOR_ALL_FROM = today()
    overdue(client, cast.secretary)
    assert client.get(reverse("reports:desk_home")).url == reverse("mfa_index")


def test_members_are_never_asked(client: Client, cast: Cast, settings: Any):
    settings.SECOND_FACTOR_FOR_ALL_FROM = dt.date(2020, 1, 1)
    overdue(client, cast.li.user)
    assert client.get(reverse("reports:me")).status_code == 200


def test_a_phone_opened_by_code_goes_on_as_a_member_s(client: Client, cast: Cast):
    appointing.grant(user=cast.li.user, organization=cast.community, role="clerk", by=cast.city_officer)
    log_in_by_code(client, due(cast.li.user, today() + YESTERDAY))
    assert client.get(reverse("reports:me")).status_code == 200


def test_a_second_lesser_post_is_no_way_around(client: Client, cast: Cast):
    post = Appointment.objects.create(user=cast.secretary, organization=cast.estate, role="auditor")
    overdue(client, cast.secretary)
    session = client.session
    session["desk"] = post.pk
    session.save()
    assert client.get(reverse("reports:desk_home")).url == reverse("mfa_index")


def test_an_account_that_nobody_marked_as_staff_s_has_no_desk_either(client: Client, cast: Cast):
    User.objects.filter(pk=cast.secretary.pk).update(is_staff=False)
    overdue(client, cast.secretary)
    assert client.get(reverse("reports:desk_home")).status_code == 403


def test_a_part_of_a_page_leads_the_whole_page_there(client: Client, cast: Cast):
    overdue(client, cast.secretary)
    answer = client.get(reverse("reports:waiting"), headers={"HX-Request": "true"})
    assert (answer.headers["HX-Redirect"], answer.content) == (reverse("mfa_index"), b"")


def test_pages_for_everybody_stay_open(client: Client, cast: Cast):
    overdue(client, cast.secretary)
    assert client.get(reverse("wishes:track")).status_code == 200
    assert client.get(reverse("healthz")).status_code in (200, 503)


def test_asking_costs_a_desk_page_no_query(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    client.get(reverse("reports:desk_home"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("reports:desk_home"))
    asked = [query["sql"] for query in queries if "mfa_authenticator" in query["sql"]]
    assert len(asked) == 1 and "members_appointment" in asked[0]  # inside the one that reads the posts


# --- The days -----------------------------------------------------------------------------------


def appointed(cast: Cast, user: User, role: str = "auditor", **term: dt.date) -> dt.date | None:
    appointing.grant(user=user, organization=cast.estate, role=role, by=cast.city_officer, **term)
    return User.objects.get(pk=user.pk).second_factor_by


def test_a_first_post_brings_its_days_and_so_does_the_first_that_asks_for_one_and_another_no_more(
    cast: Cast, settings: Any
):
    """An auditor needs none: whoever goes on to a community has days from then, and at the next no more."""
    settings.SECOND_FACTOR_GRACE_DAYS = 10
    user = User.objects.create(username="new", name="新社工")
    last = today() + dt.timedelta(days=10)
    assert appointed(cast, user) == last
    for community, expected in ((cast.community, last), (cast.other_community, today())):
        due(user, today())
        appointing.grant(user=user, organization=community, role="clerk", by=cast.city_officer)
        assert User.objects.get(pk=user.pk).second_factor_by == expected


def test_the_same_post_given_anew_brings_no_new_days(cast: Cast):
    user = User.objects.create(username="new", name="新社工")
    appointed(cast, user, "clerk")
    due(user, today())
    appointing.end(user.appointments.get(), by=cast.city_officer)
    assert appointed(cast, user, "clerk") == today()


def test_who_comes_back_after_long_has_days(cast: Cast):
    user = User.objects.create(username="new", name="新社工")
    long_ago = today() - dt.timedelta(days=60)
    Appointment.objects.create(
        user=user, organization=cast.estate, role="clerk", starts_on=long_ago, ends_on=long_ago
    )
    due(user, long_ago)
    assert appointed(cast, user, "clerk") == today() + dt.timedelta(days=14)


def test_the_days_count_from_the_first_day_of_the_term(cast: Cast):
    user = User.objects.create(username="new", name="新社工")
    starts_on = today() + dt.timedelta(days=30)
    assert appointed(cast, user, starts_on=starts_on) == starts_on + dt.timedelta(days=14)


def test_an_administrator_has_days_from_the_confirmation(cast: Cast):
    user = User.objects.create(username="new", name="新管理员")
    asked = elevating.ask_for_administration(user, reason="接替老张", by=cast.sysadmin)
    elevating.confirm(asked, by=cast.city_officer)
    assert User.objects.get(pk=user.pk).second_factor_by == today() + dt.timedelta(days=14)


def test_an_account_from_the_command_line_has_days_from_its_making(cast: Cast):
    made = User.objects.create_superuser("root", "root@example.test", "a long password")
    assert made.second_factor_due == today() + dt.timedelta(days=14)


def test_the_cast_stands_inside_its_days(cast: Cast):
    for who in MUST:
        assert not User.objects.get(pk=getattr(cast, who).pk).owes_second_factor


# --- Help from a second person ------------------------------------------------------------------


def another_administrator() -> User:
    return User.objects.create(username="admin2", name="另一管理员", is_staff=True, is_superuser=True)


def test_another_administrator_helps_one_and_it_is_on_record(client: Client, cast: Cast):
    lost, third = another_administrator(), User.objects.create(username="third", name="三", is_superuser=True)
    TOTP.activate(lost, SECRET)
    RecoveryCodes.activate(lost)
    client.force_login(cast.sysadmin)
    data = {"action": "switch_off_second_factor", "_selected_action": [lost.pk]}
    client.post(reverse("admin:members_user_changelist"), data)
    assert not Authenticator.objects.exists()
    assert User.objects.get(pk=lost.pk).second_factor_by == today() + second_factor.RECOVERY
    told = dict(Notice.objects.values_list("recipient__username", "subject"))
    assert told == {"admin2": "两步验证已关闭", "third": f"{lost}的两步验证已关闭"}
    assert "系统管理员已关闭" in Notice.objects.get(recipient=lost).body
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (
        cast.sysadmin,
        str(lost.pk),
        "关闭两步验证",
    )
    assert third.is_active


def test_the_operator_helps_the_only_administrator(cast: Cast):
    TOTP.activate(cast.sysadmin, SECRET)
    call_command("switch_off_second_factor", "sysadmin")
    assert not Authenticator.objects.exists()
    assert "运维（命令行）" in Notice.objects.get(recipient=cast.sysadmin).body
    assert User.objects.get(pk=cast.sysadmin.pk).second_factor_by == today() + second_factor.RECOVERY


@pytest.mark.parametrize("who", ["sysadmin", "secretary"])
def test_the_operator_does_not_where_an_administrator_could(cast: Cast, who: str):
    another_administrator()
    TOTP.activate(getattr(cast, who), SECRET)
    with pytest.raises(CommandError, match="别的系统管理员"):
        call_command("switch_off_second_factor", who)
    assert Authenticator.objects.count() == 1


def test_there_is_nothing_to_switch_off_where_there_is_none(cast: Cast):
    with pytest.raises(CommandError, match="没有开启"):
        call_command("switch_off_second_factor", "sysadmin")


# --- At rest ------------------------------------------------------------------------------------


def raw() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY id")
        return "".join(str(row[0]) for row in cursor.fetchall())


def test_secrets_lie_encrypted_and_still_serve(cast: Cast):
    TOTP.activate(cast.clerk, SECRET)
    codes = RecoveryCodes.activate(cast.clerk)
    seed = codes.instance.wrap().generate_codes() and codes.instance.data["seed"]
    assert SECRET not in raw() and raw().count(': "2.') == 2
    assert len(seed) > 80 and codes.validate_code(codes.get_unused_codes()[0])


def test_what_lay_there_in_the_clear_is_encrypted_and_can_be_taken_back(cast: Cast):
    from importlib import import_module

    from django.apps import apps

    step = import_module("members.migrations.0019_credentials_in_order")
    seed = RecoveryCodes.generate_seed()
    Authenticator.objects.create(user=cast.clerk, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=cast.clerk, type="recovery_codes", data={"seed": seed, "used_mask": 1})
    for _time in range(2):  # a second run changes nothing
        step.encrypt_secrets(apps, None)
    assert SECRET not in raw() and seed not in raw()
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 9
    step.decrypt_secrets(apps, None)
    assert SECRET in raw() and seed in raw()
