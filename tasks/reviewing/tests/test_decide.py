"""The city lets a task out or sends it back; its publisher takes it back; the clock does."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice
from tasks.models import Screening, Task
from tasks.publishing import publishing
from tasks.reviewing import reviewing
from tasks.reviewing.jobs import expire_reviews
from tasks.reviewing.rules import OwnTask, StartPassed
from tasks.rules import WrongState
from tasks.tests.desk import at_desk, make_item, terms
from tasks.tests.offers import DAY, HOUR, take
from tasks.tests.reviews import published, waiting_task
from tasks.verifying.verifying import Decision, verify
from wishes.handling.handling import decline
from wishes.models import Wish
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded, Refusal
from xianfeng.testing.cast import Cast

REVIEWS = reverse("tasks:reviews")


def told(kind: str) -> set[str]:
    return {one.recipient.name for one in Notice.objects.filter(kind=kind) if one.recipient}


def test_what_passes_is_out_and_its_publisher_is_told(cast: Cast) -> None:
    task = reviewing.approve(waiting_task(cast), by=cast.city_officer, note="是帮老人的")
    screening = task.screenings.get()
    assert (task.state, screening.outcome, screening.decided_by) == ("published", "passed", cast.city_officer)
    assert told("task_reviewed") == {"陈书记", "林社工"}
    assert take(task, cast.li).is_open


def test_what_is_sent_back_is_a_draft_with_the_reason(cast: Cast) -> None:
    task = waiting_task(cast)
    with pytest.raises(ReasonNeeded):
        reviewing.send_back(task, reason="不行", by=cast.city_officer)
    reviewing.send_back(task, reason="这是社工的工作", by=cast.city_officer)
    task.refresh_from_db()
    assert (task.state, task.screenings.get().outcome) == ("draft", "returned")
    assert "这是社工的工作" in Notice.objects.filter(kind="task_reviewed")[0].body
    assert publishing.publish(task, by=cast.clerk).is_in_review  # the same again is stopped again


def test_a_taken_back_task_is_a_draft_and_waits_no_more(cast: Cast) -> None:
    task = reviewing.take_back(waiting_task(cast), by=cast.secretary)
    assert (task.state, Screening.objects.open().count()) == ("draft", 0)
    with pytest.raises(WrongState):
        reviewing.take_back(task, by=cast.secretary)


def test_who_comes_second_is_told_so(cast: Cast) -> None:
    task = waiting_task(cast)
    stale = Task.objects.get(pk=task.pk)
    reviewing.approve(task, by=cast.city_officer)
    with pytest.raises(AlreadyDecided):
        reviewing.send_back(stale, reason="这是社工的工作", by=cast.city_colleague)
    with pytest.raises(AlreadyDecided):
        reviewing.take_back(stale, by=cast.clerk)
    assert Task.objects.get(pk=task.pk).is_published


def test_nobody_decides_on_their_own_task(cast: Cast) -> None:
    task = waiting_task(cast, "city_officer")
    with pytest.raises(OwnTask):
        reviewing.approve(task, by=cast.city_officer)
    assert told("task_review") == {"吴同事"}
    assert reviewing.approve(task, by=cast.city_colleague).is_published


@pytest.mark.parametrize("user", ["street_officer", "secretary", "estate_clerk", "auditor"])
def test_only_the_city_decides(cast: Cast, user: str) -> None:
    with pytest.raises(PermissionDenied):
        reviewing.approve(waiting_task(cast), by=getattr(cast, user))


def test_a_sign_up_that_began_meanwhile_is_moved_by_the_wait(cast: Cast) -> None:
    now = timezone.now().replace(microsecond=0)
    times = {"starts_at": now + 9 * DAY, "ends_at": now + 9 * DAY + 2 * HOUR}
    window = {"signup_opens_at": now, "signup_closes_at": now + 3 * DAY}
    task = waiting_task(cast, **times, **window)
    task = reviewing.approve(task, by=cast.city_officer, now=now + 2 * DAY)
    assert (task.signup_opens_at, task.signup_closes_at) == (now + 2 * DAY, now + 5 * DAY)


def test_a_sign_up_never_ends_after_the_start_for_it(cast: Cast) -> None:
    now = timezone.now().replace(microsecond=0)
    task = waiting_task(cast, signup_opens_at=now, signup_closes_at=now + 2 * DAY)
    task = reviewing.approve(task, by=cast.city_officer, now=now + 2 * DAY)
    assert task.signup_closes_at == task.starts_at


def test_nothing_goes_out_into_the_past_and_the_clock_sends_it_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = waiting_task(cast)
    late = task.starts_at + dt.timedelta(minutes=1)
    with pytest.raises(StartPassed):
        reviewing.approve(task, by=cast.city_officer, now=late)
    assert expire_reviews() == 0
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    assert (expire_reviews(), expire_reviews()) == (1, 0)
    task.refresh_from_db()
    assert (task.state, task.screenings.get().outcome) == ("draft", "expired")
    assert told("task_reviewed") == {"陈书记", "林社工"}


def test_a_wish_that_was_declined_meanwhile_is_not_published(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="想请人修楼道灯")
    task = publishing.publish_wish(
        wish, by=cast.clerk, publisher=cast.community, item=make_item(), audience=[cast.community],
        **terms(title="替社区录入表格"),
    )  # fmt: skip
    decline(Wish.objects.get(), reason="属于物业维修", by=cast.clerk)
    with pytest.raises(Refusal):
        reviewing.approve(task, by=cast.city_officer)
    assert Task.objects.get().is_in_review


def test_flags_that_the_city_let_out_are_lit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    task = reviewing.approve(published(cast, item=make_item("F", max_flags=1), flags=3), by=cast.city_officer)
    place = take(task, cast.li)
    place.presence = "present"
    place.save()
    monkeypatch.setattr("django.utils.timezone.now", lambda: task.ends_at)
    made = verify(Task.objects.get(), [Decision(place.pk, "good", 60, 3)], by=cast.secretary)
    assert made[0].entry and made[0].entry.delta == 3


# --- The desk -----------------------------------------------------------------------------------


def test_the_list_has_what_is_late_first(cast: Cast) -> None:
    first, second = waiting_task(cast), waiting_task(cast, "estate_clerk")
    Screening.objects.filter(task=second).update(due=dt.date(2026, 1, 5))
    page = at_desk(cast.city_officer).get(REVIEWS)
    assert [one.task for one in page.context["page"]] == [second, first]
    late = at_desk(cast.city_officer).get(REVIEWS, {"tab": "overdue"}).context["page"]
    assert [one.task for one in late] == [second]


def test_what_waits_is_counted_where_the_city_begins(cast: Cast) -> None:
    task, home = waiting_task(cast), at_desk(cast.city_officer)
    figures = {one.label: one.value for one in home.get("/desk/").context["own"]}
    assert figures["待审核任务"] == 1 and "审核超期" not in figures
    Screening.objects.filter(task=task).update(due=dt.date(2026, 1, 5))
    assert {one.label: one.value for one in home.get("/desk/").context["own"]}["审核超期"] == 1


def test_the_city_decides_on_the_task_s_page(cast: Cast) -> None:
    task, client = waiting_task(cast), at_desk(cast.city_officer)
    page = client.get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert "通过并发布" in page and "录入…表格" in page
    client.post(reverse("tasks:send_back", args=[task.pk]), {"reason": "这是社工的工作"})
    assert Task.objects.get().is_draft
    answer = at_desk(cast.clerk).get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert "这是社工的工作" in answer and "通过并发布" not in answer


def test_a_community_does_not_see_what_the_city_still_looks_at(cast: Cast) -> None:
    task = waiting_task(cast, "city_officer")
    assert not Task.objects.visible_to(cast.secretary).exists()
    assert at_desk(cast.secretary).get(reverse("tasks:detail", args=[task.pk])).status_code == 404
