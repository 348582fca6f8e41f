"""A number follows its person, and leads its next owner to nothing of the former one."""

import pytest
from django.test import Client
from django.urls import reverse

from members.accounts import holding, keeping
from members.models import Member, User
from notices.models import Notice
from xianfeng.testing.cast import Cast


def test_a_number_that_was_given_on_does_not_open_the_former_owners_account(cast: Cast):
    former = cast.li.mobile
    Member.objects.filter(pk=cast.li.pk).update(mobile="13900000077")
    assert holding.account_of(former, "周新") is None
    assert holding.account_of(former, cast.li.name) == cast.li.user
    Member.objects.filter(pk=cast.sun.pk).update(mobile=former)
    assert holding.account_of(former) is None


def test_nobody_keeps_their_own_account(cast: Cast):
    own = {"username": "root", "name": "系统管理员", "email": "me@example.test"}
    with pytest.raises(keeping.NotYours, match="自己的账号"):
        keeping.change(cast.sysadmin, **own, is_active=True, by=cast.sysadmin)
    assert User.objects.get(pk=cast.sysadmin.pk).username == "sysadmin"


def test_an_account_in_use_keeps_its_user_name_and_its_owner_hears_of_another_name(cast: Cast):
    """Whoever appoints names the account by it: two accounts must not change places."""
    clerk = {"username": "clerk", "name": cast.clerk.name, "email": cast.clerk.email, "is_active": True}
    with pytest.raises(keeping.NotYours, match="用户名不能再改"):
        keeping.change(cast.clerk, **clerk | {"username": "clerk0"}, by=cast.sysadmin)
    keeping.change(cast.clerk, **clerk | {"name": "林小工"}, by=cast.sysadmin)
    assert Notice.objects.filter(recipient=cast.clerk, body__contains="林小工").exists()


def test_an_administrator_ends_the_sessions_of_another(client: Client, cast: Cast):
    """A device was lost: whoever has it is out, and the account goes on."""
    elsewhere = Client()
    elsewhere.force_login(cast.clerk)
    assert elsewhere.get(reverse("members:list")).status_code == 200
    client.force_login(cast.sysadmin)
    ticked = {"action": "end_sessions", "_selected_action": [cast.clerk.pk]}
    client.post(reverse("admin:members_user_changelist"), ticked)
    assert elsewhere.get(reverse("members:list"))["Location"].startswith(reverse("account_login"))
    elsewhere.force_login(User.objects.get(pk=cast.clerk.pk))
    assert elsewhere.get(reverse("members:list")).status_code == 200
