"""A member registers on the phone from the community's QR code; the secretary confirms; they come back."""

import pytest

from members.models import Member
from reports.tests.browser import Visit, code_sent_to
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_member_registers_is_confirmed_and_logs_in_by_code(visit: Visit, phone: Visit, cast: Cast):
    sun = cast.sun
    member = phone().go(f"/join/{cast.community.public_code}/").checks_page()
    member.press("获取验证码").sees("请填写姓名")
    member.fill(name=sun.name, mobile=f"+86 {sun.mobile}", unit=cast.unit.pk).press("获取验证码")
    member.is_at("/join/.*/code/").checks_page()
    member.fill(code="0" * 6 if code_sent_to(sun.mobile) != "0" * 6 else "1" * 6).press("下一步")
    member.sees("验证码不对").fill(code=code_sent_to(sun.mobile)).press("下一步")
    member.is_at("/join/.*/home/").checks_page()
    member.fill(estate=cast.estate.pk, address="3幢501室").press("下一步")
    member.is_at("/join/.*/service/").checks_page().fill(skills="理发").press("下一步")
    member.is_at("/join/.*/promise/").checks_page().sees("138****0004").press("提交报到")
    member.sees("请阅读承诺并打勾").fill(promise=True).press("提交报到")
    member.sees("已提交，等社区确认").checks_page().follow("进入先锋微家").sees("社区确认后会通知您")
    member.go("/me/tasks/").misses("接单")

    secretary = visit().logs_in(cast.secretary)
    secretary.follow("报到", within=".sidebar").sees(sun.name).misses("3幢501室")
    secretary.follow(sun.name, within="table.data").sees("本人填写", within="#panel").checks_page()
    secretary.press("确认报到", within="#panel").sees(f"已确认{sun.name}同志报到").misses(
        sun.name, within="table"
    )
    assert Member.objects.get(pk=sun.pk).is_registered

    member.go("/me/").sees("还差 5 面红旗").checks_page().follow("通知").sees("报到").checks_page()
    member.go("/me/profile/").checks_page().press("退出登录").is_at("/accounts/login/code/")
    member.go("/me/").is_at("/accounts/login/code/")
    member.logs_in_by_code(sun.mobile).sees(f"{sun.name}同志，您好")


def test_a_returned_member_reads_why_and_sends_again(visit: Visit, phone: Visit, cast: Cast):
    """Whoever is on no roster still gets through: the community decides."""
    member = phone().go(f"/join/{cast.estate.public_code}/")
    member.fill(name="周新", mobile="13900000009", unit=cast.other_unit.pk).press("获取验证码")
    member.fill(code=code_sent_to("13900000009")).press("下一步").press("下一步").press("下一步")
    member.fill(promise=True).press("提交报到").sees("名册上暂时没有查到")

    clerk = visit().logs_in(cast.clerk).go("/desk/registrations/").sees("不在册")
    clerk.follow("周新", within="table.data").sees("此人不在名册上", within="#panel")
    clerk.confirm("退回", "退回", reason="请写明几幢几号").sees("已退回，本人会收到原因")

    member.go("/me/").sees("请写明几幢几号").follow("修改后重新提交")
    member.is_at("/join/.*")
