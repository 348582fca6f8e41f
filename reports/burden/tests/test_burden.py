"""What the platform asks of members, in figures that open their rows and name nobody."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.burden.figures import Burden, burdens
from tasks.inviting.inviting import decline, invite
from tasks.models import Invitation
from tasks.tests.offers import DAY, make_offer, take, user_of
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db


def of(cast: Cast, user: object = None) -> Burden:
    rows = burdens(user or cast.city_officer, today().replace(day=1))  # type: ignore[arg-type]
    return next(row for row in rows if row.community == cast.community)


@pytest.fixture
def asked(cast: Cast) -> None:
    """李建国 came, 王秀英 declined; both were written to once."""
    task = make_offer(cast)
    invite(task, {cast.li.pk, cast.wang.pk}, by=cast.secretary)
    take(task, cast.li)
    decline(Invitation.objects.get(member=cast.wang), by=user_of(cast.wang))


@pytest.mark.usefixtures("asked")
def test_messages_and_answers_are_counted_by_community(cast: Cast) -> None:
    row = of(cast)
    assert (row.members, row.messages, row.each) == (2, 2, 1.0)
    assert (row.asked, row.accepted, row.declined, row.unanswered, row.often) == (2, 1, 1, 0, 0)


def test_who_is_asked_often_is_counted(cast: Cast) -> None:
    for number in range(1, 4):
        invite(make_offer(cast, starts_in=number * 9 * DAY), {cast.wang.pk}, by=cast.secretary)
    row = of(cast)
    assert (row.asked, row.unanswered, row.often) == (3, 3, 1)


@pytest.mark.usefixtures("asked")
def test_a_desk_sees_its_own_communities(cast: Cast) -> None:
    assert [row.community for row in burdens(cast.secretary, today().replace(day=1))] == [cast.community]
    assert of(cast, cast.secretary).declined == 1


@pytest.mark.usefixtures("asked")
def test_the_figures_open_tasks_and_kinds_and_no_names(client: Client, cast: Cast) -> None:
    client.force_login(cast.secretary)
    page = client.get(reverse("reports:burden_of", args=[cast.community.pk])).content.decode()
    assert "周末清洁楼道" in page and "任务邀请" in page
    assert "王秀英" not in page and "李建国" not in page
    assert client.get(reverse("reports:burden_of", args=[cast.other_community.pk])).status_code == 404


def test_five_queries_whatever_the_number(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as found:
        of(cast)
    assert len(found) <= 7, [one["sql"] for one in found]
