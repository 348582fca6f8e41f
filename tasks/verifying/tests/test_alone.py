"""Tasks that one person did are verified several at once; from each the way leads to the next."""

import pytest
from django.test import Client
from django.urls import reverse

from flags.models import FlagEntry
from tasks.models import Claim, Task
from tasks.tests.desk import at_desk, ended_task
from xianfeng.testing.cast import Cast

BACKLOG = reverse("tasks:to_verify")


def verify(client: Client, *tasks: Task, **data: str) -> str:
    ticked = {"pk": [task.pk for task in tasks], **data}
    return client.post(reverse("tasks:verify_many"), ticked, follow=True).content.decode()


def test_nine_of_them_are_one_click(cast: Cast):
    people = [cast.li, cast.wang]
    tasks = [ended_task(cast, people[number % 2]) for number in range(9)]
    page = at_desk(cast.secretary).get(BACKLOG).content.decode()
    assert all(f'name="pk" value="{task.pk}"' in page for task in tasks) and "李建国" in page
    assert "已认定 9 人，亮旗 9 面" in verify(at_desk(cast.secretary), *tasks)
    assert FlagEntry.objects.count() == 9
    assert {task.state for task in Task.objects.all()} == {"settled"}


@pytest.mark.parametrize("presence", ["", "absent"])
def test_who_was_absent_or_is_not_alone_is_looked_at(cast: Cast, presence: str):
    task = ended_task(cast, cast.li) if presence else ended_task(cast, cast.li, cast.wang)
    task.claims.update(presence=presence or Claim.Presence.UNKNOWN)
    client = at_desk(cast.secretary)
    assert f'name="pk" value="{task.pk}"' not in client.get(BACKLOG).content.decode()
    assert "逐人办理" in verify(client, task)
    assert not FlagEntry.objects.exists()


def test_a_refusal_names_its_task_and_stops_no_other(cast: Cast):
    crowded, alone = ended_task(cast, cast.li, cast.wang, title="大扫除"), ended_task(cast, cast.li)
    page = verify(at_desk(cast.secretary), crowded, alone)
    assert "大扫除：" in page and "已认定 1 人，亮旗 1 面" in page


def test_the_list_stays_as_it_was_filtered(cast: Cast):
    client, task = at_desk(cast.secretary), ended_task(cast, cast.li)
    for back, leads_to in ((f"{BACKLOG}?q=dou", f"{BACKLOG}?q=dou"), ("//evil.example/", BACKLOG)):
        answer = client.post(reverse("tasks:verify_many"), {"pk": task.pk, "back": back})
        assert answer["Location"] == leads_to


def test_another_community_s_task_is_not_there(cast: Cast):
    task = ended_task(cast, cast.zhao, publisher=cast.other_community)
    verify(at_desk(cast.secretary), task)
    assert task.claims.open().exists()


def test_from_a_verified_task_the_way_leads_to_the_next_one(cast: Cast):
    first, second, third = (ended_task(cast, cast.li) for _each in range(3))
    client = at_desk(cast.secretary)
    page = client.get(reverse("tasks:verify", args=[first.pk])).content.decode()
    assert "下一项（还有 2 项）" in page and reverse("tasks:verify", args=[second.pk]) in page
    verify(client, first, second)
    page = client.get(reverse("tasks:detail", args=[first.pk])).content.decode()
    assert "下一项（还有 1 项）" in page and reverse("tasks:verify", args=[third.pk]) in page
    verify(client, third)
    assert "下一项" not in client.get(reverse("tasks:detail", args=[third.pk])).content.decode()
