"""The city officer brings in the tree and a roster as clerks really send it, and takes it back."""

import json

import pytest

from members.importing.tests.rosters import MESSY, MESSY_ANSWER, MODEL_CITY
from members.models import Appointment, Member, Organization
from reports.tests.browser import Visit, Visitor, Worker
from xianfeng.testing.cast import make_organization, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def upload(officer: Visitor, kind: str, path: str) -> None:
    officer.follow("导入", within=".sidebar").follow("上传文件").fill(kind=kind)
    officer.page.locator("main input[type=file]").set_input_files(path)
    officer.press("上传并检查").is_at(r"/desk/imports/\d+/")


def test_tree_and_roster_go_in_after_a_preview_and_come_out_again(visit: Visit, worker: Worker):
    city = make_organization("MZ", Organization.Kind.CITY, "明州市委组织部")
    officer = visit().logs_in(make_staff("city", "周市委", city, Appointment.Role.SECRETARY))

    upload(officer, "organizations", str(MODEL_CITY / "organizations.csv"))
    officer.sees("正在排队")
    assert worker.works() == ["members.check_import"]
    officer.sees("确认后写入新增").checks_page().press("确认导入").sees("正在写入")
    assert worker.works() == ["members.write_import", "flags.renew_forecast", "members.tell_of_import"]
    officer.sees("查看组织目录").follow("查看组织目录").sees("城东街道党工委")
    assert Organization.objects.filter(kind=Organization.Kind.COMMUNITY).count() == 32

    answer = json.loads(MESSY_ANSWER.read_text())
    upload(officer, "roster", str(MESSY))
    worker.works()
    officer.sees(f"确认后写入新增 {answer['new']} 行、变更 0 行").sees(
        f"有错误的 {answer['rejected']} 行不会导入"
    )
    assert Member.objects.count() == 0, "a preview writes nothing"
    officer.follow("有错误", within="nav.tabs").sees(f"共 {answer['rejected']} 行").checks_page()
    officer.press("确认导入")
    worker.works()
    officer.sees("查看党员名单").follow("查看党员名单").sees(f"共 {answer['new']} 人")
    assert Member.objects.count() == answer["new"]

    officer.follow("导入", within=".sidebar").follow("党员名册", within="main")
    officer.confirm("撤销导入", "撤销这一批", reason="传错了文件")
    worker.works()
    officer.sees("传错了文件").go("/desk/members/").sees("没有符合条件的党员")
    assert Member.objects.count() == 0
