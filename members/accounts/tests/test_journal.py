"""What the log tells of accounts and refusals, and what it never does."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from members import journal
from xianfeng.lib.machine.lines import OneLine
from xianfeng.testing.cast import Cast

LOG_IN = reverse("account_login")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger=journal.log.name)
    return caplog


def test_right_and_wrong_passwords_are_noted_without_them(client: Client, cast: Cast, lines):
    cast.clerk.set_password("right-and-proper-1")
    cast.clerk.save()
    client.post(LOG_IN, {"login": cast.clerk.username, "password": "wrong-one-entirely"})
    assert "log-in failed: user=- address=127.0.0.1" in lines.text
    assert "proof refused" in lines.text
    client.post(LOG_IN, {"login": cast.clerk.username, "password": "right-and-proper-1"})
    assert f"logged in: user={cast.clerk.pk} " in lines.text
    client.post(reverse("account_logout"))
    assert f"logged out: user={cast.clerk.pk} " in lines.text
    assert "wrong-one" not in lines.text and "right-and" not in lines.text


def test_who_may_not_is_noted_with_what(client: Client, cast: Cast, lines):
    client.force_login(cast.auditor)
    client.post(reverse("members:reveal", args=[cast.li.pk]), {"field": "mobile", "reason": "核实情况"})
    assert f"refused: user={cast.auditor.pk} address=127.0.0.1 status=403 view=members:reveal" in lines.text
    client.force_login(cast.secretary)
    client.post(reverse("members:reveal", args=[987654]), {"field": "mobile", "reason": "核实情况"})
    assert "not found" in lines.text and "pk=987654" in lines.text


def test_a_stranger_s_wrong_addresses_fill_no_log(client: Client, db: None, lines):
    client.get("/wp-login.php")
    assert "xianfeng.security" not in lines.text


def test_a_line_break_in_what_was_typed_makes_no_second_line():
    said = logging.LogRecord("x", logging.INFO, "x.py", 1, "user=%s", ("a\r\nb\u2028c\x1b[2J",), None)
    assert OneLine("%(message)s").format(said) == r"user=a\r\nb\u2028c\x1b[2J"
