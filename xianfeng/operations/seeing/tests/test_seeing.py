"""Metrics and the administrator's page: what they say, to whom, and what they do with a broken part."""

import datetime as dt
import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from flags.ledger.checking import check_ledger
from flags.models import LedgerCheck
from notices.models import Delivery
from notices.outbox import Message, send
from xianfeng import health
from xianfeng.lib import queue
from xianfeng.lib.machine import tracing
from xianfeng.lib.machine.lines import OneObject, Traced
from xianfeng.lib.machine.tracing import TRACE
from xianfeng.operations.doctor.findings import fail, ok, warn
from xianfeng.operations.seeing import figures, measuring, views
from xianfeng.operations.seeing.figures import Figure
from xianfeng.operations.seeing.words import in_words
from xianfeng.testing.cast import Cast

pytestmark = pytest.mark.django_db
TRACE_GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _empty_queues() -> Iterator[None]:
    yield
    for name in queue.QUEUES:
        with current_app.connection_or_acquire() as connection:
            connection.default_channel.client.delete(name)


def read(client: Client, **headers: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels."""
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in families
        for each in family.samples
    }


def of(samples: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str) -> float:
    return samples[f"xianfeng_{name}", tuple(sorted(labels.items()))]


# --- Who may read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "came",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {"HTTP_FORWARDED": "for=203.0.113.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer wrong"},
        {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
def test_from_elsewhere_there_is_no_such_page(client: Client, settings, came: dict[str, str]):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", **came).status_code == 404
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics", **came).status_code == 404


def test_who_shows_the_token_may_read_from_elsewhere(client: Client, settings):
    settings.METRICS_TOKEN = "a-long-token"
    assert read(client, REMOTE_ADDR="203.0.113.7", HTTP_AUTHORIZATION="Bearer a-long-token")


# --- What stands there --------------------------------------------------------------------------


def test_requests_are_counted_by_route_and_name_nobody(client: Client, cast: Cast):
    before = read(client).get(
        ("xianfeng_requests_total", (("method", "GET"), ("route", "members:detail"), ("status", "200"))), 0
    )
    client.force_login(cast.secretary)
    assert client.get(reverse("members:detail", args=[cast.li.pk])).status_code == 200
    samples = read(client)
    labels = {"method": "GET", "route": "members:detail", "status": "200"}
    assert of(samples, "requests_total", **labels) == before + 1
    assert of(samples, "request_seconds_count", route="members:detail") >= 1
    client.get("/no/such/page")
    assert of(read(client), "requests_total", method="GET", route="none", status="404") >= 1
    client.generic("BREW", "/livez")
    assert any(("method", "other") in labels for _name, labels in read(client))


def test_queues_tell_how_much_waits_and_for_how_long(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "BREAKER", queue.Breaker(pause=0))
    assert queue.waiting("mail") == queue.Waiting(0, 0.0)
    asked_at = time.time() - 100
    monkeypatch.setattr(tracing.time, "time", lambda: asked_at)
    assert queue.hand_out("notices.deliver")
    monkeypatch.undo()
    assert queue.hand_out("notices.deliver")
    samples = read(client)
    assert of(samples, "queue_jobs", queue="mail") == 2
    assert 100 <= of(samples, "queue_oldest_seconds", queue="mail") < 200
    assert of(samples, "queue_jobs", queue="nightly") == 0


def test_the_outbox_tells_how_long_the_oldest_waits(client: Client, cast: Cast):
    notice = send(Message(cast.clerk, "test", "k", "标题", "正文"))
    notice.created_at = timezone.now() - dt.timedelta(hours=2)
    notice.save()
    samples = read(client)
    assert of(samples, "outbox_waiting", channel="email") == 1
    assert of(samples, "outbox_oldest_seconds", channel="email") == pytest.approx(7200, abs=60)
    Delivery.objects.update(
        state=Delivery.State.HANDED_OVER, handed_over_at=timezone.now() - dt.timedelta(hours=2)
    )
    samples = read(client)
    assert (of(samples, "outbox_waiting", channel="email"), of(samples, "outbox_unanswered")) == (0, 1)


def test_the_nightly_look_at_the_ledger_is_on_record_and_missed(client: Client):
    assert ("xianfeng_ledger_check_ok", ()) not in read(client), "never looked is not the same as sound"
    assert check_ledger()
    LedgerCheck.objects.update(at=timezone.now() - dt.timedelta(hours=30))
    samples = read(client)
    assert of(samples, "ledger_check_ok") == 1
    assert of(samples, "ledger_check_age_seconds") == pytest.approx(30 * 3600, abs=60)
    LedgerCheck.objects.create(ok=False, lines=1, finding="…")
    assert of(read(client), "ledger_check_ok") == 0


def test_parts_are_told_as_healthz_tells_them(client: Client):
    health.stamp(health.BEAT)
    samples = read(client)
    assert of(samples, "part_well", part="beat") == 1
    assert of(samples, "part_well", part="worker") == 0


@pytest.mark.parametrize("server", ["systemd/xianfeng-web.service", "container/Containerfile"])
def test_processes_are_renewed_so_rarely_that_the_files_of_dead_ones_stay_few(settings, server: str):
    """Each reading opens them all: of 600 it takes seconds."""
    text = (Path(settings.BASE_DIR) / "deploy" / server).read_text()
    said = dict(re.findall(r'--(max-requests(?:-jitter)?)"?,?[\s\\]+"?(\d+)', text))
    assert said == {"max-requests": "50000", "max-requests-jitter": "5000"}


def test_a_count_that_cannot_be_written_costs_nobody_the_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(measuring, "count", full)
    assert client.get("/livez").status_code == 200


def test_one_figure_that_cannot_be_had_keeps_no_other_back(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_args: object) -> float:
        raise OperationalError("gone")

    monkeypatch.setattr(figures, "age", refuse)
    samples = read(client)
    assert ("xianfeng_work_oldest_seconds", (("kind", "import"),)) not in samples
    assert of(samples, "disk_free_bytes", folder="var") > 0


def test_the_disk_of_the_backups_is_watched_too(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(figures, "shelf_in_use", lambda: tmp_path)
    assert of(read(client), "disk_free_bytes", folder="backups") > 0


# --- The administrator's page -------------------------------------------------------------------


def test_the_administrator_reads_the_same_in_chinese(client: Client, cast: Cast):
    client.force_login(cast.sysadmin)
    page = client.get(reverse("operations:state")).content.decode()
    assert "队列里的任务·发信发短信" in page and "防篡改校验上次" in page and "定时" in page
    assert "要看一下" in page, "nobody sends heartbeats in a test"
    assert reverse("operations:state") in client.get(reverse("admin:index")).content.decode()
    client.force_login(cast.city_officer)
    assert client.get(reverse("operations:state")).status_code == 403
    assert reverse("operations:state") not in client.get(reverse("admin:index")).content.decode()


def test_the_page_asks_the_doctor_and_shows_the_worst_first(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    found = [ok("a", "证书正常"), fail("b", "没有备份", "xianfeng-manage backup"), warn("c", "没有演练", "…")]
    monkeypatch.setattr(views, "examine", lambda: found)
    client.force_login(cast.sysadmin)
    assert "没有备份" not in client.get(reverse("operations:state")).content.decode()
    page = client.get(reverse("operations:state"), {"doctor": "1"}).content.decode()
    assert page.index("没有备份") < page.index("没有演练") < page.index("证书正常")
    assert "xianfeng-manage backup" in page


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("queue_oldest_seconds", 0, "0 秒"),
        ("queue_oldest_seconds", 119.9, "119 秒"),
        ("queue_oldest_seconds", 600, "10 分钟"),
        ("queue_oldest_seconds", 7200, "2 小时"),
        ("queue_oldest_seconds", 3 * 86400, "3 天"),
        ("disk_free_bytes", 1.5 * 1024**3, "1.5 GB"),
        ("ledger_check_ok", 1.0, "是"),
        ("ledger_check_ok", 0.0, "否"),
        ("queue_jobs", 12, "12 个"),
        ("queue_jobs", None, "—"),
    ],
)
def test_figures_in_words(name: str, value: float | None, words: str):
    assert in_words(Figure(name, "…", lambda: value, "个"), value) == words


def test_what_is_beyond_its_bound_or_missing_is_odd():
    figure = Figure("x", "…", lambda: None, high=5, low=1)
    assert [figure.is_odd(value) for value in (0, 1, 5, 6, None)] == [True, False, False, True, True]


# --- Log lines ----------------------------------------------------------------------------------


def line(message: str, *args: object) -> dict[str, str]:
    record = logging.LogRecord("test", logging.ERROR, "f.py", 1, message, args, None)
    Traced().filter(record)
    text = OneObject().format(record)
    assert "\n" not in text and "\x1b" not in text
    found: dict[str, str] = json.loads(text)
    return found


def test_a_line_is_an_object_with_the_number_of_its_request():
    token = TRACE.set(TRACE_GIVEN)
    try:
        found = line("Refused %s", "张三\n2026 ERROR forged \x1b[31m")
    finally:
        TRACE.reset(token)
    assert found["trace"] == TRACE_GIVEN and found["level"] == "ERROR" and found["logger"] == "test"
    assert found["message"] == "Refused 张三\n2026 ERROR forged \x1b[31m"
    assert "time" in found


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u2028", "\x00", '"', "\\\\"])
def test_no_sign_that_somebody_sends_breaks_a_line(sign: str):
    assert line(f"Not Found: /{sign}")["message"] == f"Not Found: /{sign}"


def test_what_libraries_add_to_a_record_is_not_told(client: Client, caplog: pytest.LogCaptureFixture):
    client.get("/nowhere/", {"q": "13812345678"})
    [record] = [each for each in caplog.records if each.name == "django.request"]
    assert "13812345678" in str(record.request), "else this test shows nothing"  # type: ignore[attr-defined]
    text = OneObject().format(record)
    assert "13812345678" not in text and "/nowhere/" in text


def test_the_proxys_number_goes_through_and_a_visitors_does_not(client: Client, settings):
    given = {"HTTP_X_REQUEST_ID": TRACE_GIVEN}
    settings.TRUST_PROXY = True
    assert client.get("/livez", **given)["X-Request-ID"] == TRACE_GIVEN
    assert client.get("/livez", HTTP_X_REQUEST_ID="x\ny")["X-Request-ID"] != "x\ny"
    settings.TRUST_PROXY = False
    answer = client.get("/livez", **given)["X-Request-ID"]
    assert answer != TRACE_GIVEN and len(answer) == 32
    assert TRACE.get() == ""


def test_a_job_carries_the_number_of_the_request_that_asked_for_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "BREAKER", queue.Breaker(pause=0))
    token = TRACE.set(TRACE_GIVEN)
    try:
        assert queue.hand_out("notices.deliver")
    finally:
        TRACE.reset(token)
    with current_app.connection_or_acquire() as connection:
        message = json.loads(connection.default_channel.client.lrange("xianfeng:mail", -1, -1)[0])
    assert message["headers"]["trace"] == TRACE_GIVEN

    class Task:
        request = {"trace": TRACE_GIVEN}

    tracing.read_from_message(Task())
    assert TRACE.get() == TRACE_GIVEN
    tracing.end_trace()
    assert TRACE.get() == ""
