"""Another time that puts a holder in two places: the publisher is asked first, the holder is told."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.models import Task
from tasks.publishing import publishing
from tasks.publishing.rules import HoldersClash
from tasks.tests.desk import at_desk
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.testing.cast import Cast


@pytest.fixture
def tasks(cast: Cast) -> tuple[Task, Task]:
    """李建国 is on both, 王秀英 on the first one only."""
    first, second = make_offer(cast, title="早上"), make_offer(cast, title="别处", starts_in=4 * DAY)
    take(first, cast.li)
    take(first, cast.wang)
    take(second, cast.li)
    return first, second


def onto(other: Task) -> dict[str, dt.datetime]:
    start = other.starts_at + HOUR
    return {"starts_at": start, "ends_at": start + 2 * HOUR, "signup_closes_at": start}


def test_the_publisher_is_asked_and_names_are_named(cast: Cast, tasks: tuple[Task, Task]) -> None:
    first, second = tasks
    with pytest.raises(HoldersClash, match=r"1 位.*李建国"):
        publishing.edit(first, by=cast.clerk, **onto(second))
    assert not Notice.objects.filter(kind="task_changed").exists()


def test_each_holder_is_told_what_it_means_for_them(cast: Cast, tasks: tuple[Task, Task]) -> None:
    first, second = tasks
    publishing.edit(first, by=cast.clerk, clashes_seen=True, **onto(second))
    told = {one.recipient: one for one in Notice.objects.filter(kind="task_changed")}
    assert set(told) == {cast.li.user, cast.wang.user}
    assert "别处" in told[user_of(cast.li)].body and "不算未到场" in told[user_of(cast.li)].body
    assert "别处" not in told[user_of(cast.wang)].body
    withdraw(first.claims.get(member=cast.li), by=user_of(cast.li))


def test_nobody_is_asked_where_nobody_clashes(cast: Cast, tasks: tuple[Task, Task]) -> None:
    first, second = tasks
    withdraw(second.claims.get(), by=user_of(cast.li))
    publishing.edit(first, by=cast.clerk, **onto(second))
    assert Notice.objects.filter(kind="task_changed").count() == 2


def test_the_form_shows_the_question_and_takes_the_answer(cast: Cast, tasks: tuple[Task, Task]) -> None:
    first, second = tasks
    url, client = reverse("tasks:edit", args=[first.pk]), at_desk(cast.clerk)
    shown = client.get(url)
    assert "clashes_seen" not in shown.content.decode()
    form = shown.context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data = {name: value for name, value in data.items() if name != "clashes_seen"}
    for name, moment in onto(second).items():
        data[name] = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
    data["signup_opens_at"] = timezone.localtime(first.signup_opens_at).strftime("%Y-%m-%dT%H:%M")
    asked = client.post(url, data).content.decode()
    assert "李建国" in asked and 'name="clashes_seen"' in asked
    assert client.post(url, {**data, "clashes_seen": "on"}).status_code == 302
