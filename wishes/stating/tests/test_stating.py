"""A resident states a wish on the public pages, without an account."""

import datetime as dt
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Appointment
from notices.models import Notice
from wishes.models import Wish
from wishes.stating.rules import PersonalDataInNeed
from wishes.stating.stating import enter, submit
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.testing.cast import Cast

NEED = "老人行动不便，想请人上门理发"
LIGHT = "楼道的灯坏了，想请人看看"
CONTACT = {**BRIEF, "need": NEED, "consent": "on", "key": "a-key"}


@pytest.fixture
def path(cast: Cast) -> str:
    return reverse("wishes:ask", args=[cast.estate.public_code])


@pytest.fixture
def contact(cast: Cast) -> str:
    return reverse("wishes:ask_contact", args=[cast.estate.public_code])


def test_need_then_contact_then_the_code(client: Client, cast: Cast, path: str, contact: str):
    assert "青锋花苑" in client.get(path).content.decode()
    assert client.post(path, {"need": NEED})["Location"] == contact
    assert NEED in client.get(contact).content.decode()
    answer = client.post(contact, CONTACT)
    wish = Wish.objects.get()
    assert answer["Location"] == reverse("wishes:asked", args=[wish.code])
    assert (wish.organization, wish.need, wish.source) == (cast.estate, NEED, "online")
    assert (wish.contact_mobile, wish.detail) == (BRIEF["contact_mobile"], BRIEF["detail"])
    code_page = client.get(answer["Location"]).content.decode()
    assert wish.code[:5] in code_page
    assert not any(text in code_page for text in BRIEF.values())


@pytest.mark.parametrize(
    "need", ["请打 13812345678 约时间，上门理发", "身份证 11010519491231002X 的老人要陪诊"]
)
def test_no_way_of_stating_lets_a_number_into_the_public_text(cast: Cast, need: str):
    """The pages ask before; whatever else states a wish meets the same rule."""
    brief = {"organization": cast.estate, "need": need, **BRIEF}
    with pytest.raises(PersonalDataInNeed, match="公开显示"):
        submit(**brief)
    with pytest.raises(PersonalDataInNeed):
        enter(source="phone", by=cast.estate_clerk, **brief)
    assert not Wish.objects.exists()


def test_the_estate_s_staff_are_told_once(client: Client, cast: Cast, contact: str):
    for _time in range(2):
        client.post(contact, CONTACT)
    notice = Notice.objects.get(kind="wish_new")
    assert (notice.recipient, notice.subject) == (cast.estate_clerk, f"新心愿：{NEED}")
    assert notice.url == reverse("wishes:detail", args=[Wish.objects.get().pk])
    assert not any(text in notice.body for text in BRIEF.values())


def test_where_nobody_acts_in_the_estate_its_community_is_told(client: Client, cast: Cast):
    client.post(reverse("wishes:ask_contact", args=[cast.second_estate.public_code]), CONTACT)
    told = Notice.objects.filter(kind="wish_new").values_list("recipient__username", flat=True)
    assert set(told) == {"secretary", "clerk"}


def test_staff_are_not_told_of_what_they_entered(cast: Cast):
    enter(
        organization=cast.estate, need=NEED, source="visit", by=cast.clerk, contact_name="", contact_mobile=""
    )
    assert not Notice.objects.exists()


def test_sent_twice_it_is_one_wish(client: Client, contact: str):
    first, second = client.post(contact, CONTACT), client.post(contact, CONTACT)
    assert first["Location"] == second["Location"]
    assert Wish.objects.count() == 1


@pytest.mark.parametrize("need", ["请联系13800000001，想请人理发", "身份证330681195503051234要办卡"])
def test_a_number_is_pointed_out_and_cannot_be_kept(client: Client, path: str, contact: str, need: str):
    for url, data in (
        (path, {"need": need}),
        (path, {"need": need, "keep": "1"}),
        (contact, CONTACT | {"need": need}),
    ):
        page = client.post(url, data, follow=True)
        assert "像是有" in page.content.decode()
        assert "保持原文" not in page.content.decode()
    assert not Wish.objects.exists()


def test_the_suggested_text_moves_what_it_takes_out(client: Client, path: str):
    need = "家住3幢2单元501室，想请人修水管，电话138 0000 0001"
    page = client.post(path, {"need": need}, follow=True)
    assert "想请人修水管</q>" in page.content.decode()
    page = client.post(path, {"need": need, "use": "1"}, follow=True)
    assert page.context["need"] == "想请人修水管"
    form = page.context["form"]
    assert form["contact_mobile"].value() == "138 0000 0001"
    assert form["contact_address"].value() == "3幢2单元501室"


def test_an_address_may_be_a_public_place(client: Client, path: str, contact: str):
    need = "1号楼101室活动室想要一块黑板"
    assert "保持原文" in client.post(path, {"need": need}, follow=True).content.decode()
    page = client.post(path, {"need": need, "keep": "1"}, follow=True)
    assert page.context["need"] == need
    client.post(contact, CONTACT | {"need": need, "keep": "1"})
    assert Wish.objects.get().need == need


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"consent": ""}, "没有您的同意"),
        ({"contact_mobile": "12345"}, "11 位手机号"),
        ({"contact_name": ""}, "怎么称呼您"),
        ({"website": "http://spam.example"}, "请清空"),
    ],
)
def test_what_is_missing_is_said_on_a_page_to_come_back_to(
    client: Client, contact: str, change: dict[str, str], says: str
):
    answer = client.post(contact, CONTACT | change)
    assert answer.status_code == 200 if "consent" in change else answer["Location"] == contact
    page = client.post(contact, CONTACT | change, follow=True).content.decode()
    assert says in page and CONTACT["detail"] in page
    assert not Wish.objects.exists()


def test_back_keeps_what_is_written_on_both_pages(client: Client, path: str, contact: str):
    page = client.post(contact, CONTACT | {"back": "1"}, follow=True)
    assert page.context["form"]["need"].value() == NEED
    page = client.post(path, {"need": NEED}, follow=True)
    assert page.context["form"]["contact_name"].value() == BRIEF["contact_name"]
    assert not page.context["form"]["consent"].value()  # asked anew
    assert not Wish.objects.exists()


def test_another_need_is_another_person_s(client: Client, path: str, contact: str):
    client.post(contact, CONTACT | {"back": "1"})
    page = client.post(path, {"need": LIGHT}, follow=True).content.decode()
    assert BRIEF["contact_mobile"] not in page and BRIEF["contact_name"] not in page


def test_without_consent_nothing_of_the_person_is_kept(client: Client, path: str, contact: str):
    page = client.post(contact, CONTACT | {"consent": ""})
    assert "没有您的同意" in page.content.decode() and BRIEF["contact_mobile"] in page.content.decode()
    assert client.session["wish"]["contact"] == {}


def test_a_session_keeps_no_more_than_a_form_has_room_for(client: Client, path: str):
    client.post(path, {"need": "灯" * 1_000_000})
    assert len(client.session["wish"]["need"]["need"]) == 400
    assert "缩短到 200 字" in client.get(path).content.decode()
    assert "_session_expiry" not in client.session  # whoever logs in here afterwards stays logged in


def test_a_flood_of_drafts_is_stopped(client: Client, path: str):
    for _number in range(120):
        client.post(path, {"need": NEED})
    assert client.post(path, {"need": NEED}).status_code == 429


def test_without_a_need_the_way_begins_with_it(client: Client, path: str, contact: str):
    assert client.get(contact)["Location"] == client.post(contact, {})["Location"] == path
    assert "请写下需要什么帮助" in client.post(path, {}, follow=True).content.decode()


def test_what_was_sent_is_not_the_next_person_s(client: Client, path: str, contact: str):
    client.post(path, {"need": LIGHT})
    client.post(contact, CONTACT | {"need": LIGHT})
    assert LIGHT not in client.get(path).content.decode()
    assert client.get(contact)["Location"] == path


def test_what_was_left_lying_is_gone_after_half_an_hour(client: Client, path: str):
    client.post(path, {"need": LIGHT})
    left = timezone.now()
    for minutes, is_there in ((29, True), (31, False)):
        with mock.patch("django.utils.timezone.now", return_value=left + dt.timedelta(minutes=minutes)):
            assert (LIGHT in client.get(path).content.decode()) is is_there


def test_another_place_s_answers_are_not_taken_over(client: Client, cast: Cast, path: str):
    client.post(path, {"need": LIGHT})
    other = reverse("wishes:ask", args=[cast.second_estate.public_code])
    assert LIGHT not in client.get(other).content.decode()


def test_a_flood_from_one_network_is_stopped(client: Client, contact: str):
    for number in range(20):
        client.post(contact, CONTACT | {"key": f"k{number}"})
    answer = client.post(contact, CONTACT | {"key": "one too many"})
    assert answer.status_code == 429
    assert "太频繁" in answer.content.decode()
    assert Wish.objects.count() == 20
    assert client.post(contact, CONTACT | {"key": "elsewhere"}, REMOTE_ADDR="10.9.8.7").status_code == 302


@pytest.mark.parametrize("place", ["street", "city", "unit"])
def test_other_organisations_have_no_such_page(client: Client, cast: Cast, place: str):
    code = getattr(cast, place).public_code
    assert client.get(reverse("wishes:ask", args=[code])).status_code == 404


def test_unknown_and_closed_places_have_no_page(client: Client, cast: Cast, path: str):
    assert client.get(reverse("wishes:ask", args=["nowhere"])).status_code == 404
    cast.estate.is_active = False
    cast.estate.save()
    assert client.get(path).status_code == 404


def test_staff_enter_a_wish(cast: Cast):
    data = {
        **BRIEF,
        "organization": cast.estate.pk,
        "source": "visit",
        "need": NEED,
        "consent": "on",
        "key": "k",
    }
    answer = logged_in(cast.clerk).post(reverse("wishes:enter"), data)
    wish = Wish.objects.get()
    assert answer["Location"] == reverse("wishes:detail", args=[wish.pk])
    assert (wish.entered_by, wish.source, wish.key) == (cast.clerk, "visit", "k")


def test_staff_read_words_meant_for_staff(cast: Cast):
    data = {"organization": cast.estate.pk, "need": "李阿姨13812345678家灯坏了"}
    page = logged_in(cast.clerk).post(reverse("wishes:enter"), data).content.decode()
    assert "改填到下面不公开的几栏里" in page and "请填写怎么称呼居民" in page
    assert "下一步可以单独填写" not in page and "怎么称呼您" not in page


def test_staff_cannot_enter_for_another_community(cast: Cast):
    data = {
        **BRIEF,
        "organization": cast.other_estate.pk,
        "source": "visit",
        "need": NEED,
        "consent": "on",
        "key": "k",
    }
    assert logged_in(cast.clerk).post(reverse("wishes:enter"), data).status_code == 200
    assert not Wish.objects.exists()


def test_staff_are_warned_of_numbers_too(cast: Cast):
    data = {**BRIEF, "organization": cast.estate.pk, "source": "visit", "consent": "on", "key": "k"}
    page = logged_in(cast.clerk).post(reverse("wishes:enter"), data | {"need": "13800000001想理发"})
    assert "手机号" in page.content.decode()
    assert not Wish.objects.exists()


def test_where_nobody_acts_in_the_community_either_the_nearest_above_is_told(client: Client, cast: Cast):
    Appointment.objects.filter(organization__in=[cast.estate, cast.community]).delete()
    stated(cast.estate)
    notice = Notice.objects.get(kind="wish_new")
    assert notice.recipient == cast.street_officer
    client.force_login(cast.street_officer)
    assert client.get(notice.url).status_code == 200
