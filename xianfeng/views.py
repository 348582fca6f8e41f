from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xianfeng import health


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """State of database, broker, worker and beat; 503 when the portal cannot work without it."""
    report = health.report()
    return JsonResponse(report, status=200 if report["status"] == health.OK else 503)
