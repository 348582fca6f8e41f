"""Which pages take files, from whom and how large."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

# Beside the file a form has a few words and its boundaries.
OF_THE_FORM = 64 * 1024  # bytes


def takes_file[V: Callable[..., Any]](*, most: int, of: Callable[[HttpRequest], bool]) -> Callable[[V], V]:
    """The view takes a file of at most so many bytes from whom `of` admits; all others get none in.

    A file that is a little larger still comes in, so that the form can say so in its own words.
    """

    def decorate(view: V) -> V:
        view.largest_body = most + most // 4  # type: ignore[attr-defined]
        view.admits = of  # type: ignore[attr-defined]
        return view

    return decorate


def largest_body(view: Any, request: HttpRequest) -> int:
    """How many bytes a view reads at most from this request; 0 where it takes no file."""
    most: int = getattr(view, "largest_body", 0)
    return most + OF_THE_FORM if most and view.admits(request) else 0
