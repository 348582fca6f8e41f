"""Proving that a mobile is in one's hand: a six-digit code, five minutes, five tries.

Every mobile gets the same answer, whether or not the roster or an account knows it.
"""

import datetime as dt
import logging
import secrets

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from members.models import MobileProof
from notices.channels.sms import SmsError, send_sms
from xianfeng.lib.limits import Limit
from xianfeng.lib.refusal import Refusal

log = logging.getLogger("xianfeng.security")

VALID_FOR = dt.timedelta(minutes=5)
TRIES = 5
PER_MOBILE_MINUTE = Limit("proof-mobile-minute", times=1, seconds=60)
PER_MOBILE_HOUR = Limit("proof-mobile-hour", times=5, seconds=3600)
PER_MOBILE_DAY = Limit("proof-mobile-day", times=10, seconds=24 * 3600)
# A whole unit, or a hall full of people on one phone network, registers from one address.
PER_ADDRESS_HOUR = Limit("proof-address-hour", times=200, seconds=3600)
PER_ADDRESS_DAY = Limit("proof-address-day", times=600, seconds=24 * 3600)
TRIES_PER_ADDRESS = Limit("proof-tries-hour", times=400, seconds=3600)


class CodeRefused(Refusal):
    code, field = "code_refused", "code"


def hashed(mobile: str, code: str) -> str:
    """Keyed: the million possible codes cannot be tried on a stolen table."""
    return salted_hmac("members.proving", f"{mobile}:{code}", algorithm="sha256").hexdigest()


def send_code(mobile: str, *, address: str) -> MobileProof:
    """Send a code to the mobile. Raises TooOften, or CodeRefused where the gateway does not take it.

    `address` is the client's network address, which is limited as well.
    """
    for limit in (PER_ADDRESS_HOUR, PER_ADDRESS_DAY):
        limit.take(address)
    for limit in (PER_MOBILE_MINUTE, PER_MOBILE_HOUR, PER_MOBILE_DAY):
        limit.take(mobile)
    code = f"{secrets.randbelow(10**6):06d}"
    proof = MobileProof.objects.create(
        mobile=mobile, code_hash=hashed(mobile, code), expires_at=timezone.now() + VALID_FOR
    )
    try:
        send_sms(mobile, _("【先锋微家】验证码 %(code)s，5 分钟内有效。请勿告诉他人。") % {"code": code})
    except SmsError as error:
        raise CodeRefused(_("短信没有发出去，请稍后再试，或联系社区。"), "sms_failed") from error
    return proof


def check_code(proof_id: int, mobile: str, code: str, *, address: str) -> MobileProof:
    """Use the code up. Raises CodeRefused when it is wrong, too old, used or tried too often."""
    TRIES_PER_ADDRESS.take(address)
    open_proofs = MobileProof.objects.filter(
        pk=proof_id, mobile=mobile, used_at__isnull=True, expires_at__gt=timezone.now()
    )
    # The try is counted before the comparison, so that parallel guesses cannot share one.
    if not open_proofs.filter(attempts__lt=TRIES).update(attempts=F("attempts") + 1):
        raise CodeRefused(_("验证码已失效，请重新获取。"), "code_expired")
    proof = MobileProof.objects.get(pk=proof_id)
    if not constant_time_compare(proof.code_hash, hashed(mobile, code)):
        log.info("code refused: proof=%s address=%s", proof_id, address)
        raise CodeRefused(
            _("验证码不对，请核对短信，还可以试 %(left)s 次。") % {"left": TRIES - proof.attempts},
            "code_wrong",
        )
    with transaction.atomic():
        if not open_proofs.update(used_at=timezone.now()):
            raise CodeRefused(_("验证码已失效，请重新获取。"), "code_expired")
    return proof
