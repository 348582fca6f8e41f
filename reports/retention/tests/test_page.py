"""The page of the city, and the table of the docs."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from members.models import ImportRow, MobileProof
from reports.models import RetentionRun
from reports.retention import running, table
from reports.retention.tests.cases import a_batch, a_registration, a_wish
from xianfeng.lib.database.retention import stays, terms
from xianfeng.lib.rooms import ROOT
from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed

PAGE = "/desk/retention/"
DOC = ROOT / "docs" / "保存期限.md"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def city(client: Client, cast: Cast) -> Client:
    client.force_login(cast.city_officer)
    return client


def text_of(client: Client) -> str:
    return squeezed(client.get(PAGE).content.decode())


def a_run(hours_ago: float = 6, **fields: object) -> RetentionRun:
    now = timezone.now()
    return RetentionRun.objects.create(
        started_at=now, finished_at=now - dt.timedelta(hours=hours_ago), **fields
    )


def test_each_line_says_its_term_what_is_held_and_what_goes_tonight(city: Client):
    for days in (30, 1, 0):
        MobileProof.objects.create(
            mobile="13900000001", code_hash="x", expires_at=timezone.now() + dt.timedelta(days=2 - days)
        )
    a_run(counts={"mobile_proofs": 7})
    page = text_of(city)
    for term in terms():
        assert str(term.label) in page and term.kept in page and str(term.why) in page
    for stay in stays():
        assert str(stay.label) in page
    start = page.index("短信验证码对应的手机号")
    numbers = '<td class="num">3</td><td class="num">1</td><td class="num">7</td>'
    assert numbers in page[start : page.index("登录会话")]
    assert "13900000001" not in page and MobileProof.objects.count() == 3


def test_before_the_first_night_the_page_says_so(city: Client):
    page = text_of(city)
    assert "还没有清理过，第一次在" in page and "每晚清理之后，这里会记下条数。" in page
    assert "昨晚没有运行" not in page


def test_after_a_good_night_nothing_warns(city: Client):
    a_run(counts={"sessions": 2})
    page = text_of(city)
    assert "note-warning" not in page and "note-danger" not in page and "每晚自动" in page


def test_a_missed_night_is_said_calmly(city: Client):
    a_run(hours_ago=27)
    assert "昨晚没有运行" in text_of(city)


def test_a_line_that_failed_is_named_without_the_error(city: Client):
    a_run(counts={"sessions": 0}, failures={"sessions": "OperationalError"})
    page = text_of(city)
    note = page[page.index("note-danger") : page.index('class="stats"')]
    assert "登录会话" in note and "OperationalError" not in page


def test_a_line_that_there_is_no_more_breaks_no_page(city: Client):
    a_run(counts={"of_old": 3}, failures={"of_old_too": "KeyError"})
    assert city.get(PAGE).status_code == 200


@pytest.mark.parametrize("clock", [(0, 0), (3, 19), (3, 20), (12, 0), (23, 59)])
def test_tonight_is_the_next_time_that_the_job_runs(clock: tuple[int, int], monkeypatch: pytest.MonkeyPatch):
    now = running.moment_at(dt.date(2026, 3, 5), *clock)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    night = running.next_night()
    assert now < night <= now + dt.timedelta(days=1)
    assert (night.hour, night.minute) == running.NIGHT


def test_the_city_s_menu_leads_there_and_no_other_s(city: Client, cast: Cast):
    assert f'href="{PAGE}"' in text_of(city)
    other = Client()
    other.force_login(cast.secretary)
    assert f'href="{PAGE}"' not in other.get("/desk/").content.decode()


def test_the_page_of_the_docs_names_every_term():
    """Where it fails: put `reports.retention.table.markdown()` in place of the two tables."""
    rows = [row for row in DOC.read_text().splitlines(keepends=True) if row.startswith("| ")]
    assert rows == [row for row in table.markdown().splitlines(keepends=True) if row.startswith("| ")]


# --- What other pages say of what is gone -------------------------------------------------------


def test_a_batch_whose_rows_went_says_so_and_offers_no_undo(city: Client, cast: Cast):
    began = timezone.now() - dt.timedelta(days=91)
    counts = {"new": 1, "changed": 0, "unchanged": 0, "rejected": 1}
    batch = a_batch(cast, began, counts={**counts, "questions": []})
    ImportRow.objects.create(batch=batch, row=2, outcome="new", values={"姓名": "周明"})
    running.run(RetentionRun.Source.NIGHTLY)
    page = squeezed(city.get(f"/desk/imports/{batch.pk}/").content.decode())
    assert "只剩条数" in page and "不能再整批撤销" in page
    assert "撤销导入" not in page and "下载有错误的行" not in page


def test_a_wish_whose_contact_went_says_so_and_offers_no_look(client: Client, cast: Cast):
    wish = a_wish(cast, state="fulfilled", fulfilled_at=timezone.now() - dt.timedelta(days=91))
    client.force_login(cast.clerk)
    before = client.get(f"/desk/wishes/{wish.pk}/").content.decode()
    assert "查看居民的联系方式？" in before and "没有联系方式" not in before
    running.run(RetentionRun.Source.NIGHTLY)
    after = client.get(f"/desk/wishes/{wish.pk}/").content.decode()
    assert "没有联系方式：办完后按保存期限删除了" in after and "查看居民的联系方式？" not in after


def test_the_lists_show_who_was_forgotten_without_a_name(client: Client, cast: Cast):
    registration = a_registration(cast, timezone.now() - dt.timedelta(days=366), "returned")
    running.run(RetentionRun.Source.NIGHTLY)
    client.force_login(cast.secretary)
    listed = client.get("/desk/registrations/?state=returned").content.decode()
    shown = client.get(f"/desk/registrations/{registration.pk}/")
    assert "（已删除）" in listed and "周明" not in listed
    assert shown.status_code == 200 and "周明" not in shown.content.decode()
