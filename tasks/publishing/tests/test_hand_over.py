"""The last one who acts leaves an organisation: what is open there, and who takes over."""

import datetime as dt

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.desks import is_last
from members.models import Appointment, Registration, User
from members.tests.applicants import applied
from wishes.models import Wish
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

HANDOVER = {"username": "newcomer", "name": "新书记", "email": "new@example.test"}


@pytest.fixture
def last(cast: Cast) -> Appointment:
    """陈书记 is the last who acts in 青锋社区, where 孙丽's application and a wish wait."""
    cast.clerk.appointments.update(ends_on=today() - dt.timedelta(days=1))
    applied(cast)
    Wish.objects.create(organization=cast.estate, need="想请人修灯")
    return cast.secretary.appointments.get()


def test_the_page_warns_of_the_last_one_and_names_what_is_open(client: Client, cast: Cast, last: Appointment):
    client.force_login(cast.city_officer)
    page = client.get(reverse("members:end_appointment", args=[last.pk]))
    assert "陈书记是青锋社区最后一位办事的人" in page.content.decode()
    assert {work.label: work.count for work in page.context["works"]} == {"待确认报到": 1, "待受理心愿": 1}
    for work in page.context["works"]:
        assert client.get(work.url).context["page"].paginator.count == 1


def test_no_warning_while_another_acts(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    page = client.get(reverse("members:end_appointment", args=[cast.clerk.appointments.get().pk]))
    assert page.status_code == 200 and not page.context["is_last"]


def test_an_auditor_who_stays_does_not_act(cast: Cast, last: Appointment):
    assert is_last(last)
    assert not is_last(cast.auditor.appointments.get())


def test_the_desk_is_handed_over_in_the_same_step(client: Client, cast: Cast, last: Appointment):
    client.force_login(cast.city_officer)
    client.post(reverse("members:end_appointment", args=[last.pk]), HANDOVER)
    assert User.objects.get(pk=cast.secretary.pk).desk is None
    desk = User.objects.get(username="newcomer").desk
    assert desk and (desk.organization, desk.role) == (cast.community, Appointment.Role.SECRETARY)
    assert [letter.to for letter in mail.outbox] == [["new@example.test"]]
    assert Registration.objects.visible_to(User.objects.get(username="newcomer")).open().count() == 1


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"email": "x"}, {"username": "city"}, {"username": "secretary"}]
)
def test_where_nobody_can_take_over_nothing_ends(client: Client, cast: Cast, last: Appointment, changes):
    client.force_login(cast.city_officer)
    name = {"secretary": "陈书记", "city": "周市委"}.get(changes.get("username"), "新书记")
    form = HANDOVER | {"name": name} | changes
    assert client.post(reverse("members:end_appointment", args=[last.pk]), form).status_code == 200
    assert User.objects.get(pk=cast.secretary.pk).desk
    assert not User.objects.filter(username="newcomer").exists()


def test_where_nobody_acts_is_a_list_with_its_count(client: Client, cast: Cast, last: Appointment):
    client.force_login(cast.city_officer)
    url = reverse("members:organizations") + "?line=deserted"
    before = set(client.get(url).context["page"])
    assert cast.community not in before and cast.second_estate in before
    client.post(reverse("members:end_appointment", args=[last.pk]))
    page = client.get(url)
    assert set(page.context["page"]) == {*before, cast.community}
    assert page.context["tabs"].chosen.count == len(before) + 1
