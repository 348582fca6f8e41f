"""The desk's task list and detail: tabs with counts, filters, scope, and a constant number of queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tasks.models import Task
from tasks.phases import PHASES, phase_counts, phase_of
from tasks.tests.desk import at_desk, ended_task, hold, make_item
from tasks.tests.offers import DAY, HOUR, make_offer
from xianfeng.testing.cast import Cast, make_member

LIST = reverse("tasks:list")


def titles(client: Client, **query: str) -> list[str]:
    return [task.title for task in client.get(LIST, query).context["page"]]


def one_of_each(cast: Cast) -> None:
    make_offer(cast, title="草稿", state=Task.State.DRAFT)
    make_offer(cast, title="待审核", state=Task.State.IN_REVIEW)
    make_offer(cast, title="接单中")
    make_offer(cast, title="进行中", starts_in=-HOUR)
    make_offer(cast, title="待认定", starts_in=-DAY, places_taken=1)
    make_offer(cast, title="无人接单", starts_in=-DAY)
    make_offer(cast, title="已认定", starts_in=-DAY, state=Task.State.SETTLED)
    make_offer(cast, title="已取消", state=Task.State.CANCELLED)


def test_each_task_stands_under_one_tab(cast: Cast) -> None:
    one_of_each(cast)
    client = at_desk(cast.clerk)
    assert {phase.code: titles(client, tab=phase.code) for phase in PHASES} == {
        phase.code: [str(phase.word)] for phase in PHASES
    }
    assert phase_counts(Task.objects.all(), timezone.now()) == {phase.code: 1 for phase in PHASES}


def test_the_badge_agrees_with_the_tab_at_every_moment(cast: Cast) -> None:
    one_of_each(cast)
    for task in Task.objects.all():
        for moment in (task.starts_at, task.ends_at):
            for now in (moment - dt.timedelta(microseconds=1), moment):
                found = Task.objects.filter(phase_of(task, now).condition(now), pk=task.pk)
                assert found.exists()


def test_filters_narrow_list_and_counts(cast: Cast) -> None:
    item = make_item(category="team")
    make_offer(cast, title="理发", item=item, category="team", capacity=1, places_taken=1, place="活动室")
    make_offer(cast, title="巡逻", publisher=cast.estate, audience=[cast.estate], starts_in=40 * DAY)
    client = at_desk(cast.clerk)
    assert titles(client) == ["理发", "巡逻"]
    assert titles(client, sort="-starts_at") == ["巡逻", "理发"]
    for query in ({"category": "team"}, {"places": "full"}, {"q": "活动室"}, {"item": str(item.pk)}):
        assert titles(client, **query) == ["理发"]
    assert titles(client, places="free") == ["巡逻"]
    assert titles(client, publisher=str(cast.estate.pk)) == ["巡逻"]
    assert titles(client, since=(timezone.now() + 20 * DAY).date().isoformat()) == ["巡逻"]
    page = client.get(LIST, {"category": "team"})
    assert [tab.count for tab in page.context["tabs"] if tab.key == "open"] == [1]


def test_a_desk_sees_its_own_branch_and_what_the_city_published_for_it(cast: Cast) -> None:
    task = make_offer(cast, title="社区")
    make_offer(cast, title="小区", publisher=cast.estate, audience=[cast.estate])
    make_offer(cast, title="市里", publisher=cast.city, audience=[cast.city])
    assert sorted(titles(at_desk(cast.clerk))) == ["小区", "市里", "社区"]
    assert sorted(titles(at_desk(cast.estate_clerk))) == ["小区", "市里"]
    assert titles(at_desk(cast.other_secretary)) == ["市里"]
    assert len(titles(at_desk(cast.city_officer))) == 3
    detail = reverse("tasks:detail", args=[task.pk])
    assert at_desk(cast.other_secretary).get(detail).status_code == 404
    assert at_desk(cast.unit_clerk).get(detail).status_code == 403


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["tasks:list", "tasks:to_verify"])
def test_lists_take_a_constant_number_of_queries(cast: Cast, name: str) -> None:
    client = at_desk(cast.city_officer)
    client.get(reverse(name))
    counts = []
    for _batch in range(2):
        for _task in range(20):
            make_offer(cast)
            ended_task(cast, cast.li, cast.wang)
        counts.append(queries(client, reverse(name)))
    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("name", ["tasks:detail", "tasks:verify"])
def test_a_task_with_many_claims_takes_no_more_queries(cast: Cast, name: str) -> None:
    task = ended_task(cast, cast.li, capacity=50)
    url = reverse(name, args=[task.pk])
    client = at_desk(cast.clerk)
    client.get(url)
    few = queries(client, url)
    for number in range(20):
        hold(task, make_member(f"党员{number}", f"1390000{number:04}", cast.unit, cast.estate))
    assert queries(client, url) == few <= 15


def test_the_detail_shows_who_and_never_how_to_reach_them(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    page = at_desk(cast.clerk).get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert cast.li.name in page
    assert cast.li.unit.name in page
    assert cast.li.mobile not in page


def test_the_buttons_follow_the_rights(cast: Cast) -> None:
    task = ended_task(cast, cast.li, publisher=cast.estate)
    buttons = ("can_edit", "can_publish", "can_cancel", "can_mark", "can_verify", "can_reverse")

    def shown(name: str) -> list[str]:
        page = at_desk(getattr(cast, name)).get(reverse("tasks:detail", args=[task.pk]))
        return [button for button in buttons if page.context[button]]

    assert shown("secretary") == ["can_cancel", "can_mark", "can_verify", "can_reverse"]
    assert shown("estate_clerk") == ["can_cancel", "can_mark"]
    assert shown("auditor") == []
    assert shown("street_officer") == []
    assert shown("city_officer") == ["can_reverse"]
