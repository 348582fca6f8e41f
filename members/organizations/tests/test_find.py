"""The tree narrowed to what is looked for, street by street, and what stands open."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Organization
from members.organizations import counting, finding
from xianfeng.testing.cast import Cast, make_organization
from xianfeng.testing.pages import squeezed

Kind = Organization.Kind


def second_street(cast: Cast) -> Organization:
    street = make_organization("TS2", Kind.STREET, "城西街道党工委", cast.city)
    make_organization("TC3", Kind.COMMUNITY, "重庆路社区", street)
    return street


def shown(cast: Cast, text: str, *, units: bool = False) -> list[str]:
    return [node.organization.name for node in counting.branch(cast.city_officer, units=units, text=text)]


def tree(client: Client, query: str = "") -> str:
    return squeezed(client.get(reverse("members:organizations") + query).content.decode())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("教育", {"市教育局"}),
        ("tu1", {"市教育局"}),
        ("jyj", {"市教育局"}),
        ("jiao yu", {"市教育局"}),
        ("SHIJ", {"市教育局"}),
        ("局", {"市教育局", "市税务局"}),
        ("chongqing", {"重庆路社区"}),  # read as a word, not character by character
        ("没有", set()),
        ("%", set()),
    ],
)
def test_an_organisation_is_found_by_name_code_pinyin_or_initials(cast: Cast, text: str, found: set[str]):
    second_street(cast)
    assert {one.name for one in Organization.objects.all() if finding.matches(one, text)} == found


def test_the_tree_keeps_what_lies_above_and_below_a_hit(cast: Cast):
    second_street(cast)
    above = ["明州市委组织部", "城东街道党工委"]
    assert shown(cast, "江新社区") == [*above, "江新社区", "江新花苑"]
    assert shown(cast, "新村") == [*above, "青锋社区", "青锋新村"]
    assert shown(cast, "教育") == [] and "市教育局" in shown(cast, "教育", units=True)


def test_counts_are_those_of_the_whole_branch_however_narrow_the_tree(cast: Cast):
    whole = {node.organization.pk: node for node in counting.branch(cast.city_officer, units=False)}
    narrow = counting.branch(cast.city_officer, units=False, text="新村")
    assert narrow and all(node == whole[node.organization.pk] for node in narrow)


def test_each_street_is_a_part_that_the_address_opens(client: Client, cast: Cast):
    west = second_street(cast)
    client.force_login(cast.city_officer)
    parts = client.get(reverse("members:organizations")).context["parts"]
    assert [(part.street, part.is_open) for part in parts] == [
        (None, True),
        (cast.street, False),
        (west, False),
    ]
    assert sum(len(part.nodes) for part in parts) == 9
    opened = client.get(reverse("members:organizations"), {"open": f"{west.pk},x"}).context["parts"]
    assert [part.is_open for part in opened] == [True, False, True]
    every = client.get(reverse("members:organizations"), {"open": "all"}).context["parts"]
    assert all(part.is_open for part in every)


def test_a_search_opens_the_streets_it_hits_and_leaves_out_the_others(client: Client, cast: Cast):
    second_street(cast)
    client.force_login(cast.city_officer)
    parts = client.get(reverse("members:organizations"), {"q": "青锋"}).context["parts"]
    assert [part.street for part in parts] == [None, cast.street] and parts[1].is_open
    assert "没有找到这样的组织" in tree(client, "?q=教育")
    assert "市教育局" in tree(client, "?q=教育&line=units")
    assert "市教育局" not in tree(client, "?q=税务&line=deserted")


def test_below_the_city_nothing_is_folded(client: Client, cast: Cast):
    for who in (cast.street_officer, cast.secretary):
        client.force_login(who)
        assert all(part.is_open for part in client.get(reverse("members:organizations")).context["parts"])


def test_actions_stand_on_top_for_whoever_may(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    page = tree(client)
    assert f"/{cast.city.pk}/?change=add#change" in page and reverse("members:appointments") in page
    url = reverse("members:organization", args=[cast.street.pk])
    detail = squeezed(client.get(url, {"change": "add"}).content.decode())
    assert detail.index(">变更<") < detail.index(">概况<")
    assert '<details class="plain" open> <summary>新增下级组织' in detail
    client.force_login(cast.secretary)
    assert "?change=add" not in tree(client) and reverse("members:appointments") not in tree(client)
