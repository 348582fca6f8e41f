"""A member says that it is no volunteer service: once, unseen by the community, until the city answers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from notices.models import Notice
from tasks.models import ScopeReport, Task
from tasks.objecting import objecting
from tasks.objecting.rules import NothingReported, OwnMatter
from tasks.tests.desk import at_desk
from tasks.tests.offers import make_offer, take, user_of
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.testing.cast import Cast

REVIEWS = reverse("tasks:reviews")


def say(cast: Cast, task: Task, who: str = "li", reason: str = "") -> ScopeReport:
    member = getattr(cast, who)
    return objecting.report(task, member, by=user_of(member), reason=reason)


def test_one_member_says_it_once(cast: Cast) -> None:
    task = make_offer(cast)
    assert say(cast, task, reason="在填台账") == say(cast, task)
    assert ScopeReport.objects.get().reason == "在填台账"


def test_it_is_taken_back_and_said_again(cast: Cast) -> None:
    task = make_offer(cast)
    say(cast, task, reason="在填台账")
    objecting.take_back(task, cast.li, by=user_of(cast.li))
    assert (ScopeReport.objects.open().count(), ScopeReport.objects.get().reason) == (0, "")
    with pytest.raises(NothingReported):
        objecting.take_back(task, cast.li, by=user_of(cast.li))
    say(cast, task)
    assert ScopeReport.objects.open().count() == 1


def test_the_phone_has_the_button_and_the_way_back(cast: Cast) -> None:
    task, client = make_offer(cast), at_desk(user_of(cast.li))
    offer = reverse("tasks:offer", args=[task.pk])
    assert "反映：不是志愿服务" in client.get(offer).content.decode()
    client.post(reverse("tasks:object", args=[task.pk]), {"why": "在填台账"})
    assert "撤销反映" in client.get(offer).content.decode()
    place = take(task, cast.li)
    assert "撤销反映" in client.get(reverse("tasks:my_claim", args=[place.pk])).content.decode()
    client.post(reverse("tasks:take_back_object", args=[task.pk]))
    assert not ScopeReport.objects.open().exists()


def test_who_is_not_concerned_finds_no_such_task(cast: Cast) -> None:
    address = reverse("tasks:object", args=[make_offer(cast).pk])
    assert at_desk(user_of(cast.zhao)).post(address).status_code == 404
    draft = make_offer(cast, state="draft")
    assert at_desk(user_of(cast.li)).post(reverse("tasks:object", args=[draft.pk])).status_code == 404


def test_no_desk_learns_who_said_it_and_the_community_not_even_that(cast: Cast) -> None:
    task = make_offer(cast)
    say(cast, task, reason="在填台账")
    address = reverse("tasks:detail", args=[task.pk])
    city = at_desk(cast.city_officer)
    page = city.get(address).content.decode()
    assert "1 名党员反映" in page and "在填台账" in page and "李建国" not in page
    listed = city.get(REVIEWS, {"tab": "doubted"})
    assert [one.task for one in listed.context["doubts"]] == [task]
    assert "李建国" not in listed.content.decode()
    own = at_desk(cast.secretary).get(address).content.decode()
    assert "反映" not in own and "在填台账" not in own
    assert at_desk(cast.secretary).get(REVIEWS).status_code == 403
    assert "党员反映" not in at_desk(cast.secretary).get(reverse("tasks:scope_share")).content.decode()
    for user in (cast.city_officer, cast.secretary):
        assert not ScopeReport.objects.visible_to(user).exists()


def test_the_city_decides_and_both_sides_are_told(cast: Cast) -> None:
    task = make_offer(cast)
    say(cast, task, "li")
    say(cast, task, "wang")
    objecting.take_back(task, cast.wang, by=user_of(cast.wang))
    objecting.decide(task, scope="outside", reason="这是社工的工作", by=cast.city_officer)
    assert (task.scope, task.scope_reason) == ("outside", "这是社工的工作")
    assert {one.recipient for one in Notice.objects.filter(kind="scope_answered")} == {cast.li.user}
    assert {one.recipient for one in Notice.objects.filter(kind="scope_decided")} == {
        cast.secretary,
        cast.clerk,
    }
    assert not ScopeReport.objects.open().exists()
    assert "超出服务范围" in at_desk(cast.secretary).get(reverse("tasks:list")).content.decode()


def test_a_decision_is_corrected_and_told_again(cast: Cast) -> None:
    task = make_offer(cast)
    say(cast, task)
    objecting.decide(task, scope="outside", reason="这是社工的工作", by=cast.city_officer)
    objecting.decide(task, scope="inside", reason="核实是帮老人填", by=cast.city_colleague)
    assert Task.objects.get().scope == "inside"
    assert Notice.objects.filter(kind="scope_answered", recipient=cast.li.user).count() == 2
    assert task.events.filter(note__contains="范围裁定").count() == 2


def test_what_is_decided_is_not_reported_again(cast: Cast) -> None:
    task = make_offer(cast)
    objecting.decide(task, scope="inside", reason="核实是帮老人填", by=cast.city_officer)
    with pytest.raises(AlreadyDecided, match="核实是帮老人填"):
        say(cast, task)


def test_nobody_decides_on_what_they_wrote_or_said_themselves(cast: Cast) -> None:
    own = make_offer(cast, created_by=cast.city_officer)
    with pytest.raises(OwnMatter):
        objecting.decide(own, scope="inside", reason="核实是帮老人填", by=cast.city_officer)
    task = make_offer(cast)
    say(cast, task)
    cast.li.user = cast.city_officer
    cast.li.save()
    with pytest.raises(OwnMatter):
        objecting.decide(task, scope="inside", reason="核实是帮老人填", by=cast.city_officer)


def test_only_the_city_decides_and_says_why(cast: Cast) -> None:
    task = make_offer(cast)
    with pytest.raises(PermissionDenied):
        objecting.decide(task, scope="inside", reason="核实是帮老人填", by=cast.secretary)
    with pytest.raises(ReasonNeeded):
        objecting.decide(task, scope="inside", reason="", by=cast.city_officer)
