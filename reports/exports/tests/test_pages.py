"""The pages of exports: the door on each list, the form, the download, one's own files, the log."""

import datetime as dt
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags.assessment import assessing
from members.models import Appointment, Organization, User
from reports.exports import making, rules
from reports.exports.tests.desk import ordered, table
from reports.models import Export
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast

NEW = "/desk/exports/new/members/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return str(response.content.decode())


def answers(page: str, **changed: Any) -> dict[str, Any]:
    """The form as the page gives it, with what somebody changed."""
    ticked = re.findall(r'name="columns" value="(\w+)"[^>]*checked', page)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    return {"columns": ticked, "format": "xlsx", "key": key.group(1), **changed}


def took(client: Client, export: Export) -> Any:
    return client.post(reverse("reports:export_file", args=[export.pk]))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("members", "/desk/members/?q=李"),
        ("progress", "/desk/behind/?who=short"),
        ("ledger", "/desk/flags/?sort=seq"),
        ("reconciliation", "/desk/reconciliation/?list=differing"),
    ],
)
def test_each_list_leads_to_its_export_with_its_filters(cast: Cast, name: str, address: str):
    page = text_of(client_of(cast.city_officer), f"{address}&page=1")
    link = re.search(rf'href="(/desk/exports/new/{name}/\?[^"]*)"', page)
    assert link
    assert QueryDict(link.group(1).partition("?")[2]) == QueryDict(address.partition("?")[2])


def test_a_run_leads_to_the_export_of_its_results(cast: Cast):
    run = assessing.forecast(today().year)
    page = text_of(client_of(cast.unit_clerk), f"/desk/assessments/{run.pk}/?result=unqualified")
    link = re.search(r'href="(/desk/exports/new/results/\?[^"]*)"', page)
    assert link and f"run={run.pk}" in link.group(1) and "result=unqualified" in link.group(1)
    assert "预测" in text_of(client_of(cast.unit_clerk), link.group(1).replace("&amp;", "&"))


def test_from_the_form_to_the_file_without_javascript(cast: Cast):
    client = client_of(cast.unit_clerk)
    page = text_of(client, NEW + "?sort=-name")
    assert "共 3 行" in page and "手机号一律遮盖" in page and "记录在案" in page and "小区" not in page
    answer = client.post(NEW + "?sort=-name", answers(page, columns=["member", "mobile"]))
    export = Export.objects.get()
    assert answer["Location"] == f"/desk/exports/{export.pk}/?fresh=1"
    assert "文件已生成，共 3 行" in text_of(client, answer["Location"])
    file = took(client, export)
    assert file["Content-Type"].endswith("sheet") and file["Cache-Control"] == "no-store"
    assert f"-{export.pk}.xlsx" in file["Content-Disposition"]
    assert b"".join(file.streaming_content).startswith(b"PK")
    assert table(export)[0] == ["姓名", "手机号"]


def test_a_form_sent_again_with_other_columns_gets_a_new_key_and_goes_through(cast: Cast):
    client = client_of(cast.city_officer)
    sent = answers(text_of(client, NEW))
    client.post(NEW, sent)
    page = client.post(NEW, {**sent, "columns": ["member"]}).content.decode()
    assert "已经导出过一次" in page and Export.objects.count() == 1
    client.post(NEW, answers(page))
    assert Export.objects.count() == 2 and Export.objects.first().headers == ["姓名"]


def test_a_column_that_was_not_offered_is_refused(cast: Cast):
    client = client_of(cast.unit_clerk)
    page = client.post(NEW, answers(text_of(client, NEW), columns=["member", "estate"])).content.decode()
    assert "还不能" in page or "estate" in page
    assert not Export.objects.exists()
    assert "请至少选一列" in client.post(NEW, answers(text_of(client, NEW), columns=[])).content.decode()


def test_every_page_says_how_long_files_are_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "KEPT_FOR", dt.timedelta(days=3))
    client = client_of(cast.city_officer)
    assert "之后 3 天内可在“导出”里再次下载" in text_of(client, NEW)
    assert "文件保留 3 天" in text_of(client, reverse("reports:exports"))
    export = ordered(cast.city_officer, "members")
    assert export.expires_at and export.expires_at < timezone.now() + dt.timedelta(days=3)
    Export.objects.update(expires_at=timezone.now())
    assert "文件已超过 3 天并删除" in text_of(client, f"/desk/exports/{export.pk}/")
    took(client, export)
    assert "或已超过 3 天被删除" in text_of(client, f"/desk/exports/{export.pk}/")


def test_an_empty_list_says_so_instead_of_a_form(cast: Cast):
    page = text_of(client_of(cast.city_officer), NEW + "?q=无此人")
    assert "没有可导出的内容" in page and "export-form" not in page


def test_before_the_first_forecast_its_list_says_when_to_come_again(cast: Cast):
    client, page = client_of(cast.city_officer), reverse("reports:export_new", args=["progress"])
    assert "一分钟后刷新本页再导出" in text_of(client, page) and "没有可导出" not in text_of(client, page)
    with pytest.raises(rules.NothingToExport, match="请一分钟后再导出"):
        ordered(cast.city_officer, "progress")
    assessing.start(today().year, official=False, by=None)
    assert "一分钟后刷新本页再导出" in text_of(client, page)
    assessing.forecast(today().year)
    # In the first days of a year nobody is behind yet.
    assert "export-form" in text_of(client, page + "?who=short")
    assert "没有可导出的内容" in text_of(client, page + "?q=无此人")


@pytest.mark.parametrize(("address", "status"), [("/desk/exports/new/nothing/", 404), (NEW, 403)])
def test_who_may_not_see_a_list_may_not_take_it(cast: Cast, address: str, status: int):
    assert cast.li.user
    user = cast.city_officer if status == 404 else cast.li.user
    assert client_of(user).get(address).status_code == status


def test_an_estate_sees_no_registrations_and_exports_none(cast: Cast):
    client = client_of(cast.estate_clerk)
    assert client.get("/desk/exports/new/reconciliation/").status_code == 403
    assert client.get(NEW).status_code == 200


def test_an_auditor_reads_and_exporting_is_reading(cast: Cast):
    client = client_of(cast.auditor)
    client.post(NEW, answers(text_of(client, NEW)))
    assert took(client, Export.objects.get()).status_code == 200


def test_before_the_first_check_there_are_no_results_to_export(cast: Cast):
    assert client_of(cast.city_officer).get("/desk/exports/new/results/").status_code == 404


def test_a_long_list_shows_how_far_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "AT_ONCE", 3)
    client = client_of(cast.city_officer)
    page = text_of(client, NEW)
    assert "后台生成" in page
    address = client.post(NEW, answers(page))["Location"].partition("?")[0]
    export = Export.objects.get()
    assert "正在排队" in text_of(client, address) and "正在排队" in text_of(client, address + "progress/")
    Export.objects.update(state=Export.State.WORKING, done=2)
    assert 'max="4" value="2"' in text_of(client, address + "progress/")
    assert took(client, export)["Location"] == address
    Export.objects.update(state=Export.State.WAITING, beat_at=timezone.now())
    making.make(export.pk)
    assert client.get(address + "progress/")["HX-Redirect"] == address
    assert "文件已生成" in text_of(client, address)


def test_each_download_leaves_a_line(cast: Cast):
    export, client = ordered(cast.city_officer, "members"), client_of(cast.city_officer)
    assert not export.events.filter(note="downloaded")
    took(client, export), took(client, export)
    export.refresh_from_db()
    taken = export.events.filter(note="downloaded")
    assert export.downloaded_at and taken.count() == 2 and taken[0].by == cast.city_officer
    assert client.get(reverse("reports:export_file", args=[export.pk])).status_code == 405


def test_nobody_else_gets_the_file(cast: Cast):
    export = ordered(cast.secretary, "members")
    for other in (cast.city_officer, cast.clerk, cast.unit_clerk):
        assert took(client_of(other), export).status_code == 404
        assert client_of(other).get(f"/desk/exports/{export.pk}/").status_code == 404


def end_appointment(user: User) -> None:
    Appointment.objects.filter(user=user).update(ends_on=timezone.localdate() - dt.timedelta(days=1))


def test_the_file_stays_when_the_appointment_ends(cast: Cast):
    export = ordered(cast.secretary, "members")
    end_appointment(cast.secretary)
    assert took(client_of(cast.secretary), export).status_code == 403, "no desk at all"
    Appointment.objects.create(user=cast.secretary, organization=cast.unit, role="clerk")
    assert took(client_of(cast.secretary), export).status_code == 403, "another desk does not do"
    assert export.events.filter(note="downloaded").count() == 0


def test_the_file_stays_where_the_same_post_may_not_see_that_list_any_more(cast: Cast):
    """An organisation became of another kind: its post still takes lists along, but not this one."""
    export = ordered(cast.secretary, "members")
    Export.objects.filter(pk=export.pk).update(name="results")
    assert took(client_of(cast.secretary), export).status_code == 200
    Organization.objects.filter(pk=cast.community.pk).update(kind=Organization.Kind.ESTATE)
    assert took(client_of(cast.secretary), export).status_code == 403


def test_an_expired_file_is_not_handed_over_even_before_the_sweep(cast: Cast):
    export, client = ordered(cast.city_officer, "members"), client_of(cast.city_officer)
    Export.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert took(client, export)["Location"] == f"/desk/exports/{export.pk}/"
    assert "已过期" in text_of(client, f"/desk/exports/{export.pk}/")
    making.expire()
    page = text_of(client, f"/desk/exports/{export.pk}/")
    assert "文件已超过 7 天并删除" in page and f'href="{NEW}"' in page


def test_a_file_missing_from_the_disk_is_said_to_be_missing(cast: Cast, media: Any):
    export, client = ordered(cast.city_officer, "members"), client_of(cast.city_officer)
    (media / str(export.file)).unlink()
    assert took(client, export).status_code == 302 and not export.events.filter(note="downloaded")


def test_ones_own_exports_are_a_list(cast: Cast):
    ordered(cast.secretary, "members", "q=李"), ordered(cast.clerk, "members")
    page = text_of(client_of(cast.secretary), "/desk/exports/")
    assert page.count("党员名单</a>") == 1 and "查找：李" in page and "下载" in page


def test_the_log_shows_the_own_branch_and_the_city_all(cast: Cast):
    (
        ordered(cast.secretary, "members"),
        ordered(cast.unit_clerk, "members"),
        ordered(cast.city_officer, "members"),
    )
    seen = {
        user.name: {name for name in ("陈书记", "谢单位", "周市委") if name in rows_of(user)}
        for user in (
            cast.city_colleague,
            cast.street_officer,
            cast.clerk,
            cast.auditor,
            cast.unit_clerk,
            cast.other_unit_clerk,
            cast.other_secretary,
            cast.estate_clerk,
        )
    }
    assert seen == {
        "吴同事": {"陈书记", "谢单位", "周市委"},
        "郑街道": {"陈书记"},
        "林社工": {"陈书记"},
        "何监督": {"陈书记"},
        "谢单位": {"谢单位"},
        "韩单位": set(),
        "罗书记": set(),
        "高小区": set(),
    }


def rows_of(user: User) -> str:
    page = text_of(client_of(user), "/desk/exports/log/")
    return page[page.index("<main") :]


def test_the_log_says_who_what_how_much_and_when(cast: Cast):
    export = ordered(cast.secretary, "members", f"q={cast.li.mobile}")
    took(client_of(cast.secretary), export)
    page = rows_of(cast.city_officer)
    for word in ("陈书记", "青锋社区", "书记", "党员名单", "姓名、单位、社区", "138****0001", "可下载"):
        assert word in page, word
    assert cast.li.mobile not in page
    assert "没有导出记录" in text_of(client_of(cast.city_officer), "/desk/exports/log/?name=ledger")
