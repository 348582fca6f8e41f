"""报到核对: where there are gaps comes first, and alone unless all are asked for."""

from typing import Any

from django.test import Client
from django.urls import reverse

from members.models import Member
from members.registration import reconciling
from members.tests.applicants import applied, stranger
from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed


def lines(client: Client, **query: str) -> list[dict[str, Any]]:
    return client.get(reverse("members:reconciliation"), query).context["table"]


def test_only_units_with_a_gap_are_shown_until_all_are_asked_for(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    assert [line["place"] for line in lines(client)] == [cast.unit]  # 孙丽 has not registered
    assert {line["place"] for line in lines(client, show="all")} == {cast.unit, cast.other_unit}
    assert [line["place"] for line in lines(client, list="community")] == [cast.community]
    assert client.get(reverse("members:reconciliation"), {"show": "x"}).status_code == 404


def test_the_most_gaps_of_any_sort_come_first(client: Client, cast: Cast):
    stranger(cast, unit=cast.other_unit)
    applied(cast, unit=cast.other_unit)
    client.force_login(cast.city_officer)
    found = lines(client, show="all")
    assert [reconciling.gaps(line) for line in found] == sorted(map(reconciling.gaps, found), reverse=True)
    assert found[0]["place"] == cast.other_unit and found[0]["unregistered"] == 0


def test_a_zero_is_a_dash_and_a_gap_opens_its_people(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    page = squeezed(client.get(reverse("members:reconciliation")).content.decode())
    assert '<td class="num">–</td>' in page and '<td class="num">0</td>' not in page
    assert f"?list=unregistered&amp;unit={cast.unit.pk}" in page


def test_where_all_agrees_the_page_says_so_and_keeps_the_way_to_all(client: Client, cast: Cast):
    Member.objects.filter(pk=cast.sun.pk).delete()
    client.force_login(cast.city_officer)
    page = client.get(reverse("members:reconciliation")).content.decode()
    assert "没有差异" in page and "show=all" in page
    assert len(lines(client, show="all")) == 2


def test_the_other_tabs_forget_what_was_shown(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    tabs = client.get(reverse("members:reconciliation"), {"show": "all"}).context["tabs"]
    assert not any("show" in tab.url for tab in tabs)
