"""The member's page of a series: each date, all of them at once, and out of all of them."""

from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.access import MemberRequest, member_required
from tasks.claiming.leaving import Leaving, leaving_at
from tasks.claiming.rules import Limits
from tasks.claiming.views import CARDS, cards_of
from tasks.models import Claim, Series, Task
from tasks.series import signing
from tasks.series.signing import Outcome
from xianfeng.lib.times import format_date
from xianfeng.ui.views import page_of

NAMED = 3  # dates that are said with a reason; the page has it beside each of them


def series_for(request: MemberRequest, pk: int) -> Series:
    """One that reaches the member, or on which they once took a place; else 404."""
    rows = Series.objects.select_related("publisher").filter(pk=pk)
    offered = Task.objects.for_member(request.member).filter(series=pk)
    own = Claim.objects.filter(member=request.member, task__series=pk)
    series = rows.first()
    if series is None or not (offered.exists() or own.exists()):
        raise Http404
    return series


@require_GET
@never_cache
@member_required
def show(request: MemberRequest, pk: int) -> HttpResponse:
    series, now = series_for(request, pk), timezone.now()
    page = page_of(request, signing.dates_for(series, request.member, now).select_related("publisher"), CARDS)
    cards = cards_of(page, request.member, now)
    places = list(signing.places_of(series, request.user, now))
    limits = Limits.at(now)
    context = {
        "series": series,
        "page": page,
        "cards": cards,
        "can_claim": any(not card.refusal for card in cards),
        "places": places,
        "owes_reason": any(leaving_at(now, one, limits) == Leaving.LATE for one in places if one.is_open),
    }
    return render(request, "tasks/series/offer.html", context)


@require_POST
@member_required
def claim(request: MemberRequest, pk: int) -> HttpResponse:
    outcome = signing.claim_all(series_for(request, pk), request.member, by=request.user)
    if outcome.done:
        messages.success(request, _("接下 %(count)d 次，名额已为您保留。") % {"count": outcome.done})
    elif not outcome.refused:
        messages.info(request, _("能接的各次您都已接下，不用重复接单。"))
    tell_refused(request, outcome, _("有 %(count)d 次没有接下：%(why)s"))
    return redirect("tasks:my_series", pk)


@require_POST
@member_required
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    outcome = signing.leave_all(series_for(request, pk), by=request.user, reason=reason)
    if outcome.done:
        messages.success(request, _("已退出 %(count)d 次，名额已放出。") % {"count": outcome.done})
    tell_refused(request, outcome, _("有 %(count)d 次没有退出：%(why)s"))
    return redirect("tasks:my_series", pk)


def tell_refused(request: HttpRequest, outcome: Outcome, text: str) -> None:
    """Each reason once, with its first dates."""
    why: dict[str, list[str]] = defaultdict(list)
    for task, refusal in outcome.refused:
        why[refusal.message].append(format_date(task.starts_at, weekday=False))
    if why:
        reasons = "　".join(f"{'、'.join(days[:NAMED])}：{message}" for message, days in why.items())
        messages.warning(request, text % {"count": len(outcome.refused), "why": reasons})
