"""Which errors mean that a part is away for the moment, so that "try again" is the honest answer."""

import errno
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

# PostgreSQL, appendix A: lost connections, no resources, shut-down, and what only asks to be repeated.
PASSING = ("08", "40", "53", "57", "55P03")
FULL = "53100"
SQLITE_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")
SQLITE_FULL = "SQLITE_FULL"


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came of."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def is_disk_full(error: BaseException | None) -> bool:
    """Was there no room for a file or a row?"""
    return any(
        (isinstance(each, OSError) and each.errno in (errno.ENOSPC, errno.EDQUOT))
        or getattr(each, "sqlstate", None) == FULL
        or getattr(each, "sqlite_errorname", None) == SQLITE_FULL
        for each in chain(error)
    )


def is_database_away(error: BaseException | None) -> bool:
    """Could the database not be reached, or not do its work just now?"""
    return any(_is_passing(each) for each in chain(error))


def _is_passing(error: BaseException) -> bool:
    if not isinstance(error, OperationalError):
        return isinstance(error, InterfaceError)
    cause = error.__cause__
    if name := getattr(cause, "sqlite_errorname", None):
        return str(name).startswith(SQLITE_PASSING)
    # A connection that never came about, or broke without a word, has no state.
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(PASSING)
