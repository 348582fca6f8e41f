"""How far a city task has come, live: per organisation, the late first, each figure with its rows."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tasks.breakdown import breakdown
from tasks.breakdown.figures import RollUp
from tasks.models import Claim, Target, Task
from tasks.tests.desk import at_desk, hold
from tasks.tests.offers import take
from tasks.tests.targets import city_task, part_of, target_of
from xianfeng.testing.cast import Cast


@pytest.fixture
def whole(cast: Cast) -> Task:
    """青锋社区 took it up, with 李建国; 王秀英 is on the city's own; 市教育局 promised; 江新社区 is late."""
    task = city_task(cast)
    part = part_of(cast, target_of(cast, task), capacity=9)
    take(part, cast.li)
    hold(task, cast.wang)
    Claim.objects.filter(member=cast.wang).update(state=Claim.State.VERIFIED)
    breakdown.promise(target_of(cast, task, cast.unit), contact_name="谢单位", places=4, by=cast.unit_clerk)
    target_of(cast, task, cast.other_community)
    late = dt.date(2026, 1, 5)
    Target.objects.filter(organization=cast.other_community).update(due=late)
    return task


def roll(client: Client, task: Task) -> RollUp:
    found: RollUp = client.get(reverse("tasks:breakdown", args=[task.pk])).context["roll"]
    return found


def test_each_has_its_own_figures_and_the_late_come_first(cast: Cast, whole: Task) -> None:
    found = roll(at_desk(cast.city_officer), whole)
    rows = [(str(row.target.organization), row.places, row.held, row.verified) for row in found.rows]
    assert rows == [("江新社区", 0, 0, 0), ("青锋社区", 9, 2, 1), ("市教育局", 4, 1, 0)]
    assert (found.asked, found.taken, found.places, found.late) == (15, 2, 13, 1)
    assert (found.held, found.verified) == (2, 1)  # each person once


def test_each_figure_opens_as_many_rows(cast: Cast, whole: Task) -> None:
    client, address = at_desk(cast.city_officer), reverse("tasks:breakdown", args=[whole.pk])
    for row in roll(client, whole).rows:
        for name, count in row.cells():
            page = client.get(address, {"of": name, "target": row.target.pk}).context["page"]
            assert page.paginator.count == count


def test_the_figures_are_those_of_this_moment(cast: Cast, whole: Task) -> None:
    client, address = at_desk(cast.city_officer), reverse("tasks:breakdown_live", args=[whole.pk])
    assert client.get(address).context["roll"].held == 2
    hold(Task.objects.get(parent=whole), cast.zhao)
    assert client.get(address).context["roll"].held == 3


def test_each_desk_sees_its_own_rows(cast: Cast, whole: Task) -> None:
    def names(user: str) -> set[str]:
        return {str(row.target.organization) for row in roll(at_desk(getattr(cast, user)), whole).rows}

    assert names("street_officer") == {"青锋社区", "江新社区"}
    assert names("secretary") == {"青锋社区"}
    others = Target.objects.get(organization=cast.other_community)
    assert at_desk(cast.secretary).get(reverse("tasks:target", args=[others.pk])).status_code == 404
    address = reverse("tasks:breakdown", args=[whole.pk])
    behind = at_desk(cast.secretary).get(address, {"of": "held", "target": others.pk})
    assert behind.context["page"] is None


def test_the_late_are_a_list(cast: Cast, whole: Task) -> None:
    page = at_desk(cast.city_officer).get(reverse("tasks:targets"), {"tab": "late"}).context["page"]
    assert [str(one.organization) for one in page] == ["江新社区"]


def test_what_nobody_answered_in_time_waits_no_more(cast: Cast, whole: Task) -> None:
    client, address = at_desk(cast.other_secretary), reverse("tasks:targets")
    assert client.get("/desk/").content.decode().count("逾期未承接") == 1
    day = dt.timedelta(days=9)
    times = {"starts_at": whole.starts_at - day, "ends_at": whole.ends_at - day}
    Task.objects.filter(pk=whole.pk).update(published_at=None, **times)
    assert "逾期未承接" not in client.get("/desk/").content.decode()
    assert client.get(address, {"tab": "late"}).context["page"].paginator.count == 0
    assert client.get(address, {"tab": "missed"}).context["page"].paginator.count == 1


def test_the_unit_s_people_count_wherever_they_serve(cast: Cast, whole: Task) -> None:
    target = Target.objects.get(organization=cast.unit)
    page = at_desk(cast.unit_clerk).get(reverse("tasks:target", args=[target.pk]))
    assert (page.context["row"].held, page.context["row"].places) == (1, 4)
    assert "青锋花苑3幢" in page.content.decode()  # where the city's task is, and nothing of where one lives
