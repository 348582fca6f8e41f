"""The floor for the claim path, served by the measured gunicorn only: no production address leads here."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from tasks.models import Claim, Task
from xianfeng import urls


@require_POST
def bare_claim(request: HttpRequest, task: int, member: int) -> HttpResponse:
    """Log-in and session as everywhere (middleware), then one conditional update and one insert."""
    with transaction.atomic():
        free = Task.objects.with_free_places().filter(pk=task)
        if free.update(places_taken=F("places_taken") + 1) != 1:
            return HttpResponse(status=409)
        place = Claim.objects.create(task_id=task, member_id=member)
    return redirect("tasks:my_claim", place.pk)


urlpatterns: list[Any] = [
    path("bench/claim/<int:task>/<int:member>/", bare_claim),
    *urls.urlpatterns,
]
