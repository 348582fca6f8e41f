"""Calling a task off frees its places, tells the holders and gives the wish back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from notices.models import Notice
from tasks.models import Claim, Task
from tasks.publishing import publishing
from tasks.publishing.rules import HasVerdicts
from tasks.rules import WrongState
from tasks.tests.desk import at_desk, ended_task, hold, make_item, terms
from tasks.tests.offers import make_offer
from tasks.verifying import verifying
from wishes.models import Wish
from xianfeng.testing.cast import Cast


def test_holders_are_freed_and_told_once(cast: Cast) -> None:
    task = make_offer(cast)
    claims = [hold(task, cast.li), hold(task, cast.wang)]
    publishing.cancel(task, reason=" 下雨 ", by=cast.clerk)
    task.refresh_from_db()
    assert (task.state, task.places_taken, task.cancel_reason) == ("cancelled", 0, "下雨")
    assert {claim.state for claim in Claim.objects.all()} == {"freed"}
    assert {event.to_state for claim in claims for event in claim.events.all()} == {"freed"}
    assert {notice.recipient for notice in Notice.objects.all()} == {cast.li.user, cast.wang.user}
    with pytest.raises(WrongState):
        publishing.cancel(task, reason="下雨", by=cast.clerk)
    assert Notice.objects.count() == 2


def test_a_reason_is_needed(cast: Cast) -> None:
    task = make_offer(cast)
    answer = at_desk(cast.clerk).post(reverse("tasks:cancel", args=[task.pk]), {"reason": " "}, follow=True)
    assert "请写明原因" in answer.content.decode()
    task.refresh_from_db()
    assert task.state == "published"


def test_the_wish_can_be_published_again(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.SUBMITTED)
    item = make_item(category="wish")
    common: dict[str, Any] = {
        "by": cast.clerk,
        "publisher": cast.community,
        "item": item,
        "audience": [cast.estate],
    }
    task = publishing.publish_wish(wish, **common, **terms())
    publishing.cancel(task, reason="师傅没空", by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == "accepted"
    again = publishing.publish_wish(wish, **common, **terms())
    wish.refresh_from_db()
    assert (again.state, wish.state) == ("published", "published")


def test_a_cancelled_draft_leaves_its_wish_alone(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯")
    task = publishing.draft(
        by=cast.clerk,
        publisher=cast.community,
        item=make_item(),
        audience=[cast.estate],
        wish=wish,
        **terms(),
    )
    publishing.cancel(task, reason="写错了", by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == "submitted"


def test_a_task_with_lit_flags_is_not_cancelled(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    first = task.claims.get(member=cast.li)
    verifying.record(
        task, {first.pk: "present"}, [verifying.Decision(first.pk, "good", 120, 1)], by=cast.clerk
    )
    with pytest.raises(HasVerdicts):
        publishing.cancel(task, reason="弄错了", by=cast.clerk)
    assert Task.objects.get(pk=task.pk).state == "published"


def test_a_community_may_cancel_its_estate_s_task_and_nobody_else(cast: Cast) -> None:
    task = make_offer(cast, publisher=cast.estate, audience=[cast.estate])
    for user in (cast.city_officer, cast.auditor, cast.other_secretary):
        with pytest.raises(PermissionDenied):
            publishing.cancel(task, reason="不办了", by=user)
    publishing.cancel(task, reason="不办了", by=cast.secretary)
    assert Task.objects.get(pk=task.pk).state == "cancelled"
