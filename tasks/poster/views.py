"""One sheet to hang up: what, when, where, for whom, and the way to sign up."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from tasks.desk import fetch
from tasks.poster.rules import check_worth_hanging_up
from xianfeng.ui.views import attempt


@require_safe
@desk_required("tasks.see")
def poster(request: StaffRequest, pk: int) -> HttpResponse:
    """The code opens the offer of this task; of a series, the page with all its dates."""
    task = fetch(request, pk)
    if attempt(request, lambda: check_worth_hanging_up(task, timezone.now())) is None:
        return redirect("tasks:detail", pk)
    address = (
        reverse("tasks:my_series", args=[task.series_id])
        if task.series_id
        else reverse("tasks:offer", args=[pk])
    )
    context = {"task": task, "audience": task.audience.all(), "url": settings.SITE_URL + address}
    return render(request, "tasks/poster/poster.html", context)
