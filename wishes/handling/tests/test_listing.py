"""The desk's list and the page of one wish."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from wishes.models import Wish
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.testing.cast import Cast

LIST = reverse("wishes:list")


def found(response) -> set[str]:
    return {wish.need for wish in response.context["page"]}


@pytest.mark.parametrize(
    ("who", "needs"),
    [
        ("city_officer", {"a", "b", "c", "d"}),
        ("street_officer", {"a", "b", "c", "d"}),
        ("secretary", {"a", "b", "c"}),
        ("auditor", {"a", "b", "c"}),
        ("estate_clerk", {"a"}),
        ("other_secretary", {"d"}),
    ],
)
def test_each_tier_sees_its_branch(cast: Cast, who: str, needs: set[str]):
    stated(cast.estate, need="a")
    stated(cast.second_estate, need="b")
    stated(cast.community, need="c")
    stated(cast.other_estate, need="d")
    assert found(logged_in(getattr(cast, who)).get(LIST)) == needs


def test_outside_the_branch_there_is_no_such_wish(cast: Cast):
    wish = stated(cast.other_estate)
    client = logged_in(cast.secretary)
    assert client.get(reverse("wishes:detail", args=[wish.pk])).status_code == 404
    for name in ("accept", "decline", "brief"):
        assert client.post(reverse(f"wishes:{name}", args=[wish.pk])).status_code == 404


def test_inside_it_without_the_right_it_is_refused(cast: Cast):
    wish = stated(cast.estate)
    client = logged_in(cast.auditor)
    assert client.get(reverse("wishes:detail", args=[wish.pk])).status_code == 200
    for name in ("accept", "decline", "brief"):
        assert client.post(reverse(f"wishes:{name}", args=[wish.pk])).status_code == 403


def test_tabs_count_and_the_first_is_what_waits(cast: Cast):
    stated(cast.estate, need="waits")
    stated(cast.estate, need="runs", state="accepted")
    response = logged_in(cast.clerk).get(LIST)
    assert [tab.count for tab in response.context["tabs"]] == [1, 1, 0, 0, 0, 0, 2]
    assert found(response) == {"waits"}
    assert found(logged_in(cast.clerk).get(LIST, {"state": "accepted"})) == {"runs"}
    assert found(logged_in(cast.clerk).get(LIST, {"state": "all"})) == {"waits", "runs"}


def test_a_merged_wish_has_a_tab_of_its_own_and_counts_nowhere_else(cast: Cast):
    kept = stated(cast.estate, need="kept")
    stated(cast.estate, need="gone", state="merged", merged_into=kept)
    client = logged_in(cast.clerk)
    response = client.get(LIST, {"state": "merged"})
    assert [tab.count for tab in response.context["tabs"]] == [1, 0, 0, 0, 0, 1, 1]
    assert found(response) == {"gone"}
    assert found(client.get(LIST, {"state": "all"})) == {"kept"}


def test_filters_narrow_the_list_and_the_counts(cast: Cast):
    old = timezone.now() - dt.timedelta(days=8)
    stated(cast.estate, need="理发", source="visit")
    stated(cast.second_estate, need="修灯", created_at=old)
    client = logged_in(cast.secretary)
    for query, needs in (
        ({"q": "理"}, {"理发"}),
        ({"source": "visit"}, {"理发"}),
        ({"age": "7"}, {"修灯"}),
        ({"age": "30"}, set()),
        ({"place": cast.second_estate.pk}, {"修灯"}),
        ({"place": cast.community.pk}, {"理发", "修灯"}),
    ):
        response = client.get(LIST, query)
        assert found(response) == needs, query
        assert response.context["tabs"][0].count == len(needs)


def test_the_oldest_can_stand_first(cast: Cast):
    stated(cast.estate, need="new")
    stated(cast.estate, need="old", created_at=timezone.now() - dt.timedelta(days=8))
    client = logged_in(cast.clerk)
    assert [wish.need for wish in client.get(LIST, {"sort": "age"}).context["page"]] == ["old", "new"]
    assert [wish.need for wish in client.get(LIST, {"sort": "-age"}).context["page"]] == ["new", "old"]


@pytest.mark.parametrize("count", [20, 200])
def test_the_list_needs_the_same_queries_for_any_length(
    cast: Cast, count: int, django_assert_max_num_queries
):
    Wish.objects.bulk_create(
        Wish(organization=cast.estate, need=f"n{number}", **BRIEF) for number in range(count)
    )
    client = logged_in(cast.secretary)
    with django_assert_max_num_queries(13):
        client.get(LIST)


def test_the_list_decrypts_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    stated(cast.estate)
    client = logged_in(cast.secretary)

    def forbidden(token: str) -> str:
        raise AssertionError("decrypted")

    monkeypatch.setattr("xianfeng.lib.crypto.decrypt", forbidden)
    assert client.get(LIST).status_code == 200


def test_accepting_and_declining_from_the_page(cast: Cast):
    first, second = stated(cast.estate), stated(cast.estate)
    client = logged_in(cast.estate_clerk)
    client.post(reverse("wishes:accept", args=[first.pk]))
    answer = client.post(reverse("wishes:decline", args=[second.pk]), {"reason": "属于物业"}, follow=True)
    assert "请写明可以找谁办理" in answer.content.decode()
    client.post(reverse("wishes:decline", args=[second.pk]), {"reason": "属于物业", "responsible": "物业"})
    assert list(Wish.objects.order_by("pk").values_list("state", flat=True)) == ["accepted", "declined"]
    page = client.get(reverse("wishes:detail", args=[second.pk])).content.decode()
    assert "属于物业" in page


def test_a_stale_page_is_told_so(cast: Cast):
    wish = stated(cast.estate, state="accepted")
    answer = logged_in(cast.clerk).post(reverse("wishes:accept", args=[wish.pk]), follow=True)
    assert "不能这样办理" in answer.content.decode()


def test_the_page_opens_beside_the_list(cast: Cast):
    wish = stated(cast.estate)
    client = logged_in(cast.clerk)
    answer = client.get(reverse("wishes:detail", args=[wish.pk]), headers={"HX-Request": "true"})
    assert "panel.html" in [template.name for template in answer.templates]
