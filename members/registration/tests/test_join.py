"""The walk from the QR code to the submitted application, page by page, without JavaScript."""

import datetime as dt
import re
from unittest.mock import Mock

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.accounts import proving
from members.models import Appointment, Member, MobileProof, Registration, User
from members.numbers import changing
from members.organizations import appointing
from members.registration import registering
from members.registration.registering import submit
from members.tests.applicants import application, applied
from notices.channels import sms
from notices.models import Notice
from xianfeng.lib.limits import TooOften
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

LONG_AGO = dt.date(2020, 1, 1)
WHO = {"name": "孙 丽", "mobile": "138 0000 0004"}


def at(cast: Cast, page: str) -> str:
    return reverse(f"members:{page}", args=[cast.community.public_code])


def last_code() -> str:
    found = re.search(r"验证码 (\d{6})", sms.recent()[0][1])
    assert found
    return found[1]


def start(client: Client, cast: Cast, **changes: str):
    return client.post(at(cast, "join"), {**WHO, "unit": cast.unit.pk, **changes})


def prove(client: Client, cast: Cast, **changes: str):
    start(client, cast, **changes)
    return client.post(at(cast, "join_code"), {"code": last_code()})


def test_the_whole_walk(client: Client, cast: Cast):
    assert client.get(at(cast, "join")).status_code == 200
    assert prove(client, cast).url == at(cast, "join_home")
    home = {"estate": cast.estate.pk, "address": "3幢501"}
    assert client.post(at(cast, "join_home"), home).url == at(cast, "join_service")
    service = {"skills": ["理发"], "skills_other": "二胡", "free_times": ["周六上午"]}
    assert client.post(at(cast, "join_service"), service).url == at(cast, "join_promise")
    assert "3幢501" in client.get(at(cast, "join_promise")).content.decode()
    assert client.post(at(cast, "join_promise"), {"promise": "on"}).url == at(cast, "join_done")
    assert "已提交，等社区确认" in client.get(at(cast, "join_done")).content.decode()

    registration = Registration.objects.get()
    assert (registration.member, registration.estate) == (cast.sun, cast.estate)
    assert (registration.skills, registration.free_times) == ("、理发、二胡、", "、周六上午、")
    assert registration.address == "3幢501"
    assert client.get(reverse("members:profile")).status_code == 200  # logged in


def test_the_address_is_not_readable_in_the_session(client: Client, cast: Cast):
    prove(client, cast)
    client.post(at(cast, "join_home"), {"address": "3幢501"})
    assert "3幢501" not in str(dict(client.session))


@pytest.mark.parametrize("page", ["join_home", "join_service", "join_promise", "join_done"])
def test_no_page_opens_before_the_mobile_is_proven(client: Client, cast: Cast, page: str):
    start(client, cast)
    assert client.get(at(cast, page)).url == at(cast, "join")
    client.post(at(cast, page), {"promise": "on"})
    assert not Registration.objects.exists()


def test_without_the_promise_nothing_is_sent(client: Client, cast: Cast):
    prove(client, cast)
    client.post(at(cast, "join_home"), {})
    answer = client.post(at(cast, "join_promise"), {})
    assert "请阅读承诺并打勾" in answer.content.decode()
    assert not Registration.objects.exists()


@pytest.mark.parametrize("mobile", ["13800000001", "13800000004", "13912345678"])
def test_every_mobile_gets_the_same_answer(client: Client, cast: Cast, mobile: str):
    """Registered, on the roster, unknown: neither page tells which."""
    answer = start(client, cast, mobile=mobile)
    assert (answer.status_code, answer.url) == (302, at(cast, "join_code"))
    text = client.get(at(cast, "join_code")).content.decode()
    shown = re.sub(r"[a-zA-Z0-9]{32,}|csrf\S+", "", text).replace(f"{mobile[:3]}****{mobile[-4:]}", "M")
    reference = Client()
    start(reference, cast, mobile="13911111111")
    other = re.sub(r"[a-zA-Z0-9]{32,}|csrf\S+", "", reference.get(at(cast, "join_code")).content.decode())
    assert shown == other.replace("139****1111", "M")
    assert len(sms.recent()) == 2


def test_a_wrong_code_counts_and_the_sixth_try_is_too_late(client: Client, cast: Cast):
    start(client, cast)
    right = last_code()
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        assert f"还可以试 {left} 次" in client.post(at(cast, "join_code"), {"code": wrong}).content.decode()
    assert "验证码已失效" in client.post(at(cast, "join_code"), {"code": right}).content.decode()
    assert not User.objects.filter(mobile="13800000004").exists()


def test_a_code_is_good_for_five_minutes_and_for_one_use(client: Client, cast: Cast):
    start(client, cast)
    code, proof = last_code(), MobileProof.objects.get()
    assert proof.expires_at - proof.created_at == pytest.approx(
        dt.timedelta(minutes=5), abs=dt.timedelta(seconds=5)
    )
    proving.check_code(proof.pk, proof.mobile, code, address="::1")
    with pytest.raises(proving.CodeRefused):
        proving.check_code(proof.pk, proof.mobile, code, address="::1")
    MobileProof.objects.update(used_at=None, expires_at=timezone.now())
    with pytest.raises(proving.CodeRefused):
        proving.check_code(proof.pk, proof.mobile, code, address="::1")


def test_a_code_of_one_mobile_proves_no_other(cast: Cast):
    proof = proving.send_code("13912345678", address="::1")
    with pytest.raises(proving.CodeRefused):
        proving.check_code(proof.pk, "13800000004", last_code(), address="::1")


def test_the_code_is_not_stored_in_clear(cast: Cast):
    proof = proving.send_code("13912345678", address="::1")
    assert last_code() not in proof.code_hash


def test_a_gateway_that_breaks_in_its_own_way_is_said_as_one_that_refuses(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sms.ConsoleBackend, "send", Mock(side_effect=KeyError("status")))
    with pytest.raises(proving.CodeRefused, match="短信没有发出去"):
        proving.send_code("13912345678", address="::1")


def test_a_second_code_within_a_minute_is_refused(client: Client, cast: Cast):
    start(client, cast)
    assert "操作太频繁" in start(client, cast).content.decode()
    assert MobileProof.objects.count() == 1


def test_one_network_address_cannot_ask_for_many(client: Client, cast: Cast):
    for number in range(200):  # a unit's people register from its one address
        proving.send_code(f"13900001{number:03d}", address="203.0.113.9")
    with pytest.raises(TooOften):
        proving.send_code("13900000199", address="203.0.113.9")


@pytest.mark.parametrize("guard", ["post", "second factor"])
def test_a_code_for_a_guarded_account_shows_and_files_nothing_of_it(client: Client, cast: Cast, guard: str):
    """A code in the hand of a thief: the owner's former application stays unseen, and no new one is made."""
    stated = {"name": "周新", "mobile": "13900000009"}
    owner = cast.clerk
    if guard == "second factor":
        owner = User.objects.create(username="zhou")
        TOTP.activate(owner, generate_totp_secret())
    User.objects.filter(pk=owner.pk).update(mobile=stated["mobile"])
    returned = submit(application(cast, **stated, address="9幢909"), by=owner)
    registering.return_(returned, reason="单位不对", by=cast.secretary)
    answer = prove(client, cast, **stated)
    assert answer.url == f"{reverse('account_login')}?next={at(cast, 'join')}"
    assert "_auth_user_id" not in client.session
    for page in ("join_home", "join_service", "join_promise", "join_done"):
        assert client.get(at(cast, page)).url == at(cast, "join")
        assert client.post(at(cast, page), {"promise": "on"}).status_code in (302, 405)
    assert Registration.objects.get() == returned


def test_a_code_does_not_write_a_staff_person_s_number(client: Client, cast: Cast):
    """The roster leads from the mobile to an account with a post: it keeps the number it has."""
    Member.objects.filter(pk=cast.sun.pk).update(user=cast.clerk)
    TOTP.activate(cast.clerk, generate_totp_secret())
    prove(client, cast)
    assert User.objects.get(pk=cast.clerk.pk).mobile is None


def test_staff_who_have_logged_in_report_with_a_code_to_their_own_number(client: Client, cast: Cast):
    cast.clerk.mobile = "13800000004"
    cast.clerk.save()
    client.force_login(cast.clerk)
    assert prove(client, cast).url == at(cast, "join_home")
    client.post(at(cast, "join_home"), {})
    client.post(at(cast, "join_promise"), {"promise": "on"})
    assert Registration.objects.get().user == cast.clerk


def test_who_has_applied_already_sees_how_far_it_is(client: Client, cast: Cast):
    applied(cast)
    assert prove(client, cast).url == at(cast, "join_done")


def test_a_returned_applicant_corrects_without_a_second_code(client: Client, cast: Cast):
    registration = applied(cast)
    registering.return_(registration, reason="单位不对", by=cast.clerk)
    client.force_login(registration.user)
    text = client.get(at(cast, "join")).content.decode()
    assert 'value="13800000004"' in text and f'value="{cast.unit.pk}" selected' in text
    assert start(client, cast).url == at(cast, "join_home")
    assert 'value="3幢501"' in client.get(at(cast, "join_home")).content.decode()
    assert sms.recent() == []


def test_an_old_session_is_no_proof_for_the_number_s_next_owner(client: Client, cast: Cast):
    """Whoever had the number once is still logged in; the roster has it for another by now."""
    new = "13900000099"
    prove(client, cast, name="路人", mobile=new)
    former = client.session["_auth_user_id"]
    changing.correct(cast.li, new, reason="新号码", by=cast.unit_clerk)
    cache.clear()  # a minute has passed
    assert start(client, cast, name=cast.li.name, mobile=new).url == at(cast, "join_code")
    assert client.session["_auth_user_id"] == former


def test_a_code_opens_no_account_whose_post_is_to_come(client: Client, cast: Cast):
    user = User.objects.create(username="soon", name="新社工", mobile="13600000001")
    appointing.grant(
        user=user, organization=cast.community, role="clerk", by=cast.city_officer,
        starts_on=today() + dt.timedelta(days=3),
    )  # fmt: skip
    assert prove(client, cast, name="新社工", mobile="13600000001").url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_with_the_new_number_goes_what_the_old_phone_set(client: Client, cast: Cast):
    user, new = cast.li.user, "13900000066"
    assert user
    user.set_password("a long one of then")
    user.email = "thief@example.test"
    user.save()
    changing.correct(cast.li, new, reason="新号", by=cast.unit_clerk)
    prove(client, cast, name=cast.li.name, mobile=new)
    user.refresh_from_db()
    assert (user.mobile, user.email, user.has_usable_password()) == (new, "", False)
    assert Notice.objects.filter(recipient=user, subject__contains="已清除").exists()


def test_anybody_elses_mobile_still_needs_a_code(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    assert start(client, cast).url == at(cast, "join_code")


def test_a_desk_that_is_left_open_proves_no_mobile(client: Client, cast: Cast):
    cast.clerk.mobile = "13800000004"
    cast.clerk.save()
    client.force_login(cast.clerk)
    assert start(client, cast).url == at(cast, "join_code")


def test_an_unknown_or_closed_place_is_not_found(client: Client, cast: Cast):
    assert client.get(reverse("members:join", args=["nonsense"])).status_code == 404
    assert client.get(reverse("members:join", args=[cast.unit.public_code])).status_code == 404
    cast.community.is_active = False
    cast.community.save()
    assert client.get(at(cast, "join")).status_code == 404


def test_an_estates_code_chooses_the_estate(client: Client, cast: Cast):
    page = reverse("members:join", args=[cast.second_estate.public_code])
    client.post(page, {**WHO, "unit": cast.unit.pk})
    home = reverse("members:join_home", args=[cast.second_estate.public_code])
    client.post(reverse("members:join_code", args=[cast.second_estate.public_code]), {"code": last_code()})
    assert f'value="{cast.second_estate.pk}" selected' in client.get(home).content.decode()


def test_a_logged_in_person_who_proves_another_mobile_becomes_that_person(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    prove(client, cast)
    assert int(client.session["_auth_user_id"]) == User.objects.get(mobile="13800000004").pk


def test_a_desk_that_registers_its_own_person_stays_a_desk(client: Client, cast: Cast):
    assert cast.li.user
    Appointment.objects.create(
        user=cast.li.user, organization=cast.community, role="clerk", starts_on=LONG_AGO
    )
    client.force_login(cast.li.user)
    start(client, cast, name=cast.li.name, mobile=cast.li.mobile)
    assert client.get(reverse("members:list")).status_code == 200


def test_who_registered_here_is_offered_the_log_in_by_code_the_next_time(client: Client, cast: Cast):
    prove(client, cast)
    client.post(reverse("account_logout"))
    assert client.get("/").url == reverse("account_request_login_code")
