"""People who go on working while a backup is taken: each in a thread, through the services."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from members.models import ImportBatch
from tasks.claiming.claiming import withdraw
from tasks.models import Claim
from tasks.tests.desk import ended_task
from tasks.tests.offers import DAY, make_offer, take, user_of
from tasks.verifying import verifying
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.verifying import Decision
from wishes.stating.stating import submit
from xianfeng.operations.backups.tests.conftest import upload
from xianfeng.testing.cast import Cast

PATIENCE = 120.0  # seconds for one step of one writer on a busy machine


class Writers:
    """Counts what each has done, so that others can wait for progress and not for time."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.steps: Counter[str] = Counter()
        self.failures: list[BaseException] = []
        self.moved = threading.Condition()
        self.stopped = threading.Event()
        self.number = 0
        self.held: Claim | None = None
        self.beside: list[int] = []  # steps that were done during each backup

    def wait_for_progress(self) -> None:
        """Until each of them has begun and done something. Raises what one of them broke at."""
        with self.moved:
            before = dict(self.steps)
            self.moved.wait_for(lambda: self.failures or self.all_beyond(before), timeout=PATIENCE)
            if self.failures:
                raise self.failures[0]
            assert self.all_beyond(before), f"nobody moves: {before}"

    def all_beyond(self, before: dict[str, int]) -> bool:
        # The second step of the ledger's writer began after the first was counted: its lines are new ones.
        least = {name: 2 if name == "flags" else 1 for name in ACTS}
        return all(self.steps[name] >= before.get(name, 0) + least[name] for name in ACTS)

    def run(self, name: str) -> None:
        try:
            while not self.stopped.is_set():
                ACTS[name](self)
                with self.moved:
                    self.steps[name] += 1
                    self.moved.notify_all()
        except BaseException as error:  # for the test to raise
            with self.moved:
                self.failures.append(error)
                self.moved.notify_all()
        finally:
            connection.close()

    # --- What they do -------------------------------------------------------------------------------

    def light_flags(self) -> None:
        """A task is verified; every other time one of its decisions is taken back."""
        task = ended_task(self.cast, self.cast.li, self.cast.wang)
        task.claims.update(presence="present")
        decisions = [Decision(claim.pk, "good", 120, 1) for claim in task.claims.order_by("pk")]
        made = verifying.verify(task, decisions, by=self.cast.clerk)
        if task.pk % 2:
            reverse_verification(made[0], reason="记错了人", by=self.cast.secretary)

    def claim_places(self) -> None:
        """One place at a time, a month ahead: no limit of the year is in the way."""
        if self.held:
            withdraw(self.held, by=user_of(self.cast.wang))
        self.held = take(make_offer(self.cast, starts_in=30 * DAY), self.cast.wang)

    def state_wishes(self) -> None:
        self.number += 1
        need = f"想请人上门理发{self.number}"
        mobile = f"137{random.randrange(10**8):08}"
        submit(
            organization=self.cast.estate, need=need, contact_name="钱奶奶", contact_mobile=mobile,
            key=need,
        )  # fmt: skip

    def move_files(self) -> None:
        """One comes, and the one before the last goes, as with a batch that is confirmed."""
        batch = upload(self.cast, random.randbytes(20_000))
        for older in ImportBatch.objects.filter(pk__lt=batch.pk - 1).exclude(file=""):
            path = Path(older.file.path)
            ImportBatch.objects.filter(pk=older.pk).update(file="")
            path.unlink()


ACTS: dict[str, Callable[[Writers], None]] = {
    "flags": Writers.light_flags,
    "claims": Writers.claim_places,
    "wishes": Writers.state_wishes,
    "files": Writers.move_files,
}


@contextmanager
def writing(cast: Cast) -> Iterator[Writers]:
    writers = Writers(cast)
    threads = [threading.Thread(target=writers.run, args=[name]) for name in ACTS]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        writers.stopped.set()
        for thread in threads:
            thread.join(timeout=PATIENCE)
