"""Counts and times every request by its route, and gives it the number that its log lines carry."""

import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from xianfeng.lib.machine.tracing import TRACE, new_trace
from xianfeng.middleware import METHODS

TRACE_HEADER = "X-Request-ID"
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
REQUESTS = Counter("xianfeng_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram("xianfeng_request_seconds", "Time to answer a request.", ["route"], buckets=BUCKETS)


class Measure:
    """The outermost middleware. A route is an address's name: no number, no person, few of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A visitor could choose the number; the proxy overwrites what visitors send.
        given = request.headers.get(TRACE_HEADER, "") if settings.TRUST_PROXY else ""
        token, started = TRACE.set(new_trace(given)), time.perf_counter()
        try:
            response = self.get_response(request)
            response[TRACE_HEADER] = TRACE.get()
            observe(request, response.status_code, time.perf_counter() - started)
            return response
        finally:
            TRACE.reset(token)


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    """A count that cannot be written costs nobody the answer."""
    with suppress(OSError, ValueError):
        count(request, status, seconds)


def count(request: HttpRequest, status: int, seconds: float) -> None:
    route, method = route_of(request), request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, status).inc()
    SECONDS.labels(route).observe(seconds)


def route_of(request: HttpRequest) -> str:
    """What no address matched is one route, static files among it."""
    match = request.resolver_match
    return match.view_name or "unnamed" if match else "none"
