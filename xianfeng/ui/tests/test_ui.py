"""The tag library: what each block renders, and what it refuses."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.urls import NoReverseMatch
from django.utils import timezone

from xianfeng import menus
from xianfeng.lib import times
from xianfeng.lib.states import States
from xianfeng.testing.pages import squeezed
from xianfeng.ui import charts
from xianfeng.ui.amounts import ago, hours, until, when
from xianfeng.ui.marks import badge, qr, ring

ROOT = Path(__file__).resolve().parents[3]


def draw(source: str, url: str = "/list/", **context: Any) -> str:
    """Renders a template source that loads the tag libraries, for a request of `url`."""
    request = RequestFactory().get(url)
    template = engines["django"].from_string("{% load ui charts %}" + source)
    return squeezed(str(template.render(context, request)))


class TaskForm(forms.Form):
    title = forms.CharField(
        label="任务名称", help_text="写清做什么。", error_messages={"required": "请填写名称。"}
    )
    note = forms.CharField(label="备注", required=False)
    way = forms.ChoiceField(label="方式", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    file = forms.FileField(label="附件", required=False)


class ListFilter(forms.Form):
    q = forms.CharField(label="查找", required=False)
    unit = forms.ChoiceField(label="单位", choices=[("", "全部"), ("edu", "市教育局")], required=False)
    behind = forms.BooleanField(label="只看进度偏慢", required=False)
    since = forms.DateField(label="自", required=False)


# --- Marks --------------------------------------------------------------------------------------


class Row:
    class State(States):
        OPEN = "open", "info", "开放"
        DONE = "done", "success", "完成"

    class Presence(States):
        PRESENT = "present", "success", "到场"

    state, presence = "open", "present"


@pytest.mark.parametrize(
    ("tag", "tone", "word"),
    [
        ("{% state row %}", "info", "开放"),
        ('{% state row "presence" %}', "success", "到场"),
        ('{% state row "presence" "已签到" %}', "success", "已签到"),
    ],
)
def test_a_row_shows_its_state_in_the_words_and_colours_of_its_class(tag: str, tone: str, word: str) -> None:
    assert draw(tag, row=Row()) == f'<span class="state state-{tone}">{word}</span>'


@pytest.mark.parametrize(
    ("is_active", "tone", "word"), [(True, "success", "启用"), (False, "neutral", "停用")]
)
def test_a_row_says_whether_it_is_in_use(is_active: bool, tone: str, word: str) -> None:
    row = SimpleNamespace(is_active=is_active)
    assert draw("{% in_use row %}", row=row) == f'<span class="state state-{tone}">{word}</span>'


def test_a_row_in_no_known_state_is_an_error() -> None:
    row = Row()
    row.state = "lost"
    with pytest.raises(ValueError, match="lost"):
        draw("{% state row %}", row=row)


def test_a_state_has_colour_and_word() -> None:
    assert draw('{% badge "success" "已确认" %}') == '<span class="state state-success">已确认</span>'


def test_an_unknown_tone_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown tone 'purple'"):
        badge("purple", "紫")


def test_values_in_marks_are_escaped() -> None:
    assert "<script>" not in draw("{% badge tone word %}", tone="info", word="<script>")
    assert "<script>" not in draw("{% crumbs word %}{% th word %}{% fact word word %}", word="<script>")
    assert "<script>" not in draw("{% check_row word word %}{% qr word word %}", word="<script>")


def test_every_icon_named_in_a_template_or_menu_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    sources = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    named = {name for source in sources for name in re.findall(r'{% icon "([^"]+)"', source)}
    named |= {name for source in sources for name in re.findall(r' icon="([^"]+)"', source)}
    named |= {entry.icon for group in menus.DESK for entry in group.entries}
    named |= {entry.icon for entry in (*menus.PHONE, *menus.ACCOUNT)}
    assert len(named) > 30
    assert named <= known, named - known


def test_templates_and_styles_keep_to_the_content_security_policy() -> None:
    """No inline style, script or handler: the policy would silently drop it."""
    inline = re.compile(
        r'\sstyle="|<script(?![^>]*\ssrc=)|\son(click|change|submit|load|input)=|javascript:', re.I
    )
    guilty = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts and (found := inline.search(path.read_text()))
    ]
    assert not guilty


def test_a_person_is_addressed_as_comrade_with_the_unit() -> None:
    shown = draw("{% person who %}", who=SimpleNamespace(name="王芳", unit="市教育局"))
    assert "王芳" in shown and "同志" in shown and "市教育局" in shown


def test_the_ring_is_full_from_the_goal_on() -> None:
    assert 'stroke-dasharray="60.0 100"' in ring(3, 5)
    assert 'stroke-dasharray="100 100"' in ring(7, 5)
    assert "is-full" in ring(5, 5)
    assert "stroke-dasharray" not in ring(0, 5)


def test_a_qr_code_is_drawn_without_inline_style() -> None:
    drawn = qr("https://example.org/r/K72M9P", "报到二维码")
    assert 'aria-label="报到二维码"' in drawn and "<path" in drawn and "style" not in drawn


# --- Time and amounts ---------------------------------------------------------------------------


def test_when_names_the_day_once_for_a_span_within_it() -> None:
    start, end = times.at(dt.date(2026, 3, 5), 14), times.at(dt.date(2026, 3, 5), 16)
    assert when(start, end) == "2026年3月5日 周四 14:00–16:00"
    assert when(start) == "2026年3月5日 周四 14:00"
    assert when(dt.date(2026, 3, 5)) == "2026年3月5日 周四"
    assert when(None) == "—"


def test_days_ahead_and_behind_in_words() -> None:
    day = times.today()
    words = [until(day + dt.timedelta(days=days)) for days in (-2, 0, 1, 3)]
    assert words == ["已过2天", "今天", "明天", "还有3天"]
    assert ago(day - dt.timedelta(days=1)) == "昨天"
    assert ago(day - dt.timedelta(days=12)) == "12天前"
    assert ago(dt.date(2020, 5, 1)) == "2020年5月1日"


def test_moments_of_today_in_minutes_and_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = times.at(dt.date(2026, 6, 1), 12)
    monkeypatch.setattr(timezone, "now", lambda: moment + dt.timedelta(hours=5))
    assert ago(moment) == "5小时前"
    monkeypatch.setattr(timezone, "now", lambda: moment + dt.timedelta(minutes=5))
    assert ago(moment) == "5分钟前"
    monkeypatch.setattr(timezone, "now", lambda: moment + dt.timedelta(seconds=5))
    assert ago(moment) == "刚刚"


def test_what_is_still_to_come_is_never_said_to_be_past(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = times.at(dt.date(2026, 6, 1), 12)
    monkeypatch.setattr(timezone, "now", lambda: moment - dt.timedelta(seconds=1))
    assert ago(moment) == when(moment) == "2026年6月1日 周一 12:00"
    monkeypatch.setattr(timezone, "now", lambda: moment - dt.timedelta(days=1))
    assert ago(moment) == ago(moment.date()) == "2026年6月1日"


def test_hours_from_minutes() -> None:
    assert [hours(minutes) for minutes in (90, 120, 0, None)] == ["1.5 小时", "2 小时", "0 小时", "—"]


# --- Forms --------------------------------------------------------------------------------------


def test_a_form_ties_label_help_and_error_to_the_input() -> None:
    shown = draw("{% form form %}", form=TaskForm({"title": ""}))
    assert '<label for="id_title">任务名称</label>' in shown
    assert 'aria-describedby="id_title_helptext id_title_error"' in shown
    assert 'id="id_title_error"' in shown and 'id="id_title_helptext"' in shown
    assert 'aria-invalid="true"' in shown


def test_the_error_summary_leads_to_each_field_that_is_wrong() -> None:
    shown = draw("{% form form %}", form=TaskForm({"title": ""}))
    assert 'role="alert"' in shown
    assert '<a href="#id_title">任务名称：请填写名称。</a>' in shown
    targets = re.findall(r'<li> ?<a href="#([^"]+)"', shown)
    assert len(targets) == 2
    assert all(f'id="{target}"' in shown for target in targets)


def test_a_good_form_shows_no_error_summary() -> None:
    assert "error-summary" not in draw("{% form form %}", form=TaskForm({"title": "清洁", "way": "a"}))


def test_optional_fields_say_so_and_files_are_sent() -> None:
    shown = draw("{% form form %}", form=TaskForm())
    assert shown.count("选填") == 2
    assert 'enctype="multipart/form-data"' in shown
    assert "data-file-drop" in shown


def test_radio_buttons_stand_in_a_named_group() -> None:
    shown = draw("{{ form.way.as_field_group }}", form=TaskForm())
    assert "<fieldset" in shown and "<legend>方式</legend>" in shown
    assert '<label for="id_way_0">甲</label>' in shown


def test_a_confirmation_names_what_it_does_and_asks_for_the_reason() -> None:
    shown = draw('{% confirm "撤销" "/undo/" "撤销王芳同志的 2 面红旗？" reason=True tone="danger" %}')
    assert "撤销王芳同志的 2 面红旗？" in shown and 'action="/undo/"' in shown
    assert 'name="reason"' in shown and "csrfmiddlewaretoken" in shown


def test_a_masked_value_without_address_cannot_be_revealed() -> None:
    assert "<form" not in draw('{% masked "138****0001" %}')
    assert 'name="reason"' in draw('{% masked "138****0001" url="/reveal/" label="手机号" %}')


# --- Lists --------------------------------------------------------------------------------------


def test_sorting_turns_round_on_the_second_click_and_keeps_the_filter() -> None:
    assert 'href="?unit=edu&amp;sort=name"' in draw('{% th "姓名" sort="name" %}', "/list/?unit=edu&page=3")
    again = draw('{% th "姓名" sort="name" %}', "/list/?sort=name")
    assert 'href="?sort=-name"' in again and 'aria-sort="ascending"' in again
    assert 'aria-sort="descending"' in draw('{% th "姓名" sort="name" %}', "/list/?sort=-name")


def test_the_pager_counts_and_keeps_the_query() -> None:
    shown = draw("{% pager page unit='人' %}", "/list/?q=a&page=2", page=Paginator(range(11000), 50).page(2))
    assert "共 11,000 人" in shown and "本页 51–100" in shown
    assert 'href="?q=a&amp;page=3"' in shown and 'href="?q=a&amp;page=1"' in shown


def test_one_page_shows_the_count_alone() -> None:
    shown = draw("{% pager page %}", page=Paginator(range(3), 50).page(1))
    assert "共 3 条" in shown and "下一页" not in shown


def test_active_filters_stand_as_chips_that_remove_themselves() -> None:
    url = "/list/?q=王&unit=edu&sort=name&page=2"
    shown = draw("{% filters filter %}", url, filter=ListFilter({"q": "王", "unit": "edu"}))
    assert "单位：市教育局" in shown and "查找：王" in shown
    assert 'href="?q=%E7%8E%8B&amp;sort=name"' in shown
    assert 'class="chips-clear" href="?sort=name"' in shown
    assert '<input type="hidden" name="sort" value="name">' in shown


def test_what_does_not_filter_is_no_chip() -> None:
    shown = draw("{% filters filter %}", filter=ListFilter({"q": "", "unit": "", "behind": ""}))
    assert "chips" not in shown
    assert "只看进度偏慢：是" in draw("{% filters filter %}", filter=ListFilter({"behind": "on"}))


def test_further_filters_wait_behind_a_button() -> None:
    shown = draw("{% filters filter main=2 %}", filter=ListFilter({"behind": "on"}))
    line, _more, rest = shown.partition("更多筛选")
    assert 'name="unit"' in line and 'name="behind"' in rest
    assert "data-has-active" in line


def test_progress_polls_until_it_has_no_address() -> None:
    assert 'hx-get="/poll/"' in draw('{% progress done=3 total=10 url="/poll/" %}')
    assert "hx-get" not in draw("{% progress done=10 total=10 %}")


def test_events_are_told_by_title_or_by_state() -> None:
    row = SimpleNamespace(at=timezone.now(), by="陈书记", note="资料齐全", get_to_display=lambda: "已确认")
    shown = draw("{% timeline events %}", events=[row, {"at": timezone.now(), "title": "提交"}])
    assert all(word in shown for word in ("已确认", "陈书记", "资料齐全", "提交"))


def test_a_number_is_dialled_at_a_touch_a_mask_is_not() -> None:
    assert draw("{% tel number %}", number="0575-87010000") == (
        '<a class="tel" href="tel:057587010000">0575-87010000</a>'
    )
    assert draw("{% tel number %}", number="138****0001") == "138****0001"
    assert draw("{% tel number %}", number="<b>") == "&lt;b&gt;" and draw("{% tel number %}", number="") == ""


# --- Charts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highest", "step", "top"),
    [
        (0, 1, 4), (3, 1, 4), (5, 1, 5), (7, 2, 8), (11, 5, 15), (96, 20, 100), (240, 50, 250),
        (251, 100, 300), (660, 200, 800), (79432, 20000, 80000), (2.5, 1, 4),
    ],
)  # fmt: skip
def test_scales_have_whole_ticks_and_end_on_the_next_one(highest: float, step: int, top: int) -> None:
    """Nobody lights 1.25 flags."""
    assert charts.scale_to(highest) == list(range(0, top + 1, step))


def test_every_scale_has_three_to_five_whole_steps() -> None:
    for highest in range(2000):
        ticks = charts.scale_to(highest)
        assert 3 <= len(ticks) - 1 <= 5 and ticks[-1] >= highest and {type(tick) for tick in ticks} == {int}


def test_a_bar_with_an_address_is_a_link_with_its_words() -> None:
    rows = [("1月", 12, "/l/?m=1"), ("2月", 0, "/l/?m=2"), ("3月", -2, "/l/?m=3"), ("4月", 5)]
    for tag in ("column_chart", "bar_chart"):
        shown = squeezed(draw("{% " + tag + " rows title='每月' unit='面' %}", rows=rows))
        assert 'href="/l/?m=1" aria-label="1月：12面"' in shown and 'aria-label="3月：-2面"' in shown
        assert "/l/?m=2" not in shown  # nothing lies behind nothing
        drawing, table = shown.split("<table")
        assert drawing.count("<a ") == 4 and drawing.count('aria-hidden="true"><rect') == 2
        assert drawing.count("href=") == table.count("href=") == 2


def test_columns_stay_inside_the_drawing_and_come_with_a_table() -> None:
    drawn = charts.column_chart([("1月", 12), ("2月", 30), ("3月", None)], title="每月红旗", goal=20)
    assert all(
        0 <= row["y"] <= charts.HEIGHT and row["x"] + row["width"] <= charts.WIDTH for row in drawn["rows"]
    )
    assert drawn["rows"][1]["height"] > drawn["rows"][0]["height"] > drawn["rows"][2]["height"] == 0
    shown = draw("{% column_chart rows title='每月红旗' %}", rows=[("1月", 1200)])
    assert "<table" in shown and "1,200" in shown and 'style="' not in shown


def test_the_longest_bar_fills_its_room() -> None:
    rows = charts.bar_chart([("青锋社区", 182), ("江新社区", 91)], title="各社区")["rows"]
    room = charts.BARS_WIDTH - charts.BAR_LEFT - charts.BAR_RIGHT
    assert [row["width"] for row in rows] == [room, room / 2]


def test_a_sparkline_says_its_last_figure() -> None:
    assert 'aria-label="每月红旗，最近 3"' in charts.sparkline([1, 2, 3], "每月红旗")
    assert charts.sparkline([], "空") == ""


# --- Menus --------------------------------------------------------------------------------------


class Desk:
    def __init__(self, *capabilities: str) -> None:
        self.capabilities = capabilities

    def can(self, capability: str) -> bool:
        return capability in self.capabilities


def test_the_current_entry_is_the_closest_one() -> None:
    urls = ["/desk/", "/desk/tasks/", "/desk/tasks/verify/"]
    assert menus.current_url(urls, "/desk/tasks/verify/3/") == "/desk/tasks/verify/"
    assert menus.current_url(urls, "/desk/tasks/3/") == "/desk/tasks/"
    assert menus.current_url(urls, "/elsewhere/") == ""
    assert menus.current_url(["/desk/", *urls], "/desk/reveals/") == ""


def test_an_entry_needs_its_capability() -> None:
    entry = menus.Entry("导入", "account_login", "upload", "members.import")
    assert menus.is_allowed(entry, Desk("members.import"))
    assert not menus.is_allowed(entry, Desk("members.see"))
    assert not menus.is_allowed(entry, None)


def test_an_entry_without_a_page_is_a_mistake() -> None:
    request = RequestFactory().get("/")
    entries = [menus.Entry("登录", "account_login", "key"), menus.Entry("无", "nowhere:at_all", "x")]
    assert [link.label for link in menus.links(entries[:1], request)] == ["登录"]
    with pytest.raises(NoReverseMatch):
        menus.links(entries, request)


def test_every_capability_in_the_menu_is_known(cast: Any) -> None:
    desk = cast.secretary.desk
    named = {entry.capability for group in menus.DESK for entry in group.entries if entry.capability}
    assert len(named) > 5
    assert all(desk.can(word) in (True, False) for word in named)  # an unknown word raises KeyError
