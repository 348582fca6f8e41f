"""Personal data: masked for everybody, opened with a reason, on record for the person."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import ContactReveal, Member
from members.people import privacy
from members.tests.applicants import stranger
from xianfeng.testing.cast import Cast

REASON = "核实上门时间"


@pytest.fixture
def li(cast: Cast) -> Member:
    cast.li.address = "3幢501"
    cast.li.save()
    return cast.li


def page(client: Client, member: Member) -> str:
    return client.get(reverse("members:detail", args=[member.pk])).content.decode()


def ask(client: Client, member: Member, field: str = "mobile", reason: str = REASON):
    return client.post(
        reverse("members:reveal", args=[member.pk]) + f"?field={field}", {"reason": reason}, follow=True
    )


def test_masks():
    assert privacy.mask_mobile("13800000001") == "138****0001"
    assert privacy.mask_name("欧阳小明") == "欧***"
    assert privacy.mask_email("li@example.cn") == "l***@example.cn"
    assert privacy.mask("address", "3幢501") == "******"
    assert privacy.mask("address", "") == ""


@pytest.mark.parametrize(
    "who", ["city_officer", "street_officer", "secretary", "unit_clerk", "auditor", "estate_clerk"]
)
def test_no_desk_reads_contact_data_unasked(client: Client, cast: Cast, li: Member, who: str):
    client.force_login(getattr(cast, who))
    for text in (page(client, li), client.get(reverse("members:list")).content.decode()):
        assert "13800000001" not in text and "3幢501" not in text
        assert "138****0001" in text


def test_a_reveal_opens_one_field_to_its_viewer_alone(client: Client, cast: Cast, li: Member):
    client.force_login(cast.secretary)
    text = ask(client, li).content.decode()
    assert "13800000001" in text and "3幢501" not in text
    line = ContactReveal.objects.get()
    assert (line.member, line.field, line.viewer, line.organization, line.reason) == (
        li,
        "mobile",
        cast.secretary,
        cast.community,
        REASON,
    )
    client.force_login(cast.clerk)
    assert "13800000001" not in page(client, li)


def test_it_closes_again_after_ten_minutes(client: Client, cast: Cast, li: Member):
    privacy.reveal(li, "mobile", reason=REASON, by=cast.secretary)
    ContactReveal.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
    client.force_login(cast.secretary)
    assert "13800000001" not in page(client, li)


@pytest.mark.parametrize("reason", ["", "   ", "看"])
def test_without_a_reason_nothing_opens(client: Client, cast: Cast, li: Member, reason: str):
    client.force_login(cast.secretary)
    assert "13800000001" not in ask(client, li, reason=reason).content.decode()
    assert not ContactReveal.objects.exists()


@pytest.mark.parametrize("who", ["street_officer", "auditor", "estate_clerk"])
def test_who_may_not_gets_403(client: Client, cast: Cast, li: Member, who: str):
    client.force_login(getattr(cast, who))
    assert ask(client, li).status_code == 403


def test_a_unit_opens_mobiles_but_never_addresses(client: Client, cast: Cast, li: Member):
    client.force_login(cast.unit_clerk)
    assert ask(client, li, "address").status_code == 403
    text = ask(client, li).content.decode()
    assert "13800000001" in text
    assert "住址" not in text and cast.estate.name not in text


@pytest.mark.parametrize("who", ["other_secretary", "other_unit_clerk"])
def test_outside_the_scope_the_person_does_not_exist(client: Client, cast: Cast, li: Member, who: str):
    client.force_login(getattr(cast, who))
    assert ask(client, li).status_code == 404
    assert client.get(reverse("members:detail", args=[li.pk])).status_code == 404


def test_no_other_column_can_be_opened(client: Client, cast: Cast, li: Member):
    client.force_login(cast.secretary)
    assert ask(client, li, "note").status_code == 403


def test_the_person_sees_who_looked(client: Client, cast: Cast, li: Member):
    privacy.reveal(li, "mobile", reason=REASON, by=cast.secretary)
    client.force_login(li.user)
    text = client.get(reverse("members:looked_up")).content.decode()
    assert "陈书记" in text and REASON in text
    client.force_login(cast.wang.user)
    assert REASON not in client.get(reverse("members:looked_up")).content.decode()


def test_an_applicant_without_a_roster_entry_sees_it_too(client: Client, cast: Cast):
    registration = stranger(cast)
    client.force_login(cast.secretary)
    url = reverse("members:registration_reveal", args=[registration.pk])
    text = client.post(url, {"reason": REASON}, follow=True).content.decode()
    assert "13900000009" in text
    client.force_login(registration.user)
    assert REASON in client.get(reverse("members:looked_up")).content.decode()


def test_the_person_reads_their_own_data(cast: Cast, li: Member):
    assert privacy.present(li, "address", li.user) == "3幢501"
    assert privacy.present(cast.sun, "mobile", li.user) == "138****0004"  # an entry without an account


def test_a_unit_opens_no_address_by_whatever_way(cast: Cast):
    with pytest.raises(privacy.RevealRefused):
        privacy.reveal(cast.li, "address", reason="核实住址", by=cast.unit_clerk)
    with pytest.raises(privacy.RevealRefused):
        privacy.reveal(cast.li, "note", reason="核实备注", by=cast.secretary)
    assert not ContactReveal.objects.exists()


def test_the_list_of_looks_is_of_the_own_branch(client: Client, cast: Cast):
    for member, by in ((cast.li, cast.secretary), (cast.zhao, cast.other_secretary)):
        privacy.reveal(member, "mobile", reason=f"核实{member.name}", by=by)
    client.force_login(cast.secretary)
    page = client.get(reverse("members:reveals")).content.decode()
    assert f"核实{cast.li.name}" in page
    assert f"核实{cast.zhao.name}" not in page
