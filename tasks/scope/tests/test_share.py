"""The share of tasks out of scope, per community; each figure opens its rows."""

import pytest
from django.test import Client
from django.urls import reverse

from tasks.models import Task
from tasks.objecting.objecting import decide, report
from tasks.reviewing import reviewing
from tasks.scope.figures import Place
from tasks.tests.desk import at_desk
from tasks.tests.offers import user_of
from tasks.tests.reviews import make_rule, published, waiting_task
from xianfeng.testing.cast import Cast

SHARE = reverse("tasks:scope_share")


def figures(client: Client, **query: str) -> dict[str, dict[str, int]]:
    places: list[Place] = client.get(SHARE, query).context["places"]
    return {place.name: dict(place.figures) for place in places}


def titles(client: Client, **query: str) -> set[str]:
    return {task.title for task in client.get(SHARE, query).context["page"]}


@pytest.fixture
def year(cast: Cast) -> Cast:
    """青锋社区: four out, one after a warning, one of its estate's; one sent back, one out of scope."""
    make_rule()
    out = published(cast, title="擦窗户")
    published(cast, "estate_clerk", title="扫楼道")
    published(cast, title="带把量尺子", insist="老人请我们量窗帘")
    reviewing.approve(waiting_task(cast), by=cast.city_officer)
    reviewing.send_back(waiting_task(cast), reason="这是社工的工作", by=cast.city_officer)
    report(out, cast.li, by=user_of(cast.li))
    decide(out, scope="outside", reason="这是社工的工作", by=cast.city_officer)
    published(cast, "other_secretary", title="别处")
    return cast


def test_the_city_sees_every_community(year: Cast) -> None:
    client = at_desk(year.city_officer)
    assert figures(client) == {
        "青锋社区": {
            "published": 4, "insisted": 1, "reviewed": 2, "returned": 1, "reported": 1, "outside": 1,
        },
        "江新社区": {
            "published": 1, "insisted": 0, "reviewed": 0, "returned": 0, "reported": 0, "outside": 0,
        },
    }  # fmt: skip
    assert [place.share for place in client.get(SHARE).context["places"]] == [25.0, 0.0]
    assert client.get(SHARE).context["total"].share == 20.0


def test_each_figure_opens_as_many_rows(year: Cast) -> None:
    client = at_desk(year.city_officer)
    for place in client.get(SHARE).context["places"]:
        for name, count in place.cells():
            page = client.get(SHARE, {"of": name, "place": place.pk}).context["page"]
            assert page.paginator.count == count
    assert titles(client, of="outside") == {"擦窗户"}
    assert client.get(SHARE, {"of": "nonsense"}).status_code == 404


def test_a_community_sees_its_own_and_not_what_members_said(year: Cast) -> None:
    client = at_desk(year.secretary)
    assert figures(client) == {
        "青锋社区": {"published": 4, "insisted": 1, "reviewed": 2, "returned": 1, "outside": 1}
    }
    assert client.get(SHARE, {"of": "reported"}).status_code == 404


def test_a_period_without_anything_has_no_figures(year: Cast) -> None:
    client = at_desk(year.city_officer)
    page = figures(client, since="2020-01-01", until="2020-12-31")
    assert {count for row in page.values() for count in row.values()} == {0}
    assert figures(client, since="9999-12-31", until="x") == figures(client)
    assert Task.objects.count() == 6
