"""What the views of every desk and phone page do alike: try a service, cut a list into pages, order it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from xianfeng.lib.refusal import Refusal

PAGE = 50  # rows of a desk's table
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- Forms and services -------------------------------------------------------------------------


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is an answer too, and a GET none."""
    return request.POST if request.method == "POST" else None


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
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, ValidationError(refusal.message, code=refusal.code))
        return None


def valid(form: BaseForm) -> dict[str, Any]:
    """A form's values, for pages that show no form again. Raises Refusal with what is wrong with them."""
    if form.is_valid():
        return form.cleaned_data
    raise Refusal("　".join(faults(form)), "invalid")


def faults(form: BaseForm) -> Iterable[str]:
    """One text for each field that is wrong, with its label before it."""
    for name, errors in form.errors.items():
        text = "；".join(map(str, errors))
        yield f"{form.fields[name].label}：{text}" if name in form.fields else text


def back_to_list(request: HttpRequest, name: str, otherwise: str = "") -> HttpResponse:
    """To the list a decision was taken from, as it was filtered and paged; no other address is followed.

    `otherwise` is where who came from elsewhere goes on, if that is not the list.
    """
    address, back = reverse(name), request.POST.get("back", "")
    return redirect(back if back.partition("?")[0] == address else otherwise or address)


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


# --- Lists and files ----------------------------------------------------------------------------


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
    first = f"-{column}" if wanted.startswith("-") else column
    return [first, *(column for column in then if column != first)]


def download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """A file to keep, which no cache keeps on the way; the name may be Chinese (RFC 6266)."""
    disposition = content_disposition_header(True, filename) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
