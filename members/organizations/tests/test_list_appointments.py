"""The list of posts: whose, where, and those that are over."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Appointment, Organization
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("members:appointments"), query).context["page"]
    return [f"{post.user}·{post.organization}" for post in page]


def over(cast: Cast) -> None:
    yesterday = today() - dt.timedelta(days=1)
    cast.clerk.appointments.update(ends_on=yesterday)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"place": "花苑"}, ["高小区·青锋花苑"]),
        ({"place": "tc1e1"}, ["高小区·青锋花苑"]),
        ({"place": "sjyj"}, ["谢单位·市教育局"]),
        ({"role": "auditor"}, ["何监督·青锋社区"]),
        ({"q": "罗"}, ["罗书记·江新社区"]),
        ({"q": "secretary2"}, ["罗书记·江新社区"]),
        ({"place": "青锋社区", "role": "clerk"}, ["林社工·青锋社区"]),
        ({"q": "无此人"}, []),
    ],
)
def test_posts_are_found_by_place_role_and_person(
    client: Client, cast: Cast, query: dict[str, str], found: list[str]
):
    client.force_login(cast.city_officer)
    assert listed(client, **query) == found


def test_what_is_over_is_listed_on_request_only(client: Client, cast: Cast):
    over(cast)
    client.force_login(cast.city_officer)
    assert "林社工·青锋社区" not in listed(client)
    assert listed(client, term="ended") == ["林社工·青锋社区"]
    assert "林社工·青锋社区" in listed(client, term="all")
    Organization.objects.filter(pk=cast.other_estate.pk).update(is_active=False)
    cast.zhao.user.appointments.create(organization=cast.other_estate, role=Appointment.Role.CLERK)  # type: ignore[union-attr]
    assert "赵伟·江新花苑" not in listed(client)
    assert "赵伟·江新花苑" in listed(client, term="ended")


def test_a_post_to_come_is_listed_and_says_so(client: Client, cast: Cast):
    cast.clerk.appointments.update(starts_on=today() + dt.timedelta(days=3))
    client.force_login(cast.city_officer)
    page = squeezed(client.get(reverse("members:appointments"), {"q": "林社工"}).content.decode())
    assert "将任" in page and "终止或交接" in page


def test_ending_is_a_plain_link_to_its_page_where_it_can_be_ended(client: Client, cast: Cast):
    over(cast)
    client.force_login(cast.city_officer)
    page = client.get(reverse("members:appointments")).content.decode()
    url = reverse("members:end_appointment", args=[cast.secretary.appointments.get().pk])
    assert f'href="{url}"' in page and "btn-outline-danger" not in page
    assert reverse("members:end_appointment", args=[cast.city_officer.appointments.get().pk]) not in page
    gone = client.get(reverse("members:appointments"), {"term": "ended"}).content.decode()
    assert reverse("members:end_appointment", args=[cast.clerk.appointments.get().pk]) not in gone


def test_the_filters_stay_beside_the_form_that_appoints(client: Client, cast: Cast):
    """A mistake in the form answers on the same narrowed list."""
    client.force_login(cast.city_officer)
    answer = client.post(reverse("members:appointments") + "?role=auditor", {})
    assert [post.role for post in answer.context["page"]] == ["auditor"] and answer.context["form"].errors
