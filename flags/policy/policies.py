"""The rules of a year."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from flags.ledger.rules import YearSettled, settled_years
from flags.models import Policy, PolicyChange
from members.models import User
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import ChangedMeanwhile, check_reason
from xianfeng.lib.times import today

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
def change(policy: Policy, *, by: User, reason: str = "", seen: int | None = None, **fields: Any) -> Policy:
    """Set rules of a year, and leave what was changed, by whom and why.

    Raises YearSettled where its results are final, ReasonNeeded once the year has begun: people have
    served by the rules as they were. ChangedMeanwhile where `seen`, if given, is not their version any more.
    """
    if settled_years([policy.year]):
        raise YearSettled(_("%(year)s 年度考核已定案，考核办法不能再改。") % {"year": policy.year})
    Policy.objects.get_or_create(year=policy.year)
    kept = Policy.objects.select_for_update().get(year=policy.year)
    check_unchanged(kept.year, seen)
    changes = differences(kept, fields)
    if not changes:
        return kept
    if has_begun(kept.year):
        reason = check_reason(reason, told=_("各单位、社区都能看到"))
    for name, (_old, new) in changes.items():
        setattr(kept, name, new)
    kept.save(update_fields=list(changes))
    PolicyChange.objects.create(policy=kept, by=by, reason=reason, changes=changes)
    later("flags.renew_forecast")
    log.info("Policy %s changed by user %s: %s", kept.year, by.pk, ", ".join(sorted(changes)))
    return kept


def version_of(year: int) -> int:
    """The number of the latest change of the year's rules: what a form was filled in on; zero before any."""
    latest = PolicyChange.objects.filter(policy__year=year).aggregate(Max("pk"))["pk__max"]
    return latest or 0


def check_unchanged(year: int, seen: int | None) -> None:
    """Who confirms an older form would undo a colleague's change unseen. Raises ChangedMeanwhile."""
    if seen is not None and seen != version_of(year):
        raise ChangedMeanwhile(_("您填写时同事已修改了考核办法，没有保存。请重新打开这一页，核对后再改。"))


def differences(policy: Policy, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Old and new value of each figure that would be another."""
    return {
        name: [getattr(policy, name), new] for name, new in fields.items() if getattr(policy, name) != new
    }


def has_begun(year: int) -> bool:
    return year <= today().year


def reminder_days(policy: Policy) -> list[dt.date]:
    """The reminder dates as days of the policy's year, in order."""
    days = [dt.date.fromisoformat(f"{policy.year}-{text}") for text in policy.reminder_dates]
    return sorted(days)
