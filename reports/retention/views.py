"""How long what is kept, for whoever answers for it: the terms as they stand, and the last runs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from reports.models import RetentionRun
from reports.retention import running
from xianfeng.lib.database.retention import stays

RUNS_SHOWN = 14  # nights


@require_safe
@desk_required("retention.see")
def table(request: StaffRequest) -> HttpResponse:
    """What would go tonight, as figures only: nobody looks through it once more before it goes."""
    runs = list(RetentionRun.objects.visible_to(request.user)[:RUNS_SHOWN])
    last, tonight = next(iter(runs), None), running.next_night()
    lines = running.standing(tonight, last)
    context = {
        "lines": lines,
        "due": sum(line.due for line in lines),
        "tonight": tonight,
        "stays": stays(),
        "runs": runs,
        "last": last,
        "is_late": running.is_late(last),
        "failed": [line.term for line in lines if last and line.term.name in last.failures],
    }
    return render(request, "reports/retention/table.html", context)
