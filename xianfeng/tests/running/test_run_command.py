"""The small parts of the launcher that need no processes."""

import socket
import sys

import pytest
from django.core.management.base import CommandError

from xianfeng import launcher
from xianfeng.lib.queue import QUEUES
from xianfeng.lib.web import static
from xianfeng.management.commands import run


class Fake:
    """A process that ends as often as it is told to."""

    name = "fake"

    def __init__(self, ends: int = 0) -> None:
        self.ends, self.started = ends, 0

    def start(self) -> None:
        self.started += 1

    def ended(self) -> int | None:
        self.ends -= 1
        return 1 if self.ends >= 0 else None

    def ask(self) -> None:
        pass

    def stop(self) -> None:
        pass


def test_what_ends_is_started_again():
    keeper, fake = launcher.Launcher(), Fake(ends=2)
    keeper.start(fake)
    for _round in range(4):
        keeper.revive()
    assert fake.started == 3


def test_what_keeps_ending_stops_the_platform():
    keeper, fake = launcher.Launcher(), Fake(ends=100)
    keeper.start(fake)
    with pytest.raises(launcher.LaunchError, match="keeps ending"):
        for _round in range(100):
            keeper.revive()
    assert fake.started == 1 + launcher.MOST_RESTARTS


def test_all_are_asked_before_anyone_is_waited_for_and_the_last_started_goes_first():
    keeper, calls = launcher.Launcher(), []
    for name in ("broker", "web", "worker"):
        fake = Fake()
        fake.ask = lambda name=name: calls.append(f"ask {name}")  # type: ignore[method-assign]
        fake.stop = lambda name=name: calls.append(f"stop {name}")  # type: ignore[method-assign]
        keeper.start(fake)
    keeper.stop()
    names = ["worker", "web", "broker"]
    assert calls == [f"ask {name}" for name in names] + [f"stop {name}" for name in names]


def test_a_child_that_ignores_the_signal_is_killed_with_its_group(monkeypatch):
    monkeypatch.setattr(launcher, "GRACE", 0.2)
    stubborn = "import signal, sys; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    child = launcher.Child("stubborn", [sys.executable, "-c", stubborn])
    child.start()
    process = child.process
    assert process
    child.stop()
    assert process.returncode is not None
    assert child.ended() is None


@pytest.mark.parametrize(("sqlite", "embedded"), [(True, False), (False, True), (False, False)])
def test_each_queue_has_worker_processes_of_its_own(settings, sqlite: bool, embedded: bool):
    settings.IS_SQLITE, settings.IS_EMBEDDED_BROKER = sqlite, embedded
    *workers, beat = launcher.workers()
    assert [child.command[child.command.index("--queues") + 1] for child in workers] == list(QUEUES)
    assert all("--pool=prefork" in child.command for child in workers)
    assert "beat" in beat.command


def test_on_the_embedded_default_one_worker_of_threads_takes_every_queue(settings):
    settings.IS_SQLITE, settings.IS_EMBEDDED_BROKER = True, True
    worker, beat = launcher.workers()
    assert "--pool=threads" in worker.command and "--beat" not in worker.command
    assert worker.command[worker.command.index("--queues") + 1] == ",".join(QUEUES)
    assert "beat" in beat.command


def test_a_part_that_takes_others_along_is_not_one_that_keeps_ending():
    keeper, parts = launcher.Launcher(), [Fake(ends=2) for _part in range(5)]
    for number, part in enumerate(parts):
        part.name = f"part {number}"
        keeper.start(part)
    for _round in range(4):
        keeper.revive()
    assert [part.started for part in parts] == [3] * 5


def test_a_taken_port_is_told_at_once():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CommandError, match="taken"):
            run.refuse_taken_port("127.0.0.1", other.getsockname()[1])


def test_the_table_lines_up_with_chinese_characters():
    lines = list(run.table([("角色", "账号"), ("社区书记", "secretary"), ("x", "y")]))
    assert lines == ["角色      账号", "社区书记  secretary", "x         y"]
    assert list(run.table([])) == []


def test_a_migrated_database_is_not_migrated_again(db):
    assert run.is_behind() is False


def test_static_files_are_collected_when_they_changed_and_only_then(settings, tmp_path, monkeypatch):
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    calls = []

    def collect(*_arguments: object, **_options: object) -> None:
        calls.append(1)
        (settings.STATIC_ROOT / "staticfiles.json").touch()

    monkeypatch.setattr(static, "call_command", collect)
    for _start in range(2):
        static.collect()
    assert len(calls) == 1
    monkeypatch.setattr(static, "fingerprint", lambda: "another release")
    static.collect()
    (settings.STATIC_ROOT / "staticfiles.json").unlink()  # somebody cleaned up
    static.collect()
    assert len(calls) == 3
