import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xianfeng import health
from xianfeng.lib.database.away import is_database_away, is_disk_full
from xianfeng.lib.machine.tracing import TRACE
from xianfeng.lib.queue import NotTaken

RETRY_AFTER = 30  # seconds, for browsers and proxies
TEXT_SIZE_KEPT = 365 * 24 * 3600  # seconds


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Does this process answer? Whoever restarts processes asks here: a restart cures no other part."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """State of every part. 503 where no page can be served; 200 and "degraded" where something waits."""
    report = health.report()
    return JsonResponse(report, status=503 if report["status"] == health.FAILED else 200)


@login_not_required
@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Large text or standard, kept by this browser for a year; back to the page that was read."""
    page = request.POST.get("next", "")
    response = redirect(page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else "/")
    if request.POST.get("size") == "large":
        response.set_cookie(
            settings.TEXT_SIZE_COOKIE,
            "large",
            max_age=TEXT_SIZE_KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.TEXT_SIZE_COOKIE, samesite="Lax")
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with what to do, where a part is away; 500 where the fault is ours."""
    error = sys.exception()
    if is_disk_full(error):
        return unavailable(
            _("服务器的存储空间满了"),
            _("刚才的内容没有保存，已有的数据都在。"),
            _("请告诉系统管理员清理磁盘；之后再做一次。"),
        )
    if isinstance(error, NotTaken):
        return unavailable(_("现在发不出去"), _("邮件没有发出，别的都没有变。"), _("请过几分钟再试。"))
    if is_database_away(error):
        return unavailable(
            _("系统暂时不能使用"),
            _("数据库正在重启或维护，刚才的操作可能没有保存，已有的数据都在。"),
            _("请过一分钟刷新页面，先看看内容是否已保存，再重试；十分钟后仍不能用，请告诉系统管理员。"),
        )
    return standing_alone("500.html", 500, {})


def unavailable(title: str, text: str, advice: str) -> HttpResponse:
    response = standing_alone("503.html", 503, {"title": title, "text": text, "advice": advice})
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def standing_alone(template: str, status: int, context: dict[str, str]) -> HttpResponse:
    """With the number of the request, for whoever calls about it; nobody is looked up for the page."""
    return render(None, template, {**context, "trace": TRACE.get()}, status=status)
