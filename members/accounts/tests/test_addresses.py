"""An address serves once its owner has opened the link that was sent to it; changes are told to the owner."""

import re
import time
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from members.accounts import addresses, keeping, sessions
from members.accounts.inviting import invite
from members.models import User
from members.organizations import appointing, elevating
from members.organizations.tests.test_appoint import fresh
from notices.channels import letters
from notices.channels.letters import post
from notices.models import Delivery, Notice
from notices.outbox import Message, send
from xianfeng.lib import queue
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

RIGHT, NEW = "a long sentence of mine", "li@example.cn"
LINK = re.compile(r"http://testserver(\S+)")


@pytest.fixture
def li(cast: Cast) -> User:
    """Logs in by code; has no password, as registration makes it."""
    assert cast.li.user
    cast.li.user.set_unusable_password()
    cast.li.user.save()
    return cast.li.user


def asked_for(client: Client, email: str = NEW) -> str:
    """The path of the link that went to it."""
    mail.outbox.clear()
    client.post(reverse("members:email"), {"email": email})
    [message] = mail.outbox
    assert message.to == [email]
    return link_in(message.body)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found
    return found[1]


def reaches(user: User) -> str:
    """Where a notice to this person would go."""
    notice = send(Message(fresh(user), "account", f"to:{Notice.objects.count()}", "标题", "正文"))
    return notice.deliveries.get().address


def ask_for_reset(email: str) -> list[list[str]]:
    mail.outbox.clear()
    Client().post(reverse("account_reset_password"), {"email": email})
    return [message.to for message in mail.outbox]


# --- The owner's change -------------------------------------------------------------------------


def test_another_address_serves_once_its_link_is_opened(client: Client, li: User):
    former = li.email
    client.force_login(li)
    path = asked_for(client)
    assert (fresh(li).email, fresh(li).unconfirmed_email) == (former, NEW)
    assert (reaches(li), ask_for_reset(NEW), ask_for_reset(former)) == (former, [], [[former]])
    assert "还没有确认" in client.get(reverse("members:email")).content.decode()
    assert Client().get(path).status_code == 200  # mail programs look at links
    assert fresh(li).email == former
    Client().post(path)
    assert (fresh(li).email, fresh(li).unconfirmed_email) == (NEW, "")
    assert (reaches(li), ask_for_reset(NEW), ask_for_reset(former)) == (NEW, [[NEW]], [])


def test_the_former_address_is_told_and_sessions_end(client: Client, li: User):
    former = li.email
    client.force_login(li)
    elsewhere = Client()
    elsewhere.force_login(li)
    client.post(asked_for(client))
    told = Delivery.objects.get(notice__recipient=li, notice__key__startswith="email-changed:")
    assert (told.address, told.notice.subject) == (former, "账号的邮箱已更换")
    assert NEW not in told.notice.body and "l***@example.cn" in told.notice.body
    assert client.get(reverse("reports:me")).status_code == 200
    assert elsewhere.get(reverse("reports:me")).status_code == 302


def test_a_link_serves_once_and_the_last_one_only(client: Client, li: User):
    client.force_login(li)
    first, last = asked_for(client), asked_for(client, "other@example.cn")
    assert "链接已失效" in Client().post(first).content.decode()
    Client().post(last)
    assert fresh(li).email == "other@example.cn"
    assert "链接不能用了" in Client().get(last).content.decode()
    assert "链接不能用了" in Client().get(last[:-3] + "x/").content.decode()


@pytest.mark.parametrize("change", [lambda user: user.set_password("another sentence"), None])
def test_a_link_that_a_thief_asked_for_ends_with_the_sessions(client: Client, li: User, change):
    addresses.ask(li, "thief@example.cn")
    link = reverse("members:confirm_email", args=[addresses.token_of(fresh(li))])
    if change:
        change(li)
        li.save(update_fields=["password"])
    else:
        sessions.end_all([li])
    client.post(link)
    assert fresh(li).email != "thief@example.cn"


def test_a_link_ends_after_three_days(client: Client, li: User, monkeypatch: pytest.MonkeyPatch):
    client.force_login(li)
    path = asked_for(client)
    later = time.time() + addresses.VALID_FOR.total_seconds() + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    Client().post(path)
    assert fresh(li).email != NEW


def test_an_address_is_one_accounts_whatever_its_letters(cast: Cast, client: Client, li: User):
    taken = cast.wang.user.email.upper()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=li.pk).update(email=taken)
    client.force_login(li)
    path = asked_for(client, taken)  # whoever cannot read its mail learns nothing
    page = Client().post(path)
    assert "已是另一个账号的邮箱" in page.content.decode()
    assert fresh(li).email != taken


def test_the_same_address_is_no_change(client: Client, li: User):
    client.force_login(li)
    mail.outbox.clear()
    page = client.post(reverse("members:email"), {"email": li.email.upper()})
    assert "这就是现在的邮箱" in page.content.decode() and mail.outbox == []


def test_a_password_is_asked_for_again_first(client: Client, cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(password=make_password(RIGHT))
    client.post(reverse("account_login"), {"login": "clerk", "password": RIGHT})
    asked = client.post(reverse("members:email"), {"email": NEW})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    client.post(asked.url, {"password": RIGHT})
    assert fresh(cast.clerk).unconfirmed_email == NEW


def test_links_are_limited(client: Client, li: User):
    client.force_login(li)
    for number in range(addresses.PER_ACCOUNT_DAY.times):
        asked_for(client, f"a{number}@example.cn")
    page = client.post(reverse("members:email"), {"email": "more@example.cn"})
    assert "操作太频繁" in page.content.decode() and len(mail.outbox) == 1


def test_a_code_session_of_staff_changes_no_address(client: Client, cast: Cast, li: User):
    """It would be the way from a stolen phone number to a password, and with it to the desk."""
    appointing.grant(user=li, organization=cast.community, role="clerk", by=cast.city_officer)
    log_in_by_code(client, fresh(li))
    assert client.post(reverse("members:email"), {"email": "thief@example.cn"}).status_code == 403
    assert client.get(reverse("account_email")).status_code == 403
    client.post(reverse("members:profile_edit"), {"email": "thief@example.cn"})
    assert "thief@example.cn" not in (fresh(li).email, fresh(li).unconfirmed_email)


def test_the_library_keeps_no_addresses_beside(client: Client, cast: Cast, li: User):
    client.force_login(li)
    assert client.get(reverse("account_email")).url == reverse("members:email")
    client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
    ask_for_reset(li.email)
    invite_to(cast.clerk)
    assert not EmailAddress.objects.exists()


def test_without_a_queue_the_page_says_that_no_link_was_sent(
    client: Client, li: User, monkeypatch: pytest.MonkeyPatch
):
    client.force_login(li)
    monkeypatch.setattr(letters, "post", post)
    monkeypatch.setattr(queue, "hand_out", lambda *_job: False)
    page = client.post(reverse("members:email"), {"email": NEW}, follow=True)
    assert "现在发不出邮件" in page.content.decode() and fresh(li).unconfirmed_email == NEW


def test_without_a_queue_whoever_forgot_a_password_is_told_alike(
    client: Client, li: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "answers", lambda: False)
    pages = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (li.email, "nobody@example.test")
    ]
    assert ["现在发不出邮件" in page.content.decode() for page in pages] == [True, True]
    assert mail.outbox == []


# --- Accounts that others make ------------------------------------------------------------------


def invite_to(user: User) -> str:
    """Where the link to set a password goes; nowhere is an empty text."""
    mail.outbox.clear()
    client = Client()
    client.force_login(User.objects.get(username="sysadmin"))
    data = {"action": "send_password_link", "_selected_action": [user.pk]}
    client.post(reverse("admin:members_user_changelist"), data)
    return mail.outbox[0].to[0] if mail.outbox else ""


def new_account(cast: Cast, email: str = "helper@example.test") -> User:
    return keeping.add(username="helper", name="新社工", email=email, by=cast.sysadmin)


def set_password(path: str, password: str = RIGHT) -> Client:
    client = Client()
    form = {"password1": password, "password2": password}
    client.post(client.get(path).url, form)
    return client


def test_the_link_of_an_invitation_confirms_the_address_that_it_went_to(cast: Cast):
    user = new_account(cast)
    assert (user.email, reaches(user), ask_for_reset("helper@example.test")) == ("", "", [])
    assert invite_to(user) == "helper@example.test"
    set_password(link_in(mail.outbox[0].body))
    user = fresh(user)
    assert (user.email, user.unconfirmed_email) == ("helper@example.test", "")
    assert user.has_usable_password() and reaches(user) == "helper@example.test"
    client = Client()
    client.post(reverse("account_login"), {"login": "helper", "password": RIGHT})
    assert "_auth_user_id" in client.session


def test_an_invitation_is_void_once_the_address_was_corrected(cast: Cast):
    user = new_account(cast)
    invite_to(user)
    path = link_in(mail.outbox[0].body)
    keeping.change(
        user, username="helper", name="新社工", email="right@example.test", is_active=True, by=cast.sysadmin
    )
    assert Client().get(path).status_code == 200  # no form behind it
    assert not fresh(user).has_usable_password()


def test_an_invitation_to_the_address_of_another_confirms_nothing(cast: Cast, li: User):
    user = new_account(cast, li.email.upper())
    invite_to(user)
    set_password(link_in(mail.outbox[0].body))
    assert fresh(user).email == "" and fresh(li).email == li.email


@pytest.mark.parametrize("how", ["password", "code", "log-in"])
def test_no_link_opens_an_account_in_use_to_an_address_that_another_wrote(cast: Cast, how: str):
    """Whether by the form, by the service, or written past both."""
    user = new_account(cast, "")
    fields = {
        "password": {"password": make_password(RIGHT)},
        "code": {"mobile": "13700000031"},
        "log-in": {"last_login": "2026-01-01T00:00:00Z"},
    }
    User.objects.filter(pk=user.pk).update(**fields[how])
    user = fresh(user)
    with pytest.raises(keeping.NotYours):
        keeping.change(
            user,
            username="helper",
            name="新社工",
            email="thief@example.test",
            is_active=True,
            by=cast.sysadmin,
        )
    User.objects.filter(pk=user.pk).update(unconfirmed_email="thief@example.test")
    assert invite_to(user) == "" and ask_for_reset("thief@example.test") == []


@pytest.mark.parametrize("confirmed", ["", "thief@example.test"])
def test_nobody_is_appointed_by_a_name_alone_whose_address_is_another(
    client: Client, cast: Cast, li: User, confirmed: str
):
    """Who had the phone for a while could have confirmed theirs; whoever appoints knows the person's."""
    User.objects.filter(pk=li.pk).update(email=confirmed)
    client.force_login(cast.city_officer)
    mail.outbox.clear()
    form = {
        "username": li.username, "name": li.name, "email": "li@example.test", "role": "clerk",
        "organization": cast.community.pk, "starts_on": "2026-01-01",
    }  # fmt: skip
    page = client.post(reverse("members:appointments"), form, follow=True).content.decode()
    assert not li.appointments.exists() and mail.outbox == []
    assert "不是用这个邮箱确认的" in page
    User.objects.filter(pk=li.pk).update(email="Li@example.test")
    client.post(reverse("members:appointments"), form)
    assert li.appointments.exists() and [one.to for one in mail.outbox] == [["Li@example.test"]]


def test_an_account_prepared_by_somebody_with_their_own_address_is_not_appointed(client: Client, cast: Cast):
    User.objects.create(username="chenxin", name="陈新", unconfirmed_email="me@example.test")
    client.force_login(cast.city_officer)
    form = {
        "username": "chenxin", "name": "陈新", "email": "chenxin@example.test", "role": "clerk",
        "organization": cast.community.pk, "starts_on": "2026-01-01",
    }  # fmt: skip
    page = client.post(reverse("members:appointments"), form, follow=True).content.decode()
    assert "不是用这个邮箱确认的" in page
    assert not User.objects.get(username="chenxin").has_post_ahead


def test_after_the_post_has_ended_a_phone_confirms_an_address_again(client: Client, cast: Cast, li: User):
    post = appointing.grant(user=li, organization=cast.community, role="clerk", by=cast.city_officer)
    appointing.end(post, by=cast.city_officer)
    log_in_by_code(client, fresh(li))
    client.post(asked_for(client))
    assert fresh(li).email == NEW


def test_an_invitation_goes_to_nobody_who_was_stopped(cast: Cast, rf):
    User.objects.filter(pk=cast.clerk.pk).update(is_active=False)
    assert not invite(rf.get("/"), fresh(cast.clerk))


def test_a_link_goes_to_the_address_that_was_confirmed_not_to_what_only_looks_like_it(cast: Cast):
    """PostgreSQL takes ı and i for one letter where it compares without case."""
    User.objects.filter(pk=cast.clerk.pk).update(email="clerk@gmail.example")
    assert ask_for_reset("clerk@gmaıl.example") == []
    assert ask_for_reset("CLERK@gmail.example") == [["clerk@gmail.example"]]


def test_while_a_second_person_decides_no_phone_sets_an_address(client: Client, cast: Cast, li: User):
    log_in_by_code(client, fresh(li))
    link = asked_for(client)
    elevating.appoint(user=fresh(li), organization=cast.city, role="clerk", by=cast.city_officer)
    Client().post(link)
    assert fresh(li).email == li.email
    log_in_by_code(client, fresh(li))
    assert client.post(reverse("members:email"), {"email": NEW}).status_code == 403


# --- What lay there before ----------------------------------------------------------------------


def test_addresses_that_were_proven_stay_and_others_wait(cast: Cast, li: User):
    step = import_module("members.migrations.0019_credentials_in_order")
    User.objects.filter(pk=cast.clerk.pk).update(password=make_password(RIGHT))
    EmailAddress.objects.create(user=li, email="old@example.test")
    step.sort_addresses(apps, None)
    assert (fresh(cast.clerk).email, fresh(cast.clerk).unconfirmed_email) == ("clerk@example.test", "")
    assert (fresh(li).email, fresh(li).unconfirmed_email) == ("", li.email)
    assert not EmailAddress.objects.exists()
    step.put_addresses_back(apps, None)
    assert fresh(li).email == li.email


# --- Told to the owner --------------------------------------------------------------------------


def test_a_password_set_by_a_link_is_told(cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(password=make_password("the former one"))
    ask_for_reset("clerk@example.test")
    set_password(link_in(mail.outbox[0].body))
    [notice] = Notice.objects.filter(recipient=cast.clerk)
    assert (notice.subject, notice.deliveries.get().address) == ("密码已凭邮件链接设置", "clerk@example.test")


def test_a_changed_password_is_told(client: Client, cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(password=make_password(RIGHT))
    client.post(reverse("account_login"), {"login": "clerk", "password": RIGHT})
    form = {"oldpassword": RIGHT, "password1": "another long one", "password2": "another long one"}
    client.post(reverse("account_change_password"), form)
    assert [notice.subject for notice in Notice.objects.filter(recipient=cast.clerk)] == ["密码已修改"]
