"""What every request passes before a page sees it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\x00"


class RefuseNul:
    """Answers 400 where the address or a form holds a NUL, which PostgreSQL stores nowhere.

    No person types one; without this each raw query parameter would be a server error of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or "%00" in request.META.get("QUERY_STRING", "") or has_nul(request):
            raise BadRequest("A NUL character in the request.")
        return self.get_response(request)


def has_nul(request: HttpRequest) -> bool:
    """Whether a field of a posted form holds one; files are none of this."""
    return request.method == "POST" and any(
        NUL in text for _name, texts in request.POST.lists() for text in texts
    )
