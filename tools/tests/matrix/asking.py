"""Sends one request as somebody, takes its effects back, and says what it did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.test import Client

from tools.tests.matrix.world import MARK, NUMBERS

WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
# A session is the visitor's own, whatever is asked in it.
OWN_TABLES = ("django_session", "usersessions_usersession")
LOG_IN = re.compile(r"/(accounts|admin)/log-?in/|/accounts/reauthenticate/")
SHUT = (403, 404, 405)


@dataclass
class Answer:
    status: int
    location: str = ""
    body: str = ""
    writes: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status < 400 and not LOG_IN.match(self.location)

    @property
    def asks_again(self) -> bool:
        """Who one is, before it goes on."""
        return self.location.startswith("/accounts/reauthenticate/")

    @property
    def is_shut(self) -> bool:
        return self.status in SHUT or bool(LOG_IN.match(self.location))

    @property
    def names_somebody_outside(self) -> bool:
        return MARK in self.body or NUMBERS in self.body


@contextmanager
def counted(writes: list[str]) -> Iterator[None]:
    """The tables that are written meanwhile."""

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        writes.extend(table for table in WRITES.findall(sql) if table not in OWN_TABLES)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def ask(client: Client, method: str, path: str, data: dict[str, Any]) -> Answer:
    answer = Answer(0)
    with transaction.atomic(), counted(answer.writes):
        response = client.post(path, data) if method == "POST" else client.generic(method, path)
        answer.status, answer.location = response.status_code, response.headers.get("Location", "")
        answer.body = "" if response.streaming else response.content.decode(errors="replace")
        transaction.set_rollback(True)
    return answer
