"""The rules of a year."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from flags.ledger.rules import YearSettled, settled_years
from flags.models import Policy
from members.models import User
from xianfeng.lib.queue import later

log = logging.getLogger(__name__)

# What a run copies: everything that a member's result follows from, and the text shown with it.
FROZEN = ("min_flags", "min_flags_leader", "min_minutes", "pro_rata", "publicity_days", "text")


def policy_for(year: int) -> Policy:
    """The year's rules; the default ones (5 flags, no hours), not stored, where the city set none."""
    return Policy.objects.filter(year=year).first() or Policy(year=year)


def frozen(policy: Policy) -> dict[str, Any]:
    """The rules as a run keeps them."""
    return {name: getattr(policy, name) for name in FROZEN}


@transaction.atomic
def change(policy: Policy, *, by: User, **fields: Any) -> Policy:
    """Set rules of a year. Raises YearSettled where its results are final."""
    if settled_years([policy.year]):
        raise YearSettled(_("%(year)s 年度考核已定案，考核办法不能再改。") % {"year": policy.year})
    kept, _is_new = Policy.objects.get_or_create(year=policy.year)
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(fields))
    later("flags.renew_forecast")
    log.info("Policy %s changed by user %s: %s", kept.year, by.pk, ", ".join(sorted(fields)))
    return kept


def reminder_days(policy: Policy) -> list[dt.date]:
    """The reminder dates as days of the policy's year, in order."""
    days = [dt.date.fromisoformat(f"{policy.year}-{text}") for text in policy.reminder_dates]
    return sorted(days)
