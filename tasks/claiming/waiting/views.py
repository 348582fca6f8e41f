"""The member's side of the waiting list: in line, out of it, yes or no to an offer."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.access import MemberRequest, member_required
from members.models import User
from tasks.claiming.rules import (
    AlreadyWaiting,
    NotInAudience,
    NotPublished,
    OfferWaits,
    Refusal,
    TaskCancelled,
)
from tasks.claiming.views import not_offered, own_claims
from tasks.claiming.waiting import waiting
from tasks.models import Claim, Task
from xianfeng.ui.views import attempt


@require_POST
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """As hot as a claim: who asks and whether they may is read by the service together with the task."""
    try:
        joined = waiting.join(pk, by=cast(User, request.user))
    except (Task.DoesNotExist, NotInAudience, NotPublished):
        return not_offered(request, pk)
    except TaskCancelled as refusal:
        messages.error(request, refusal.message)
        return redirect("tasks:browse")
    except (AlreadyWaiting, OfferWaits):  # the second tap of two gets the answer of the first
        return redirect("tasks:offer", pk)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("tasks:offer", pk)
    messages.success(request, _("已排队候补。轮到您时会通知您确认。"))
    return redirect("tasks:my_claim", joined.pk)


@require_POST
@member_required
def leave_line(request: MemberRequest, pk: int) -> HttpResponse:
    return answer(request, pk, waiting.leave, _("已退出候补。"))


@require_POST
@member_required
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    return answer(request, pk, waiting.accept, _("接单成功，名额是您的了。"))


@require_POST
@member_required
def decline(request: MemberRequest, pk: int) -> HttpResponse:
    return answer(request, pk, waiting.decline, _("已告知不参加，名额转给下一位。"))


def answer(request: MemberRequest, pk: int, act: Callable[..., Claim], done: str) -> HttpResponse:
    place = get_object_or_404(own_claims(request.member), pk=pk)
    if attempt(request, lambda: act(place, by=request.user)):
        messages.success(request, done)
    return redirect("tasks:my_claim", pk)
