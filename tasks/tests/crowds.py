"""Many members at once, each on a connection of their own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from members.models import Member, User
from tasks.claiming.rules import Refusal
from tasks.models import Claim, Task
from xianfeng.testing.cast import Cast

THREADS = 40  # divides a crowd of 200, not 50 places: the control must not stop at a round's end


def make_crowd(cast: Cast, count: int) -> list[Member]:
    """Registered members of the community, each with an account."""
    mobiles = [f"139{number:08}" for number in range(count)]
    users = User.objects.bulk_create(User(username=mobile, mobile=mobile) for mobile in mobiles)
    Member.objects.bulk_create(
        Member(
            name=f"党员{user.pk}",
            mobile=str(user.mobile),
            unit=cast.unit,
            community=cast.community,
            estate=cast.estate,
            user=user,
            state=Member.State.REGISTERED,
        )
        for user in users
    )
    return list(Member.objects.filter(user__in=users).select_related("user", "unit", "community", "estate"))


def at_once(actions: Iterable[Callable[[], object]], threads: int = THREADS) -> list[str]:
    """Run all, as parallel as `threads` connections allow; "" for a success, else the refusal's code."""
    gate = threading.Barrier(threads)

    def open_gate() -> None:
        gate.wait(timeout=60)

    def run(action: Callable[[], object]) -> str:
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(threads) as pool:
        for started in [pool.submit(open_gate) for _thread in range(threads)]:
            started.result()
        return list(pool.map(run, actions))


def assert_counter_is_rows(task: Task) -> None:
    task.refresh_from_db()
    assert task.places_taken == Claim.objects.holding().filter(task=task).count() <= task.capacity
