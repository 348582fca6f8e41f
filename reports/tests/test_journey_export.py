"""A list goes out as a file: columns ticked, taken at once or fetched later, and on record."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.exports import jobs, making
from reports.models import Export
from reports.tests.browser import Visit, Visitor, Worker
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def takes(visitor: Visitor, button: str, folder: Path) -> list[list[Any]]:
    """Press the button and read the workbook that comes."""
    with visitor.page.expect_download() as coming:
        visitor.press(button, within="main")
    path = folder / "taken.xlsx"
    coming.value.save_as(path)
    assert coming.value.suggested_filename.startswith("党员名单-")
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_a_unit_takes_its_list_along_and_the_city_reads_of_it(visit: Visit, cast: Cast, tmp_path: Path):
    unit = visit().logs_in(cast.unit_clerk).go("/desk/members/?q=李").follow("导出", within="main")
    unit.sees("导出：党员名单").sees("共 1 行").sees("手机号一律遮盖").sees("筛选：查找：李").misses(
        "小区"
    ).checks_page()
    unit.page.get_by_label("全选").check()
    unit.page.get_by_label("备注").uncheck()
    head, *rows = takes(unit, "导出", tmp_path)
    assert head[:3] == ["姓名", "单位", "职务"] and "备注" not in head and "小区" not in head
    assert [row[0] for row in rows] == ["李建国"] and "138****0001" in rows[0]

    unit.sees("文件已生成，共 1 行").is_at(r"/desk/exports/\d+/").checks_page()
    unit.page.reload()
    unit.sees("文件已生成")
    assert Export.objects.get().events.filter(note="downloaded").count() == 1, "not taken again by a reload"
    unit.follow("导出", within=".sidebar").sees("我的导出").checks_page()
    assert len(takes(unit, "下载", tmp_path)) == 2

    city = visit().logs_in(cast.city_officer).follow("导出", within=".sidebar").follow("导出记录")
    city.sees("谢单位").sees("查找：李").checks_page()


def test_a_long_list_is_fetched_when_the_worker_has_made_it(
    phone: Visit, cast: Cast, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(making, "AT_ONCE", 3)
    city = phone().logs_in(cast.city_officer).go("/desk/members/").follow("导出", within="main")
    city.sees("文件在后台生成").checks_page().press("导出", within="main").sees("正在排队").checks_page()
    assert worker.works() == [jobs.make_export.name, "notices.deliver"]
    city.sees("文件已生成，共 4 行").go("/me/notices/").sees("导出已完成：党员名单").press("查看详情")
    assert len(takes(city, "下载", tmp_path)) == 5
    city.checks_page().go("/desk/exports/").sees("可下载").checks_page()


def test_the_way_to_a_file_needs_no_javascript(visit: Visit, cast: Cast, tmp_path: Path):
    clerk = visit(javascript=False).logs_in(cast.clerk).go("/desk/members/").follow("导出", within="main")
    clerk.misses("全选").press("导出", within="main").sees("文件已生成，共 3 行")
    assert len(takes(clerk, "下载", tmp_path)) == 4
