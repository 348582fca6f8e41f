"""The member's own page."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Member, User
from members.people import keeping
from members.tests.applicants import applied, stranger
from notices.models import Notice
from xianfeng.testing.cast import Cast


def test_a_member_keeps_up_their_own_data(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    form = {
        "email": "t@example.cn", "address": "5幢101", "skills": ["应急救援"], "skills_other": "木工，下棋",
        "free_times": ["周五下午"],
    }  # fmt: skip
    client.post(reverse("members:profile_edit"), form)
    member = Member.objects.select_related("user").get(pk=cast.li.pk)
    assert (member.address, member.skills) == ("5幢101", "、应急救援、木工、下棋、")
    assert (member.free_times, member.intentions) == ("、周五下午、", "")
    assert member.user and member.user.email == "13800000001@example.test"  # has a page of its own
    page = client.get(reverse("members:profile")).content.decode()
    assert "5幢101" in page and "应急救援、木工、下棋" in page
    assert 'value="木工、下棋"' in client.get(reverse("members:profile_edit")).content.decode()


def test_unit_and_name_are_not_theirs_to_change(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    client.post(
        reverse("members:profile_edit"), {"name": "新名", "unit": cast.other_unit.pk, "state": "departed"}
    )
    member = Member.objects.get(pk=cast.li.pk)
    assert (member.name, member.unit, member.state) == ("李建国", cast.unit, Member.State.REGISTERED)
    assert cast.li.user
    with pytest.raises(ValueError, match="only these"):
        keeping.keep_profile(cast.li, by=cast.li.user, name="新名")
    with pytest.raises(ValueError, match="Only the member"):
        keeping.keep_profile(cast.wang, by=cast.li.user, address="x")


def test_a_correction_reaches_unit_and_community_once_a_day(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    for _time in range(2):
        client.post(reverse("members:profile_correct"), {"text": "单位应为市财政局"})
    told = Notice.objects.filter(kind="correction").values_list("recipient__username", flat=True)
    assert sorted(told) == ["clerk", "secretary", "unit"]


def test_an_empty_correction_is_not_sent(client: Client, cast: Cast):
    client.force_login(cast.li.user)
    text = client.post(reverse("members:profile_correct"), {"text": " "}).content.decode()
    assert "请写明哪一项不对" in text
    assert not Notice.objects.exists()


def test_an_applicant_sees_and_withdraws_the_application(client: Client, cast: Cast):
    registration = stranger(cast)
    client.force_login(registration.user)
    assert "待确认" in client.get(reverse("members:profile")).content.decode()
    client.post(reverse("members:withdraw_registration", args=[registration.pk]))
    registration.refresh_from_db()
    assert registration.state == "withdrawn"


def test_nobody_withdraws_anothers(client: Client, cast: Cast):
    registration = applied(cast)
    client.force_login(cast.li.user)
    url = reverse("members:withdraw_registration", args=[registration.pk])
    assert client.post(url).status_code == 404


def test_without_an_entry_there_is_nothing_to_edit(client: Client, cast: Cast):
    client.force_login(User.objects.create(username="new"))
    assert client.get(reverse("members:profile")).status_code == 200
    assert client.get(reverse("members:profile_edit")).status_code == 403
