"""Every probe answers or is told of, within the time that there is."""

import json
import threading
import time
from io import StringIO

import pytest
from django.core.management import call_command

from xianfeng.management.commands import doctor
from xianfeng.operations.doctor import running
from xianfeng.operations.doctor.findings import (
    PROBES,
    QUESTIONS,
    Area,
    Entry,
    Finding,
    State,
    ok,
    serious,
    warn,
)


def fine():
    yield ok("fine", "好")


def broken():
    yield ok("half", "一半")
    raise OSError("refused\nsecond line")


def test_each_area_has_a_question_and_probes():
    assert set(QUESTIONS) == set(Area)
    assert {entry.area for entry in PROBES} == set(Area)
    names = [entry.name for entry in PROBES]
    assert len(names) == len(set(names))


def test_a_probe_that_breaks_keeps_what_it_found_and_the_others():
    found = running.examine([Entry("broken", "坏的", Area.SITE, broken), Entry("fine", "", Area.FILES, fine)])
    assert [(one.name, one.state, one.area) for one in found] == [
        ("fine", State.OK, Area.FILES),
        ("half", State.OK, Area.SITE),
        ("broken", State.FAIL, Area.SITE),
    ]
    assert "坏的:查不了,refused" in found[2].text
    assert "second" not in found[2].text


def test_nobody_waits_for_a_probe_that_hangs(monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0.2)
    answered = threading.Event()

    def hanging():
        answered.wait()
        yield ok("never", "")

    began = time.monotonic()
    found = running.examine([Entry(f"hanging{n}", "", Area.JOBS, hanging) for n in range(5)])
    assert time.monotonic() - began < 2
    answered.set()
    assert {one.state for one in found} == {State.FAIL}


def test_what_is_fine_on_ones_own_machine_is_not_where_people_are_served(settings):
    settings.IS_PRODUCTION = False
    assert serious("x", "", "").state is State.WARN
    settings.IS_PRODUCTION = True
    assert serious("x", "", "").state is State.FAIL


def told(monkeypatch, found: list[Finding], **options: bool) -> tuple[str, int]:
    monkeypatch.setattr(doctor, "examine", lambda: found)
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True, **options)
    except SystemExit as left:
        return out.getvalue(), int(left.code)
    return out.getvalue(), 0


def test_the_command_tells_in_words_and_leaves_with_1_where_something_fails(monkeypatch):
    found = [
        ok("a", "好的"),
        warn("b", "小心", "修一修"),
        Finding("c", State.FAIL, "坏了", "换一个", Area.SITE),
    ]
    text, code = told(monkeypatch, found)
    assert code == 1
    for part in ("✓ 好的", "! 小心", "→ 修一修", "✗ 坏了", "→ 换一个", "正常 1,留意 1,要处理 1"):
        assert part in text
    assert told(monkeypatch, found[:2])[1] == 0


def test_the_command_tells_machines_the_same(monkeypatch):
    text, code = told(monkeypatch, [warn("b", "小心", "修一修")], json=True)
    assert code == 0
    assert json.loads(text) == {
        "ok": True,
        "findings": [{"name": "b", "state": "warn", "text": "小心", "remedy": "修一修", "area": "files"}],
    }


@pytest.mark.django_db
def test_every_warning_comes_with_a_remedy():
    for entry in PROBES:
        try:
            found = list(entry.probe())
        except OSError:  # no workers, no mail server here
            continue
        for one in found:
            assert one.text
            assert one.remedy or one.state is State.OK, one
