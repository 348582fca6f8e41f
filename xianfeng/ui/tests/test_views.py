"""What all views share: services tried, forms bound, lists cut and ordered, tabs, files."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from xianfeng.lib.refusal import Refusal
from xianfeng.ui.tabs import chosen_key, tabs_of
from xianfeng.ui.tests.test_ui import draw
from xianfeng.ui.views import attempt, download, each_row, ordering, page_of, posted, submit, valid

FACES = (("open", "接单中", 1200), ("done", "已认定", None))


class NameForm(forms.Form):
    name = forms.CharField(label="姓名", error_messages={"required": "请填写姓名。"})


def get(query: str = "") -> HttpRequest:
    request = RequestFactory().get(f"/list/{query}")
    setattr(request, "_messages", CookieStorage(request))  # noqa: B010
    return request


def said(request: HttpRequest) -> list[str]:
    return [str(message) for message in get_messages(request)]


def refuse(field: str = "") -> str:
    raise Refusal("名额已满，请换一个任务。", "full", field=field)


# --- Forms and services -------------------------------------------------------------------------


def test_an_empty_post_is_an_answer_and_a_get_is_none() -> None:
    assert NameForm(posted(RequestFactory().post("/"))).errors == {"name": ["请填写姓名。"]}
    assert not NameForm(posted(get("?name=x"))).is_bound


def test_a_refusal_becomes_the_page_s_message() -> None:
    request = get()
    assert attempt(request, refuse) is None and said(request) == ["名额已满，请换一个任务。"]
    assert attempt(request, lambda: "done") == "done"


@pytest.mark.parametrize(("field", "at"), [("name", "name"), ("", "__all__"), ("other", "__all__")])
def test_a_refusal_becomes_an_error_on_its_field(field: str, at: str) -> None:
    form = NameForm({"name": "李建国"})
    assert submit(form, lambda: refuse(field)) is None
    assert [(error.message, error.code) for error in form.errors.as_data()[at]] == [
        ("名额已满，请换一个任务。", "full")
    ]


def test_a_wrong_form_never_reaches_the_service() -> None:
    assert submit(NameForm({}), refuse) is None
    assert submit(NameForm(), refuse) is None


def test_what_is_wrong_with_a_form_can_be_a_refusal() -> None:
    assert valid(NameForm({"name": "李建国"})) == {"name": "李建国"}
    with pytest.raises(Refusal, match="姓名：请填写姓名。"):
        valid(NameForm({}))


def test_a_refused_row_is_named_and_stops_nothing() -> None:
    request = get()
    done = each_row(request, ["甲", "乙", "丙"], lambda row: refuse() if row == "乙" else row)
    assert (done, said(request)) == (2, ["乙：名额已满，请换一个任务。"])


# --- Lists and files ----------------------------------------------------------------------------


def test_a_page_that_does_not_exist_is_the_nearest_one() -> None:
    assert list(page_of(get("?page=2"), range(7), 3)) == [3, 4, 5]
    assert list(page_of(get("?page=x"), range(7), 3)) == [0, 1, 2]
    assert list(page_of(get("?page=99"), range(7), 3)) == [6]


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ("", ["-seq", "pk"]),
        ("password", ["-seq", "pk"]),
        ("-password", ["-seq", "pk"]),
        ("date", ["service_date", "pk"]),
        ("-date", ["-service_date", "pk"]),
        ("id", ["pk"]),
    ],
)
def test_lists_are_ordered_by_known_columns_only(asked: str, columns: list[str]) -> None:
    assert ordering(asked, {"date": "service_date", "id": "pk"}, default="-seq") == columns


def test_a_download_keeps_its_chinese_name_and_stays_out_of_caches() -> None:
    answer = download(b"x", "红旗流水 2026.xlsx", "text/plain")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%BA%A2%E6%97%97")
    assert (answer["Cache-Control"], answer["Content-Type"], answer.content) == (
        "no-store",
        "text/plain",
        b"x",
    )
    assert download(b"", "a.xlsx", "text/plain")["Content-Disposition"] == 'attachment; filename="a.xlsx"'


# --- Tabs ---------------------------------------------------------------------------------------


def test_tabs_keep_the_rest_of_the_address_but_the_page() -> None:
    tabs = tabs_of(get("?tab=done&q=x&page=3&sort=flags"), FACES, default="open", drop=["sort"])
    assert [tab.url for tab in tabs] == ["?q=x", "?q=x&tab=done"]
    assert tabs.chosen.key == "done" and tabs.chosen.current
    assert [tab.current for tab in tabs_of(get(), FACES, default="open")] == [True, False]


@pytest.mark.parametrize("query", ["?tab=nonsense", "?tab="])
def test_a_tab_that_does_not_exist_is_not_found(query: str) -> None:
    with pytest.raises(Http404):
        tabs_of(get(query), FACES, default="open")
    with pytest.raises(Http404):
        chosen_key(get(query), ["open", "done"], default="open")


def test_the_current_tab_is_marked_and_counts_are_shown() -> None:
    shown = draw('{% tabs tabs "阶段" %}', tabs=tabs_of(get("?tab=done"), FACES, default="open"))
    assert 'aria-label="阶段"' in shown and '<span class="tab-count">1,200</span>' in shown
    assert shown.count("aria-current") == 1 and shown.count("tab-count") == 1
    assert shown.index("aria-current") > shown.index("接单中")
