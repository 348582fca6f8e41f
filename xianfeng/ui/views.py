"""What the views of every desk and phone page do alike: try a service, cut a list into pages, order it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.forms import BaseForm
from django.http import HttpRequest

from xianfeng.lib.refusal import Refusal

PAGE = 50  # rows of a desk's table


def attempt[T](request: HttpRequest, action: Callable[[], T]) -> T | None:
    """Run a service; a refusal becomes the page's message and gives None."""
    try:
        return action()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return None


def submit[T](form: BaseForm, action: Callable[[], T]) -> T | None:
    """Run a service with a valid form's values; a refusal becomes an error on the field it is about."""
    if not form.is_valid():
        return None
    try:
        return action()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def page_of(request: HttpRequest, rows: Any, size: int = PAGE, *, total: int | None = None) -> "Page[Any]":
    """The page asked for by `?page=`; where `total` is known already, nothing is counted again."""
    pages = Paginator(rows, size)
    if total is not None:
        pages.__dict__["count"] = total
    return pages.get_page(request.GET.get("page"))


def ordering(
    asked: str, columns: Mapping[str, str], *, default: str, then: Sequence[str] = ("pk",)
) -> list[str]:
    """The columns to order by: the one asked for (`-` turns it round), or the default; then the last word.

    What is asked for comes from the address: a name that is not among the columns counts as none.
    """
    wanted = asked if asked.removeprefix("-") in columns else default
    column = columns.get(wanted.removeprefix("-"), wanted.removeprefix("-"))
    return [f"-{column}" if wanted.startswith("-") else column, *then]


def each_row[T](
    request: HttpRequest,
    rows: Iterable[T],
    action: Callable[[T], object],
    *,
    name: Callable[[T], object] = str,
) -> int:
    """Run a service on each row by itself; a refusal, or a missing right, names its row and stops nothing.

    Returns how many went through.
    """
    done = 0
    for row in rows:
        try:
            action(row)
            done += 1
        except (Refusal, PermissionDenied) as refusal:
            messages.error(request, f"{name(row)}：{refusal}")
    return done
