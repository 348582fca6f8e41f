"""The city asks communities and units for so many people each, by a day."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from flags.assessment import assessing
from notices.models import Notice
from tasks.breakdown import breakdown, dividing
from tasks.breakdown.rules import DueOutOfRange, NobodyAsked, NotBreakable, NotReached, PlacesOutOfRange
from tasks.models import Target, Task
from tasks.tests.desk import at_desk
from tasks.tests.offers import make_offer
from tasks.tests.targets import a_target, city_task, target_of
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_date, today
from xianfeng.testing.cast import Cast


def ask(cast: Cast, task: Task, user: str = "city_officer", **changes: Any) -> list[Target]:
    given = {"wanted": {cast.community: 5}, "due": local_date(task.starts_at), **changes}
    return breakdown.set_targets(task, given["wanted"], due=given["due"], by=getattr(cast, user))


def test_each_is_asked_once_and_told_what_changed(cast: Cast) -> None:
    task = city_task(cast)
    assert len(ask(cast, task, wanted={cast.community: 5, cast.unit: 3})) == 2
    assert ask(cast, task) == []
    ask(cast, task, wanted={cast.community: 8})
    assert Target.objects.get(organization=cast.community).places == 8
    assert Notice.objects.filter(recipient=cast.clerk, kind="target").count() == 2
    assert [event.note for event in Target.objects.get(organization=cast.community).events.all()][1:] == [
        f"目标 8 人，期限 {local_date(task.starts_at)}"
    ]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"wanted": {}}, NobodyAsked),
        ({"due": dt.date(2020, 1, 1)}, DueOutOfRange),
        ({"due": dt.date(2090, 1, 1)}, DueOutOfRange),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        ask(cast, city_task(cast), **changes)


def test_only_whom_the_task_reaches_is_asked(cast: Cast) -> None:
    task = city_task(cast, cast.street, cast.unit)
    ask(cast, task, wanted={cast.other_community: 5, cast.unit: 5})
    for place in (cast.other_unit, cast.estate, cast.street):
        with pytest.raises(NotReached, match=place.name):
            ask(cast, task, wanted={place: 5})
    with pytest.raises(PlacesOutOfRange):
        ask(cast, task, wanted={cast.community: 0})


@pytest.mark.parametrize("state", ["draft", "in_review", "cancelled", "settled"])
def test_only_what_is_published_is_broken_down(cast: Cast, state: str) -> None:
    with pytest.raises(NotBreakable):
        ask(cast, city_task(cast, state=state))


def test_only_the_city_asks_and_of_its_own_task_alone(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        ask(cast, city_task(cast), "secretary")
    with pytest.raises(PermissionDenied):
        ask(cast, make_offer(cast))


def test_what_was_withdrawn_is_asked_anew(cast: Cast) -> None:
    target = a_target(cast)
    breakdown.decline(target, reason="当天有换届选举", by=cast.clerk)
    breakdown.withdraw(target, reason="改由街道办", by=cast.city_officer)
    assert (target.state, target.reason) == ("withdrawn", "改由街道办")
    again = target_of(cast, target.task)
    assert (again.pk, again.state, again.reason, again.answered_by) == (target.pk, "open", "", None)


# --- By how many are short ----------------------------------------------------------------------


def test_a_total_is_divided_without_a_rest() -> None:
    assert dividing.share_out(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert dividing.share_out(7, {"a": 90, "b": 10}) == {"a": 6, "b": 1}
    assert dividing.share_out(1, {"a": 1, "b": 2}) == {"b": 1}
    assert dividing.share_out(5, {}) == {}


def test_who_is_short_is_counted_where_they_live_and_where_they_work(cast: Cast) -> None:
    assessing.forecast(today().year)
    places = [cast.community, cast.other_community, cast.unit, cast.other_unit]
    assert dividing.short_of(places, cast.city_officer) == {
        cast.community: 2, cast.other_community: 1, cast.unit: 2, cast.other_unit: 1,
    }  # fmt: skip


# --- The page -----------------------------------------------------------------------------------


def test_the_city_asks_many_at_once(cast: Cast) -> None:
    task, client = city_task(cast), at_desk(cast.city_officer)
    address = reverse("tasks:set_targets", args=[task.pk])
    assert "下达" in client.get(address).content.decode()
    given = {"organizations": [cast.community.pk, cast.unit.pk], "divided": "same", "places": 4}
    answer = client.post(address, given | {"due": local_date(task.starts_at)}, follow=True)
    assert "已下达 2 个目标" in answer.content.decode()
    assert set(Target.objects.values_list("organization", "places")) == {
        (cast.community.pk, 4),
        (cast.unit.pk, 4),
    }


def test_the_city_asks_all_that_the_task_reaches(cast: Cast) -> None:
    task, client = city_task(cast, cast.street, cast.unit), at_desk(cast.city_officer)
    given = {"all_communities": "on", "divided": "same", "places": 4, "due": local_date(task.starts_at)}
    address = reverse("tasks:set_targets", args=[task.pk])
    client.post(address, given)
    assert {one.organization for one in Target.objects.all()} == {cast.community, cast.other_community}
    client.post(address, given | {"all_units": "on"})
    assert set(Target.objects.values_list("organization__name", flat=True)) == {
        "青锋社区",
        "江新社区",
        "市教育局",
    }


def test_the_city_asks_by_need(cast: Cast) -> None:
    assessing.forecast(today().year)
    task, client = city_task(cast), at_desk(cast.city_officer)
    given = {"organizations": [cast.community.pk, cast.other_community.pk], "divided": "short", "places": 9}
    client.post(reverse("tasks:set_targets", args=[task.pk]), given | {"due": local_date(task.starts_at)})
    assert dict(Target.objects.values_list("organization__name", "places")) == {"青锋社区": 6, "江新社区": 3}


def test_nobody_short_is_said(cast: Cast) -> None:
    task, client = city_task(cast), at_desk(cast.city_officer)
    given = {"organizations": [cast.community.pk], "divided": "short", "places": 9}
    page = client.post(
        reverse("tasks:set_targets", args=[task.pk]), given | {"due": local_date(task.starts_at)}
    )
    assert page.context["form"].errors["organizations"] and not Target.objects.exists()
