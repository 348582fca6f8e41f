"""One number for a request and all that came of it, in the log of every process.

django-guid does the same, and bars Django 6 on Python 3.12.
"""

import re
import time
import uuid
from contextvars import ContextVar
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

TRACE: ContextVar[str] = ContextVar("trace", default="")
HEADER, ASKED_AT = "trace", "asked_at"  # of a message in the queue
FORM = re.compile(r"[0-9a-f]{16,64}")


def new_trace(given: str = "") -> str:
    """The number that the proxy gave, or a new one: what is no number of ours never gets into the log."""
    return given if FORM.fullmatch(given) else uuid.uuid4().hex


@before_task_publish.connect
def write_on_message(headers: dict[str, Any], **_: Any) -> None:
    headers[ASKED_AT] = time.time()
    if trace := TRACE.get():
        headers[HEADER] = trace


@task_prerun.connect
def read_from_message(task: Any, **_: Any) -> None:
    TRACE.set(new_trace(str(task.request.get(HEADER) or "")))


@task_postrun.connect
def end_trace(**_: Any) -> None:
    TRACE.set("")
