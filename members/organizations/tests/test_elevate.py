"""City posts and system administration: one asks, another confirms, both on record, everybody told."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from members.models import Appointment, Elevation, Member, User
from members.organizations import appointing, elevating
from members.organizations.rules import NotGrantable
from members.persons import uniting
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.testing.cast import Cast


def person(cast: Cast) -> User:
    return User.objects.get(pk=cast.li.user_id or 0)


def asked(cast: Cast, by: User | None = None) -> Elevation:
    found = elevating.appoint(
        user=person(cast), organization=cast.city, role="clerk", by=by or cast.city_colleague
    )
    assert isinstance(found, Elevation)
    return found


def keeper() -> User:
    """An account that is nobody's on the roster: whoever keeps accounts has one for that alone."""
    return User.objects.get_or_create(username="keeper", name="新管理员")[0]


def to_administration(cast: Cast) -> Elevation:
    return elevating.ask_for_administration(keeper(), reason="接替老张", by=cast.sysadmin)


def told(elevation: Elevation, stage: str) -> set[str]:
    keys = Notice.objects.filter(key__startswith=f"elevation:{elevation.pk}:{stage}:")
    return set(keys.values_list("recipient__username", flat=True))


def test_a_city_post_begins_with_the_second_person(cast: Cast):
    elevation = asked(cast)
    assert person(cast).desk is None
    assert told(elevation, "asked") == {"city", "sysadmin"}
    elevating.confirm(elevation, by=cast.city_officer)
    post = Appointment.objects.get(user=person(cast))
    assert (post.organization, post.granted_by) == (cast.city, cast.city_colleague)
    assert told(elevation, "confirmed") == {"city2", "sysadmin", person(cast).username}
    steps = elevation.events.values_list("to_state", "by__username")
    assert list(steps) == [("asked", "city2"), ("confirmed", "city")]


def test_nobody_puts_somebody_into_the_city_alone(cast: Cast):
    for by in (cast.sysadmin, cast.city_officer):
        with pytest.raises(NotGrantable, match="第二人"):
            appointing.grant(user=person(cast), organization=cast.city, role="clerk", by=by)
    elevation = asked(cast, by=cast.sysadmin)
    with pytest.raises(NotGrantable, match="另一人"):
        elevating.confirm(elevation, by=cast.sysadmin)
    assert not Appointment.objects.filter(user=person(cast)).exists()


@pytest.mark.parametrize("who", ["secretary", "street_officer", "unit_clerk", "auditor"])
def test_who_has_no_say_in_the_city_is_no_second_person(cast: Cast, who: str):
    elevation = asked(cast)
    for step in (elevating.confirm, elevating.refuse):
        more: dict[str, Any] = {} if step is elevating.confirm else {"reason": "不行"}
        with pytest.raises(NotGrantable):
            step(elevation, by=getattr(cast, who), **more)


def test_the_person_does_not_confirm_their_own(cast: Cast):
    elevation = elevating.appoint(
        user=cast.city_officer, organization=cast.city, role="auditor", by=cast.city_colleague
    )
    assert isinstance(elevation, Elevation)
    with pytest.raises(NotGrantable, match="另一人"):
        elevating.confirm(elevation, by=cast.city_officer)
    assert told(elevation, "asked") == {"sysadmin"}


def test_it_is_decided_once_and_asked_for_once(cast: Cast):
    elevation = asked(cast)
    with pytest.raises(NotGrantable, match="已经提请"):
        asked(cast)
    elevating.refuse(elevation, reason="查无此人", by=cast.city_officer)
    assert told(elevation, "refused") == {"city2"}
    with pytest.raises(AlreadyDecided):
        elevating.confirm(Elevation.objects.get(), by=cast.sysadmin)
    assert not Appointment.objects.filter(user=person(cast)).exists()
    asked(cast)


def test_refusing_needs_a_reason_and_withdrawing_the_one_who_asked(cast: Cast):
    elevation = asked(cast)
    with pytest.raises(ReasonNeeded):
        elevating.refuse(elevation, reason=" ", by=cast.city_officer)
    with pytest.raises(NotGrantable):
        elevating.withdraw(elevation, by=cast.city_officer)
    assert elevating.withdraw(elevation, by=cast.city_colleague).state == "withdrawn"


def test_who_is_locked_out_is_neither_asked_for_nor_confirmed(cast: Cast):
    elevations = [asked(cast), to_administration(cast)]
    User.objects.filter(pk__in=[person(cast).pk, keeper().pk]).update(is_active=False)
    for elevation in elevations:
        with pytest.raises(NotGrantable, match="已停用"):
            elevating.confirm(Elevation.objects.get(pk=elevation.pk), by=cast.city_officer)
        elevating.refuse(elevation, reason="已离职", by=cast.city_officer)
    for ask in (asked, to_administration):
        with pytest.raises(NotGrantable, match="已停用"):
            ask(cast)


def test_who_turns_out_to_be_the_person_they_asked_for_is_not_confirmed(cast: Cast):
    elevation = asked(cast)
    uniting.unite(cast.city_colleague, person(cast), by=cast.city_officer)
    with pytest.raises(NotGrantable, match="是同一人"):
        elevating.confirm(Elevation.objects.get(pk=elevation.pk), by=cast.city_officer)
    assert not Appointment.objects.filter(user=person(cast)).exists()


# --- System administration ----------------------------------------------------------------------


def test_an_administrator_is_made_by_two_and_has_no_desk(cast: Cast):
    elevation = to_administration(cast)
    assert not keeper().is_superuser
    with pytest.raises(NotGrantable):
        elevating.confirm(elevation, by=cast.sysadmin)
    elevating.confirm(elevation, by=cast.city_officer)
    assert keeper().is_superuser
    with pytest.raises(NotGrantable, match="不能任职"):
        appointing.grant(user=keeper(), organization=cast.estate, role="clerk", by=cast.city_officer)


def test_who_has_a_desk_becomes_no_administrator(cast: Cast):
    with pytest.raises(NotGrantable, match="还有任职"):
        elevating.ask_for_administration(cast.clerk, reason="帮忙", by=cast.sysadmin)
    elevation = to_administration(cast)
    appointing.grant(user=keeper(), organization=cast.estate, role="clerk", by=cast.city_officer)
    with pytest.raises(NotGrantable, match="还有任职"):
        elevating.confirm(elevation, by=cast.city_officer)
    assert not keeper().is_superuser


def test_an_administrator_s_earlier_post_opens_no_desk(client: Client, cast: Cast):
    User.objects.filter(pk=cast.secretary.pk).update(is_superuser=True)
    assert User.objects.get(pk=cast.secretary.pk).desk is None
    client.force_login(cast.secretary)
    for page in ("reports:desk_home", "flags:ledger", "members:list", "tasks:to_verify"):
        assert client.get(reverse(page)).status_code == 403


def test_the_last_administrator_stays_and_another_is_ended_and_told(cast: Cast):
    with pytest.raises(NotGrantable, match="最后一位"):
        elevating.end_administration(cast.sysadmin, by=cast.city_officer)
    elevating.confirm(to_administration(cast), by=cast.city_officer)
    elevating.end_administration(keeper(), by=cast.sysadmin)
    assert not keeper().is_superuser
    notices = Notice.objects.filter(key__startswith="administration-ended:")
    assert set(notices.values_list("recipient__username", flat=True)) == {
        "city", "city2", keeper().username,
    }  # fmt: skip


def test_a_member_s_own_account_becomes_no_administrator(cast: Cast):
    """It collects flags: whoever keeps accounts has another one for that."""
    with pytest.raises(NotGrantable, match="请另设账号"):
        elevating.ask_for_administration(person(cast), reason="接替老张", by=cast.sysadmin)
    elevation = to_administration(cast)
    Member.objects.filter(pk=cast.sun.pk).update(user=keeper())
    with pytest.raises(NotGrantable, match="请另设账号"):
        elevating.confirm(elevation, by=cast.city_officer)
    assert not keeper().is_superuser


# --- Where nobody is there yet ------------------------------------------------------------------


def test_the_operator_is_the_second_person_only_for_want_of_another(cast: Cast):
    elevation = asked(cast, by=cast.sysadmin)
    with pytest.raises(CommandError, match="由他们在门户里办理"):
        call_command("confirm_appointment", person(cast).username)
    Appointment.objects.filter(organization=cast.city).delete()
    call_command("confirm_appointment", person(cast).username)
    assert Appointment.objects.get(user=person(cast)).organization == cast.city
    assert elevation.events.last().by is None  # type: ignore[union-attr]
    with pytest.raises(CommandError, match="没有待确认的任命"):
        call_command("confirm_appointment", person(cast).username)


# --- Pages --------------------------------------------------------------------------------------


FORM = {"username": "newofficer", "name": "新干部", "email": "new@example.test", "role": "clerk",
        "starts_on": "2026-01-01"}  # fmt: skip


def test_the_city_s_page_asks_and_another_colleague_s_confirms(client: Client, cast: Cast):
    client.force_login(cast.city_colleague)
    page = client.post(
        reverse("members:appointments"), FORM | {"organization": cast.city.pk}, follow=True
    ).content.decode()
    assert "等第二人确认" in page and "新干部 · 明州市委组织部 工作人员" in page
    assert mail.outbox == []  # no link before the post stands
    elevation = Elevation.objects.get()
    detail = reverse("members:elevation", args=[elevation.pk])
    assert "确认任命" not in client.get(detail).content.decode()
    client.post(detail, {"decision": "confirm"})
    assert Elevation.objects.get().is_open

    client.force_login(cast.city_officer)
    home = client.get(reverse("reports:desk_home")).content.decode()
    assert "待确认任命" in home
    assert "确认任命" in client.get(detail).content.decode()
    client.post(detail, {"decision": "confirm"})
    assert Appointment.objects.get(user__username="newofficer").organization == cast.city
    assert [message.to for message in mail.outbox] == [["new@example.test"]]


def test_the_admin_asks_and_confirms_too(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    who = {"username": "new.one", "name": "新同志", "email": "new.one@example.test"}
    form = who | {"organization": cast.city.pk, "role": "clerk", "starts_on": "2026-01-01"}
    client.post(reverse("admin:members_appointment_add"), form)
    elevation = Elevation.objects.get()
    page = reverse("admin:members_elevation_change", args=[elevation.pk])
    assert client.get(reverse("members:elevation", args=[elevation.pk])).url == page
    assert client.get(page).status_code == 200
    act = {"action": "confirm", "_selected_action": [elevation.pk]}
    client.post(reverse("admin:members_elevation_changelist"), act)
    assert Elevation.objects.get().is_open
    client.force_login(cast.city_officer)
    client.post(reverse("admin:members_elevation_changelist"), act)
    assert Elevation.objects.get().state == "confirmed"
