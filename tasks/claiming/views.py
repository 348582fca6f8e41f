"""The member's pages on the phone: tasks on offer, taking a place, giving it back."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Case, F, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.access import MemberRequest, member_required
from members.models import Member, Team, User
from tasks.claiming import claiming
from tasks.claiming.answer_times import TOO_NEAR
from tasks.claiming.filters import FACES, OfferFilter
from tasks.claiming.leaving import (
    Leaving,
    brief_obstacle,
    check_brief,
    excused_until,
    leaving_at,
    withdraw_obstacle,
)
from tasks.claiming.offering import obstacle_of
from tasks.claiming.rules import (
    AlreadyClaimed,
    Limits,
    NotInAudience,
    NotPublished,
    OfferWaits,
    Place,
    Refusal,
    Standing,
    TaskCancelled,
    TaskFull,
    check_open,
    check_wait,
    is_in_audience,
    obstacle,
)
from tasks.models import Claim, Invitation, ScopeReport, Task
from tasks.models.applicant import Applicant
from tasks.objecting.rules import is_reportable
from wishes.handling import handling as wishes
from wishes.models import Wish
from xianfeng.lib.refusal import refusal_of
from xianfeng.ui.filters import active_filters
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of

CARDS = 15


@dataclass(frozen=True)
class Card:
    """A task on offer as this member sees it."""

    task: Task
    held: Place | None
    refusal: Refusal | None


def offers_for(member: Member, now: dt.datetime) -> QuerySet[Task]:
    """What the member may still sign up for, or soon may; the nearest first, what is full last."""
    tasks = Task.objects.for_member(member).filter(Task.SIGN_UP.not_over_at(now))
    full_last = Case(When(Task.HAS_PLACE, then=0), default=1)
    return tasks.select_related("publisher").order_by(full_last, "starts_at", "id")


def own_claims(member: Member) -> QuerySet[Claim]:
    """A member's own places, also for one who acts at a desk too."""
    return Claim.objects.filter(member=member).select_related(
        "member", "team", "task__publisher", "task__wish"
    )


def cards_of(page: Page[Task], member: Member, now: dt.datetime) -> list[Card]:
    standing = Standing.of(Applicant.of(member), Limits.at(now), now)
    return [Card(task, held_on(standing, task), obstacle(task, standing, now)) for task in page]


def held_on(standing: Standing, task: Task) -> Place | None:
    """A place, an offer of one, or a rank in the line."""
    place = standing.place_on(task.pk)
    return place if place and (place.is_held or place.is_waiting) else None


@require_GET
@member_required
def browse(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    tabs = tabs_of(request, FACES, default="", param="period")
    found = OfferFilter(request.GET, queryset=offers_for(request.member, now), request=request)
    page = page_of(request, found.qs, CARDS)
    values = {
        "filter": found,
        "page": page,
        "cards": cards_of(page, request.member, now),
        "tabs": tabs,
        "chips": list(active_filters(found.form, found.form.visible_fields(), request.GET)),
    }
    return render(request, "tasks/claiming/browse.html", values)


@require_GET
@never_cache  # going back must not show a button that no longer fits
@member_required
def offer(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    offered = Task.objects.for_member(request.member).select_related("publisher", "item")
    own = own_claims(request.member).filter(task_id=pk).first()
    # Who waits sees the offer where a place lies open to everybody.
    if own and (own.holds_place or (own.is_waiting and own.task.is_full)):
        return redirect("tasks:my_claim", own.pk)
    task = get_object_or_404(offered, pk=pk)
    return render(request, "tasks/claiming/offer.html", offer_shown(task, request.member, now))


def offer_shown(task: Task, member: Member, now: dt.datetime) -> dict[str, Any]:
    """What stands in the way; of a full task, how many wait and what keeps the member from the line."""
    standing = Standing.of(Applicant.of(member), Limits.at(now), now)
    in_audience = is_in_audience(task, member)
    refusal = obstacle(task, standing, now, in_audience=in_audience)
    shown = {
        "task": task,
        "refusal": refusal,
        "teams": Team.objects.led_by(member),
        "invitation": invitation_to(task, member),
        **objection_to(task, member),
        "now": now,
    }
    if not isinstance(refusal, TaskFull):
        return shown
    no = refusal_of(partial(check_wait, in_audience=in_audience), task, standing, now)
    return {**shown, "can_wait": not no, "wait_obstacle": no, "in_line": task.claims.in_line().count()}


def invitation_to(task: Task, member: Member) -> Invitation | None:
    sent = Invitation.objects.standing().filter(task=task, member=member)
    return sent.select_related("organization").first()


def objection_to(task: Task, member: Member) -> dict[str, bool]:
    """Whether the member said that it is no volunteer service, or may."""
    reported = ScopeReport.objects.open().filter(task=task, member=member).exists()
    return {"own_report": reported, "can_object": is_reportable(task)}


@member_required
def not_offered(request: MemberRequest, pk: int) -> HttpResponse:
    """404 for members, as for every task that is not theirs; who is not on the roster gets 403."""
    raise Http404


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """The hot path: who asks and whether they may is read by the service together with the task."""
    try:
        taken = claiming.claim_own(pk, by=cast(User, request.user))
    except (Task.DoesNotExist, NotInAudience, NotPublished):
        return not_offered(request, pk)
    except TaskCancelled as refusal:
        messages.error(request, refusal.message)
        return redirect("tasks:browse")
    except (AlreadyClaimed, OfferWaits):  # the second tap of two gets the answer of the first
        return redirect("tasks:offer", pk)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("tasks:offer", pk)
    messages.success(request, _("接单成功，名额已为您保留。"))
    return redirect("tasks:my_claim", taken.pk)


@require_POST
@member_required
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    place = get_object_or_404(own_claims(request.member), pk=pk)
    reason = request.POST.get("reason", "")
    if not attempt(request, lambda: claiming.withdraw(place, by=request.user, reason=reason)):
        return redirect("tasks:my_claim", pk)
    messages.success(request, _("已退出“%(title)s”，名额已放出。") % {"title": place.task.title})
    return redirect("tasks:my_claims")


@require_GET
@never_cache
@member_required
def my_claims(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    mine = own_claims(request.member)
    waiting = Q(state__in=Claim.State.OPEN)
    past = mine.exclude(state__in=Claim.State.LIVE).order_by("-task__starts_at", "-id")
    values = {
        "pending": pending_of(request.member),
        "ahead": mine.filter(waiting, task__ends_at__gt=now).order_by("task__starts_at", "id"),
        "undecided": mine.filter(waiting, task__ends_at__lte=now).order_by("-task__starts_at", "-id"),
        "page": page_of(request, past, CARDS),
        "now": now,
    }
    return render(request, "tasks/claiming/claims.html", values)


def pending_of(member: Member) -> list[Claim]:
    """Offers to answer, the nearest end first; then where the member waits, with the rank."""
    pending = own_claims(member).pending().with_rank()  # type: ignore[attr-defined]
    return list(pending.order_by(F("offered_until").asc(nulls_last=True), "task__starts_at", "id"))


@require_GET
@never_cache
@member_required
def my_claim(request: MemberRequest, pk: int) -> HttpResponse:
    place, now = get_object_or_404(own_claims(request.member), pk=pk), timezone.now()
    limits = Limits.at(now)
    how = leaving_at(now, place, limits)
    values = {
        "claim": place,
        "task": place.task,
        "now": now,
        "is_ahead": place.is_open and now < place.task.ends_at,
        "is_offered": not refusal_of(check_open, place.task, now),
        "fixed": withdraw_obstacle(place, now),
        "leaving": how,
        "excused_until": excused_until(place, limits) if how == Leaving.EXCUSED else None,
        **brief_shown(place, request.user, now),
        **pending_shown(place, limits, now),
        **objection_to(place.task, request.member),
        "decision": place.verifications.standing().select_related("verifier").first(),
        "history": history_of(place),
    }
    return render(request, "tasks/claiming/claim.html", values)


def pending_shown(place: Claim, limits: Limits, now: dt.datetime) -> dict[str, Any]:
    """The rank in the line, until when offers are made, and what would keep a place from the member today."""
    if not place.is_pending:
        return {}
    waiting = place.task.claims.in_line()
    ranks = list(waiting.values_list("pk", flat=True))
    return {
        "rank": ranks.index(place.pk) + 1 if place.is_waiting and place.pk in ranks else 0,
        "in_line": len(ranks),
        "obstacle": obstacle_of(place.member, place.task, limits, now),
        "open_from": place.task.last_entry - TOO_NEAR,
    }


def brief_shown(place: Claim, user: User, now: dt.datetime) -> dict[str, Any]:
    """The resident's contact data for ten minutes after a look, or why there is none."""
    if place.task.wish is None or place.is_pending:
        return {}
    if no := brief_obstacle(place, now):
        return {"brief_obstacle": no}
    return {"brief": wishes.brief_seen_lately(place.task.wish, by=user)}


def history_of(place: Claim) -> list[dict[str, Any]]:
    """Newest first; the member's own steps need no name beside them."""
    events = place.events.select_related("by").order_by("-id")
    return [
        {
            "title": event.get_to_display(),
            "at": event.at,
            "note": event.note,
            "by": "" if event.by_id == place.member.user_id else event.by,
        }
        for event in events
    ]


@require_POST
@never_cache
@member_required
def open_brief(request: MemberRequest, pk: int) -> HttpResponse:
    """Each look leaves a line in the wish's log; its reader sees the data on the claim's page for a while."""
    place = get_object_or_404(own_claims(request.member).filter(task__wish__isnull=False), pk=pk)
    attempt(request, lambda: read_brief(place, request.user))
    return redirect(reverse("tasks:my_claim", args=[pk]) + "#brief")


def read_brief(place: Claim, by: User) -> wishes.Brief:
    """Raises BriefClosed."""
    check_brief(place, timezone.now())
    return wishes.open_brief(cast(Wish, place.task.wish), by=by, reason=_("接单人查看"))
