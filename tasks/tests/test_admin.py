"""The admin does what the portal does, through the same services and inside the same scope."""

from typing import Any

from django.urls import reverse

from flags.models import FlagEntry
from tasks import verifying
from tasks.models import ServiceItem, Task
from tasks.tests.desk import at_desk, ended_task, make_item
from tasks.tests.offers import make_offer
from tasks.verifying import Decision
from xianfeng.testing import Cast

TASKS, VERIFICATIONS = reverse("admin:tasks_task_changelist"), reverse("admin:tasks_verification_changelist")


def act(action: str, *rows: Any, **data: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows], **data}


def test_lists_are_scoped_and_nothing_is_deleted_or_added(cast: Cast) -> None:
    make_offer(cast, title="青锋的任务")
    ended_task(cast, cast.li, publisher=cast.other_community, title="江新的任务")
    page = at_desk(cast.clerk).get(TASKS).content.decode()
    assert "青锋的任务" in page
    assert "江新的任务" not in page
    assert "delete_selected" not in page
    assert at_desk(cast.clerk).get(reverse("admin:tasks_task_add")).status_code == 403
    assert at_desk(cast.unit_clerk).get(TASKS).status_code == 403
    assert at_desk(cast.sysadmin).get(TASKS).status_code == 403
    for name in ("serviceitem", "claim", "verification"):
        assert at_desk(cast.auditor).get(reverse(f"admin:tasks_{name}_changelist")).status_code == 200


def test_a_state_is_read_only(cast: Cast) -> None:
    task = make_offer(cast)
    url = reverse("admin:tasks_task_change", args=[task.pk])
    client = at_desk(cast.clerk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"state": "cancelled", "title": "改"}).status_code == 403
    task.refresh_from_db()
    assert task.state == "published"


def test_drafts_are_published_by_their_publisher(cast: Cast) -> None:
    own = make_offer(cast, state=Task.State.DRAFT)
    estate_s = make_offer(cast, state=Task.State.DRAFT, publisher=cast.estate, audience=[cast.estate])
    at_desk(cast.clerk).post(TASKS, act("publish", own, estate_s))
    own.refresh_from_db()
    estate_s.refresh_from_db()
    assert (own.state, estate_s.state) == ("published", "draft")


def test_an_auditor_gets_no_action(cast: Cast) -> None:
    task = make_offer(cast, state=Task.State.DRAFT)
    at_desk(cast.auditor).post(TASKS, act("publish", task))
    task.refresh_from_db()
    assert task.state == "draft"


def test_cancelling_asks_for_a_reason_first(cast: Cast) -> None:
    task = make_offer(cast)
    client = at_desk(cast.clerk)
    page = client.post(TASKS, act("cancel", task))
    assert task.title in page.content.decode()
    assert Task.objects.get(pk=task.pk).state == "published"
    client.post(TASKS, act("cancel", task, reason="下雨"))
    task.refresh_from_db()
    assert (task.state, task.cancel_reason) == ("cancelled", "下雨")


def test_a_verification_is_reversed_with_a_reason(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    (one,) = verifying.record(
        task, {claim.pk: "present"}, [Decision(claim.pk, "good", 120, 1)], by=cast.clerk
    )
    client = at_desk(cast.secretary)
    client.post(VERIFICATIONS, act("reverse", one, reason=" "))
    assert FlagEntry.objects.count() == 1
    client.post(VERIFICATIONS, act("reverse", one, reason="认错人"))
    again = client.post(VERIFICATIONS, act("reverse", one, reason="认错人"), follow=True)
    assert "已被撤销" in again.content.decode()
    assert list(FlagEntry.objects.order_by("seq").values_list("delta", flat=True)) == [1, -1]


def test_the_city_edits_the_catalogue(cast: Cast) -> None:
    item = make_item()
    url = reverse("admin:tasks_serviceitem_change", args=[item.pk])
    values = {"code": item.code, "name": "楼道清扫", "category": "activity", "min_flags": 1, "max_flags": 3,
              "default_minutes": 60, "is_active": "on"}  # fmt: skip
    assert at_desk(cast.clerk).post(url, values).status_code == 403
    at_desk(cast.city_officer).post(url, values)
    item.refresh_from_db()
    assert (item.name, item.max_flags, item.is_volunteering) == ("楼道清扫", 3, False)
    at_desk(cast.city_officer).post(reverse("admin:tasks_serviceitem_add"), {**values, "code": "NEW"})
    assert ServiceItem.objects.filter(code="NEW").exists()


def test_an_ended_task_links_to_the_whole_task_screen(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    assert reverse("tasks:verify", args=[task.pk]) in at_desk(cast.clerk).get(TASKS).content.decode()
