"""What every request passes before a page sees it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.urls import resolve, reverse

from xianfeng.lib.ids import LARGEST_ID
from xianfeng.lib.web.uploads import largest_body

NUL = "\x00"
# Pages are read and forms are sent; nothing here is put, patched or deleted by its address.
METHODS = ("GET", "HEAD", "POST")


class AnswerProbes:
    """What programs ask is answered before anybody looks who asks: no session, no database."""

    PATHS = ("/livez", "/healthz", "/metrics")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in self.PATHS:
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        answer: HttpResponse = match.func(request)
        return answer


class KeepOutOfCaches:
    """Pages show people: no browser and no proxy keeps one, and a log-out clears what was kept.

    It stands behind what serves the static files, which are everybody's and kept for long.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class CompressPages(GZipMiddleware):
    """Pages go out compressed, here and behind any proxy; files, streams and figures go as they are.

    What a page says under https could be guessed from its size by who makes a browser ask for it again and
    again with other words in it (BREACH). Our cookies go along with no request from another site but where it
    opens a page of ours (SameSite=Lax), so what repeats a searched word stays as it is; tokens in forms are
    masked anew for each page, and Django adds a random length to each answer.
    Static files were compressed when they were collected.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        return super().process_response(request, response) if is_page and "q" not in request.GET else response


class RefuseUnfit:
    """Answers what no page is for before each page would fail on it by itself.

    A NUL in the address, a cookie or a form, which PostgreSQL stores nowhere and no person types, is a
    bad request; an id beyond a bigint names nothing and is not found; a body larger than the page takes
    from this user is refused before a byte of it is read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if has_nul(request):
            raise BadRequest("A NUL character in the request.")
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
            raise Http404
        if is_too_large(request, view):
            return render(request, "413.html", status=413)
        if has_nul_in_form(request):
            raise BadRequest("A NUL character in a form.")
        return None


def has_nul(request: HttpRequest) -> bool:
    """Whether the address or a cookie holds one; a cookie may write it as an octal number."""
    return (
        NUL in request.path_info
        or "%00" in request.META.get("QUERY_STRING", "")
        or any(NUL in value for value in request.COOKIES.values())
    )


def is_too_large(request: HttpRequest, view: Any) -> bool:
    """By what the client says of it; the server hands on no more than that."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    return size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > largest_body(view, request)


def has_nul_in_form(request: HttpRequest) -> bool:
    """Whether a field of a posted form holds one; files are none of this."""
    return request.method == "POST" and any(
        NUL in text for _name, texts in request.POST.lists() for text in texts
    )
