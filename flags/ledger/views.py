"""Desk pages of the ledger: all lines, and one with its neighbours in the chain."""

from django.core.paginator import Page
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from flags.ledger.filters import LedgerFilter
from flags.models import FlagEntry
from flags.models.sealing import HASHED, line_hash
from members.access import StaffRequest, desk_required
from members.models import Organization
from xianfeng.ui.views import ordering, page_of

SHOWN = (
    "kind", "delta", "minutes", "service_date", "category", "source_label",
    "member__name", "unit__name", "organization__name",
)  # fmt: skip
SORTS = {"seq": "seq", "date": "service_date", "flags": "delta", "minutes": "minutes"}


@require_safe
@desk_required("flags.see")
def list_(request: StaffRequest) -> HttpResponse:
    found = LedgerFilter(request.GET, FlagEntry.objects.visible_to(request.user), request=request)
    page = page_of(request, listed(request, found).values_list("pk", flat=True))
    flags = found.qs.order_by().aggregate(flags=Sum("delta", default=0))
    return render(request, "flags/ledger/list.html", {"filter": found, "page": with_lines(page), **flags})


def listed(request: StaffRequest, found: LedgerFilter) -> QuerySet[FlagEntry]:
    """Lines in the order asked for: what the page and its export show."""
    rows: QuerySet[FlagEntry] = found.qs
    return rows.order_by(*ordering(request.GET.get("sort", ""), SORTS, default="-seq", then=["-seq"]))


def with_lines(page: Page) -> Page:
    """The page's lines instead of their numbers: names are joined for 50 lines, not for all before them."""
    lines = FlagEntry.objects.select_related("member", "unit", "organization").only(*SHOWN)
    found = lines.in_bulk(list(page.object_list))
    page.object_list = [found[seq] for seq in page.object_list]
    return page


@require_safe
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
    return render(request, "flags/ledger/entry.html", context)
