"""Another database in the place of `default`, for this thread and a while.

So the same managers, services and commands read a snapshot, a scratch copy or a database being restored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from xianfeng.operations.backups.engines.base import Config


@contextmanager
def standing_in(config: Config) -> Iterator[BaseDatabaseWrapper]:
    usual = connections[DEFAULT_DB_ALIAS]
    other = wrapper(config)
    connections[DEFAULT_DB_ALIAS] = other
    ContentType.objects.clear_cache()
    try:
        yield other
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = usual
        ContentType.objects.clear_cache()  # its numbers are those of the other database


def wrapper(config: Config) -> BaseDatabaseWrapper:
    """A connection of its own that nothing else knows."""
    backend = load_backend(config["ENGINE"])
    made: BaseDatabaseWrapper = backend.DatabaseWrapper(deepcopy(config), DEFAULT_DB_ALIAS)
    return made
