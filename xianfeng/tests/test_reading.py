"""Reading never writes: no page that is only looked at leaves a row behind, whoever looks."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from members.models import Organization
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.answers import ROLES
from xianfeng.tests.test_access import client_of

WRITE = re.compile(r"(?<!FOR )\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)

# What every visit may leave: it is about the visit, not about what is looked at.
OF_THE_VISIT = {
    "django_session": "a walk over several pages keeps its answers there",
    "usersessions_usersession": "the user's own list of devices: when and whence each was last used",
}


@contextmanager
def watched() -> Iterator[set[str]]:
    """The tables that statements write to meanwhile."""
    tables: set[str] = set()

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        tables.update(WRITE.findall(sql)[:1])
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield tables


def left_by(client: Client, path: str) -> set[str]:
    """What looking at a page, and at each of its tabs, writes; taken back afterwards."""
    with transaction.atomic(), watched() as tables:
        response = client.get(path)
        for tab in (response.context and response.context.get("tabs")) or ():
            client.get(path.split("?")[0] + tab.url if tab.url.startswith("?") else tab.url)
        transaction.set_rollback(True)
    return tables - set(OF_THE_VISIT)


READ = sorted(name for name in ACCESS if ACCESS[name].get)


@pytest.mark.parametrize("name", READ)
def test_looking_at_a_page_writes_nothing(name: str, cast: Cast):
    access = ACCESS[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    found: dict[str, set[str]] = defaultdict(set)
    for role in ROLES:
        if access.get and access.get[role] < 400:
            for table in left_by(client_of(cast, role), path):
                found[table].add(role)
    assert found == {}, f"GET {path} writes"


def test_a_write_is_noticed(cast: Cast):
    """The watch sees rows added, changed and removed, and takes a lock for none."""
    with transaction.atomic(), watched() as tables:
        list(Organization.objects.select_for_update().filter(pk=cast.unit.pk))
        assert tables == set()
        Organization.objects.filter(pk=cast.unit.pk).update(name="改名")
        assert tables == {"members_organization"}
        transaction.set_rollback(True)
