"""Granting and ending appointments."""

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.models import Appointment, Elevation, Organization, OrganizationEvent, User
from members.organizations import appointing, elevating
from members.organizations.rules import NotGrantable
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization

CLERK = Appointment.Role.CLERK


def fresh(user: User | None) -> User:
    assert user
    return User.objects.get(pk=user.pk)


def test_a_grant_opens_the_desk_and_an_end_closes_it(cast: Cast):
    user = fresh(cast.li.user)
    appointment = appointing.grant(user=user, organization=cast.community, role=CLERK, by=cast.city_officer)
    desk = fresh(user).desk
    assert desk and desk.organization == cast.community and desk.granted_by == cast.city_officer
    assert fresh(user).is_staff
    appointing.end(appointment, by=cast.city_officer)
    assert fresh(user).desk is None
    kinds = OrganizationEvent.objects.filter(organization=cast.community).values_list("kind", flat=True)
    assert list(kinds) == ["ended", "granted"]


def test_a_session_that_a_code_opened_does_not_become_a_desk(client: Client, cast: Cast):
    user = fresh(cast.li.user)
    user.set_unusable_password()  # as registration makes it
    user.save()
    client.force_login(user)
    assert client.get(reverse("reports:me")).status_code == 200
    appointing.grant(user=fresh(cast.li.user), organization=cast.community, role=CLERK, by=cast.city_officer)
    assert client.get(reverse("members:list"))["Location"].startswith(reverse("account_login"))


def test_a_password_session_ends_before_the_new_desk_and_the_log_in_says_so(client: Client, cast: Cast):
    cast.clerk.set_password("long enough 4711")
    cast.clerk.save()
    client.force_login(cast.clerk)
    appointing.grant(user=cast.clerk, organization=cast.estate, role=CLERK, by=cast.city_officer)
    sent_away = client.get(reverse("members:list"))
    assert sent_away["Location"].startswith(reverse("account_login"))
    assert "任职有变动时，各处都要重新登录" in client.get(sent_away["Location"]).content.decode()


def test_nobody_appoints_themself(cast: Cast):
    for by in (cast.city_officer, cast.sysadmin):
        with pytest.raises(NotGrantable, match="不能给自己任职"):
            appointing.grant(user=by, organization=cast.community, role=CLERK, by=by)


@pytest.mark.parametrize("who", ["secretary", "street_officer", "unit_clerk", "auditor"])
def test_only_the_city_appoints_by_itself(cast: Cast, who: str):
    with pytest.raises(NotGrantable):
        appointing.grant(user=cast.clerk, organization=cast.estate, role=CLERK, by=getattr(cast, who))
    appointing.grant(user=cast.clerk, organization=cast.estate, role=CLERK, by=cast.city_officer)


def test_an_administrator_seats_nobody_alone(cast: Cast):
    """The account may be of their own making: somebody of the city knows the person."""
    with pytest.raises(NotGrantable, match="第二人"):
        appointing.grant(user=cast.clerk, organization=cast.street, role=CLERK, by=cast.sysadmin)
    asked = elevating.appoint(user=cast.clerk, organization=cast.street, role=CLERK, by=cast.sysadmin)
    assert isinstance(asked, Elevation)
    assert not Appointment.objects.filter(organization=cast.street, user=cast.clerk).exists()
    elevating.confirm(asked, by=cast.city_officer)
    assert Appointment.objects.get(organization=cast.street, user=cast.clerk).granted_by == cast.sysadmin


def test_what_somebody_asked_for_who_has_left_is_asked_anew(cast: Cast):
    asked = elevating.appoint(user=cast.clerk, organization=cast.city, role=CLERK, by=cast.city_colleague)
    assert isinstance(asked, Elevation)
    appointing.end(cast.city_colleague.appointments.get(), by=cast.sysadmin)
    with pytest.raises(NotGrantable, match="重新提请"):
        elevating.confirm(asked, by=cast.city_officer)


def test_a_post_to_come_and_administration_exclude_each_other(cast: Cast):
    tomorrow = today() + dt.timedelta(days=1)
    user = fresh(cast.li.user)
    appointing.grant(
        user=user, organization=cast.estate, role=CLERK, by=cast.city_officer, starts_on=tomorrow
    )
    with pytest.raises(NotGrantable, match="还有任职"):
        elevating.ask_for_administration(user, reason="接替", by=cast.city_officer)


def test_a_term_begins_and_ends_on_its_days(cast: Cast):
    user, tomorrow = fresh(cast.li.user), today() + dt.timedelta(days=1)
    appointing.grant(
        user=user,
        organization=cast.community,
        role=CLERK,
        by=cast.city_officer,
        starts_on=tomorrow,
        ends_on=tomorrow,
    )
    assert fresh(user).desk is None
    assert Appointment.objects.current(tomorrow).filter(user=user).exists()
    assert not Appointment.objects.current(tomorrow + dt.timedelta(days=1)).filter(user=user).exists()
    with pytest.raises(NotGrantable):
        appointing.grant(
            user=user, organization=cast.estate, role=CLERK, by=cast.city_officer, ends_on=dt.date(2020, 1, 1)
        )


def test_the_same_post_twice_is_refused(cast: Cast):
    with pytest.raises(NotGrantable):
        appointing.grant(user=cast.clerk, organization=cast.community, role=CLERK, by=cast.city_officer)


def test_an_ended_term_does_not_end_again(cast: Cast):
    appointment = cast.clerk.appointments.get()
    appointing.end(appointment, by=cast.city_officer)
    with pytest.raises(AlreadyDecided):
        appointing.end(appointment, by=cast.city_officer)


def test_the_admin_s_action_leaves_nobody_s_desk_empty(client: Client, cast: Cast):
    posts = cast.community.appointments.order_by("pk")
    client.force_login(cast.city_officer)
    data = {"action": "end_beside_others", "_selected_action": [post.pk for post in posts]}
    page = client.post(reverse("admin:members_appointment_changelist"), data, follow=True)
    assert posts.current().count() == 1 < posts.count()
    assert "青锋社区没有别人办事了。请先任命接任的人" in page.content.decode()


FORM = {
    "username": "newclerk", "name": "新社工", "email": "new@example.test", "role": "clerk",
    "starts_on": "2026-01-01",
}  # fmt: skip


def test_the_page_makes_an_account_and_invites_its_owner(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    client.post(reverse("members:appointments"), FORM | {"organization": cast.community.pk})
    user = User.objects.get(username="newclerk")
    assert user.appointments.get().organization == cast.community
    assert not user.has_usable_password()
    assert [message.to for message in mail.outbox] == [["new@example.test"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_the_page_refuses_a_name_that_is_not_the_accounts(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    form = FORM | {"organization": cast.estate.pk, "username": "clerk"}
    text = client.post(reverse("members:appointments"), form).content.decode()
    assert "已属于另一人" in text
    assert cast.clerk.appointments.count() == 1


def test_a_refused_grant_leaves_no_account(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    form = FORM | {"organization": cast.community.pk, "ends_on": "2025-01-01"}
    client.post(reverse("members:appointments"), form)
    assert not User.objects.filter(username="newclerk").exists()


def test_the_page_ends_a_term_of_others_only(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    for user, left in ((cast.clerk, 0), (cast.city_officer, 1)):
        client.post(reverse("members:end_appointment", args=[user.appointments.get().pk]))
        assert user.appointments.current().count() == left


def test_a_city_appoints_in_its_own_branch_alone(cast: Cast):
    elsewhere = make_organization("X", Organization.Kind.CITY, "邻州市委组织部")
    community = make_organization("XC1", Organization.Kind.COMMUNITY, "邻州社区", elsewhere)
    with pytest.raises(NotGrantable, match="不能在“邻州社区”任命"):
        appointing.grant(user=fresh(cast.li.user), organization=community, role=CLERK, by=cast.city_officer)


def test_a_password_from_a_code_session_opens_no_desk(cast: Cast):
    """Who had the phone for a while could have set it: rights begin with a link to the owner's address."""
    user = fresh(cast.li.user)
    user.set_password("a long one of then")
    user.save()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    appointing.grant(user=user, organization=cast.community, role="clerk", by=cast.city_officer)
    assert not fresh(user).has_usable_password()
    assert not user.authenticator_set.exists()


def test_a_password_of_staff_stays_with_another_post_and_goes_with_the_first_after_none(cast: Cast):
    """Without a post a code session could have set it."""
    user = fresh(cast.li.user)
    appointing.grant(user=user, organization=cast.community, role="clerk", by=cast.city_officer)
    user.set_password("a long one of now")
    user.save()
    appointing.grant(user=fresh(user), organization=cast.estate, role="clerk", by=cast.city_officer)
    assert fresh(user).has_usable_password()
    for post in user.appointments.all():
        appointing.end(post, by=cast.city_officer)
    appointing.grant(user=fresh(user), organization=cast.estate, role="clerk", by=cast.city_officer)
    assert not fresh(user).has_usable_password()


def test_a_number_let_go_makes_no_difference(cast: Cast):
    user = fresh(cast.li.user)
    user.mobile = None
    user.set_password("a long one of then")
    user.save()
    appointing.grant(user=user, organization=cast.community, role="clerk", by=cast.city_officer)
    assert not fresh(user).has_usable_password()


def test_a_post_to_come_is_seen_and_taken_back(client: Client, cast: Cast):
    user, soon = fresh(cast.li.user), today() + dt.timedelta(days=3)
    post = appointing.grant(
        user=user, organization=cast.community, role=CLERK, by=cast.city_officer, starts_on=soon
    )
    client.force_login(cast.city_officer)
    ending = reverse("members:end_appointment", args=[post.pk])
    assert ending in client.get(reverse("members:appointments")).content.decode()
    client.post(ending)
    assert not fresh(user).has_post_ahead


def test_an_account_that_was_stopped_gets_no_post(cast: Cast):
    user = fresh(cast.li.user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(NotGrantable, match="已停用"):
        appointing.grant(user=user, organization=cast.community, role=CLERK, by=cast.city_officer)


def test_an_account_that_no_code_opens_keeps_its_first_password(cast: Cast):
    user = User.objects.create_user("new", password="a long first one")
    appointing.grant(user=user, organization=cast.community, role="clerk", by=cast.city_officer)
    assert fresh(user).has_usable_password()
