"""A mobile changes and the person stays: by themself, with the old one lost, by a desk."""

import datetime as dt
import re
from itertools import pairwise

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.accounts.holding import NumberTaken
from members.merging import merging
from members.models import Member, MobileChange, MobileChangeEvent, Registration, User
from members.numbers import changing, rules, texting
from members.registration import registering
from members.tests.applicants import application, applied
from notices.channels import sms
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, NotPossible, ReasonNeeded
from xianfeng.testing.cast import Cast, make_member

OLD, NEW = "13800000001", "13900000021"
State, Way = MobileChange.State, MobileChange.Way


def logged_in(user: User | None) -> Client:
    assert user
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("members:profile")).status_code == 200


def last_code() -> str:
    found = re.search(r"验证码 (\d{6})", sms.recent()[0][1])
    assert found
    return found[1]


def lost(cast: Cast, **changes: str) -> MobileChange:
    asked = changing.ask(**{"name": "李建国", "unit": cast.unit, "old": OLD, "mobile": NEW} | changes)
    assert asked
    return asked


def number_of(member: Member) -> tuple[str, str | None]:
    """On the roster and of the account."""
    member = Member.objects.select_related("user").get(pk=member.pk)
    return member.mobile, member.user.mobile if member.user else None


def told(kind: str = "number") -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def texts() -> list[tuple[str, str]]:
    texting.send_texts()
    return sms.recent()


# --- By the person ------------------------------------------------------------------------------


def test_a_member_changes_the_number_by_a_code_to_the_new_one(cast: Cast):
    phone, other_phone = logged_in(cast.li.user), logged_in(cast.li.user)
    answer = phone.post(reverse("members:my_number"), {"mobile": "139 0000 0021"})
    assert answer.url == reverse("members:my_number_code")
    assert sms.recent()[0][0] == NEW and number_of(cast.li) == (OLD, OLD)
    assert phone.post(answer.url, {"code": last_code()}).url == reverse("members:profile")
    assert number_of(cast.li) == (NEW, NEW)
    assert is_logged_in(phone) and not is_logged_in(other_phone)
    change = MobileChange.objects.get()
    assert (change.old, change.new, change.way, change.state) == (OLD, NEW, Way.OWN, State.DONE)
    assert MobileChangeEvent.objects.get().by == cast.li.user


def test_the_old_number_and_unit_and_community_are_told(cast: Cast):
    changing.change_own(cast.li, NEW, by=cast.li.user)
    assert told() == {"member-13800000001", "unit", "secretary", "clerk"}
    assert [number for number, _text in texts()] == [OLD]
    texting.send_texts()
    assert len(sms.recent()) == 1  # once


def test_a_wrong_code_changes_nothing(cast: Cast):
    phone = logged_in(cast.li.user)
    phone.post(reverse("members:my_number"), {"mobile": NEW})
    wrong = "000000" if last_code() != "000000" else "111111"
    page = phone.post(reverse("members:my_number_code"), {"code": wrong})
    assert "验证码不对" in page.content.decode()
    assert number_of(cast.li) == (OLD, OLD) and not MobileChange.objects.exists()


@pytest.mark.parametrize(("mobile", "refusal"), [(OLD, rules.SameNumber), ("13800000002", NumberTaken)])
def test_the_same_number_or_somebody_elses_is_refused(cast: Cast, mobile: str, refusal: type[Exception]):
    with pytest.raises(refusal):
        changing.change_own(cast.li, mobile, by=cast.li.user)
    assert logged_in(cast.li.user).post(reverse("members:my_number"), {"mobile": mobile}).status_code == 200
    assert sms.recent() == []


def test_somebody_elses_number_is_refused_without_a_name(cast: Cast):
    page = logged_in(cast.li.user).post(reverse("members:my_number"), {"mobile": "13800000002"})
    assert "另一位同志" in page.content.decode() and "王秀英" not in page.content.decode()


def test_a_second_record_of_the_same_person_leads_to_merging(cast: Cast):
    make_member("李建国", NEW, cast.unit)
    with pytest.raises(NumberTaken, match="疑似重复"):
        changing.change_own(cast.li, NEW, by=cast.li.user)


def test_the_number_of_a_colleague_who_is_staff_only_is_not_taken(cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(mobile=NEW)
    with pytest.raises(NumberTaken):
        changing.change_own(cast.li, NEW, by=cast.li.user)
    assert number_of(cast.li) == (OLD, OLD) and not MobileChange.objects.exists()


def test_an_account_made_in_passing_is_given_up_with_what_was_sent_to_it(cast: Cast):
    """李建国 tried to register again with the new number before asking how to change it."""
    registration = applied(cast, name="李建国", mobile=NEW)
    passing = registration.user
    changing.change_own(cast.li, NEW, by=cast.li.user)
    registration.refresh_from_db()
    passing.refresh_from_db()
    assert registration.user == cast.li.user and registration.is_open
    assert (passing.mobile, passing.is_active) == (None, False)
    assert number_of(cast.li) == (NEW, NEW)


def test_of_two_open_applications_the_one_of_the_given_up_account_is_withdrawn(cast: Cast):
    own = registering.submit(application(cast, name="李建国", mobile=OLD), by=cast.li.user)
    passing = applied(cast, name="李建国", mobile=NEW)
    changing.change_own(cast.li, NEW, by=cast.li.user)
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {own.pk: "submitted", passing.pk: "withdrawn"}


# --- With the old number lost --------------------------------------------------------------------


def test_what_was_set_from_the_lost_phone_opens_nothing_any_more(cast: Cast):
    user = User.objects.get(pk=cast.li.user_id or 0)
    user.set_password("a long sentence of a thief")
    user.unconfirmed_email = "thief@example.cn"
    user.save()
    TOTP.activate(user, generate_totp_secret())
    changing.confirm(lost(cast), by=cast.unit_clerk)
    user = User.objects.get(pk=user.pk)
    assert (user.has_usable_password(), user.unconfirmed_email) == (False, "")
    assert not user.authenticator_set.exists()


def test_whoever_lost_the_number_asks_without_a_log_in(client: Client, cast: Cast):
    asked = {"name": "李建国", "unit": cast.unit.pk, "old": OLD, "mobile": NEW}
    answer = client.post(reverse("members:lost_number"), asked)
    assert answer.url == reverse("members:lost_number_code")
    done = client.post(answer.url, {"code": last_code()})
    assert client.get(done.url).status_code == 200
    change = MobileChange.objects.get()
    assert (change.member, change.state, change.way) == (cast.li, State.ASKED, Way.LOST)
    assert number_of(cast.li) == (OLD, OLD)
    assert told() == {"member-13800000001", "unit", "secretary", "clerk"}
    assert texts()[0][0] == OLD


@pytest.mark.parametrize("name", ["查无此人", "王秀英"])
def test_the_page_says_the_same_whether_or_not_the_roster_knows_one(client: Client, cast: Cast, name: str):
    asked = {"name": name, "unit": cast.unit.pk, "old": OLD, "mobile": NEW}
    client.post(reverse("members:lost_number"), asked)
    done = client.post(reverse("members:lost_number_code"), {"code": last_code()})
    assert done.url == reverse("members:lost_number_done")
    assert not MobileChange.objects.exists()


def test_of_namesakes_in_one_unit_the_old_number_says_who(cast: Cast):
    twin = make_member("李建国", "13800000077", cast.unit, cast.estate)
    assert changing.ask(name="李建国", unit=cast.unit, old="13700000000", mobile=NEW) is None
    assert lost(cast, old="13800000077").member == twin


@pytest.mark.parametrize("who", ["clerk", "unit_clerk", "city_officer"])
def test_a_desk_that_knows_the_person_confirms(cast: Cast, who: str):
    phone = logged_in(cast.li.user)
    desk = logged_in(getattr(cast, who))
    change = lost(cast)
    desk.post(reverse("members:number", args=[change.pk]), {"decision": "confirm"})
    assert number_of(cast.li) == (NEW, NEW)
    assert not is_logged_in(phone)  # whoever has the lost phone is out
    assert {number for number, _text in texts()} == {OLD, NEW}
    assert list(change.events.values_list("to_state", flat=True)) == ["asked", "done"]


def test_a_member_without_an_account_gets_the_number_on_the_roster(cast: Cast):
    changing.confirm(lost(cast, name="孙丽", old="13800000004"), by=cast.clerk)
    assert number_of(cast.sun) == (NEW, None)


def test_a_refusal_says_why_to_the_new_number(cast: Cast):
    change = lost(cast)
    texts()
    with pytest.raises(ReasonNeeded):
        changing.refuse(change, reason=" ", by=cast.clerk)
    changing.refuse(change, reason="电话里不是本人", by=cast.clerk)
    number, text = texts()[0]
    assert number == NEW and "电话里不是本人" in text
    assert number_of(cast.li) == (OLD, OLD)


def test_the_owner_objects_on_the_phone(cast: Cast):
    change, phone = lost(cast), logged_in(cast.li.user)
    assert "不是我申请的" in phone.get(reverse("members:profile")).content.decode()
    stranger = logged_in(cast.wang.user)
    assert stranger.post(reverse("members:number_object", args=[change.pk])).status_code == 404
    phone.post(reverse("members:number_object", args=[change.pk]))
    change.refresh_from_db()
    assert (change.state, change.decided_by) == (State.REFUSED, cast.li.user)


def test_asking_twice_is_asking_once(cast: Cast):
    assert lost(cast) == lost(cast)
    assert len(texts()) == 1


def test_what_is_decided_stays_decided(cast: Cast):
    change = lost(cast)
    stale = MobileChange.objects.get(pk=change.pk)
    changing.refuse(change, reason="不是本人", by=cast.clerk)
    with pytest.raises(AlreadyDecided):
        changing.confirm(stale, by=cast.unit_clerk)
    assert number_of(cast.li) == (OLD, OLD)


def test_after_a_refusal_one_may_ask_again(cast: Cast):
    changing.refuse(lost(cast), reason="没打通", by=cast.clerk)
    changing.confirm(lost(cast), by=cast.clerk)
    assert number_of(cast.li) == (NEW, NEW)


def test_nobody_confirms_the_own_request(cast: Cast):
    cast.li.user = cast.clerk
    cast.li.save()
    with pytest.raises(NotPossible):
        changing.confirm(lost(cast), by=cast.clerk)


def test_a_number_taken_meanwhile_is_refused_and_the_request_stays(cast: Cast):
    change = lost(cast)
    make_member("钱七", NEW, cast.unit)
    with pytest.raises(NumberTaken):
        changing.confirm(change, by=cast.clerk)
    change.refresh_from_db()
    assert change.is_open


def test_who_finds_the_old_phone_and_changes_alone_settles_what_waited(cast: Cast):
    change = lost(cast)
    changing.change_own(cast.li, "13900000033", by=cast.li.user)
    change.refresh_from_db()
    assert change.state == State.REFUSED and number_of(cast.li)[0] == "13900000033"


def test_an_import_settles_what_waited_as_well(cast: Cast):
    """Else the request can be confirmed no more: the number it began with is not the present one."""
    change = lost(cast)
    changing.renumber([cast.li], {cast.li.pk: NEW}, by=cast.unit_clerk)
    change.refresh_from_db()
    assert (change.state, change.decided_by) == (State.REFUSED, cast.unit_clerk)
    assert not MobileChange.objects.open().exists()


# --- With records that were merged ---------------------------------------------------------------


def merged(cast: Cast, *mobiles: str) -> Member:
    """李建国, into whose record others were merged, each into the one before it."""
    records = [cast.li, *(make_member("李建国", mobile, cast.unit) for mobile in mobiles)]
    for kept, gone in reversed([*pairwise(records)]):
        merging.merge(kept, gone, reason="本人确认", by=cast.city_officer)
    return Member.objects.select_related("user").get(pk=cast.li.pk)


def test_whoever_goes_back_to_an_earlier_number_without_the_phone_is_heard(cast: Cast):
    merged(cast, NEW)
    assert lost(cast).is_open
    assert changing.ask(name="李建国", unit=cast.unit, old=OLD, mobile=OLD) is None


def test_a_number_of_a_record_merged_twice_over_is_still_the_own(cast: Cast):
    member = merged(cast, "13900000022", NEW)
    changing.change_own(member, NEW, by=member.user)
    assert number_of(cast.li) == (NEW, NEW)
    assert set(Member.objects.filter(name="李建国").values_list("mobile", flat=True)) == {
        OLD, NEW, "13900000022",
    }  # fmt: skip


# --- By a desk -----------------------------------------------------------------------------------


def test_a_desk_corrects_and_the_account_follows_at_the_first_code(client: Client, cast: Cast):
    desk = logged_in(cast.unit_clerk)
    form = {"mobile": NEW, "reason": "本人当面出示"}
    assert desk.post(reverse("members:number_correct", args=[cast.li.pk]), form).status_code == 302
    assert number_of(cast.li) == (NEW, OLD)
    client.post(reverse("account_request_login_code"), {"phone": NEW})
    code = re.search(r"\d{6}", sms.recent()[0][1])
    assert code
    client.post(reverse("account_confirm_login_code"), {"code": code[0]})
    assert int(client.session["_auth_user_id"]) == cast.li.user_id
    assert number_of(cast.li) == (NEW, NEW)


def test_until_the_new_number_is_proven_the_old_one_still_opens_the_account(client: Client, cast: Cast):
    changing.correct(cast.li, NEW, reason="来电更正", by=cast.clerk)
    client.post(reverse("account_request_login_code"), {"phone": OLD})
    assert sms.recent()[0][0] == OLD


def test_another_units_desk_gets_404(cast: Cast):
    page = reverse("members:number_correct", args=[cast.li.pk])
    assert logged_in(cast.other_unit_clerk).get(page).status_code == 404


def test_a_desk_gives_a_reason_and_corrects_no_number_of_its_own(cast: Cast):
    with pytest.raises(ReasonNeeded):
        changing.correct(cast.li, NEW, reason="", by=cast.clerk)
    cast.li.user = cast.clerk
    cast.li.save()
    with pytest.raises(NotPossible):
        changing.correct(cast.li, NEW, reason="换号", by=cast.clerk)


def test_a_wrong_correction_is_taken_back_while_it_is_the_last(cast: Cast):
    change = changing.correct(cast.li, NEW, reason="来电更正", by=cast.clerk)
    changing.take_back(change, by=cast.clerk)
    assert number_of(cast.li) == (OLD, OLD)
    assert MobileChange.objects.count() == 2
    with pytest.raises(NotPossible):
        changing.take_back(change, by=cast.clerk)


def test_an_import_leaves_a_line_for_each_new_number(cast: Cast):
    changing.renumber([cast.li], {cast.li.pk: NEW}, by=cast.unit_clerk)
    assert number_of(cast.li) == (NEW, OLD)
    change = MobileChange.objects.get()
    assert (change.old, change.new, change.way) == (OLD, NEW, Way.IMPORT)
    assert texts()[0][0] == OLD and told() == {"member-13800000001"}


def test_the_list_is_narrowed_to_a_unit_or_a_community(cast: Cast):
    lost(cast)
    lost(cast, name="赵伟", old="13800000003", mobile="13900000022")
    desk, page = logged_in(cast.city_officer), reverse("members:numbers")

    def named(**asked: object) -> set[str]:
        return {change.member.name for change in desk.get(page, asked).context["page"]}

    assert named() == named(unit=cast.unit.pk) == {"李建国", "赵伟"}
    assert named(unit=cast.other_unit.pk) == set()
    assert named(community=cast.other_community.pk, tab="all") == {"赵伟"}
    assert f'value="{cast.other_community.pk}"' in desk.get(page).content.decode()


# --- Short messages ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [sms.SmsError("no credit"), ValueError("no JSON")])
def test_a_text_that_the_gateway_refuses_is_tried_again_for_a_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def refuse(gateway: sms.ConsoleBackend, mobile: str, text: str) -> None:
        raise error

    change = changing.correct(cast.li, NEW, reason="来电更正", by=cast.clerk)
    with monkeypatch.context() as broken:
        broken.setattr(sms.ConsoleBackend, "send", refuse)
        assert texting.send_texts() == 0
    assert texting.send_texts() == 1
    MobileChange.objects.filter(pk=change.pk).update(
        texts=["changed"], asked_at=timezone.now() - dt.timedelta(days=2)
    )
    assert texting.send_texts() == 0


def test_the_number_asked_for_is_opened_with_a_reason_that_the_person_sees(cast: Cast):
    change, desk = lost(cast), logged_in(cast.clerk)
    page = reverse("members:number", args=[change.pk])
    assert NEW not in desk.get(page).content.decode()
    desk.post(reverse("members:number_reveal", args=[change.pk]), {"reason": "打电话核实"})
    assert NEW in desk.get(page).content.decode()
    looks = logged_in(cast.li.user).get(reverse("members:looked_up")).content.decode()
    assert "打电话核实" in looks and "申请换的新手机号" in looks
