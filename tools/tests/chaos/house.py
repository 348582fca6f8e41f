"""The whole platform in one folder: opened, troubled, looked at, closed."""

import os
import random
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tools.tests.chaos.disks import small_disk

if TYPE_CHECKING:
    from tools.tests.chaos.parts import Database, Part
    from tools.tests.chaos.stage import Stage


class House:
    """Its settings are those of the environment, so Django is set up once the database has an address."""

    def __init__(self, folder: Path, *, may_be_full: bool = False) -> None:
        self.folder, self.may_be_full = folder, may_be_full
        self.parts: list[Part] = []
        self.disks = ExitStack()
        self.mails, self.mode = folder / "accepted.txt", folder / "mode.txt"

    def open(self) -> None:
        database = self.open_database()
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        from tools.tests.chaos.stage import set_stage

        self.stage: Stage = set_stage()
        self.start_rest(database)

    def open_database(self) -> "Database":
        """Before anything reads the settings."""
        from tools.tests.chaos import parts

        self.port, self.mail_port = parts.free_port(), parts.free_port()
        # Beside the platform's own folder, which only its user may enter; PostgreSQL does not run as root.
        self.folder.chmod(0o755)
        self.tables = self.folder / "pg"
        self.tables.mkdir()
        if self.may_be_full:
            self.disks.enter_context(small_disk(self.tables, "600m"))
        os.environ.update(parts.environment(self.folder / "var", self.mail_port))
        database = parts.Database(self.tables)
        database.start()
        self.parts.append(database)
        os.environ["DATABASE_URL"] = database.url()
        return database

    def start_rest(self, database: "Database") -> None:
        from django.conf import settings
        from django.db import connections

        from tools.tests.chaos import parts
        from xianfeng import launcher
        from xianfeng.lib.machine.embedded import Valkey

        connections.close_all()
        log = self.folder / "log.txt"
        sink = parts.python("tools.tests.chaos.sink", str(self.mail_port), str(self.mails), str(self.mode))
        workers = [parts.Child(child.name, child.command, log) for child in launcher.workers()]
        rest: list[Part] = [
            parts.Broker(Valkey.for_var(settings.VAR_DIR)), parts.Child("mail", sink, log),
            parts.web(self.port, log), *workers,
        ]  # fmt: skip
        for part in rest:
            part.start()
            self.parts.append(part)
        deadline = time.monotonic() + parts.PATIENCE
        while not parts.is_served(self.port):
            if time.monotonic() > deadline:
                raise RuntimeError(f"The portal does not come up; see {log}.")
            time.sleep(0.2)
        print("the portal is up", flush=True)

    def endure(self, times: int, seconds: float, rng: random.Random, seed: int) -> int:
        """Work under trouble, then the count. Returns the exit code."""
        from tools.tests.chaos.people import Crowd
        from tools.tests.chaos.settling import faults, outcome, settle
        from tools.tests.chaos.trouble import Trouble

        crowd, trouble = Crowd(self.port, self.stage, seed), Trouble(self.parts, rng)
        threads = crowd.start()
        began = time.monotonic()
        trouble.make(times, seconds)
        trouble.end()
        for part in dict(trouble.count):
            print(f"  {trouble.count[part]:4} {part}", flush=True)
        crowd.stop.set()
        for thread in threads:
            thread.join(timeout=120)
        left = settle()
        found = [f"stuck: {left}"] if left else []
        found += list(faults(crowd, self.mails))
        print(f"done by people: {dict(crowd.done)}", flush=True)
        print(f"answers: { {f'{what} {status}': n for (what, status), n in sorted(crowd.answers.items())} }")
        print(outcome())
        print("\n".join(f"FAULT {fault}" for fault in found) or "no fault found")
        count, seconds = sum(trouble.count.values()), time.monotonic() - began
        print(f"{count} kills and freezes, over after {seconds:.0f} s", flush=True)
        return 1 if found else 0

    def compare(self) -> int:
        """Twelve acts in each outage, then whether all came to an end. Returns the exit code."""
        from django.conf import settings

        from tools.tests.chaos.outages import Acts, Outages, table
        from tools.tests.chaos.settling import faults_of_acts, settle

        acts = Acts(self.port, self.stage)
        named = {part.name: part for part in self.parts}
        outages = Outages(self.port, named, self.mode, Path(settings.MEDIA_ROOT), self.tables)
        found = list(table(acts, outages))
        left = settle()
        found += [f"stuck: {left}"] if left else []
        found += faults_of_acts(acts)
        print("\n".join(f"FAULT {fault}" for fault in found) or "no fault found", flush=True)
        return 1 if found else 0

    def reload(self, requests: int) -> int:
        """So many requests while the web server is reloaded. Returns the exit code."""
        from tools.tests.chaos.reloading import reload_under_load

        web = next(part for part in self.parts if part.name == "web")
        found = reload_under_load(web, self.port, self.stage, requests)
        print("\n".join(f"FAULT {fault}" for fault in found) or "no fault found", flush=True)
        return 1 if found else 0

    def close(self) -> None:
        from tools.tests.chaos.parts import stop_all

        stop_all(list(reversed(self.parts)))
        self.disks.close()
