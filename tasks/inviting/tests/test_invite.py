"""Asking members to take a place: whom, how often, and what an answer costs (nothing)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from flags.models import Policy
from members.models import Member, User
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import NotInAudience, TaskFull
from tasks.inviting.inviting import decline, invite, recall
from tasks.inviting.rules import NobodyChosen, NotAnswerable
from tasks.models import Claim, Invitation, Task
from tasks.publishing.publishing import cancel, edit
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import local_year
from xianfeng.testing.cast import Cast

State = Invitation.State


def ask(task: Task, *people: Member, by: User, **fields: object) -> Invitation:
    outcome = invite(task, {member.pk for member in people}, by=by, **fields)  # type: ignore[arg-type]
    assert not outcome.left_out, dict(outcome.left_out)
    return outcome.invited[0]


def left_out(task: Task, member: Member, by: User) -> str:
    """Why the member is not asked; the message names them."""
    outcome = invite(task, {member.pk}, by=by)
    assert not outcome.invited
    [(reason, names)] = outcome.left_out.items()
    assert names == [member.name]
    return reason


def test_an_invitation_holds_no_place_and_is_told_once(cast: Cast) -> None:
    task = make_offer(cast)
    one = ask(task, cast.li, by=cast.secretary, reasons={cast.li.pk: "特长：理发"})
    task.refresh_from_db()
    assert (one.state, task.places_taken, Claim.objects.count()) == (State.SENT, 0, 0)
    notice = Notice.objects.get(kind="invitation")
    assert notice.recipient == cast.li.user
    assert "不用说明原因" in notice.body and "特长：理发" in notice.body
    assert notice.url == reverse("tasks:offer", args=[task.pk])


def test_taking_the_place_says_yes(cast: Cast) -> None:
    task = make_offer(cast)
    one = ask(task, cast.li, by=cast.secretary)
    take(task, cast.li)
    one.refresh_from_db()
    assert one.state == State.ACCEPTED
    assert [event.to_state for event in one.events.all()] == [State.SENT, State.ACCEPTED]


def test_declining_needs_no_reason_tells_nobody_and_can_be_thought_better_of(cast: Cast) -> None:
    task = make_offer(cast)
    one = ask(task, cast.li, by=cast.secretary)
    told = Notice.objects.count()
    decline(one, by=user_of(cast.li))
    decline(one, by=user_of(cast.li))
    assert one.state == State.DECLINED and one.events.count() == 2
    assert Notice.objects.count() == told
    take(task, cast.li)
    one.refresh_from_db()
    assert one.state == State.ACCEPTED


def test_only_the_member_answers_and_only_while_it_is_of_use(cast: Cast) -> None:
    task = make_offer(cast)
    one = ask(task, cast.li, by=cast.secretary)
    with pytest.raises(PermissionDenied):
        decline(one, by=cast.secretary)
    with pytest.raises(NotAnswerable, match="过期"):
        decline(one, by=user_of(cast.li), now=task.signup_closes_at)
    take(task, cast.li)
    one.refresh_from_db()
    with pytest.raises(NotAnswerable, match="已应邀"):
        decline(one, by=user_of(cast.li))


@pytest.mark.parametrize(
    ("who", "why"), [("twice", "已经邀请过"), ("holder", "已接下"), ("without", "没有账号")]
)
def test_who_is_not_asked_is_named_with_the_reason(cast: Cast, who: str, why: str) -> None:
    task = make_offer(cast)
    if who == "twice":
        ask(task, cast.li, by=cast.secretary)
    elif who == "holder":
        take(task, cast.li)
    else:
        Member.objects.filter(pk=cast.li.pk).update(user=None)
    assert why in left_out(task, cast.li, cast.secretary)


def test_nobody_is_asked_more_often_than_the_rules_allow_whoever_asks(cast: Cast) -> None:
    Policy.objects.update_or_create(year=local_year(timezone.now()), defaults={"invitations_per_month": 2})
    ask(make_offer(cast, starts_in=3 * DAY), cast.li, by=cast.secretary)
    of_city = make_offer(cast, starts_in=5 * DAY, publisher=cast.city, audience=[cast.city])
    ask(of_city, cast.li, by=cast.city_officer)
    assert "最多 2 次" in left_out(make_offer(cast, starts_in=7 * DAY), cast.li, cast.secretary)
    Invitation.objects.update(invited_at=timezone.now() - 31 * DAY)
    ask(make_offer(cast, starts_in=9 * DAY), cast.li, by=cast.secretary)


def test_a_desk_asks_its_own_people_only(cast: Cast) -> None:
    task = make_offer(cast, publisher=cast.city, audience=[cast.city])
    outcome = invite(task, set(Member.objects.values_list("pk", flat=True)), by=cast.secretary)
    communities = {one.member.community for one in outcome.invited}
    assert communities == {cast.community}
    with pytest.raises(PermissionDenied):
        invite(task, {cast.li.pk}, by=cast.auditor)


def test_nothing_is_asked_for_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(NobodyChosen):
        invite(make_offer(cast), set(), by=cast.secretary)
    with pytest.raises(TaskFull):
        invite(make_offer(cast, capacity=1, places_taken=1), {cast.li.pk}, by=cast.secretary)


def test_a_guest_may_claim_until_the_end_of_the_invitation(cast: Cast) -> None:
    task, now = make_offer(cast), timezone.now()
    with pytest.raises(NotInAudience):
        take(task, cast.zhao)
    ask(task, cast.zhao, by=cast.city_officer, guests_until=now + DAY)
    place = take(task, cast.zhao)
    withdraw(place, by=user_of(cast.zhao))
    assert Task.objects.for_member(cast.zhao).filter(pk=task.pk).exists()
    Invitation.objects.update(answer_by=now - HOUR)
    assert not Task.objects.for_member(cast.zhao).filter(pk=task.pk).exists()
    with pytest.raises(NotInAudience):
        take(task, cast.zhao)


def test_across_communities_only_the_city_asks(cast: Cast) -> None:
    task, now = make_offer(cast), timezone.now()
    for user in (cast.secretary, cast.other_secretary, cast.street_officer):
        with pytest.raises(PermissionDenied):
            invite(task, {cast.zhao.pk}, by=user, guests_until=now + DAY)


def test_what_nobody_answered_is_taken_back_and_told(cast: Cast) -> None:
    task = make_offer(cast)
    invite(task, {cast.li.pk, cast.wang.pk}, by=cast.secretary)
    take(task, cast.li)
    assert recall(task, by=cast.secretary, reason="发错了任务") == 1
    assert recall(task, by=cast.secretary, reason="发错了任务") == 0
    notice = Notice.objects.get(key__endswith=":recalled")
    assert notice.recipient == cast.wang.user and "发错了任务" in notice.body
    take(task, cast.wang)  # like anyone of the audience


def test_who_was_asked_and_did_not_say_no_is_told_that_it_is_called_off(cast: Cast) -> None:
    task = make_offer(cast)
    invite(task, {cast.li.pk, cast.wang.pk}, by=cast.secretary)
    decline(Invitation.objects.get(member=cast.li), by=user_of(cast.li))
    cancel(task, reason="下大雨改期", by=cast.secretary)
    notice = Notice.objects.get(key__endswith=":called-off")
    assert notice.recipient == cast.wang.user and "下大雨改期" in notice.body


def test_who_was_asked_is_told_of_another_place(cast: Cast) -> None:
    task = make_offer(cast)
    ask(task, cast.li, by=cast.secretary)
    edit(task, by=cast.secretary, place="新地点")
    notice = Notice.objects.get(key__contains=":moved:")
    assert notice.recipient == cast.li.user and "新地点" in notice.body


def test_a_guest_whose_invitation_was_taken_back_is_no_guest(cast: Cast) -> None:
    task = make_offer(cast)
    ask(task, cast.zhao, by=cast.city_officer, guests_until=timezone.now() + DAY)
    Invitation.objects.update(state=State.RECALLED)
    with pytest.raises(NotInAudience):
        take(task, cast.zhao)


def test_asking_fifty_costs_little_more_than_asking_one(cast: Cast) -> None:
    first, second = make_offer(cast), make_offer(cast, starts_in=6 * DAY)
    with CaptureQueriesContext(connection) as one:
        invite(first, {cast.li.pk}, by=cast.secretary)
    with CaptureQueriesContext(connection) as two:
        invite(second, {cast.li.pk, cast.wang.pk}, by=cast.secretary)
    assert len(two) - len(one) <= 1  # each person's other places, as when they claim


class TestPages:
    def test_the_secretary_asks_from_the_task_and_sees_figures_only(self, client: Client, cast: Cast) -> None:
        task = make_offer(cast)
        client.force_login(cast.secretary)
        page = client.get(reverse("tasks:invite", args=[task.pk]))
        assert "李建国" in page.content.decode()
        answer = client.post(
            reverse("tasks:invite", args=[task.pk]), {"pk": [cast.li.pk, cast.wang.pk]}, follow=True
        )
        assert "已邀请 2 人" in answer.content.decode()
        decline(Invitation.objects.get(member=cast.wang), by=user_of(cast.wang))
        shown = client.get(reverse("tasks:detail", args=[task.pk])).content.decode()
        assert "已婉拒" in shown and "王秀英" not in shown

    def test_where_nobody_can_be_asked_the_page_says_why(self, client: Client, cast: Cast) -> None:
        task = make_offer(cast, capacity=1, places_taken=1)
        client.force_login(cast.secretary)
        assert "1 个名额已全部接完" in client.get(reverse("tasks:invite", args=[task.pk])).content.decode()

    def test_the_member_declines_with_one_tap(self, client: Client, cast: Cast) -> None:
        task = make_offer(cast)
        one = ask(task, cast.li, by=cast.secretary)
        client.force_login(user_of(cast.li))
        assert "青锋社区邀请您参加" in client.get(reverse("tasks:offer", args=[task.pk])).content.decode()
        answer = client.post(reverse("tasks:decline_invitation", args=[one.pk]), follow=True)
        assert "已婉拒" in answer.content.decode()
        one.refresh_from_db()
        assert one.state == State.DECLINED

    def test_nobody_answers_for_another(self, client: Client, cast: Cast) -> None:
        one = ask(make_offer(cast), cast.li, by=cast.secretary)
        client.force_login(user_of(cast.wang))
        assert client.post(reverse("tasks:decline_invitation", args=[one.pk])).status_code == 404
