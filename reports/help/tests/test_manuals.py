"""Every manual is a page whose links, anchors and pictures are there, for whom it is written."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from reports.help import rendering
from reports.help.manuals import BY_NAME, DOCS, MANUALS, Manual
from xianfeng.lib.rooms import ROOT
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

HREF, SRC = re.compile(r'<a href="([^"]+)"'), re.compile(r'<img src="([^"]+)"')
BY_URL = {manual.url: manual for manual in MANUALS}
OF_ROLES = [manual for manual in MANUALS if manual.is_of_a_role]


def by_name(manual: Manual) -> str:
    return manual.name


def anchors(manual: Manual) -> set[str]:
    return {heading.anchor for heading in rendering.page_of(manual).headings}


def leads_somewhere(link: str, of: Manual) -> bool:
    """To a page of another site, or to a manual that is served, at a heading of it where it names one."""
    url, _sign, anchor = unquote(link).partition("#")
    target = BY_URL.get(url) if url else of
    return link.startswith("https://") or (target is not None and (not anchor or anchor in anchors(target)))


@pytest.mark.parametrize("manual", MANUALS, ids=by_name)
def test_every_link_anchor_and_picture_of_a_manual_is_there(manual: Manual):
    html = rendering.page_of(manual).html
    assert [link for link in HREF.findall(html) if not leads_somewhere(link, manual)] == []
    pictures = [unquote(src).removeprefix("/static/") for src in SRC.findall(html)]
    assert [picture for picture in pictures if not finders.find(picture)] == []
    assert len(pictures) == len(re.findall(r"]\([./]*img/", manual.path.read_text()))
    assert 'style="' not in html  # the page's policy takes none


@pytest.mark.parametrize("manual", OF_ROLES, ids=by_name)
def test_no_link_of_a_role_s_manual_was_dropped(manual: Manual):
    html = rendering.page_of(manual).html
    assert len(HREF.findall(html)) == len(re.findall(r"[^!]\[[^]]+]\(", manual.path.read_text()))


def test_every_manual_of_the_folder_is_served():
    assert {manual.path for manual in OF_ROLES} == set((DOCS / "使用手册").glob("*.md"))


def test_headings_of_a_page_have_different_anchors():
    for manual in MANUALS:
        headings = rendering.page_of(manual).headings
        assert len({heading.anchor for heading in headings}) == len(headings), manual


def test_the_image_of_the_container_has_the_manuals_and_their_pictures():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert not [line for line in ignored if line.strip("*/").startswith("docs")]


# --- From Markdown to HTML ------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "手册.md"
    path.write_text("# 手册\n\n## 1. 报到(三分钟)\n\n文字 <script>alert(1)</script> [去哪](没有.md) `a`\n")
    return path


def read(path: Path) -> rendering.Page:
    return rendering.rendered(path, path.stat().st_mtime_ns)


def test_anchors_are_those_of_code_hosts(written: Path):
    assert [heading.anchor for heading in read(written).headings] == ["1-报到三分钟"]
    assert '<h2 id="1-报到三分钟">' in read(written).html
    assert read(written).section("1.") == read(written).headings[0] and not read(written).section("2.")


def test_html_in_a_manual_is_text_and_a_link_to_no_manual_is_none(written: Path):
    html = read(written).html
    assert "&lt;script&gt;" in html and "<script" not in html
    assert "去哪" in html and "<a" not in html


def test_pictures_in_a_table_stand_under_the_heads_of_their_columns(tmp_path: Path):
    path = tmp_path / "a.md"
    picture = "![](../img/login.png)"
    path.write_text(f"# A\n\n| 登录 | 首页 |\n|---|---:|\n| {picture} | {picture} |\n")
    html = read(path).html
    assert html.count("<figure><figcaption>") == 2 and "<figcaption>首页</figcaption><img" in html
    path.write_text(f"# A\n\n| 登录 | 首页 |\n|---|---:|\n| {picture} | 文字 |\n")
    assert "<figure>" not in rendering.rendered(path, 1).html


def test_a_manual_that_was_written_anew_is_read_anew(written: Path):
    assert read(written).title == "手册"
    written.write_text("# 新手册\n")
    os.utime(written, ns=(0, 1))
    assert read(written).title == "新手册"


# --- For whom -------------------------------------------------------------------------------------


def test_residents_and_members_read_theirs_without_an_account(client: Client, db: None):
    for name in ("resident", "member"):
        page = client.get(BY_NAME[name].url).content.decode()
        assert BY_NAME["member"].url in page and BY_NAME["city"].url not in page
    answer = client.get(BY_NAME["community"].url)
    assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


def test_every_page_of_residents_and_members_leads_to_their_manual(client: Client, cast: Cast):
    resident, member = (f'href="{BY_NAME[name].url}"' for name in ("resident", "member"))
    place = [cast.community.public_code]
    for name, args, link in (
        ("wishes:ask", place, resident), ("wishes:track", [], resident), ("members:join", place, member),
        ("members:lost_number", [], member), ("account_request_login_code", [], member),
    ):  # fmt: skip
        assert link in client.get(reverse(name, args=args)).content.decode(), name
    log_in_by_code(client, cast.li.user)
    for name in ("reports:me", "members:profile"):
        assert member in client.get(reverse(name)).content.decode(), name


def test_a_member_s_session_reads_no_manual_of_the_staff(client: Client, cast: Cast):
    log_in_by_code(client, cast.li.user)
    assert client.get(BY_NAME["community"].url).status_code == 403
    assert "tabbar" in client.get(BY_NAME["member"].url).content.decode()


def test_staff_read_every_manual_in_the_frame_of_their_desk(client: Client, cast: Cast):
    client.force_login(cast.unit_clerk)
    for manual in MANUALS:
        page = client.get(manual.url).content.decode()
        assert "sidebar" in page and rendering.page_of(manual).title in page
    assert client.get(reverse("reports:manual", args=["nonsense"])).status_code == 404
    client.force_login(cast.sysadmin)
    assert client.get(BY_NAME["administrator"].url).status_code == 200
