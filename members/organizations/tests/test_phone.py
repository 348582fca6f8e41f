"""The telephone of an organisation: who writes it, who reads it, what is kept of it."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Organization, OrganizationEvent
from members.organizations import tree
from members.people import privacy
from xianfeng.lib.refusal import NotPossible
from xianfeng.testing.cast import Cast

NUMBER, LINK = "0575-87010000", 'href="tel:057587010000"'


def phone_of(organization: Organization) -> str:
    return Organization.objects.get(pk=organization.pk).phone


def save(client: Client, organization: Organization, phone: str) -> str:
    url = reverse("members:organization_phone", args=[organization.pk])
    return client.post(url, {"phone-phone": phone}, follow=True).content.decode()


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def give(organization: Organization, phone: str = NUMBER) -> None:
    Organization.objects.filter(pk=organization.pk).update(phone=phone)
    organization.phone = phone


@pytest.mark.parametrize("who", ["secretary", "clerk", "city_officer"])
def test_a_community_and_the_city_write_it_as_they_say_it(client: Client, cast: Cast, who: str):
    client.force_login(getattr(cast, who))
    for place in (cast.community, cast.estate):
        assert "联系电话已更新" in save(client, place, "（0575）8701 0000")
        assert phone_of(place) == NUMBER
        assert LINK in page(client, "members:organization", place.pk)
    save(client, cast.estate, "")
    assert phone_of(cast.estate) == ""


def test_nobody_else_does(client: Client, cast: Cast):
    for who, status in (
        ("other_secretary", 404),
        ("street_officer", 403),
        ("auditor", 403),
        ("estate_clerk", 403),
    ):
        client.force_login(getattr(cast, who))
        url = reverse("members:organization_phone", args=[cast.community.pk])
        assert client.post(url, {"phone-phone": NUMBER}).status_code == status, who
    assert phone_of(cast.community) == ""


def test_what_cannot_be_dialled_is_refused_and_changes_nothing(client: Client, cast: Cast):
    give(cast.community)
    client.force_login(cast.secretary)
    assert "带区号的固定电话" in save(client, cast.community, "87010000")
    assert phone_of(cast.community) == NUMBER


def test_each_change_is_on_record_and_the_same_again_is_none(cast: Cast):
    tree.set_phone(cast.community, phone=NUMBER, by=cast.secretary)
    tree.set_phone(cast.community, phone=NUMBER, by=cast.secretary)
    tree.set_phone(cast.community, phone="", by=cast.city_officer)
    notes = OrganizationEvent.objects.filter(kind="phoned").order_by("pk").values_list("note", "by__username")
    assert list(notes) == [(f"— → {NUMBER}", "secretary"), (f"{NUMBER} → —", "city")]


def test_who_writes_on_an_old_page_overwrites_nobody(cast: Cast):
    old = Organization.objects.get(pk=cast.community.pk)
    tree.set_phone(cast.community, phone=NUMBER, by=cast.secretary)
    with pytest.raises(NotPossible):
        tree.set_phone(old, phone="12345", by=cast.clerk)


def test_an_estate_without_one_is_called_at_its_community(cast: Cast):
    give(cast.community)
    estate = Organization.objects.select_related("parent").get(pk=cast.estate.pk)
    assert estate.telephone == NUMBER
    give(estate, "12345")
    assert estate.telephone == "12345"
    assert Organization.objects.get(pk=cast.community.pk).telephone == NUMBER
    give(cast.street)
    give(cast.community, "")
    assert (
        Organization.objects.get(pk=cast.community.pk).telephone == ""
    )  # a street is not the community's door


def test_a_masked_number_is_never_dialled_an_opened_one_is(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    assert "tel:" not in page(client, "members:detail", cast.li.pk)
    privacy.reveal(cast.li, "mobile", reason="核实上门时间", by=cast.secretary)
    assert 'href="tel:13800000001"' in page(client, "members:detail", cast.li.pk)
    client.force_login(cast.clerk)
    assert "tel:" not in page(client, "members:detail", cast.li.pk)
