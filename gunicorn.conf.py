"""What gunicorn does wherever it serves the platform: `manage.py run`, systemd, a container."""

import os
import shutil
import tempfile
from typing import Any

# Counts of requests lie in files that all processes of this server share, and that a reload keeps. In
# memory: on a full disk the first touch of such a file would kill the process that touches it.
MEMORY = "/dev/shm"  # noqa: S108  (a folder of its own is made in it, for this user alone)
OWNER = str(os.getpid())
if os.environ.get("XIANFENG_METRICS_OF") != OWNER:  # a new server, also one that took over by USR2
    folder = MEMORY if os.access(MEMORY, os.W_OK) else None
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="xianfeng-metrics-", dir=folder)
    os.environ["XIANFENG_METRICS_OF"] = OWNER

# No query string: the number that somebody searched for may stand in it.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms %({x-request-id}o)s'


def child_exit(server: Any, worker: Any) -> None:
    """The counts of a process that is no more are kept, its open gauges are not."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
