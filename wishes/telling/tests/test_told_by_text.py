"""A resident learns by text message what becomes of the wish."""

import datetime as dt

import pytest
from django.utils import timezone

from notices.channels import sms
from notices.models import Delivery, Notice
from notices.outbox import delivering
from wishes.handling import handling
from wishes.merging import merging
from wishes.models import Wish
from wishes.reopening import reopening
from wishes.rights import OPEN_AFTERWARDS
from wishes.stating.stating import enter, submit
from wishes.telling import messages
from wishes.tests.helpers import BRIEF, logged_in, stated
from xianfeng.testing.cast import Cast

MOBILE = BRIEF["contact_mobile"]
NEED = "家里的水管漏水，想请懂行的同志上门看一看"


def everything_leaves() -> None:
    """An acceptance too, which waits for twenty seconds."""
    Delivery.objects.filter(state=Delivery.State.PENDING).update(due_at=timezone.now())
    delivering.deliver_due()


def texts() -> list[str]:
    """What the resident got, the oldest first."""
    everything_leaves()
    assert {mobile for mobile, _text in sms.recent()} <= {MOBILE}
    return [text for _mobile, text in reversed(sms.recent())]


def steps() -> list[str]:
    found = Notice.objects.filter(kind="wish_step").order_by("pk")
    return [str(notice.subject) for notice in found]


def test_a_wish_that_was_stated_is_answered_by_text(cast: Cast):
    wish = stated(cast.estate)
    (text,) = texts()
    assert "已收到" in text and "想请人上门理发" in text
    assert f"尾号{wish.code[-4:]}" in text and wish.code not in text
    assert Delivery.objects.get(channel="sms").address == ""


def test_the_same_form_twice_is_answered_once(cast: Cast):
    for _time in range(2):
        submit(organization=cast.estate, need=NEED, **BRIEF, key="k")
    assert len(texts()) == 1


def test_what_staff_entered_is_answered_too_where_a_number_was_left(cast: Cast):
    enter(organization=cast.estate, need=NEED, source="visit", by=cast.clerk, **BRIEF)
    without = BRIEF | {"contact_mobile": ""}
    enter(organization=cast.estate, need="想请人理发", source="visit", by=cast.clerk, **without)
    assert len(texts()) == 1
    assert Notice.objects.count() == 1


def test_every_step_is_told_once(cast: Cast):
    wish = stated(cast.estate)
    handling.accept(wish, by=cast.clerk)
    handling.mark_published(wish, by=cast.clerk)
    handling.unpublish(wish, by=cast.clerk, note="内部说明")
    handling.mark_published(wish, by=cast.clerk)
    handling.fulfil(wish, by=cast.clerk)
    assert steps() == ["心愿已收到", "心愿已受理", "心愿已发布", "心愿重新安排中", "心愿已发布", "心愿已完成"]
    assert not any(word in text for text in texts() for word in ("林社工", "内部说明", BRIEF["contact_name"]))


def test_a_decision_that_is_corrected_is_no_second_end(cast: Cast):
    wish = stated(cast.estate)
    handling.accept(wish, by=cast.clerk)
    handling.mark_published(wish, by=cast.clerk)
    handling.fulfil(wish, by=cast.clerk)
    handling.reopen(wish, by=cast.clerk, note="时长有误")
    handling.fulfil(wish, by=cast.clerk)
    assert steps().count("心愿已完成") == 1


def test_a_step_that_is_refused_tells_nothing(cast: Cast):
    wish = stated(cast.estate)
    handling.accept(wish, by=cast.clerk)
    stale = Wish.objects.get(pk=wish.pk)
    stale.state = Wish.State.SUBMITTED
    with pytest.raises(Exception, match="刚被别人办理"):
        handling.accept(stale, by=cast.secretary)
    assert steps() == ["心愿已收到", "心愿已受理"]


def test_a_declined_wish_says_why_and_who_instead_but_no_number(cast: Cast):
    wish = stated(cast.estate)
    reason = "属于物业维修，请找老王13812345678"
    handling.decline(wish, reason=reason, responsible="花苑物业服务中心", by=cast.clerk)
    text = texts()[-1]
    assert "属于物业维修" in text and "花苑物业服务中心" in text
    assert "13812345678" not in text
    assert not Notice.objects.filter(body__contains="13812345678").exists()


def test_a_reason_of_nothing_but_a_number_points_to_the_page(cast: Cast):
    wish = stated(cast.estate)
    handling.decline(wish, reason="13812345678", by=cast.clerk)
    assert "原因见查询页" in texts()[-1]


def test_an_acceptance_that_waits_is_told_before_what_follows(cast: Cast):
    wish = stated(cast.estate, contact_mobile=MOBILE)
    handling.accept(wish, by=cast.clerk)
    delivering.deliver_due()
    assert [text for _mobile, text in sms.recent() if "社区已受理" in text] == []
    handling.decline(wish, reason="属于物业维修", responsible="物业", by=cast.clerk)
    delivering.deliver_due()
    told = [text for _mobile, text in reversed(sms.recent())]
    assert [word for text in told for word in ("已收到", "社区已受理", "未受理") if word in text] == [
        "已收到", "社区已受理", "未受理",
    ]  # fmt: skip


def test_a_text_is_one_text(cast: Cast):
    """Seventy characters are one; a longer one costs two."""
    wish = stated(
        cast.estate, need=NEED, decline_reason="属于物业维修范围，" * 9, responsible="花苑物业服务中心客服部"
    )
    Notice.objects.all().delete()
    wordings = [value for value in vars(messages).values() if isinstance(value, messages.Wording)]
    for number, wording in enumerate(wordings):
        if wording is not messages.DECLINED:
            messages.tell(wording, wish, number, when="2026年12月30日 周四 14:00–16:00")
    messages.tell_declined(wish)
    found = texts()
    assert len(found) == len(wordings) == 12
    assert max(len(text) for text in found) <= 70, max(found, key=len)


def test_long_after_the_end_the_number_is_not_used_any_more(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """What the resident agreed to ends seven days after completion, for a late worker too."""
    wish = stated(cast.estate)
    Wish.objects.filter(pk=wish.pk).update(fulfilled_at=timezone.now() - OPEN_AFTERWARDS)
    assert texts() == []
    assert Delivery.objects.get(channel="sms").state == Delivery.State.DROPPED
    assert not Delivery.objects.unreached().exists()


def test_a_wish_that_is_gone_or_whose_number_was_forgotten_is_let_be(cast: Cast):
    gone, forgotten = stated(cast.estate), stated(cast.estate)
    gone.delete()
    Wish.objects.filter(pk=forgotten.pk).update(contact_mobile="")
    assert texts() == []
    assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) == {"dropped"}


def test_just_before_that_it_is(cast: Cast):
    wish = stated(cast.estate)
    until = timezone.now() - OPEN_AFTERWARDS + dt.timedelta(minutes=1)
    Wish.objects.filter(pk=wish.pk).update(fulfilled_at=until)
    assert len(texts()) == 1


def test_its_community_looks_after_what_did_not_arrive(cast: Cast):
    wish = stated(cast.estate)
    Delivery.objects.filter(channel="sms").update(state=Delivery.State.FAILED)
    seen = {
        user: Delivery.objects.visible_to(user).filter(channel="sms").exists()
        for user in (cast.city_officer, cast.secretary, cast.other_secretary, cast.unit_clerk)
    }
    assert list(seen.values()) == [True, True, False, False]
    page = logged_in(cast.secretary).get("/desk/notices/").content.decode()
    assert "提出心愿的居民" in page and f"/desk/wishes/{wish.pk}/" in page
    assert MOBILE not in page


# --- Two wishes about the same thing, and one that is asked for again ----------------------------


def second(cast: Cast, mobile: str = "13700000008") -> Wish:
    return submit(organization=cast.estate, need="老人想理发", **BRIEF | {"contact_mobile": mobile})


def test_both_residents_of_a_merged_wish_are_told_each_of_their_own(cast: Cast):
    kept, gone = stated(cast.estate), second(cast)
    merging.merge(kept, gone, by=cast.clerk)
    handling.accept(kept, by=cast.clerk)
    everything_leaves()
    accepted = {mobile: text for mobile, text in sms.recent() if "社区已受理" in text}
    assert set(accepted) == {MOBILE, "13700000008"}
    assert "想请人上门理发" in accepted[MOBILE] and "老人想理发" in accepted["13700000008"]
    assert [text for mobile, text in sms.recent() if "合并办理" in text and mobile == MOBILE] == []
    assert any("合并办理" in text for mobile, text in sms.recent() if mobile == "13700000008")


def test_one_number_that_asked_twice_gets_one_text_of_each_step(cast: Cast):
    kept, gone = stated(cast.estate), second(cast, MOBILE)
    merging.merge(kept, gone, by=cast.clerk)
    before = len(texts())
    handling.accept(kept, by=cast.clerk)
    assert len(texts()) == before + 1
    assert "想请人上门理发" in texts()[-1]


def test_parted_again_each_is_told_of_the_own_alone(cast: Cast):
    kept, gone = stated(cast.estate), second(cast)
    gone = merging.merge(kept, gone, by=cast.clerk)
    merging.part(gone, reason="不是一件事", by=cast.clerk)
    handling.accept(kept, by=cast.clerk)
    assert Notice.objects.filter(subject="心愿恢复单独办理", addressee_id=gone.pk).count() == 1
    assert [notice.addressee_id for notice in Notice.objects.filter(subject="心愿已受理")] == [kept.pk]


def test_the_number_of_a_merged_wish_is_used_as_long_as_that_of_the_kept_one(cast: Cast):
    kept, gone = stated(cast.estate), second(cast)
    merging.merge(kept, gone, by=cast.clerk)
    Wish.objects.filter(pk=kept.pk).update(fulfilled_at=timezone.now() - OPEN_AFTERWARDS)
    assert texts() == []


def test_a_wish_asked_for_again_or_taken_up_again_is_answered(cast: Cast):
    wish = stated(cast.estate)
    handling.decline(wish, reason="属于物业维修", by=cast.clerk)
    reopening.ask_again(wish, reason="物业说不归他们管")
    handling.decline(wish, reason="属于物业维修", by=cast.clerk)
    reopening.take_up_again(wish, reason="已与物业协调", by=cast.clerk)
    assert steps() == ["心愿已收到", *["心愿未受理", "心愿恢复办理"] * 2]
    assert not any("物业说" in text or "协调" in text for text in texts())
