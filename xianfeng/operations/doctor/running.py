"""Asks all probes at once, and waits for none of them longer than a few seconds."""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import connections
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xianfeng.operations.doctor import (
    backups,
    broker,
    clock,
    database,
    disks,
    files,
    keys,
    mail,
    nights,
    site,
    texts,
    versions,
    workers,
)
from xianfeng.operations.doctor.findings import PROBES, Area, Entry, Finding, Probe, fail

log = logging.getLogger(__name__)
PATIENCE = 4.5  # seconds for all of them: they run side by side
# Importing an area puts its probes on the list.
SEE_LOG = "journalctl -u 'xianfeng-*' -n 50"
LOOK_AT = {
    Area.JOBS: "systemctl status redis-server@xianfeng 'xianfeng-*'",
    Area.DATABASE: "pg_lsclusters; systemctl status 'postgresql*'",
}
AREAS = (files, keys, mail, texts, workers, broker, database, disks, backups, nights, site, clock, versions)


@dataclass
class Asked:
    """One probe in a thread of its own, which is left behind when it hangs."""

    name: str
    label: str | Promise
    area: Area
    probe: Probe
    found: list[Finding] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def start(self) -> None:
        self.thread = threading.Thread(target=self.ask, name=f"doctor-{self.name}", daemon=True)
        self.thread.start()

    def ask(self) -> None:
        try:
            self.found.extend(self.probe())
        except Exception as error:  # whatever it was, the others' answers count
            log.debug("The probe %s failed.", self.name, exc_info=True)
            self.found.append(self.unanswered(told(error)))
        finally:
            connections.close_all()

    def answer(self, deadline: float) -> list[Finding]:
        self.thread.join(max(0.0, deadline - time.monotonic()))
        found = list(self.found)
        if self.thread.is_alive():
            found.append(self.unanswered(_("%(seconds)d 秒内没有回答") % {"seconds": int(PATIENCE)}))
        return [replace(finding, area=self.area) for finding in found]

    def unanswered(self, reason: str) -> Finding:
        shown = {"label": self.label, "reason": reason}
        return fail(self.name, _("%(label)s:查不了,%(reason)s") % shown, LOOK_AT.get(self.area, SEE_LOG))


def told(error: Exception) -> str:
    """One line of it; passwords stand in addresses, not in what libraries say of a failure."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def examine(probes: Iterable[Entry] | None = None) -> list[Finding]:
    """Everything that the probes find, in the order of the six questions."""
    asked = [Asked(*entry) for entry in (PROBES if probes is None else probes)]
    deadline = time.monotonic() + PATIENCE
    for one in asked:
        one.start()
    found = [finding for one in asked for finding in one.answer(deadline)]
    order = list(Area)
    return sorted(found, key=lambda finding: order.index(finding.area))
