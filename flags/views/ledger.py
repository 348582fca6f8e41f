"""Desk pages of the ledger: all lines, and one with its neighbours in the chain."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from flags.filters import LedgerFilter
from flags.ledger import HASHED, line_hash
from flags.models import FlagEntry
from members.access import StaffRequest, desk_required
from members.models import Organization

PAGE = 50
SORTS = {"seq": "seq", "date": "service_date", "flags": "delta", "minutes": "minutes"}


@desk_required("flags.see")
def ledger(request: StaffRequest) -> HttpResponse:
    found = LedgerFilter(request.GET, FlagEntry.objects.visible_to(request.user), request=request)
    rows = found.qs.select_related("member", "unit", "organization").defer("member__address")
    page = Paginator(rows.order_by(*ordering(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "flags/ledger.html", {"filter": found, "page": page})


def ordering(request: StaffRequest) -> list[str]:
    key = request.GET.get("sort", "-seq")
    column = SORTS.get(key.removeprefix("-"), "seq")
    return [f"-{column}" if key.startswith("-") else column, "-seq"]


@desk_required("flags.see")
def entry(request: StaffRequest, seq: int) -> HttpResponse:
    lines = FlagEntry.objects.visible_to(request.user).select_related(
        "member", "unit", "organization", "actor", "verifier", "reverses"
    )
    line = get_object_or_404(lines, pk=seq)
    context = {
        "line": line,
        "reversal": FlagEntry.objects.filter(reverses=line).first(),
        "following": FlagEntry.objects.filter(pk=seq + 1).values("seq", "previous_hash").first(),
        "is_intact": line_hash([getattr(line, name) for name in HASHED]) == line.hash,
        "shows_source": request.desk.organization.kind != Organization.Kind.UNIT,
    }
    return render(request, "flags/entry.html", context)
