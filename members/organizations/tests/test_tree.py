"""Changing the organisation tree."""

import pytest
from django.test import Client
from django.urls import reverse

from members.leaving import recording
from members.models import Member, Organization, OrganizationEvent
from members.organizations import tree
from members.organizations.rules import NotMovable
from xianfeng.lib.refusal import NotPossible
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_organization

Kind = Organization.Kind


def path_of(organization: Organization) -> str:
    return str(Organization.objects.get(pk=organization.pk).path)


def test_a_new_node_hangs_below_its_parent(cast: Cast):
    new = tree.add(parent=cast.street, kind=Kind.COMMUNITY, code="TC9", name="新社区", by=cast.city_officer)
    assert path_of(new) == f"{cast.street.path}{new.pk}/"
    assert OrganizationEvent.objects.get(organization=new).kind == "added"


@pytest.mark.parametrize(
    ("kind", "parent"), [("community", "city"), ("estate", "street"), ("unit", "street")]
)
def test_a_kind_out_of_place_is_refused(cast: Cast, kind: str, parent: str):
    with pytest.raises(NotMovable):
        tree.add(parent=getattr(cast, parent), kind=kind, code="X9", name="错位", by=cast.city_officer)


def test_a_code_is_used_once(cast: Cast):
    with pytest.raises(NotPossible):
        tree.add(parent=cast.street, kind=Kind.COMMUNITY, code="TC1", name="重复", by=cast.city_officer)


def test_a_branch_moves_with_all_below_it(cast: Cast):
    street = make_organization("TS2", Kind.STREET, "城西街道", cast.city)
    tree.move_branch(cast.community, parent=street, by=cast.city_officer)
    assert path_of(cast.community) == f"{street.path}{cast.community.pk}/"
    assert path_of(cast.estate) == f"{street.path}{cast.community.pk}/{cast.estate.pk}/"
    assert path_of(cast.other_community) == cast.other_community.path
    event = OrganizationEvent.objects.get(organization=cast.community)
    assert "城东街道党工委" in event.note and "城西街道" in event.note


def test_residents_follow_their_estate(cast: Cast):
    tree.move_branch(cast.estate, parent=cast.other_community, by=cast.city_officer)
    assert Member.objects.get(pk=cast.li.pk).community == cast.other_community
    assert Member.objects.get(pk=cast.wang.pk).community == cast.community


def test_the_tree_never_gets_a_ring(cast: Cast):
    section = make_organization("TU1A", Kind.UNIT, "基础教育科", cast.unit)
    with pytest.raises(NotMovable):
        tree.move_branch(cast.unit, parent=section, by=cast.city_officer)
    with pytest.raises(NotMovable):
        tree.move_branch(cast.unit, parent=cast.unit, by=cast.city_officer)


def test_a_move_on_stale_ground_is_refused(cast: Cast):
    street = make_organization("TS2", Kind.STREET, "城西街道", cast.city)
    stale = Organization.objects.get(pk=cast.community.pk)
    tree.move_branch(cast.community, parent=street, by=cast.city_officer)
    third = make_organization("TS3", Kind.STREET, "城南街道", cast.city)
    with pytest.raises(NotMovable):
        tree.move_branch(stale, parent=third, by=cast.city_colleague)
    assert path_of(cast.estate).startswith(str(street.path))


def test_a_name_changes_with_its_history(cast: Cast):
    tree.rename(cast.unit, name="市教育体育局", by=cast.city_officer)
    assert Organization.objects.get(pk=cast.unit.pk).name == "市教育体育局"
    assert "市教育局" in OrganizationEvent.objects.get(organization=cast.unit).note


def test_a_node_with_people_or_children_stays_open(cast: Cast):
    for organization in (cast.community, cast.estate, cast.unit, cast.city):
        with pytest.raises(NotPossible):
            tree.set_active(organization, is_active=False, by=cast.city_officer)
        assert Organization.objects.get(pk=organization.pk).is_active


def test_an_empty_node_closes_and_opens(cast: Cast):
    empty = make_organization("TU3", Kind.UNIT, "市档案局", cast.city)
    tree.set_active(empty, is_active=False, by=cast.city_officer)
    with pytest.raises(NotPossible):
        tree.set_active(Organization.objects.get(pk=empty.pk), is_active=False, by=cast.city_officer)
    tree.set_active(empty, is_active=True, by=cast.city_officer)
    kinds = OrganizationEvent.objects.filter(organization=empty).values_list("kind", flat=True)
    assert list(kinds) == ["opened", "closed"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"change": "rename", "rename-name": "青锋新社区"}, "青锋新社区"),
        ({"change": "rename", "rename-name": ""}, "青锋社区"),
        ({"change": "explode"}, "青锋社区"),
    ],
)
def test_the_city_edits_on_the_page(client: Client, cast: Cast, data: dict[str, str], name: str):
    client.force_login(cast.city_officer)
    url = reverse("members:organization_edit", args=[cast.community.pk])
    assert client.post(url, data).status_code == 302
    assert Organization.objects.get(pk=cast.community.pk).name == name


def test_the_page_adds_and_moves(client: Client, cast: Cast):
    client.force_login(cast.city_officer)
    url = reverse("members:organization_edit", args=[cast.street.pk])
    form = {"add-kind": "community", "add-code": "TC9", "add-name": "新社区"}
    client.post(url, {"change": "add"} | form)
    new = Organization.objects.get(code="TC9")
    url = reverse("members:organization_edit", args=[cast.estate.pk])
    client.post(url, {"change": "move", "move-parent": new.pk})
    assert path_of(cast.estate).startswith(str(new.path))


@pytest.mark.parametrize("by", ["unit_clerk", "city_officer"])
def test_a_unit_that_somebody_is_coming_to_is_not_closed(cast: Cast, by: str):
    """Asked or planned: the day would bring the person to a unit for which nobody acts any more."""
    empty = make_organization("TU9", Organization.Kind.UNIT, "市史志办", cast.city)
    coming = today().replace(year=today().year + 1, day=1)
    recording.transfer(cast.li, to_unit=empty, day=coming, by=getattr(cast, by))
    with pytest.raises(NotPossible, match="登记调入"):
        tree.set_active(empty, is_active=False, by=cast.city_officer)


def test_a_place_where_nobody_acts_says_so_on_its_own_page(cast: Cast, client: Client):
    """An auditor only reads; whoever looks there need not find the tab that lists such places."""
    page = reverse("members:organization", args=[cast.community.pk])
    client.force_login(cast.street_officer)
    assert "没有人办" not in client.get(page).content.decode()
    cast.community.appointments.exclude(role="auditor").delete()
    text = client.get(page).content.decode()
    assert "没有人办" in text and "请市委组织部任命" in text
    client.force_login(cast.city_officer)
    assert f'href="{reverse("members:appointments")}"' in client.get(page).content.decode()
