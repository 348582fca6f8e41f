"""A Redis that hangs, refuses or comes back: pages go on, limits hold, work waits for its sweep."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from xianfeng.celery import Platform
from xianfeng.lib import limits, queue
from xianfeng.lib.broker import steady, turns
from xianfeng.lib.broker.breaker import Breaker
from xianfeng.lib.broker.steady import ONCE_MORE, SteadyCache
from xianfeng.lib.limits import Limit, TooOften
from xianfeng.lib.machine.embedded import Valkey

FOREVER = 3600.0  # seconds, as far as a test is concerned


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    """A server of this test's own, to be frozen and killed."""
    valkey = Valkey.for_var(tmp_path)
    valkey.start()
    yield valkey
    if valkey.process and valkey.process.poll() is None:
        valkey.process.send_signal(signal.SIGCONT)
        valkey.stop()


def freeze(server: Valkey) -> None:
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    os.waitpid(server.process.pid, os.WUNTRACED)  # stopped, not merely told to


def thaw(server: Valkey) -> None:
    assert server.process
    server.process.send_signal(signal.SIGCONT)


# --- The breaker --------------------------------------------------------------------------------


def test_of_those_who_come_after_the_pause_one_tries(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    breaker = Breaker(pause=5)
    assert breaker.lets_through() and breaker.lets_through()
    assert breaker.failed() and not breaker.failed()
    assert not breaker.lets_through()
    now += 5
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]
    assert breaker.answered() and not breaker.answered()
    assert breaker.lets_through() and breaker.lets_through()


# --- The cache ----------------------------------------------------------------------------------


@pytest.fixture
def breaker(monkeypatch: pytest.MonkeyPatch) -> Breaker:
    """Asks again at once, so that a test need not wait."""
    breaker = Breaker(pause=0)
    monkeypatch.setattr(steady, "BREAKER", breaker)
    return breaker


@pytest.fixture
def shared(server: Valkey, breaker: Breaker) -> Iterator[SteadyCache]:
    config = settings.CACHES["default"]
    params = {"KEY_PREFIX": "test", "OPTIONS": config["OPTIONS"]}
    cache = SteadyCache(f"unix://{server.socket}?db=1", params)
    yield cache
    cache.own.clear()


def use(cache: SteadyCache) -> list[object]:
    """Everything a cache is asked for, and what it says."""
    said: list[object] = [cache.add("a", 1, timeout=60), cache.add("a", 2, timeout=60), cache.incr("a")]
    cache.set("b", ["号"], timeout=60)
    said += [cache.get("b"), cache.touch("b", 60), cache.has_key("b"), cache.get("none", "nothing")]
    cache.set_many({"c": 1, "d": 2})
    said += [cache.get_many(["c", "d", "e"]), cache.delete("c"), cache.delete("c")]
    cache.delete_many(["d"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("none")
    said += [cache.decr("a"), "d" in cache]
    cache.clear()
    return [*said, "a" in cache]


def test_the_same_answers_with_and_without_redis(shared: SteadyCache, server: Valkey):
    with_redis = use(shared)
    server.stop()
    assert use(shared) == with_redis
    assert True in with_redis and False in with_redis


def test_a_frozen_redis_costs_one_caller_less_than_a_second(
    shared: SteadyCache, server: Valkey, breaker: Breaker
):
    breaker.pause = FOREVER
    shared.set("a", 1)
    freeze(server)
    assert shared.get("a") is None  # what only Redis knew
    started = time.process_time()
    for number in range(1000):
        shared.set(f"k{number}", number)
        assert shared.get(f"k{number}") == number
    # Two thousand callers who would have waited 0.4 s each; counted is work, so that load is no matter.
    assert time.process_time() - started < 60


def test_what_redis_knows_is_there_again_when_it_is_back(shared: SteadyCache, server: Valkey):
    shared.set("a", 1)
    freeze(server)
    assert shared.get("a") is None
    thaw(server)
    assert shared.get("a") == 1


def test_a_restarted_redis_is_no_outage(shared: SteadyCache, server: Valkey, breaker: Breaker):
    """The pooled connection is dead, and made anew before anybody notices."""
    breaker.pause = FOREVER
    shared.set("a", 1)
    server.stop()
    server.start()
    shared.set("b", 2)
    assert breaker.lets_through()
    assert shared.get("b") == 2


def test_limits_hold_while_redis_is_away(
    shared: SteadyCache, server: Valkey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "cache", shared)
    limit = Limit("test", times=3, seconds=60)
    server.stop()
    for _time in range(3):
        limit.take("someone")
    with pytest.raises(TooOften):
        limit.take("someone")
    limit.take("somebody else")


# --- The queue ----------------------------------------------------------------------------------


@pytest.fixture
def app(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform's app on the test's own broker."""
    app = Platform("test", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = f"redis+socket://{server.socket}?virtual_host=0"
    monkeypatch.setattr(queue, "current_app", app)
    address = f"unix://{server.socket}?db=0"
    client = Redis.from_url(address, socket_timeout=0.45, retry=ONCE_MORE)
    monkeypatch.setattr(queue, "_server", lambda: client)
    monkeypatch.setattr(queue, "BREAKER", Breaker(pause=0))
    return app


def waiting(app: Platform) -> int:
    with app.connection_for_write() as connection:
        count: int = connection.default_channel.client.llen("celery")
        return count


def test_a_job_that_a_frozen_broker_did_not_take_fails_nobody(app: Platform, server: Valkey):
    assert queue.hand_out("xianfeng.heartbeat", "celery") and queue.answers()
    freeze(server)
    assert [queue.hand_out("xianfeng.heartbeat", "celery"), queue.answers()] == [False, False]
    thaw(server)
    assert queue.hand_out("xianfeng.heartbeat", "celery") and queue.answers()
    assert waiting(app) >= 2


def test_a_broker_that_is_away_is_left_alone_for_a_while(
    app: Platform, server: Valkey, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "BREAKER", Breaker(pause=FOREVER))
    server.stop()
    assert not queue.hand_out("xianfeng.heartbeat", "celery")
    monkeypatch.setattr(app, "signature", None)  # would fail whoever asked
    assert not queue.hand_out("xianfeng.heartbeat", "celery") and not queue.answers()


def test_a_restarted_broker_takes_the_next_job(app: Platform, server: Valkey):
    assert queue.hand_out("xianfeng.heartbeat", "celery")
    server.stop()
    server.start()
    assert queue.hand_out("xianfeng.heartbeat", "celery")


@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_process_that_never_saw_the_broker_does_not_wait_for_it(server: Valkey, is_frozen: bool):
    """kombu would try again for seconds while its first connection is not there."""
    freeze(server) if is_frozen else server.stop()
    script = (
        "import django, time; django.setup(); from xianfeng.lib import queue; began = time.monotonic();"
        "found = [queue.answers(), queue.hand_out('notices.deliver')]; print(found, time.monotonic() - began)"
    )
    environment = {
        **os.environ, "VAR_DIR": str(server.folder.parent), "REDIS_DB": "0", "REDIS_URL": "",
        "CACHE_URL": "", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    environment.pop("CACHE_URL")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], env=environment, cwd=settings.BASE_DIR, text=True,
        capture_output=True, check=True, timeout=600,
    )  # fmt: skip
    words, seconds = done.stdout.rsplit(" ", 1)
    assert words == "[False, False]"
    assert float(seconds) < 2, "a page waits for this"


# --- Turns --------------------------------------------------------------------------------------


def test_one_at_a_time():
    with turns.turn_at("t", seconds=60) as first:
        assert first
        with turns.turn_at("t", seconds=60) as second, turns.turn_at("other", seconds=60) as other:
            assert second is None and other
    with turns.turn_at("t", seconds=60) as third:
        assert third


def test_a_turn_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), turns.turn_at("t", seconds=60):
        raise ZeroDivisionError
    with turns.turn_at("t", seconds=60) as again:
        assert again


def test_who_was_forgotten_does_not_end_the_turn_of_another():
    with turns.turn_at("t", seconds=60) as slow:
        assert slow
        cache.delete(slow.key)  # its time ran out
        with turns.turn_at("t", seconds=60) as next_one:
            assert next_one
            slow.end()
            with turns.turn_at("t", seconds=60) as third:
                assert third is None


def test_a_worker_that_greets_may_ask_for_a_connection():
    """Celery's banner, at the log level INFO, asks by another way, and names every option."""
    app = Platform("greets", broker="redis://127.0.0.1:1/0", set_as_current=False)
    options = app.connection().transport_options
    assert options
    assert options["socket_timeout"] == settings.BROKER_WRITE_TIMEOUT
