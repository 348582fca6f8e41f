"""Two changes that meet: the one that loses starts again and sees what the other has done."""

from collections.abc import Callable

from django.db import IntegrityError
from django.db.models import ProtectedError

TIMES = 3


def again[T](action: Callable[[], T], times: int = TIMES) -> T:
    """Run a whole transaction, again where a row it refers to came or went meanwhile.

    Raises IntegrityError after so many times, and at once what is no accident: ProtectedError.
    """
    for left in reversed(range(times)):
        try:
            return action()
        except ProtectedError:
            raise
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable")
