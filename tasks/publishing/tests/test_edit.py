"""Changing a task: what is frozen after the first claim, and who is told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice
from tasks.models import Claim
from tasks.presence.marking import mark_presence
from tasks.publishing import publishing
from tasks.publishing.rules import CapacityTooSmall, TermsFrozen, TimesOutOfOrder, TooLate
from tasks.tests.desk import at_desk, ended_task, hold, make_item
from tasks.tests.offers import HOUR, make_offer
from xianfeng.lib.times import local_year, year_bounds
from xianfeng.testing.cast import Cast


def test_flags_minutes_and_item_freeze_at_the_first_claim(cast: Cast) -> None:
    task = make_offer(cast, flags=1)
    publishing.edit(task, by=cast.clerk, flags=2)
    claim = hold(task, cast.li)
    for change in ({"flags": 1}, {"minutes": 60}, {"item": make_item()}):
        with pytest.raises(TermsFrozen):
            publishing.edit(task, by=cast.clerk, **change)
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.WITHDRAWN)
    with pytest.raises(TermsFrozen):
        publishing.edit(task, by=cast.clerk, flags=1)
    task.refresh_from_db()
    assert (task.flags, task.minutes) == (2, 120)


def test_capacity_stays_at_or_above_the_places_taken(cast: Cast) -> None:
    task = make_offer(cast, capacity=5)
    hold(task, cast.li)
    hold(task, cast.wang)
    with pytest.raises(CapacityTooSmall):
        publishing.edit(task, by=cast.clerk, capacity=1)
    publishing.edit(task, by=cast.clerk, capacity=2)
    task.refresh_from_db()
    assert (task.capacity, task.places_taken) == (2, 2)


def test_holders_learn_of_another_place_but_not_of_another_text(cast: Cast) -> None:
    task = make_offer(cast)
    hold(task, cast.li)
    publishing.edit(task, by=cast.clerk, text="带手套")
    assert not Notice.objects.exists()
    publishing.edit(task, by=cast.clerk, place="新村活动室")
    publishing.edit(task, by=cast.clerk, place="新村活动室")
    notice = Notice.objects.get()
    assert notice.recipient == cast.li.user
    assert "新村活动室" in notice.body
    assert [event.note for event in task.events.all()] == ["修改：说明", "修改：地点"]


def test_another_item_brings_its_category(cast: Cast) -> None:
    task = publishing.edit(make_offer(cast), by=cast.clerk, item=make_item(category="team"))
    task.refresh_from_db()
    assert task.category == "team"


def test_a_task_that_ended_stays_as_it_was(cast: Cast) -> None:
    with pytest.raises(TooLate):
        publishing.edit(ended_task(cast), by=cast.clerk, title="改名")


def test_terms_are_checked_again(cast: Cast) -> None:
    task = make_offer(cast)
    with pytest.raises(TimesOutOfOrder):
        publishing.edit(task, by=cast.clerk, ends_at=task.starts_at - HOUR)


def test_only_the_publisher_changes_a_task(cast: Cast) -> None:
    task = make_offer(cast)
    for user in (cast.city_officer, cast.estate_clerk, cast.auditor, cast.other_secretary):
        with pytest.raises(PermissionDenied):
            publishing.edit(task, by=user, title="改名")
    url = reverse("tasks:edit", args=[task.pk])
    assert at_desk(cast.city_officer).get(url).status_code == 403
    assert at_desk(cast.other_secretary).get(url).status_code == 404


def test_the_edit_page_saves(cast: Cast) -> None:
    task = make_offer(cast)
    client = at_desk(cast.clerk)
    form = client.get(reverse("tasks:edit", args=[task.pk])).context["form"]
    data = {field.html_name: field.value() for field in form if field.value() is not None}
    data |= {name: value.isoformat() for name, value in data.items() if hasattr(value, "isoformat")}
    answer = client.post(reverse("tasks:edit", args=[task.pk]), {**data, "title": "清洁三单元"})
    assert answer["Location"] == reverse("tasks:detail", args=[task.pk])
    task.refresh_from_db()
    assert task.title == "清洁三单元"
    assert list(task.audience.all()) == [cast.community]


def test_an_older_form_does_not_undo_a_colleague_s_change(cast: Cast) -> None:
    task = make_offer(cast)
    publishing.edit(task, by=cast.clerk, text="带手套")
    client, url = at_desk(cast.secretary), reverse("tasks:edit", args=[task.pk])
    form = client.get(url).context["form"]
    data = {field.html_name: field.value() for field in form if field.value() is not None}
    data |= {name: value.isoformat() for name, value in data.items() if hasattr(value, "isoformat")}
    publishing.edit(task, by=cast.clerk, place="新村活动室")
    answer = client.post(url, {**data, "title": "清洁三单元"})
    assert "同事已修改" in str(answer.context["form"].errors)
    task.refresh_from_db()
    assert (task.title, task.place) == ("周末清洁楼道", "新村活动室")


def test_an_open_task_is_not_moved_into_a_year_that_is_over(cast: Cast) -> None:
    task = make_offer(cast)
    before = year_bounds(local_year(timezone.now()))[0] - HOUR
    with pytest.raises(TooLate):
        publishing.edit(
            task,
            by=cast.clerk,
            starts_at=before,
            ends_at=before + 2 * HOUR,
            signup_opens_at=before - HOUR,
            signup_closes_at=before,
        )


def test_who_was_marked_before_it_moved_is_not_there_yet(cast: Cast) -> None:
    """It had begun, it rained, and it takes place another day."""
    task = make_offer(cast, starts_in=-HOUR / 2, signup_opens_at=timezone.now() - 9 * HOUR)
    claim = hold(task, cast.li)
    mark_presence(task, {claim.pk: "present"}, by=cast.clerk)
    start = timezone.now() + 24 * HOUR
    publishing.edit(task, by=cast.clerk, starts_at=start, ends_at=start + 2 * HOUR, signup_closes_at=start)
    claim.refresh_from_db()
    assert (claim.presence, claim.presence_method, claim.presence_by, claim.presence_at) == (
        "",
        "",
        None,
        None,
    )
    assert [event.note for event in claim.events.all()] == ["签到：到场（组织者点名）", "任务改期，签到作废"]


def test_the_city_keeps_its_choice_of_audience_when_it_edits(cast: Cast) -> None:
    task = make_offer(cast, publisher=cast.city, audience=[cast.other_community, cast.unit])
    client = at_desk(cast.city_officer)
    form = client.get(reverse("tasks:edit", args=[task.pk])).context["form"]
    data = {field.html_name: field.value() for field in form if field.value() is not None}
    data |= {name: value.isoformat() for name, value in data.items() if hasattr(value, "isoformat")}
    client.post(reverse("tasks:edit", args=[task.pk]), {**data, "capacity": 9})
    task.refresh_from_db()
    assert task.capacity == 9
    assert set(task.audience.all()) == {cast.other_community, cast.unit}
