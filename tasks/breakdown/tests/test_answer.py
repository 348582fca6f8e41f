"""A unit promises, whoever cannot says why, and every answer can be taken back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from notices.models import Notice
from tasks.breakdown import breakdown, reminding
from tasks.breakdown.rules import NoContact, StillPublished
from tasks.models import Target
from tasks.publishing import publishing
from tasks.rules import PersonalDataInTask, WrongState
from tasks.tests.desk import at_desk
from tasks.tests.targets import a_target, part_of
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.testing.cast import Cast


def test_a_unit_promises_and_corrects_itself(cast: Cast) -> None:
    target = a_target(cast, cast.unit)
    for places in (3, 4):
        breakdown.promise(target, contact_name="谢单位", places=places, by=cast.unit_clerk)
    target.refresh_from_db()
    assert (target.state, target.contact_name, target.promised) == ("taken", "谢单位", 4)


def test_a_promise_names_somebody_but_no_number(cast: Cast) -> None:
    target = a_target(cast, cast.unit)
    with pytest.raises(NoContact):
        breakdown.promise(target, contact_name=" ", places=3, by=cast.unit_clerk)
    with pytest.raises(PersonalDataInTask):
        breakdown.promise(target, contact_name="谢单位13800000009", places=3, by=cast.unit_clerk)


def test_a_community_publishes_instead_of_promising(cast: Cast) -> None:
    with pytest.raises(WrongState, match="承接并发布"):
        breakdown.promise(a_target(cast), contact_name="林社工", places=3, by=cast.clerk)


@pytest.mark.parametrize("user", ["other_secretary", "city_officer", "unit_clerk", "auditor", "estate_clerk"])
def test_nobody_answers_for_another(cast: Cast, user: str) -> None:
    with pytest.raises(PermissionDenied):
        breakdown.decline(a_target(cast), reason="当天有换届选举", by=getattr(cast, user))


def test_a_refusal_has_a_reason_and_is_taken_back(cast: Cast) -> None:
    target = a_target(cast)
    with pytest.raises(ReasonNeeded):
        breakdown.decline(target, reason="忙", by=cast.clerk)
    breakdown.decline(target, reason="当天有换届选举", by=cast.clerk)
    with pytest.raises(AlreadyDecided):
        breakdown.decline(target, reason="当天有换届选举", by=cast.secretary)
    breakdown.reopen(target, by=cast.secretary)
    assert (target.state, target.reason, target.answered_by) == ("open", "", None)


def test_who_published_for_it_calls_that_off_first(cast: Cast) -> None:
    target = a_target(cast)
    part = part_of(cast, target)
    target.refresh_from_db()
    for answer in (breakdown.reopen, lambda one, by: breakdown.decline(one, reason="来不及了", by=by)):
        with pytest.raises(StillPublished):
            answer(target, by=cast.clerk)
    publishing.cancel(part, reason="场地停电", by=cast.clerk)
    assert Target.objects.get().is_open  # nobody has to remember to say so


def test_nothing_is_answered_once_it_is_withdrawn_or_the_task_is_over(cast: Cast) -> None:
    target = a_target(cast)
    breakdown.withdraw(target, reason="改由街道办", by=cast.city_officer)
    with pytest.raises(WrongState, match="改由街道办"):
        breakdown.decline(target, reason="当天有换届选举", by=cast.clerk)


def test_who_does_not_answer_is_reminded_once_and_once_more(cast: Cast) -> None:
    target = a_target(cast)
    assert reminding.remind(target.due) == reminding.remind(target.due) + 2 == 2
    breakdown.decline(target, reason="当天有换届选举", by=cast.clerk)
    assert reminding.remind(target.due.replace(year=target.due.year + 1)) == 0
    assert not Notice.objects.filter(subject__contains="逾期").exists()


def test_a_unit_does_it_on_its_page(cast: Cast) -> None:
    target, client = a_target(cast, cast.unit), at_desk(cast.unit_clerk)
    listed = client.get(reverse("tasks:targets")).content.decode()
    address = reverse("tasks:target", args=[target.pk])
    assert address in listed and "承诺人数" in client.get(address).content.decode()
    promise = reverse("tasks:promise", args=[target.pk])
    page = client.post(promise, {"contact_name": "", "places": "3"})
    assert page.context["form"].errors["contact_name"]
    client.post(promise, {"contact_name": "谢单位", "places": "3"})
    assert Target.objects.get().promised == 3
    client.post(reverse("tasks:reopen_target", args=[target.pk]))
    assert Target.objects.get().promised is None
