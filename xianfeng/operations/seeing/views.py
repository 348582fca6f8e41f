"""What monitoring reads, and what the city's administrator looks at."""

import ipaddress
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from xianfeng import health
from xianfeng.operations.doctor import examine
from xianfeng.operations.doctor.findings import Finding, State
from xianfeng.operations.seeing.figures import figures
from xianfeng.operations.seeing.metrics import exposition
from xianfeng.operations.seeing.words import in_words


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine itself, or whoever shows METRICS_TOKEN. To all others there is no such page."""
    if not (is_this_machine(request) or shows_token(request)):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def is_this_machine(request: HttpRequest) -> bool:
    """Asked without a proxy in between: what a proxy hands on comes from this machine, too."""
    is_forwarded = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"))
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104
    except ValueError:
        return False
    return address.is_loopback and not is_forwarded


def shows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


WORST_FIRST: dict[State, str | Promise] = {
    State.FAIL: _("要处理"),
    State.WARN: _("提醒"),
    State.OK: _("正常"),
}
PARTS: dict[str, str | Promise] = {
    "database": _("数据库"),
    "broker": _("队列和缓存（Redis）"),
    "worker": _("后台任务·有人等着的"),
    "worker_mail": _("后台任务·发信发短信"),
    "worker_nightly": _("后台任务·每夜的"),
    "beat": _("定时"),
    "disk": _("磁盘"),
    "retention": _("昨夜的按期清理"),
}


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """How the platform is, for its administrator: parts and figures, and what is odd about them."""
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied(gettext("只有系统管理员能看运行情况。"))
    context = {
        **admin.site.each_context(request),
        "title": gettext("运行情况"),
        "parts": parts(),
        "rows": rows(),
        "now": timezone.now(),
    }
    if "doctor" in request.GET:
        context["findings"] = findings()
    return render(request, "operations/state.html", context)


def parts() -> list[tuple[str | Promise, bool]]:
    """Parts as /healthz tells them, in words."""
    report = health.report()
    return [(PARTS.get(part, part), report[part] == health.OK) for part in report if part != "status"]


def findings() -> list[tuple[Finding, str | Promise, bool]]:
    """What the doctor finds, each with its state in a word, and whether it is bad; the worst first."""
    order = list(WORST_FIRST)
    found = sorted(examine(), key=lambda finding: order.index(finding.state))
    return [(each, WORST_FIRST[each.state], each.state is State.FAIL) for each in found]


def rows() -> list[dict[str, Any]]:
    asked = [(figure, figure.value()) for figure in figures()]
    return [
        {"title": figure.title, "words": in_words(figure, value), "is_odd": figure.is_odd(value)}
        for figure, value in asked
    ]
