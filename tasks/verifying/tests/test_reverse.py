"""A verification is taken back with a reason, once; the claim can be decided again."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from flags import ledger
from flags.models import FlagEntry, MemberYear
from notices.models import Notice
from tasks.models import Claim, Task, Verification
from tasks.tests.desk import at_desk, ended_task
from tasks.tests.offers import user_of
from tasks.verifying import verifying
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision
from wishes.models import Wish
from xianfeng.lib.refusal import AlreadyDecided, ReasonNeeded
from xianfeng.testing.cast import Cast


@pytest.fixture
def verified(cast: Cast) -> Verification:
    """李建国's claim on a settled task of 青锋社区."""
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    decisions = [Decision(claim.pk, "good", 120, 1)]
    return verifying.record(task, {claim.pk: "present"}, decisions, by=cast.clerk)[0]


def test_the_ledger_the_claim_and_the_task_go_back(cast: Cast, verified: Verification) -> None:
    undone = reverse_verification(verified, reason="认错人", by=cast.secretary)
    verified.refresh_from_db()
    claim = Claim.objects.select_related("task").get()
    assert undone is not None
    assert (undone.delta, undone.reverses) == (-1, verified.entry)
    assert (verified.reversed_by, verified.reversal_reason) == (cast.secretary, "认错人")
    assert (claim.state, claim.task.state) == ("claimed", "published")
    assert MemberYear.objects.get(member=cast.li).flags == 0
    assert Notice.objects.filter(kind="claim_reversed", recipient=cast.li.user).count() == 1
    assert ledger.verify().ok


def test_the_claim_can_be_verified_again(cast: Cast, verified: Verification) -> None:
    reverse_verification(verified, reason="等次有误", by=cast.clerk)
    task = Task.objects.get()
    again = verifying.verify(task, [Decision(verified.claim_id, "good", 120, 1)], by=cast.clerk)
    assert again[0].pk != verified.pk
    assert list(FlagEntry.objects.order_by("seq").values_list("delta", flat=True)) == [1, -1, 1]
    assert Task.objects.get().state == "settled"


def test_it_is_undone_once(cast: Cast, verified: Verification) -> None:
    reverse_verification(verified, reason="认错人", by=cast.clerk)
    with pytest.raises(AlreadyDecided):
        reverse_verification(verified, reason="认错人", by=cast.secretary)
    assert FlagEntry.objects.count() == 2


def test_a_no_show_is_taken_back_without_a_ledger_line(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    (one,) = verifying.verify(task, [Decision(task.claims.get().pk, "no_show")], by=cast.clerk)
    assert reverse_verification(one, reason="他来了", by=cast.clerk) is None
    assert task.claims.get().state == "claimed"
    assert not FlagEntry.objects.exists()


def test_a_reason_is_needed(cast: Cast, verified: Verification) -> None:
    with pytest.raises(ReasonNeeded):
        reverse_verification(verified, reason="  ", by=cast.clerk)


def test_the_city_corrects_and_strangers_do_not(cast: Cast, verified: Verification) -> None:
    for user in (
        cast.auditor,
        cast.estate_clerk,
        cast.street_officer,
        cast.other_secretary,
        user_of(cast.li),
    ):
        with pytest.raises(PermissionDenied):
            reverse_verification(verified, reason="看错", by=user)
    reverse_verification(verified, reason="抽查不符", by=cast.city_officer)
    assert FlagEntry.objects.latest("seq").actor == cast.city_officer


def test_the_button_posts(cast: Cast, verified: Verification) -> None:
    url = reverse("tasks:reverse", args=[verified.pk])
    detail = reverse("tasks:detail", args=[verified.claim.task_id])
    client = at_desk(cast.clerk)
    assert url in client.get(detail).content.decode()
    assert at_desk(cast.other_secretary).post(url, {"reason": "x"}).status_code == 404
    assert at_desk(cast.auditor).post(url, {"reason": "x"}).status_code == 403
    assert client.get(url).status_code == 405
    assert client.post(url, {"reason": "认错人"})["Location"] == detail
    page = client.get(detail).content.decode()
    assert "已撤销：认错人" in page
    assert url not in page


@pytest.mark.parametrize("grade", ["good", "denied"])
def test_the_wish_follows_its_task_back_and_is_fulfilled_again(cast: Cast, grade: str) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.PUBLISHED)
    task = ended_task(cast, cast.li, wish=wish, kind="wish")
    claim = task.claims.get()
    decision = (
        Decision(claim.pk, grade, 60, 1) if grade == "good" else Decision(claim.pk, grade, note="没做完")
    )
    (one,) = verifying.record(task, {claim.pk: "present"}, [decision], by=cast.clerk)
    reverse_verification(one, reason="点错了", by=cast.clerk)
    wish.refresh_from_db()
    assert (wish.state, wish.fulfilled_at) == ("published", None)
    verifying.verify(Task.objects.get(), [Decision(claim.pk, "good", 60, 1)], by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == "fulfilled"


def test_a_wish_stays_fulfilled_while_another_claim_on_it_stands(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.PUBLISHED)
    task = ended_task(cast, cast.li, cast.wang, wish=wish, kind="wish")
    claims = {claim.pk: "present" for claim in task.claims.all()}
    first, _second = verifying.record(
        task, claims, [Decision(pk, "good", 60, 1) for pk in claims], by=cast.clerk
    )
    reverse_verification(first, reason="点错了", by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == "fulfilled"
