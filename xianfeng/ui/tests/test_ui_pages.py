"""Layouts, log-in and error pages as they are served."""

import pytest
from django.test import Client

from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.urls("xianfeng.ui.tests.styleguide_urls")]


def body(client: Client, url: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def test_the_log_in_page_offers_both_ways_and_keeps_where_one_was_going(client: Client) -> None:
    shown = body(client, "/accounts/login/?next=/desk/")
    assert "党员登录" in shown and "工作人员登录" in shown
    assert "/accounts/login/code/?next=%2Fdesk%2F" in shown or "/accounts/login/code/?next=/desk/" in shown
    assert 'name="next" value="/desk/"' in shown


def test_a_wrong_password_is_explained_beside_the_form(client: Client, cast: Cast) -> None:
    response = client.post("/accounts/login/", {"login": "secretary", "password": "wrong"})
    assert "没有登录成功" in response.content.decode()


def test_a_missing_page_says_what_to_do(client: Client) -> None:
    shown = body(client, "/no-such-page/", 404)
    assert "没有找到这个页面" in shown and "查询心愿进度" in shown and ">登录<" in squeezed(shown)


def test_the_error_page_needs_neither_request_nor_database() -> None:
    from django.template.loader import get_template

    assert "系统出错了" in get_template("500.html").render()


def test_a_detail_page_is_a_fragment_for_the_side_panel_only(client: Client) -> None:
    assert "<html" in body(client, "/styleguide/3/")
    fragment = body(client, "/styleguide/3/", headers={"HX-Request": "true"})
    assert "<html" not in fragment and "panel-head" in fragment


def test_one_appointment_shows_its_name_without_a_switch(client: Client, cast: Cast) -> None:
    client.force_login(cast.secretary)
    shown = body(client, "/desk/")  # the style guide names a 青锋社区 of its own
    assert ">青锋社区</strong>" in shown and "陈书记" in shown and "切换任职" not in shown


def test_the_account_pages_are_in_chinese(client: Client, cast: Cast) -> None:
    client.force_login(cast.secretary)
    for url, heading in (
        ("/accounts/2fa/", "两步验证"),
        ("/accounts/sessions/", "登录设备"),
        ("/accounts/logout/", "退出登录"),
    ):
        assert f"<h1>{heading}</h1>" in body(client, url)


def test_messages_become_toasts(client: Client) -> None:
    shown = body(client, "/styleguide/?toast=1")
    assert "toast-success" in shown and "toast-danger" in shown and "已确认 3 位同志的报到。" in shown


def test_what_libraries_say_tells_people_what_to_do(client: Client) -> None:
    shown = client.post("/accounts/login/", {"login": "nobody", "password": ""}).content.decode()
    assert "请填写这一项。" in shown


def test_a_code_is_asked_for_by_mobile_alone(client: Client) -> None:
    shown = client.post("/accounts/login/code/", {"phone": "123"}).content.decode()
    assert "没有登录成功" in shown and 'value="123"' in shown
