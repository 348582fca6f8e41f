"""When the next log-in code may go to a mobile, by the limits that allauth counts (ACCOUNT_RATE_LIMITS)."""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

COUNTED = {"app": "allauth.account", "action": "request_login_code"}


def seconds_to_wait(request: HttpRequest, mobile: str) -> int:
    """Until the next code may go to this mobile. Requests count, whether or not anybody has the number."""
    return max((until_free(request, mobile, rate) for rate in ratelimit.get_rates(**COUNTED)), default=0)


def until_free(request: HttpRequest, mobile: str, rate: ratelimit.Rate) -> int:
    """Seconds until the oldest request that fills this limit is out of its window."""
    history: list[float] = cache.get(ratelimit.get_cache_key(request, rate=rate, key=mobile, **COUNTED), [])
    if len(history) < rate.amount:
        return 0
    return max(0, math.ceil(history[rate.amount - 1] + rate.duration - time.time()))


def too_early(request: HttpRequest, mobile: str) -> str:
    """The refusal, with the time at which another code goes out."""
    wait = seconds_to_wait(request, mobile)
    if wait <= 90:
        return _("验证码一分钟发一次，请 %(seconds)s 秒后再获取。") % {"seconds": wait or 1}
    minutes = math.ceil(wait / 60)
    return _("获取验证码的次数太多，请约 %(minutes)s 分钟后再获取。") % {"minutes": minutes}
