"""The admin does the same, in the same scope, through the same services."""

import pytest
from django.urls import reverse

from wishes.models import Wish
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.testing.cast import Cast

LIST = reverse("admin:wishes_wish_changelist")


def act(client, action: str, wish: Wish, **words: str):
    return client.post(LIST, {"action": action, "_selected_action": [wish.pk], **words}, follow=True)


def test_the_community_accepts_and_declines(cast: Cast):
    first, second = stated(cast.estate), stated(cast.estate)
    client = logged_in(cast.secretary)
    act(client, "accept", first)
    act(client, "decline", second, reason="属于物业维修", responsible="物业")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("accepted", "declined")
    assert first.events.latest("id").by == cast.secretary


def test_a_refusal_is_shown(cast: Cast):
    wish, client = stated(cast.estate), logged_in(cast.secretary)
    words = {"reason": "", "responsible": "物业"}
    assert "请写明不受理的原因" in act(client, "decline", wish, **words).content.decode()
    wish.refresh_from_db()
    assert wish.state == "submitted"
    act(client, "accept", wish)
    assert f"{wish}：这条心愿的状态是“已受理”" in act(client, "accept", wish).content.decode()


def test_declining_asks_for_the_reason_first(cast: Cast):
    wish, client = stated(cast.estate), logged_in(cast.secretary)
    page = act(client, "decline", wish).content.decode()
    assert 'name="reason"' in page and 'name="responsible"' in page and wish.need in page
    assert Wish.objects.get().state == "submitted"


@pytest.mark.parametrize("who", ["city_officer", "other_secretary", "auditor"])
def test_others_change_nothing(cast: Cast, who: str):
    wish = stated(cast.estate)
    act(logged_in(getattr(cast, who)), "accept", wish)
    wish.refresh_from_db()
    assert wish.state == "submitted"


def test_the_page_shows_history_and_no_contact_data(cast: Cast):
    wish = stated(cast.estate)
    page = (
        logged_in(cast.city_officer).get(reverse("admin:wishes_wish_change", args=[wish.pk])).content.decode()
    )
    assert wish.code in page
    assert not any(text in page for text in BRIEF.values())


def test_each_reader_is_led_to_a_page_that_answers_them(cast: Cast):
    wish = stated(cast.estate)
    publishing, reading = (reverse(name, args=[wish.pk]) for name in ("tasks:new_for_wish", "wishes:detail"))
    for reader, way in ((cast.secretary, publishing), (cast.city_officer, reading), (cast.auditor, reading)):
        client = logged_in(reader)
        page = client.get(LIST).content.decode()
        assert [f'href="{one}"' in page for one in (publishing, reading)] == [
            way == publishing,
            way == reading,
        ]
        assert client.get(way).status_code == 200


def test_outside_the_branch_there_is_nothing(cast: Cast):
    wish = stated(cast.other_estate)
    page = logged_in(cast.secretary).get(LIST).content.decode()
    assert reverse("admin:wishes_wish_change", args=[wish.pk]) not in page


def test_staff_enter_a_wish_here_too(cast: Cast):
    url = reverse("admin:wishes_wish_add")
    data = {**BRIEF, "organization": cast.estate.pk, "source": "visit", "need": "客厅灯坏了", "key": "k"}
    assert logged_in(cast.city_officer).get(url).status_code == 403
    assert "征得居民同意" in logged_in(cast.estate_clerk).post(url, data).content.decode()
    assert not Wish.objects.exists()
    assert logged_in(cast.estate_clerk).post(url, {**data, "consent": "on"})["Location"] == LIST
    assert Wish.objects.get().entered_by == cast.estate_clerk
