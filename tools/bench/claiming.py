"""Claims over HTTP against a bare conditional update behind the same log-in (gunicorn 2 × 4, PostgreSQL).

Every round each of `CROWD` members takes a place on one hot task, through the real page's POST with session
and CSRF token; then the same crowd does so through `tools.bench.bare`. Rounds alternate, medians count.
Getting in line for a full task is set against taking a place, without HTTP: it may cost no more.
"""

import datetime as dt
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from flags.models import Policy
from members.models import Member, Organization, User
from tasks.claiming.claiming import claim_own
from tasks.claiming.waiting.waiting import join
from tasks.models import Claim, ServiceItem, Task
from tools.bench import Figure, seconds
from xianfeng.lib.machine.embedded import die_with_parent
from xianfeng.lib.times import local_year

HOST, CLIENTS = "127.0.0.1", 8
ROUNDS, CROWD = 7, 200
RATIO = 0.7
LINE_RATIO = 1.1  # a tenth for the noise of the machine
GUNICORN = ("-m", "gunicorn", "--workers=2", "--threads=4", "--worker-class=gthread", "--log-level=warning")
TOKEN = "b" * 32  # any secret of the right length: cookie and field must agree


@dataclass(frozen=True)
class Visitor:
    """A member with an open log-in session."""

    member_id: int
    session_key: str


def measure() -> Iterator[Figure]:
    Policy.objects.get_or_create(year=local_year(timezone.now()))
    community = make_community()
    crowds = [make_crowd(community, number) for number in range(ROUNDS + 1)]
    with server() as port:
        one_round(port, community, crowds[0])  # warm-up of both paths
        rates = [one_round(port, community, crowd) for crowd in crowds[1:]]
    real, bare = (median(rate[kind] for rate in rates) for kind in (0, 1))
    yield Figure("claims over HTTP", real, "1/s")
    yield Figure("bare conditional update over HTTP", bare, "1/s")
    yield Figure("claims over HTTP against the bare update", real / bare, "×", bound=RATIO, at_least=True)
    people = [visitor.member_id for visitor in crowds[0]]
    users = list(User.objects.filter(member__in=people))
    ratio = median(line_against_place(community, users) for _round in range(ROUNDS))
    yield Figure("getting in line against taking a place", ratio, "×", bound=LINE_RATIO)


def line_against_place(community: Organization, users: list[User]) -> float:
    """Everybody waits for a full task, and everybody takes a place on another one, in one process."""
    free, full = make_task(community, days=50), make_task(community, days=70)
    Task.objects.filter(pk=full.pk).update(capacity=1, places_taken=1)
    taking = seconds(lambda: [claim_own(free.pk, by=user) for user in users])
    waiting = seconds(lambda: [join(full.pk, by=user) for user in users])
    Claim.objects.filter(task__in=(free, full)).delete()
    return waiting / taking


def one_round(port: int, community: Organization, crowd: list[Visitor]) -> tuple[float, float]:
    """Requests per second of the real path and of the bare one, next to each other in time."""
    real = storm(port, make_task(community, days=9), crowd, bare=False)
    return real, storm(port, make_task(community, days=30), crowd, bare=True)


def storm(port: int, task: Task, crowd: list[Visitor], *, bare: bool) -> float:
    """All claim at once over `CLIENTS` kept-alive connections. Raises AssertionError for a lost place."""
    shares = [crowd[number::CLIENTS] for number in range(CLIENTS)]
    begin = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda share: visit(port, task, share, bare), shares))
    rate = len(crowd) / (perf_counter() - begin)
    task.refresh_from_db()
    rows = Claim.objects.filter(task=task, state=Claim.State.CLAIMED).count()
    if not task.places_taken == rows == len(crowd):
        raise AssertionError(f"{len(crowd)} claims, counter {task.places_taken}, rows {rows}")
    return rate


def visit(port: int, task: Task, share: Iterable[Visitor], bare: bool) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    for visitor in share:
        path = f"/bench/claim/{task.pk}/{visitor.member_id}/" if bare else f"/me/tasks/{task.pk}/claim/"
        cookie = f"{settings.SESSION_COOKIE_NAME}={visitor.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, f"csrfmiddlewaretoken={TOKEN}", headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.FOUND:
            raise AssertionError(f"{path} answered {answer.status}")
    connection.close()


@contextmanager
def server() -> Iterator[int]:
    """gunicorn with the bench's address beside the real ones, on a free port of this machine only."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, *GUNICORN, "--bind", f"{HOST}:{port}", "tools.bench.bare:application"],
        cwd=settings.BASE_DIR,
        preexec_fn=die_with_parent,
    )
    try:
        wait_for(port, child)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=20)


def wait_for(port: int, child: "subprocess.Popen[bytes]", patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server to be measured does not answer.")


def make_community() -> Organization:
    """A small branch of its own, so that the figures do not depend on what else the database holds."""
    parent: Organization | None = None
    for kind, name in (("city", "测市"), ("street", "测街道"), ("community", "测社区"), ("unit", "测单位")):
        above = parent if kind != "unit" else Organization.objects.get(code="BENCH-city")
        node = Organization.objects.create(code=f"BENCH-{kind}", kind=kind, name=name, parent=above)
        node.path = f"{above.path if above else '/'}{node.pk}/"
        node.save(update_fields=["path"])
        parent = node
    return Organization.objects.get(code="BENCH-community")


def make_crowd(community: Organization, number: int) -> list[Visitor]:
    """Registered members with accounts and open sessions."""
    unit = Organization.objects.get(code="BENCH-unit")
    mobiles = [f"199{number:02}{person:06}" for person in range(CROWD)]
    users = User.objects.bulk_create(User(username=m, mobile=m, password="!") for m in mobiles)
    members = Member.objects.bulk_create(
        Member(
            name=user.username,
            mobile=user.username,
            user=user,
            unit=unit,
            community=community,
            state=Member.State.REGISTERED,
        )
        for user in users
    )
    keys = open_sessions(users)
    return [Visitor(member.pk, key) for member, key in zip(members, keys, strict=True)]


def open_sessions(users: Iterable[User]) -> list[str]:
    store = SessionStore()
    expires = timezone.now() + dt.timedelta(hours=1)
    rows = []
    for number, user in enumerate(users):
        values = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                  HASH_SESSION_KEY: user.get_session_auth_hash()}  # fmt: skip
        key = f"{user.username}{number:05}".ljust(32, "x")
        rows.append(Session(session_key=key, session_data=store.encode(values), expire_date=expires))
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]


def make_task(community: Organization, days: int) -> Task:
    """As many places as there are people, `days` ahead: two tasks of one person must not overlap."""
    item = ServiceItem.objects.filter(category="activity").first() or ServiceItem.objects.create(
        code="BENCH", name="测试事项", category="activity"
    )
    now = timezone.now()
    start = now + dt.timedelta(days=days)
    task = Task.objects.create(
        item=item,
        category=item.category,
        title="秒抢任务",
        place="广场",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        signup_opens_at=now,
        signup_closes_at=start,
        capacity=CROWD,
        minutes=120,
        organiser_name="负责人",
        publisher=community,
        state=Task.State.PUBLISHED,
        created_by=User.objects.get(username="19900000000"),
    )
    task.audience.set([community])
    return task
