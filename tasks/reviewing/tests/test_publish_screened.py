"""What publishing makes of a task that something speaks against: a warning, or a review by the city."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notices.models import Notice
from tasks.models import Task
from tasks.publishing import publishing
from tasks.publishing.rules import NeedsReview
from tasks.recording.recording import record_task
from tasks.reviewing.rules import NoReviewer
from tasks.rules import FlagsOutOfRange, WrongState
from tasks.scope.screening import ScopeWarned
from tasks.tests.desk import at_desk, make_item, terms
from tasks.tests.offers import DAY, HOUR
from tasks.tests.reviews import TITLE, make_rule, published, the_item, waiting_task
from wishes.models import Wish
from xianfeng.lib.times import local_date
from xianfeng.lib.workdays import working_days_between
from xianfeng.testing.cast import Cast

WARNED = "带把量尺子"
NEW = reverse("tasks:new")


@pytest.fixture(autouse=True)
def rule(cast: Cast) -> None:
    make_rule()


def test_what_nothing_speaks_against_goes_out_as_before(cast: Cast) -> None:
    task = published(cast)
    assert (task.state, task.screenings.count()) == ("published", 0)


def test_a_warning_asks_why_and_keeps_the_answer(cast: Cast) -> None:
    for reason in ("", "好的"):
        with pytest.raises(ScopeWarned, match=r"量尺子.*只是个例子"):
            published(cast, title=WARNED, insist=reason)
    assert not Task.objects.exists()
    task = published(cast, title=WARNED, insist="老人请我们量窗帘")
    screening = task.screenings.get()
    assert (task.state, screening.outcome, screening.said) == ("published", "insisted", "老人请我们量窗帘")
    assert "老人请我们量窗帘" in task.events.latest("id").note


def test_what_stops_goes_to_the_city_and_reaches_nobody(cast: Cast) -> None:
    task = waiting_task(cast)
    screening = task.screenings.get()
    assert (task.state, screening.outcome, task.published_at) == ("in_review", "waiting", None)
    assert "录入…表格" in screening.findings
    assert working_days_between(local_date(screening.asked_at), screening.due) == 2
    assert not Task.objects.for_member(cast.li).exists()
    assert {one.recipient for one in Notice.objects.filter(kind="task_review")} == {
        cast.city_officer,
        cast.city_colleague,
    }


def test_flags_above_the_range_are_reviewed_and_below_it_refused(cast: Cast) -> None:
    item = make_item("F-1", min_flags=1, max_flags=2)
    task = published(cast, item=item, flags=3)
    assert task.is_in_review and "超过“楼道清洁”的上限 2 面" in task.screenings.get().findings
    with pytest.raises(FlagsOutOfRange):
        published(cast, item=item, flags=0)


def test_an_item_may_ask_for_review_of_all_its_tasks(cast: Cast) -> None:
    assert published(cast, item=make_item("F-2", needs_review=True)).is_in_review


def test_what_only_the_text_says_is_a_warning(cast: Cast) -> None:
    with pytest.raises(ScopeWarned):
        published(cast, text="到了以后替社区录入表格。")


def test_a_city_with_one_officer_says_so_before_anything_waits(cast: Cast) -> None:
    cast.city_colleague.appointments.all().delete()
    with pytest.raises(NoReviewer, match="任命第二人"):
        waiting_task(cast, "city_officer")
    assert not Task.objects.exists()


def test_a_wish_stays_accepted_while_its_task_is_in_review(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="想请人修楼道灯")
    common: dict[str, Any] = {"by": cast.clerk, "publisher": cast.community, "audience": [cast.community]}
    task = publishing.publish_wish(wish, item=make_item(), **common, **terms(title=TITLE))
    wish.refresh_from_db()
    assert (task.state, wish.state) == ("in_review", "accepted")


def test_nobody_edits_what_the_city_looks_at(cast: Cast) -> None:
    with pytest.raises(WrongState, match="先撤回"):
        publishing.edit(waiting_task(cast), by=cast.clerk, title="扫楼道")


def test_an_open_task_is_asked_again_when_it_changes(cast: Cast) -> None:
    task = published(cast)
    with pytest.raises(NeedsReview, match="复制为新任务"):
        publishing.edit(task, by=cast.clerk, title=TITLE)
    with pytest.raises(ScopeWarned):
        publishing.edit(task, by=cast.clerk, title=WARNED)
    kept = publishing.edit(task, by=cast.clerk, title=WARNED, insist="老人请我们量窗帘")
    assert kept.screenings.get().outcome == "insisted"
    again = publishing.edit(kept, by=cast.clerk, title=f"{WARNED}和卷尺")
    assert again.screenings.count() == 1  # what it went out with once is known


def test_a_time_is_changed_without_a_word_about_the_scope(cast: Cast) -> None:
    task = published(cast, title=WARNED, insist="老人请我们量窗帘")
    publishing.edit(task, by=cast.clerk, capacity=9)
    assert task.screenings.count() == 1


def test_a_record_of_service_past_is_no_way_round_the_city(cast: Cast) -> None:
    start = timezone.now() - 2 * DAY
    past = terms(
        title=TITLE, starts_at=start, ends_at=start + 2 * HOUR, signup_opens_at=start - HOUR,
        signup_closes_at=start,
    )  # fmt: skip
    task = record_task(by=cast.clerk, publisher=cast.community, item=make_item(), **past)
    assert (task.screenings.get().outcome, task.screenings.get().said) == ("insisted", "补记")
    with pytest.raises(FlagsOutOfRange):
        record_task(by=cast.clerk, publisher=cast.community, item=make_item("T-2"), **past | {"flags": 3})


def test_calling_off_what_waits_leaves_nothing_waiting(cast: Cast) -> None:
    task = publishing.cancel(waiting_task(cast), reason="不办了", by=cast.clerk)
    assert (task.state, task.screenings.get().outcome) == ("cancelled", "taken_back")


# --- The form -----------------------------------------------------------------------------------


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    form = client.get(NEW).context["form"]
    values = {name: form[name].value() for name in ("capacity", "organiser_name", "reach")}
    times = {name: f"{form[name].value():%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
    return {
        **values,
        **times,
        "item": the_item().pk,
        "place": "花苑",
        "presence": "roster",
        "action": "publish",
        **changes,
    }


def test_without_scripts_the_warning_comes_with_the_answer_and_a_field_for_the_reason(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    given = filled(client, title=WARNED)
    page = client.post(NEW, given)
    assert 'name="insist"' in page.content.decode() and not Task.objects.exists()
    assert "只是个例子" in page.content.decode()
    client.post(NEW, given | {"insist": "老人请我们量窗帘"})
    assert Task.objects.get().is_published


def test_what_is_sent_to_the_city_is_said_so(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    answer = client.post(NEW, filled(client, title=TITLE), follow=True)
    assert Task.objects.get().is_in_review
    assert "已送市里审核" in answer.content.decode()


def test_the_form_warns_while_it_is_written(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    item = make_item("B-1", belongs="扫楼道", not_belongs="扫办公室").pk
    page = client.post(reverse("tasks:warning"), {"title": TITLE, "item": item}).content.decode()
    assert "先送市里审核" in page and "扫办公室" in page and "国办函〔2026〕12号" in page
    assert "note-warning" not in client.post(reverse("tasks:warning"), {"title": "扫楼道"}).content.decode()


def test_a_draft_s_page_asks_for_the_reason(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    client.post(NEW, filled(client, title=WARNED, action="draft"))
    task = Task.objects.get()
    page = reverse("tasks:detail", args=[task.pk])
    assert "写明理由，仍要发布" in client.get(page).content.decode()
    publish = reverse("tasks:publish", args=[task.pk])
    client.post(publish)
    assert Task.objects.get().is_draft
    client.post(publish, {"insist": "老人请我们量窗帘"})
    assert Task.objects.get().is_published
