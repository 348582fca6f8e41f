"""What every request passes before a page sees it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

from xianfeng.lib.ids import LARGEST_ID

NUL = "\x00"


class RefuseUnstorable:
    """Answers what no database could hold before each page would fail on it by itself.

    A NUL in the address or a form, which PostgreSQL stores nowhere and no person types, is a bad
    request; an id beyond a bigint names nothing and is not found.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or "%00" in request.META.get("QUERY_STRING", "") or has_nul(request):
            raise BadRequest("A NUL character in the request.")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
            raise Http404


def has_nul(request: HttpRequest) -> bool:
    """Whether a field of a posted form holds one; files are none of this."""
    return request.method == "POST" and any(
        NUL in text for _name, texts in request.POST.lists() for text in texts
    )
