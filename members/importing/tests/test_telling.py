"""Units and communities are told of an import of their people: one digest each, and of its undoing."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.desks import staff_by_desk, staff_of
from members.importing import batches, jobs, messages
from members.importing.roster.columns import COMMUNITY, ESTATE, MOBILE, NAME, POSITION, UNIT
from members.importing.tests.rosters import ZHOU, save_roster
from members.models import ImportBatch, Member, Organization, User
from notices.models import Notice
from xianfeng.lib import queue
from xianfeng.testing.cast import Cast, make_staff

DONE: dict[str, Callable[..., None]] = {
    "members.check_import": jobs.check_import,
    "members.write_import": jobs.write_import,
    "members.take_back_import": jobs.take_back_import,
    "members.tell_of_import": jobs.tell_of_import,
    "members.tell_changes_of_import": jobs.tell_changes_of_import,
}
LI_IS_PROMOTED = {POSITION: "科长"}
Work = Callable[[Callable[[], object]], None]
Import = Callable[..., ImportBatch]


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks) -> Work:
    """Take a step, and do what it asked a worker for."""

    def do(step: Callable[[], object]) -> None:
        asked: list[tuple[Any, ...]] = []
        with monkeypatch.context() as patch:
            patch.setattr(queue, "hand_out", lambda *job: asked.append(job))
            with django_capture_on_commit_callbacks(execute=True):
                step()
        for name, *arguments in asked:
            if name in DONE:
                do(lambda job=DONE[name], given=arguments: job(*given))  # type: ignore[misc]

    return do


@pytest.fixture
def imported(tmp_path: Path, cast: Cast, work: Work) -> Import:
    def run(*rows: dict[str, Any], by: User = cast.city_officer) -> ImportBatch:
        content = save_roster(tmp_path / "sent.xlsx", *rows).read_bytes()
        file = SimpleUploadedFile("名册.xlsx", content)
        work(lambda: batches.upload("roster", file, by=by))
        batch = ImportBatch.objects.latest("pk")
        work(lambda: batches.confirm(batch, by=by))
        batch.refresh_from_db()
        assert batch.state == "confirmed"
        return batch

    return run


def row(member: Member, **changes: Any) -> dict[str, Any]:
    return {NAME: member.name, MOBILE: member.mobile, UNIT: member.unit.name, **changes}


def told(about: str = "") -> dict[str, str]:
    """Who got which heading; nobody twice."""
    notices = Notice.objects.filter(kind="roster_import", key__contains=about)
    found = [(str(notice.recipient), notice.subject) for notice in notices]
    assert len(found) == len(dict(found))
    return dict(found)


def headed(place: str, new: int, changed: int) -> str:
    return f"{place}：名册导入，新增 {new} 人，变更 {changed} 人"


def test_each_unit_and_community_gets_one_digest_with_its_own_figures(cast: Cast, imported: Import):
    wu = {**ZHOU, NAME: "吴明", MOBILE: "13900000002", UNIT: "市税务局", COMMUNITY: None, ESTATE: None}
    imported(ZHOU, wu, row(cast.li, **LI_IS_PROMOTED), row(cast.zhao, **LI_IS_PROMOTED))
    assert told() == {
        "谢单位": headed("市教育局", 1, 2),
        "韩单位": headed("市税务局", 1, 0),
        "陈书记": headed("青锋社区", 1, 1),
        "林社工": headed("青锋社区", 1, 1),
        "罗书记": headed("江新社区", 0, 1),
    }
    body = Notice.objects.filter(kind="roster_import")[0].body
    assert "周市委 导入了“明州市委组织部 20" in body and "13900000001" not in body and "周明" not in body


def test_whoever_moves_is_a_change_in_both_units(cast: Cast, imported: Import):
    imported(row(cast.sun, **{UNIT: "市税务局"}))
    assert told() == {
        "谢单位": headed("市教育局", 0, 1),
        "韩单位": headed("市税务局", 0, 1),
        "陈书记": headed("青锋社区", 0, 1),
        "林社工": headed("青锋社区", 0, 1),
    }


def test_who_imported_is_not_told_and_colleagues_are(cast: Cast, imported: Import):
    make_staff("unit-b", "方单位", cast.unit)
    imported(ZHOU, by=cast.unit_clerk)
    assert set(told()) == {"方单位", "陈书记", "林社工"}


def test_rows_that_change_nothing_are_no_news(cast: Cast, imported: Import):
    imported(ZHOU)
    batch = imported(ZHOU, row(cast.wang, **LI_IS_PROMOTED))
    assert set(told(f"import:{batch.pk}:")) == {"韩单位", "陈书记", "林社工"}


def test_told_again_it_is_told_once(cast: Cast, imported: Import):
    batch = imported(ZHOU)
    jobs.tell_of_import(batch.pk)
    jobs.tell_of_imports()
    assert len(told()) == 3


def test_a_lost_job_is_made_up_for_by_the_sweep_within_a_day(cast: Cast, imported: Import):
    batch = imported(ZHOU)
    Notice.objects.all().delete()
    ImportBatch.objects.filter(pk=batch.pk).update(confirmed_at=timezone.now() - jobs.TELL_WITHIN)
    jobs.tell_of_imports()
    assert told() == {}
    late = timezone.now() - jobs.TELL_WITHIN + dt.timedelta(minutes=1)
    ImportBatch.objects.filter(pk=batch.pk).update(confirmed_at=late)
    jobs.tell_of_imports()
    assert len(told()) == 3


def test_the_same_people_learn_that_it_was_taken_back(cast: Cast, imported: Import, work: Work):
    batch = imported(ZHOU, row(cast.li, **LI_IS_PROMOTED))
    before = told()
    work(lambda: batches.undo(batch, reason="传错了文件。", by=cast.city_officer))
    assert not Member.objects.filter(mobile=ZHOU[MOBILE]).exists()
    jobs.tell_of_imports()
    assert told(":undone:") == {name: f"导入已撤销：{subject}" for name, subject in before.items()}
    undone = Notice.objects.filter(key__contains=":undone:")
    assert all("周市委 撤销了" in each.body and "原因：传错了文件。" in each.body for each in undone)


def test_who_was_moved_by_the_list_learns_it_and_that_it_was_taken_back(
    cast: Cast, imported: Import, work: Work
):
    batch = imported(row(cast.wang, **{UNIT: "市教育局"}))
    work(lambda: batches.undo(batch, reason="传错了文件", by=cast.city_officer))
    jobs.tell_of_imports()
    own = Notice.objects.filter(kind="roster_change", recipient=cast.wang.user).order_by("pk")
    assert [each.subject for each in own] == ["名册变动：调动（已生效）", "名册变动：调动（已撤销）"]
    assert "传错了文件" in own[1].body


def test_another_who_takes_it_back_knows_and_the_importer_is_told(cast: Cast, imported: Import, work: Work):
    batch = imported(ZHOU, by=cast.unit_clerk)
    work(lambda: batches.undo(batch, reason="重复导入", by=cast.secretary))
    found = told(":undone:")
    assert set(found) == {"谢单位", "林社工"}
    assert found["谢单位"] == f"您导入的“{batch.label}”已被撤销"


def test_an_undoing_that_fails_tells_nobody(cast: Cast, imported: Import):
    batch = imported(ZHOU)
    batches.undo(batch, reason="传错了", by=cast.city_officer)
    Member.objects.filter(mobile=ZHOU[MOBILE]).update(state=Member.State.REGISTERED)
    jobs.take_back_import(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "confirmed"
    jobs.tell_of_imports()
    assert told(":undone:") == {}


def test_a_list_of_organisations_is_no_roster(cast: Cast):
    batch = ImportBatch.objects.create(
        kind="organizations", organization=cast.city, uploaded_by=cast.city_officer, state="confirmed"
    )
    assert messages.tell(batch) == 0


@pytest.mark.parametrize("count", [3, 60])
def test_more_rows_cost_no_more_queries(cast: Cast, imported: Import, count: int):
    people = [{**ZHOU, NAME: f"周{'甲乙丙丁戊己庚辛'[n % 8]}", MOBILE: f"139{n:08}"} for n in range(count)]
    imported(*people)
    batch = imported(*({**person, POSITION: "科长"} for person in people))
    assert batch.counts["changed"] == count
    Notice.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert messages.tell(batch) == 3
    assert len(queries) <= 14


def test_the_staff_of_many_desks_come_in_one_query(cast: Cast, django_assert_num_queries):
    places = list(Organization.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        found = staff_by_desk(places)
    expected = {pk: set(staff_of(pk)) for pk in places}
    assert {pk: set(users) for pk, users in found.items()} == {pk: who for pk, who in expected.items() if who}
    assert len(found) == 7
