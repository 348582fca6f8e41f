"""Two wishes about the same thing become one, and two again."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from wishes.handling import handling
from wishes.handling.open_work import open_work
from wishes.handling.rules import WrongState
from wishes.handling.tests.test_opening_a_brief import a_place
from wishes.merging.merging import merge, part
from wishes.merging.rules import CannotMerge, CannotPart
from wishes.models import Wish
from wishes.rights import NotHandler
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded, Refusal
from xianfeng.testing.cast import Cast

State = Wish.State
WHY = "不是同一件事"


def fresh(wish: Wish) -> Wish:
    return Wish.objects.get(pk=wish.pk)


def task_of(cast: Cast, wish: Wish, state: str = "published") -> Any:
    """Tasks lie above this app: they are made by name, as for a brief."""
    a_place(cast, wish, cast.li)
    apps.get_model("tasks", "Task").objects.filter(wish=wish).update(state=state)


def refusal(kept: Wish, gone: Wish, by: Any) -> Refusal | None:
    try:
        merge(fresh(kept), fresh(gone), by=by)
    except Refusal as found:
        return found
    return None


# --- Merging ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept_state", ["submitted", "accepted", "published"])
@pytest.mark.parametrize("gone_state", ["submitted", "accepted"])
def test_the_other_one_points_to_the_one_that_stays(cast: Cast, kept_state: str, gone_state: str):
    kept, gone = stated(cast.estate, state=kept_state), stated(cast.second_estate, state=gone_state)
    done = merge(kept, gone, by=cast.clerk)
    assert (done.pk, fresh(gone).state, fresh(gone).merged_into) == (gone.pk, "merged", kept)
    assert (fresh(kept).state, fresh(kept).merged_into) == (kept_state, None)
    event = gone.events.latest("id")
    assert (event.from_state, event.to_state, event.by) == (gone_state, "merged", cast.clerk)
    assert kept.code in event.note and gone.code in kept.events.latest("id").note
    assert kept.events.latest("id").get_to_display() == "重复心愿"


@pytest.mark.parametrize(
    ("who", "same_estate", "across"),
    [
        ("secretary", True, True),
        ("clerk", True, True),
        ("estate_clerk", True, False),
        ("auditor", False, False),
        ("other_secretary", False, False),
        ("street_officer", False, False),
        ("city_officer", False, False),
    ],
)
def test_who_merges_handles_both(cast: Cast, who: str, same_estate: bool, across: bool):
    for place, expected in ((cast.estate, same_estate), (cast.second_estate, across)):
        found = refusal(stated(cast.estate), stated(place), getattr(cast, who))
        assert (found is None) is expected
        assert found is None or isinstance(found, NotHandler)


def test_nobody_merges_across_communities(cast: Cast):
    ours, theirs = stated(cast.estate), stated(cast.other_estate)
    assert isinstance(refusal(ours, theirs, cast.secretary), NotHandler)
    client = logged_in(cast.secretary)
    for pair in ((ours, theirs), (theirs, ours)):
        url = reverse("wishes:merge", args=[one.pk for one in pair])
        assert client.get(url).status_code == client.post(url).status_code == 404
    assert not Wish.objects.filter(state="merged").exists()


# --- Refusals -----------------------------------------------------------------------------------


def test_a_wish_is_not_merged_with_itself(cast: Cast):
    wish = stated(cast.estate)
    with pytest.raises(CannotMerge, match="另一条"):
        merge(wish, fresh(wish), by=cast.clerk)


@pytest.mark.parametrize("state", ["declined", "fulfilled", "closed"])
def test_what_is_over_neither_stays_nor_goes(cast: Cast, state: str):
    over, waiting = stated(cast.estate, state=state), stated(cast.estate)
    found = refusal(over, waiting, cast.clerk)
    assert found and (found.code, "不能再并入" in found.message) == ("kept_is_over", True)
    found = refusal(waiting, over, cast.clerk)
    assert found and (found.code, "不用合并" in found.message) == ("gone_is_over", True)


@pytest.mark.parametrize("state", ["draft", "published", "settled"])
def test_a_wish_with_a_task_of_its_own_stays(cast: Cast, state: str):
    with_task, waiting = stated(cast.estate, state="accepted"), stated(cast.estate)
    task_of(cast, with_task, state)
    found = refusal(waiting, with_task, cast.clerk)
    assert found and found.code == "has_task"
    assert "请反过来" in found.message and "取消它的任务" in found.message
    assert refusal(with_task, waiting, cast.clerk) is None


def test_two_tasks_are_not_made_one(cast: Cast):
    one, other = stated(cast.estate, state="published"), stated(cast.estate, state="published")
    for pair in ((one, other), (other, one)):
        found = refusal(*pair, cast.clerk)
        assert found and (found.code, "两条心愿都有" in found.message) == ("has_task", True)


def test_a_task_that_was_called_off_stands_in_nobodys_way(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate, state="accepted")
    task_of(cast, gone, "cancelled")
    assert refusal(kept, gone, cast.clerk) is None


def test_there_are_no_chains(cast: Cast):
    first, second, third = (stated(cast.estate) for _each in range(3))
    merge(first, second, by=cast.clerk)
    found = refusal(second, third, cast.clerk)
    assert found and found.code == "kept_is_merged" and first.code in found.message
    found = refusal(third, first, cast.clerk)
    assert found and (found.code, "请反过来" in found.message) == ("has_duplicates", True)
    assert refusal(first, third, cast.clerk) is None
    assert first.duplicates.count() == 2


def test_a_wish_is_merged_once_and_in_no_circle(cast: Cast):
    one, other, third = (stated(cast.estate) for _each in range(3))
    merge(one, other, by=cast.clerk)
    for pair in ((one, other), (third, other)):
        found = refusal(*pair, cast.secretary)
        assert found and found.code == "already_merged"
    found = refusal(other, one, cast.secretary)
    assert found and found.code == "kept_is_merged"
    assert other.events.filter(to_state="merged").count() == 1


def test_nothing_else_happens_to_a_merged_wish(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate)
    stale = fresh(gone)
    gone = merge(kept, gone, by=cast.clerk)
    for wish in (gone, stale):
        with pytest.raises((WrongState, AlreadyDecided)):
            handling.accept(wish, by=cast.clerk)
    with pytest.raises(WrongState):
        handling.decline(gone, reason="属于物业维修", responsible="物业", by=cast.clerk)


def test_the_database_holds_it_too(cast: Cast):
    wish = stated(cast.estate)
    for fields in (
        {"state": "merged"},
        {"merged_into": stated(cast.estate)},
        {"state": "merged", "merged_into": wish},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Wish.objects.filter(pk=wish.pk).update(**fields)


# --- Parting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "accepted"])
@pytest.mark.parametrize("kept_state", ["submitted", "published", "declined"])
def test_parted_it_is_where_it_was(cast: Cast, state: str, kept_state: str):
    kept, gone = stated(cast.estate), stated(cast.estate, state=state)
    done = merge(kept, gone, by=cast.clerk)
    Wish.objects.filter(pk=kept.pk).update(state=kept_state)
    part(done, reason=WHY, by=cast.estate_clerk)
    assert (fresh(gone).state, fresh(gone).merged_into) == (state, None)
    event = gone.events.latest("id")
    assert (event.from_state, event.to_state, event.note) == ("merged", state, WHY)
    assert event.get_to_display() == "取消合并"
    assert WHY in kept.events.latest("id").note and fresh(kept).state == kept_state


@pytest.mark.parametrize("state", ["fulfilled", "closed"])
def test_after_the_end_of_the_kept_one_they_stay_together(cast: Cast, state: str):
    kept, gone = stated(cast.estate), stated(cast.estate)
    done = merge(kept, gone, by=cast.clerk)
    Wish.objects.filter(pk=kept.pk).update(state=state)
    with pytest.raises(CannotPart, match="不能再取消合并"):
        part(fresh(done), reason=WHY, by=cast.clerk)
    assert fresh(gone).is_merged


def test_parting_says_why_and_happens_once(cast: Cast):
    done = merge(stated(cast.estate), stated(cast.estate), by=cast.clerk)
    stale = fresh(done)
    with pytest.raises(ReasonNeeded):
        part(done, reason="不 ", by=cast.clerk)
    part(done, reason=WHY, by=cast.clerk)
    with pytest.raises(CannotPart, match="没有并入"):
        part(stale, reason=WHY, by=cast.secretary)
    assert done.events.filter(from_state="merged").count() == 1


@pytest.mark.parametrize("who", ["auditor", "other_secretary", "city_officer"])
def test_who_does_not_handle_it_does_not_part_it(cast: Cast, who: str):
    done = merge(stated(cast.estate), stated(cast.estate), by=cast.clerk)
    with pytest.raises(NotHandler):
        part(done, reason=WHY, by=getattr(cast, who))


def test_parted_wishes_may_be_merged_the_other_way_round(cast: Cast):
    one, other = stated(cast.estate), stated(cast.estate)
    parted = part(merge(one, other, by=cast.clerk), reason=WHY, by=cast.clerk)
    assert merge(parted, one, by=cast.clerk).merged_into == other


# --- Figures ------------------------------------------------------------------------------------


def test_no_figure_counts_it_twice(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate)

    def figures() -> list[int]:
        return [Wish.objects.waiting().count(), *(work.count for work in open_work(cast.estate))]

    assert figures() == [2, 2, 0, 0]
    done = merge(kept, gone, by=cast.clerk)
    assert figures() == [1, 1, 0, 0]
    part(done, reason=WHY, by=cast.clerk)
    assert figures() == [2, 2, 0, 0]


# --- Pages --------------------------------------------------------------------------------------


def test_from_the_page_of_a_wish_to_the_merge_and_back(cast: Cast):
    older, newer = stated(cast.estate, need="想请人理发"), stated(cast.estate, need="想请人来理发")
    client, page_of = logged_in(cast.clerk), lambda wish: reverse("wishes:detail", args=[wish.pk])
    pair = reverse("wishes:merge", args=[older.pk, newer.pk])
    page = client.get(page_of(newer)).content.decode()
    assert "手机号相同、文字相近" in page and f'href="{pair}"' in page
    page = client.get(pair).content.decode()
    assert "合并以后" in page and reverse("wishes:merge", args=[newer.pk, older.pk]) in page
    assert not Wish.objects.filter(state="merged").exists()
    page = client.post(pair, follow=True).content.decode()
    assert "已合并" in page and "并入这条的心愿" in page and newer.code in page
    page = client.get(page_of(newer)).content.decode()
    assert "已与另一条心愿合并办理" in page and f'href="{page_of(older)}"' in page
    url = reverse("wishes:part", args=[newer.pk])
    assert "请写明原因" in client.post(url, {"reason": ""}, follow=True).content.decode()
    assert "恢复单独办理" in client.post(url, {"reason": WHY}, follow=True).content.decode()
    assert fresh(newer).state == "submitted"


def test_posted_twice_it_is_told_so(cast: Cast):
    one, other = stated(cast.estate), stated(cast.estate)
    url, client = reverse("wishes:merge", args=[one.pk, other.pk]), logged_in(cast.clerk)
    client.post(url)
    assert "已经并入另一条" in client.post(url, follow=True).content.decode()
    assert other.events.filter(to_state="merged").count() == 1


def test_the_page_says_beforehand_what_stands_against_it(cast: Cast):
    waiting, published = stated(cast.estate), stated(cast.estate, state="published")
    page = (
        logged_in(cast.clerk).get(reverse("wishes:merge", args=[waiting.pk, published.pk])).content.decode()
    )
    assert "请反过来" in page and "合并以后" not in page


def test_the_pages_show_nobodys_contact_data(cast: Cast):
    one, other = stated(cast.estate), stated(cast.estate)
    client = logged_in(cast.clerk)
    for url in (
        reverse("wishes:merge", args=[one.pk, other.pk]),
        reverse("wishes:merge_with", args=[one.pk]),
        reverse("wishes:merge_with", args=[one.pk]) + "?q=理发",
    ):
        page = client.get(url).content.decode()
        assert one.need in page
        assert not any(text in page for text in BRIEF.values())


def test_the_estate_is_not_led_into_another_one(cast: Cast):
    kept, gone = stated(cast.second_estate), stated(cast.estate)
    merge(kept, gone, by=cast.clerk)
    page = logged_in(cast.estate_clerk).get(reverse("wishes:detail", args=[gone.pk])).content.decode()
    assert "由社区办理" in page and reverse("wishes:detail", args=[kept.pk]) not in page


def test_a_reader_sees_the_merge_and_no_button(cast: Cast):
    gone = merge(stated(cast.estate), stated(cast.estate), by=cast.clerk)
    page = logged_in(cast.auditor).get(reverse("wishes:detail", args=[gone.pk])).content.decode()
    assert "已与另一条心愿合并办理" in page and reverse("wishes:part", args=[gone.pk]) not in page


def test_who_looks_for_another_one_of_a_wish_that_is_over_finds_no_page(cast: Cast):
    wish = stated(cast.estate, state="declined")
    assert logged_in(cast.clerk).get(reverse("wishes:merge_with", args=[wish.pk])).status_code == 404


# --- The resident's page ------------------------------------------------------------------------


def tracked(wish: Wish) -> str:
    return Client().get(reverse("wishes:tracked", args=[wish.code])).content.decode()


def test_the_resident_follows_the_kept_one(cast: Cast):
    kept, gone = stated(cast.estate, need="水管漏水"), stated(cast.second_estate, need="水龙头漏水")
    handling.accept(kept, by=cast.clerk)
    merge(kept, gone, by=cast.clerk)
    page = tracked(gone)
    assert "与另一条心愿合并办理" in page and "已受理" in page and "社区已受理，正在安排" not in page
    handling.mark_published(kept, by=cast.secretary)
    assert "已发布给党员接单" in tracked(gone)
    handling.fulfil(kept, by=cast.secretary)
    page = tracked(gone)
    assert "心愿已由社区确认完成" in page and "心愿已完成" in page


def test_the_page_reveals_nothing_of_the_other_resident(cast: Cast):
    kept = stated(cast.second_estate, need="水管漏水", contact_name="孙大爷", contact_mobile="13700000088")
    gone = stated(cast.estate, need="水龙头漏水")
    merge(kept, gone, by=cast.clerk)
    page = tracked(gone)
    assert gone.need in page
    theirs = (kept.need, kept.code, "孙大爷", "13700000088", cast.second_estate.name, cast.clerk.name)
    assert not any(text in page for text in (*theirs, *BRIEF.values()))
    page = tracked(kept)
    assert "合并" not in page and "重复" not in page and gone.code not in page


def test_where_the_kept_one_is_declined_the_resident_reads_why(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate)
    merge(kept, gone, by=cast.clerk)
    handling.decline(fresh(kept), reason="属于物业维修", responsible="物业服务中心", by=cast.clerk)
    page = tracked(gone)
    assert "属于物业维修" in page and "物业服务中心" in page and "请到社区说明" in page
    assert reverse("wishes:ask_again", args=[gone.code]) not in page


def test_parted_the_resident_reads_so(cast: Cast):
    kept, gone = stated(cast.estate), stated(cast.estate)
    done = merge(kept, gone, by=cast.clerk)
    part(done, reason=WHY, by=cast.clerk)
    handling.accept(fresh(kept), by=cast.clerk)
    page = tracked(gone)
    assert "恢复单独办理" in page and WHY not in page and "社区已受理" not in page
