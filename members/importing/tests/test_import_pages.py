"""The import in the portal: what people see, step by step, and what they do not see."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from python_calamine import CalamineWorkbook

from members.importing import batches
from members.importing.roster.columns import COMMUNITY, ESTATE, HEADERS, MOBILE, NAME, NOTE, POSITION, UNIT
from members.models import ImportBatch, ImportRow, Member, User
from xianfeng.celery import app
from xianfeng.lib.tests.workbooks import save_workbook
from xianfeng.testing.browser import axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.pages import squeezed

from .rosters import MALFORMED, ZHOU, save_roster

State = ImportBatch.State
SCRIPT = {**ZHOU, NAME: "吴明", MOBILE: "13900000002", POSITION: "<script>alert(1)</script>", NOTE: "=1+1"}
BAD = {**ZHOU, NAME: "郑明", MOBILE: "1390000"}
TWICE = {**ZHOU, NAME: "郑明"}


@pytest.fixture(autouse=True)
def at_once(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Jobs run as soon as they are started, in the same process."""
    settings.MEDIA_ROOT = tmp_path / "media"
    app.loader.import_default_modules()
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def city(cast: Cast) -> Client:
    return client_of(cast.city_officer)


def send(client: Client, path: Path, kind: str = "roster") -> str:
    """Upload through the form; the address of the batch."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    response = client.post("/desk/imports/new/", {"kind": kind, "file": file})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def roster(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    return save_roster(tmp_path / "名册.xlsx", *rows)


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return squeezed(response.content.decode())


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    """What happens after a request's commit happens in the test as well."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_from_upload_to_undo_without_javascript(city: Client, cast: Cast, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU, BAD))
    page = text_of(city, address)
    assert "待确认" in page and "确认导入" in page and "下载有错误的行" in page
    with commits():
        assert city.post(address + "confirm/")["Location"] == address
    page = text_of(city, address)
    assert "已导入" in page and "撤销导入" in page and "确认导入" not in page
    assert f'href="/desk/members/{Member.objects.get(mobile=ZHOU[MOBILE]).pk}/"' in page
    with commits():
        city.post(address + "undo/", {"reason": "传错了文件"})
    page = text_of(city, address)
    assert "已撤销" in page and "传错了文件" in page and "撤销导入" not in page
    assert not Member.objects.filter(mobile=ZHOU[MOBILE]).exists()
    listed = text_of(city, "/desk/imports/")
    assert ImportBatch.objects.get().label in listed and "名册.xlsx" not in listed


def test_the_preview_masks_numbers_and_says_what_is_wrong(city: Client, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU, BAD, TWICE, SCRIPT))
    page = text_of(city, address)
    assert "139****0001" in page and "13900000001" not in page and "13900000002" not in page
    assert "1390000" in page and "请填 11 位手机号" in page
    assert "与第 2 行的手机号相同" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_the_preview_shows_each_difference_by_name(city: Client, cast: Cast, tmp_path: Path, commits: Any):
    row = {NAME: "孙丽", MOBILE: cast.sun.mobile, UNIT: "市税务局", COMMUNITY: "青锋社区", ESTATE: "青锋花苑"}
    with commits():
        address = send(city, roster(tmp_path, row))
    page = text_of(city, address)
    assert "<del>市教育局</del>" in page and "<ins>市税务局</ins>" in page
    assert "<del>（空）</del>" in page and "<ins>青锋花苑</ins>" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?outcome=new", ["周明", "吴明"]),
        ("?outcome=rejected", ["郑明"]),
        ("?outcome=unchanged", []),
        ("?outcome=", ["周明", "吴明", "郑明"]),
        ("?q=吴", ["吴明"]),
        ("?q=市教育局", ["周明", "吴明", "郑明"]),
    ],
)
def test_rows_are_filtered_by_outcome_and_text(
    city: Client, tmp_path: Path, commits: Any, query: str, shown: list[str]
):
    with commits():
        address = send(city, roster(tmp_path, ZHOU, BAD, SCRIPT))
    page = text_of(city, address + query)
    assert [name for name in ("周明", "吴明", "郑明") if f"{name}</td>" in page] == shown


def test_unknown_columns_are_named(city: Client, tmp_path: Path, commits: Any):
    path = save_roster(tmp_path / "a.xlsx", {**ZHOU, "籍贯": "某地"}, columns=(*HEADERS, "籍贯"))
    with commits():
        address = send(city, path)
    assert "已忽略：籍贯" in text_of(city, address)


def test_a_file_that_cannot_be_read_says_why_and_offers_another_try(city: Client, commits: Any):
    with commits():
        address = send(city, MALFORMED / "far_cell.xlsx")
    page = text_of(city, address)
    assert "XFD1048576" in page and "重新上传" in page and "确认导入" not in page


def test_nothing_to_import_offers_nothing_to_confirm(city: Client, cast: Cast, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    with commits():
        city.post(address + "confirm/")
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    page = text_of(city, address)
    assert "不需要导入" in page and "确认导入" not in page
    response = city.post(address + "confirm/", follow=True)
    assert "没有新增也没有变更" in response.content.decode()


def test_a_second_click_is_answered_with_the_present_state(city: Client, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    with commits():
        city.post(address + "confirm/")
    assert "不能这样操作" in city.post(address + "confirm/", follow=True).content.decode()
    assert "不能这样操作" in city.post(address + "discard/", follow=True).content.decode()
    assert Member.objects.filter(mobile=ZHOU[MOBILE]).count() == 1


def test_dropping_a_batch_leads_back_to_the_list(city: Client, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    with commits():
        response = city.post(address + "discard/", follow=True)
    assert response.redirect_chain[-1][0] == "/desk/imports/"
    assert "这一批已放弃" in text_of(city, address)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("名册.docx", b"x", "只能上传"),
        ("名册.xlsx", b"", "文件是空的"),
        ("名册.csv", b"x" * (20 * 2**20 + 1), "超过 20 MB"),
    ],
)
def test_a_file_that_is_no_roster_by_name_or_size_is_refused_at_once(
    city: Client, name: str, content: bytes, says: str
):
    response = city.post("/desk/imports/new/", {"kind": "roster", "file": SimpleUploadedFile(name, content)})
    assert response.status_code == 200 and says in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_unit_may_not_smuggle_in_a_list_of_organisations(cast: Cast, tmp_path: Path):
    client = client_of(cast.unit_clerk)
    file = SimpleUploadedFile("a.csv", b"code,parent,kind,name\nU9,T,unit,x\n")
    response = client.post("/desk/imports/new/", {"kind": "organizations", "file": file})
    assert response.status_code == 200 and not ImportBatch.objects.exists()
    assert "code、parent" not in response.content.decode()


def test_a_list_of_organisations_is_shown_in_the_interface_s_words(city: Client, commits: Any):
    content = "code,parent,kind,name\nT,,city,明州市委组织部\nU9,T,unit,市水利局\nX9,T,展馆,市图书室\n"
    file = SimpleUploadedFile("a.csv", content.encode())
    with commits():
        address = city.post("/desk/imports/new/", {"kind": "organizations", "file": file})["Location"]
    page = text_of(city, address)
    assert ">单位</td>" in page and ">unit</td>" not in page and ">展馆</td>" in page


def test_a_unit_sees_its_own_batches_and_the_city_sees_all(
    cast: Cast, city: Client, tmp_path: Path, commits: Any
):
    unit, other = client_of(cast.unit_clerk), client_of(cast.other_unit_clerk)
    with commits():
        address = send(unit, roster(tmp_path, ZHOU))
    assert address in text_of(unit, "/desk/imports/") and address in text_of(city, "/desk/imports/")
    assert address not in text_of(other, "/desk/imports/")
    for step in ("", "progress/", "rejected/"):
        assert other.get(address + step).status_code == 404
    for step in ("confirm/", "undo/", "discard/"):
        assert other.post(address + step).status_code == 404


def test_the_bar_is_polled_while_a_worker_is_at_it_and_then_leads_on(
    city: Client, tmp_path: Path, commits: Any
):
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    batch = ImportBatch.objects.get()
    ImportBatch.objects.update(state=State.CHECKING, done=2_000, total=11_000)
    bar = text_of(city, address + "progress/")
    assert f'hx-get="{address}progress/"' in bar and 'value="2000"' in bar and "<html" not in bar
    assert f'hx-get="{address}progress/"' in text_of(city, address)
    ImportBatch.objects.update(state=State.PREVIEWED)
    assert city.get(address + "progress/")["HX-Redirect"] == f"/desk/imports/{batch.pk}/"


def test_rejected_rows_and_the_empty_roster_are_downloads(city: Client, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU, BAD))
    for path, line in ((address + "rejected/", "郑明"), ("/desk/imports/template/", "王示例")):
        response = city.get(path)
        assert (
            response["Content-Disposition"].startswith("attachment")
            and response["Cache-Control"] == "no-store"
        )
        rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
        assert rows[0][: len(HEADERS)][:3] == list(HEADERS[:3]) and rows[1][0] == line


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_cost_the_same_number_of_queries_for_few_and_many(city: Client, cast: Cast):
    def batch() -> ImportBatch:
        return ImportBatch.objects.create(
            kind="roster",
            organization=cast.city,
            uploaded_by=cast.city_officer,
            state=State.CONFIRMED,
            confirmed_at=timezone.now(),
            counts={"new": 0, "changed": 200, "unchanged": 0, "rejected": 0},
        )

    def fill(owner: ImportBatch, start: int, stop: int) -> None:
        changes = {"unit_id": [cast.unit.pk, cast.other_unit.pk]}
        ImportRow.objects.bulk_create(
            ImportRow(batch=owner, sheet="甲", row=n, outcome="changed", values=ZHOU, changes=changes)
            for n in range(start, stop)
        )

    first = batch()
    fill(first, 0, 20)
    few = [queries(city, address) for address in ("/desk/imports/", f"/desk/imports/{first.pk}/")]
    fill(first, 20, 200)
    for _ in range(30):
        batch()
    many = [queries(city, address) for address in ("/desk/imports/", f"/desk/imports/{first.pk}/")]
    assert few == many and max(many) <= 15


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_clerk_imports_in_the_browser(chromium: Browser, live_server: LiveServer, tmp_path: Path):
    cast = make_cast()
    session = client_of(cast.unit_clerk).cookies["sessionid"].value
    path = roster(tmp_path, ZHOU, BAD, SCRIPT)
    with open_page(chromium, live_server.url + "/desk/imports/", session=session) as page:
        assert axe_violations(page) == []
        page.click("main a:has-text('上传文件') >> nth=0")
        page.set_input_files("input[type=file]", path)
        assert axe_violations(page) == []
        page.click("button:has-text('上传并检查')")
        page.wait_for_selector(".stats")
        assert page.locator("tbody tr").count() == 3
        assert axe_violations(page) == [] and overflow(page) <= 0
        page.click("button:has-text('确认导入')")
        page.wait_for_selector(".note-success")
        page.click("summary:has-text('撤销导入')")
        page.fill("dialog textarea[name=reason]", "传错了文件")
        page.click("dialog button:has-text('撤销这一批')")
        page.wait_for_selector("text=传错了文件")
        assert axe_violations(page) == []
    assert not Member.objects.filter(mobile=ZHOU[MOBILE]).exists()


def test_each_step_stands_in_the_history_with_who_took_it(
    city: Client, cast: Cast, tmp_path: Path, commits: Any
):
    with commits():
        address = send(city, roster(tmp_path, ZHOU))
    with commits():
        batches.confirm(ImportBatch.objects.get(), by=cast.city_colleague)
    page = text_of(city, address)
    assert "周市委" in page and "吴同事" in page


def test_a_roster_goes_in_and_out_through_the_admin(cast: Cast, city: Client, tmp_path: Path, commits: Any):
    rows, add = reverse("admin:members_importbatch_changelist"), reverse("admin:members_importbatch_add")
    assert client_of(cast.secretary).get(add).status_code == 403
    path = roster(tmp_path, ZHOU, BAD)
    with commits():
        city.post(add, {"kind": "roster", "file": SimpleUploadedFile(path.name, path.read_bytes())})
    batch, before = ImportBatch.objects.get(), Member.objects.count()
    assert batch.state == State.PREVIEWED
    for action, count in (("confirm", before + 1), ("undo", before)):
        with commits():
            city.post(rows, {"action": action, "_selected_action": [batch.pk], "reason": "传错了"})
        assert Member.objects.count() == count
    city.post(rows, {"action": "confirm", "_selected_action": [batch.pk]})
    batch.refresh_from_db()
    assert batch.state == State.UNDONE and batch.undo_reason == "传错了"


def test_rejected_rows_are_put_right_on_the_page(city: Client, cast: Cast, tmp_path: Path, commits: Any):
    with commits():
        address = send(city, roster(tmp_path, ZHOU, BAD, TWICE))
    page = text_of(city, f"{address}?outcome=rejected")
    bad, twice = ImportRow.objects.filter(outcome="rejected").order_by("row")
    assert f'name="{bad.pk}:{MOBILE}" value="1390000"' in page
    assert f'name="{twice.pk}:{MOBILE}" value="" placeholder="139****0001"' in page
    assert '<option value="市税务局">' in page, "names to choose from"
    with commits():
        city.post(f"{address}repair/", {f"{bad.pk}:{MOBILE}": "13900000005", f"{twice.pk}:{MOBILE}": ""})
    page = text_of(city, address)
    assert "新增 2 行" in page and "已作的决定（1）" in page
    with commits():
        key = f"cells:名册!{bad.row}"
        city.post(f"{address}decide/", {"question": key, "answer": ""})
    assert "新增 1 行" in text_of(city, address)


def test_columns_are_named_by_hand_where_no_header_is_found(city: Client, tmp_path: Path, commits: Any):
    path = save_workbook(tmp_path / "花名册.xlsx", {"一": [["周明", "13900000001", "市教育局"]]})
    with commits():
        address = send(city, path)
    assert f"{address}columns/" in text_of(city, address)
    page = text_of(city, f"{address}columns/")
    assert "139****0001" in page and "13900000001" not in page
    chosen = {"sheet": "一", "header": "", "column-0": NAME, "column-1": MOBILE}
    response = city.post(f"{address}columns/", chosen)
    kept = squeezed(response.content.decode())
    assert "还没有指定这几列：单位" in kept, "and what was chosen stays chosen"
    assert kept.count(" selected") == 2
    with commits():
        city.post(f"{address}columns/", {**chosen, "column-2": UNIT})
    assert "新增 1 行" in text_of(city, address)
