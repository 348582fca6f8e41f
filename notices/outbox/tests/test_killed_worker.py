"""kill −9 in the middle of the work: nobody gets a message twice, and nobody's is lost."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from notices.models import Delivery, Notice
from notices.outbox import Message, send_many
from notices.outbox.resending import resend
from xianfeng.testing.cast import Cast, User
from xianfeng.testing.clock import clock_for_a_process
from xianfeng.testing.mail import Sink, running_sink

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
POINTS = [
    "after lease",
    "before hand-over",
    "after hand-over",
    "after the server's answer",
    "after the mark",
]


def database_url() -> str:
    """The test database's address; what the server's own says besides (a socket's folder) is kept."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


@pytest.fixture
def server() -> Iterator[tuple[Sink, int]]:
    with running_sink() as (sink, port):
        yield sink, port


def start_worker(port: int, point: str = "none", nth: int = 1) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **clock_for_a_process(), "DATABASE_URL": database_url()}
    command = [sys.executable, "-m", "notices.tests.worker", str(port), point, str(nth)]
    return subprocess.Popen(command, env=environment)  # noqa: S603


def run_worker(port: int, point: str = "none", nth: int = 1) -> int:
    """Its exit code; a killed process has the signal's number, negative."""
    return start_worker(port, point, nth).wait(timeout=120)


def leases_run_out() -> None:
    Delivery.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))


def sixty_mails() -> Counter[str]:
    names = [f"p{number}" for number in range(60)]
    everybody = User.objects.bulk_create(User(username=name, email=f"{name}@example.test") for name in names)
    send_many(Message(user, "test", f"k:{user.username}", "标题", "正文") for user in everybody)
    return Counter(user.email for user in everybody)


def test_killed_at_every_point_each_of_sixty_people_gets_one_mail(cast: Cast, server: tuple[Sink, int]):
    sink, port = server
    expected = sixty_mails()
    chance = random.Random(20260305)
    kills = [*POINTS, chance.choice(POINTS[1:])]
    for point in chance.sample(kills, len(kills)):
        assert run_worker(port, point, chance.randint(1, 8)) == -signal.SIGKILL, point
        leases_run_out()
    assert run_worker(port) == 0

    assert max(sink.given.values()) == 1
    unsure = Delivery.objects.filter(state=State.HANDED_OVER)
    assert not Delivery.objects.exclude(pk__in=unsure).exclude(state=State.SENT).exists()
    assert 1 <= unsure.count() <= len(kills)
    # Nothing lost: whoever has no mail is on the list that a person looks through.
    without_mail = set(expected) - set(sink.given)
    assert without_mail <= set(unsure.values_list("address", flat=True))
    for delivery in [delivery for delivery in unsure if delivery.address in without_mail]:
        resend(delivery, by=cast.city_officer)
    assert run_worker(port) == 0
    assert sink.given == expected
    assert len({mail["Message-ID"] for mail in sink.mails}) == 60


def test_killed_while_the_server_thinks_the_mail_is_not_repeated(cast: Cast, server: tuple[Sink, int]):
    sink, port = server
    sixty_mails()
    workers: list[subprocess.Popen[bytes]] = []

    def kill_at_the_seventh(number: int) -> str:
        if number == 7:
            workers[0].kill()
            workers[0].wait()
        return "250 OK"

    sink.on_mail = kill_at_the_seventh
    workers.append(start_worker(port))
    assert workers[0].wait(timeout=120) == -signal.SIGKILL
    leases_run_out()
    assert run_worker(port) == 0
    assert len(sink.given) == 60
    assert set(sink.given.values()) == {1}
    assert Delivery.objects.filter(state=State.HANDED_OVER).count() == 1


def test_without_the_hand_over_mark_a_kill_sends_twice(cast: Cast, server: tuple[Sink, int]):
    """The negative control: what the mark is for."""
    sink, port = server
    sixty_mails()
    assert run_worker(port, "naive", 5) == -signal.SIGKILL
    leases_run_out()
    assert run_worker(port) == 0
    assert max(sink.given.values()) == 2


def test_killed_between_the_commit_and_the_kick_the_sweep_delivers(cast: Cast, server: tuple[Sink, int]):
    sink, port = server
    assert run_worker(port, "before the kick") == -signal.SIGKILL
    assert Notice.objects.filter(key="killed before the kick").exists()
    assert sink.seen == 0
    assert run_worker(port) == 0
    assert sink.given == {"clerk@example.test": 1}


def test_three_workers_at_once_share_the_work(cast: Cast, server: tuple[Sink, int]):
    sink, port = server
    expected = sixty_mails()
    workers = [start_worker(port) for _number in range(3)]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0, 0]
    assert sink.given == expected
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
