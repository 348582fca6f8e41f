"""What answering an offer and leaving the line refuse; who may join says `claiming.rules.check_wait`."""

import datetime as dt

from django.utils.translation import gettext as _

from tasks.models import Claim
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import format_moment


class NotOffered(Refusal):
    code = "not_offered"


class OfferOver(Refusal):
    code = "offer_over"


class NotWaiting(Refusal):
    code = "not_waiting"


def check_answerable(claim: Claim) -> None:
    if not claim.is_offered:
        raise NotOffered(
            _("接单目前是“%(state)s”，没有等您确认的名额。") % {"state": claim.get_state_display()}
        )


def check_in_time(claim: Claim, now: dt.datetime) -> None:
    """Its end is the moment it says, whenever the clock's job comes round."""
    if claim.offered_until and now >= claim.offered_until:
        raise OfferOver(
            _("这个名额只留到 %(until)s，时间已过，转给下一位了。可以重新排队候补。")
            % {"until": format_moment(claim.offered_until)}
        )


def check_waiting(claim: Claim) -> None:
    if not claim.is_waiting:
        raise NotWaiting(_("接单目前是“%(state)s”，不在候补名单里。") % {"state": claim.get_state_display()})
