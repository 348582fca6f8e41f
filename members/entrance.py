"""Which log-in opens first, members' by code or the staff's by password; the other is one tap away."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from members.methods import CODE, PASSWORD

COOKIE = f"{settings.COOKIE_PREFIX}entrance"
REMEMBERED_FOR = 365 * 24 * 3600  # seconds
PAGES = {CODE: "account_request_login_code", PASSWORD: settings.LOGIN_URL}


def log_in_page(request: HttpRequest, after: str = "/") -> str:
    """The address of the log-in for who wants to see `after`."""
    return reverse(PAGES[first_way(request, after)])


def first_way(request: HttpRequest, after: str) -> str:
    """A code opens no desk; else as the last time here; else what the page or the device speaks for."""
    if after.startswith((reverse("reports:desk_home"), reverse("admin:index"))):
        return PASSWORD
    last = request.COOKIES.get(COOKIE)
    if last in PAGES:
        return last
    return CODE if after.startswith(reverse("reports:me")) or is_phone(request) else PASSWORD


def is_phone(request: HttpRequest) -> bool:
    """By the hint that some browsers send by https, or by the word that all of them have in their name."""
    is_hinted = request.headers.get("Sec-CH-UA-Mobile") == "?1"
    return is_hinted or "Mobi" in request.headers.get("User-Agent", "")


def remember(response: HttpResponse, way: str) -> None:
    """It names nobody: only how somebody logged in here the last time."""
    response.set_cookie(
        COOKIE,
        way,
        max_age=REMEMBERED_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
