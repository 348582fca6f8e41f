"""The admin does what the portal does, through the same services and inside the same scope."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags.models import FlagEntry
from tasks.models import ServiceItem, Task
from tasks.tests.desk import at_desk, ended_task, make_item
from tasks.tests.offers import DAY, HOUR, make_offer
from tasks.verifying import verifying
from tasks.verifying.verifying import Decision
from wishes.models import Wish
from xianfeng.testing.cast import Cast

TASKS, VERIFICATIONS = reverse("admin:tasks_task_changelist"), reverse("admin:tasks_verification_changelist")


def act(action: str, *rows: Any, **data: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows], **data}


def test_lists_are_scoped_and_nothing_is_deleted(cast: Cast) -> None:
    make_offer(cast, title="青锋的任务")
    ended_task(cast, cast.li, publisher=cast.other_community, title="江新的任务")
    page = at_desk(cast.clerk).get(TASKS).content.decode()
    assert "青锋的任务" in page
    assert "江新的任务" not in page
    assert "delete_selected" not in page
    assert at_desk(cast.auditor).get(reverse("admin:tasks_task_add")).status_code == 403
    assert at_desk(cast.street_officer).get(reverse("admin:tasks_task_add")).status_code == 403
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


def test_all_rows_of_a_list_may_be_ticked_at_once(cast: Cast) -> None:
    first, second = make_offer(cast), make_offer(cast)
    make_offer(cast, state=Task.State.DRAFT)
    client, path = at_desk(cast.clerk), f"{TASKS}?state__exact=published"
    page = client.post(path, act("cancel", first, select_across="1")).content.decode()
    assert "共 2 项" in page and 'name="select_across" value="1"' in page
    client.post(path, act("cancel", first, select_across="1", reason="下雨"))
    assert sorted(Task.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "draft"]
    second.refresh_from_db()
    assert second.cancel_reason == "下雨"


def test_a_verification_is_reversed_with_a_reason(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    (one,) = verifying.record(
        task, {claim.pk: "present"}, [Decision(claim.pk, "good", 120, 1)], by=cast.clerk
    )
    client = at_desk(cast.secretary)
    client.post(VERIFICATIONS, act("reverse_verification", one, reason=" "))
    assert FlagEntry.objects.count() == 1
    client.post(VERIFICATIONS, act("reverse_verification", one, reason="认错人"))
    again = client.post(VERIFICATIONS, act("reverse_verification", one, reason="认错人"), follow=True)
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
    history = at_desk(cast.auditor).get(reverse("admin:tasks_serviceitem_history", args=[item.pk]))
    assert "周市委" in history.content.decode() and "红旗上限" in history.content.decode()


def test_an_ended_task_links_to_the_whole_task_screen(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    screen = f'href="{reverse("tasks:verify", args=[task.pk])}"'
    assert screen in at_desk(cast.clerk).get(TASKS).content.decode()
    for reader in (cast.street_officer, cast.auditor):  # it would answer them 403
        page = at_desk(reader).get(TASKS).content.decode()
        assert screen not in page
        assert f'href="{reverse("tasks:detail", args=[task.pk])}"' in page


# --- Written, published and verified here too ---------------------------------------------------

ADD, CLAIMS = reverse("admin:tasks_task_add"), reverse("admin:tasks_claim_changelist")


def written(**changes: Any) -> dict[str, Any]:
    start = timezone.localtime() + 3 * DAY
    form = {
        "title": "周末清洁", "place": "东门", "capacity": 5, "reach": "own", "presence": "roster",
        "organiser_name": "林社工", "step": "publish",
        "starts_at": start.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (start + 2 * HOUR).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    item = changes.pop("item", None) or make_item().pk
    return {**form, "item": item, **changes}


@pytest.mark.parametrize("who", ["city_officer", "clerk", "estate_clerk"])
def test_each_tier_writes_and_publishes_to_its_own_audience(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    client = at_desk(user)
    assert 'name="starts_at"' in client.get(ADD).content.decode()
    assert client.post(ADD, written())["Location"] == TASKS
    task = Task.objects.get()
    assert (task.state, task.publisher) == ("published", user.desk.organization)
    assert list(task.audience.all()) == [user.desk.organization]


def test_what_a_rule_refuses_stands_on_the_form(cast: Cast) -> None:
    page = at_desk(cast.clerk).post(ADD, written(flags=0))
    assert page.status_code == 200 and not Task.objects.exists()
    assert page.context["adminform"].form.errors["flags"]


def test_a_draft_is_changed_by_its_publisher_only(cast: Cast) -> None:
    at_desk(cast.clerk).post(ADD, written(step="draft"))
    task = Task.objects.get()
    url = reverse("admin:tasks_task_change", args=[task.pk])
    assert at_desk(cast.city_officer).post(url, {"title": "改"}).status_code == 403
    assert at_desk(cast.other_secretary).get(url).status_code == 404
    key = at_desk(cast.clerk).get(url).context["adminform"].form.initial["key"]
    at_desk(cast.clerk).post(url, written(title="楼道清洁", step="publish", key=key, item=task.item_id))
    task.refresh_from_db()
    assert (task.title, task.state) == ("楼道清洁", "published")


def test_a_wish_is_accepted_and_published_in_one_step(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="楼道灯不亮", contact_mobile="13911112222")
    url = reverse("tasks:new_for_wish", args=[wish.pk])
    assert url in at_desk(cast.clerk).get(reverse("admin:wishes_wish_changelist")).content.decode()
    assert "13911112222" not in at_desk(cast.clerk).get(url).content.decode()
    assert at_desk(cast.other_secretary).get(url).status_code == 404
    assert at_desk(cast.city_officer).get(url).status_code == 403
    at_desk(cast.clerk).post(url, written(reach="wish"))
    wish.refresh_from_db()
    assert (wish.state, Task.objects.get().wish) == ("published", wish)


def decided(client: Client, path: str) -> Any:
    """Send the whole-task screen as it is offered with everybody present graded 好."""
    rows = client.get(path, {"fill": "good"}).context["formset"]
    data = {form.add_prefix(name): value for form in rows for name, value in form.initial.items()}
    counts = {"form-TOTAL_FORMS": len(rows.forms), "form-INITIAL_FORMS": len(rows.forms)}
    return client.post(path, {**data, **counts, "action": "verify"})


def test_presence_is_marked_and_the_usual_decision_taken(cast: Cast) -> None:
    """Verified where the list leads to: the whole-task screen of the portal."""
    task = ended_task(cast, cast.li, cast.wang)
    mine, other = (task.claims.get(member=one) for one in (cast.li, cast.wang))
    client = at_desk(cast.clerk)
    client.post(CLAIMS, act("mark_present", mine))
    client.post(CLAIMS, act("mark_absent", other))
    assert [claim.presence for claim in task.claims.order_by("pk")] == ["present", "absent"]
    screen = reverse("tasks:verify", args=[task.pk])
    assert f'href="{screen}"' in client.get(CLAIMS).content.decode()
    assert decided(client, screen).status_code == 302
    assert [line.member for line in FlagEntry.objects.all()] == [cast.li]
    other.refresh_from_db()
    assert other.state == "no_show"


def test_nobody_verifies_for_another_desk(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    at_desk(cast.clerk).post(CLAIMS, act("mark_present", claim))
    screen = reverse("tasks:verify", args=[task.pk])
    for user, answer in ((cast.other_secretary, 404), (cast.estate_clerk, 403), (cast.auditor, 403)):
        assert at_desk(user).get(screen).status_code == answer
        assert at_desk(user).post(screen, {"action": "verify"}).status_code == answer
    assert not FlagEntry.objects.exists()


def test_a_row_of_another_desk_is_told_by_name_and_stops_nothing(cast: Cast) -> None:
    """The city sees the claims of every community, and marks presence on its own tasks only."""
    theirs = ended_task(cast, cast.li, title="社区的任务")
    own = ended_task(cast, cast.wang, publisher=cast.city, audience=[cast.city], title="全市的任务")
    data = act("mark_present", theirs.claims.get(), own.claims.get())
    page = at_desk(cast.city_officer).post(CLAIMS, data, follow=True).content.decode()
    assert "李建国 · 社区的任务：您当前的任职不能办理" in page and "已办理 1 项" in page
    assert (theirs.claims.get().presence, own.claims.get().presence) == ("", "present")
