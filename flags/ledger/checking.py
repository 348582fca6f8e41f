"""The nightly look at the ledger: the chain against its hashes, the totals against the lines."""

import logging

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from flags.ledger import chain, messages
from flags.models import FlagEntry, LedgerCheck, MemberYear

log = logging.getLogger(__name__)

Total = tuple[int, int, int, int, int]  # member, year, flags, minutes, lines


def differing_totals() -> list[tuple[int, int]]:
    """Member and year wherever a stored total is not the sum of its lines. Two queries."""
    stored: set[Total] = set(
        MemberYear.objects.values_list("member_id", "year", "flags", "minutes", "lines").iterator()
    )
    summed: set[Total] = set(
        FlagEntry.objects.values_list("member_id", "year")
        .annotate(Sum("delta"), Sum("minutes"), Count("pk"))
        .order_by()
        .iterator()
    )
    return sorted({(row[0], row[1]) for row in stored ^ summed})


def check_ledger() -> bool:
    """Verify chain and totals; a fault goes to the log and to the city. Returns whether all holds.

    Each look is on record, so that one that did not take place is missed.
    """
    report, differing = chain.verify(), differing_totals()
    faults = []
    if not report.ok:
        faults.append(_("从第 %(seq)s 号流水起校验不符。") % {"seq": report.first_bad})
    if differing:
        faults.append(_("%(count)s 条年度合计与流水不符。") % {"count": len(differing)})
    LedgerCheck.objects.create(ok=not faults, lines=report.entries, finding="".join(faults))
    if not faults:
        log.info("Ledger of %s lines holds.", report.entries)
        return True
    log.critical("Ledger broken at line %s; totals differ for %s.", report.first_bad, differing[:20])
    messages.warn_of_ledger("".join(faults))
    return False
