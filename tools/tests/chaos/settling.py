"""After the trouble: wait until nothing moves any more, then look whether everything is right."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.db import Error, connections
from django.db.models import Count, Q

from flags import ledger
from flags.ledger.checking import differing_totals
from flags.models import AssessmentRun, FlagEntry
from members.models import ImportBatch, Member
from notices.models import Delivery, Notice
from notices.outbox.couriers import message_id
from reports.models import Export
from tasks.models import Claim, Task, Verification
from tools.tests.chaos.outages import Acts
from tools.tests.chaos.people import Crowd

# Seconds without any movement after which what is left counts as stuck. A sweep takes up a batch that stood
# still for three minutes, and a mail whose worker died after five.
STUCK_AFTER = 420.0


def pending() -> dict[str, int]:
    """What has not come to an end."""
    unfinished = ImportBatch.objects.filter(state__in=ImportBatch.State.WORKING)
    return {
        "mails": Delivery.objects.filter(state=Delivery.State.PENDING, channel="email").count(),
        "imports": unfinished.count(),
        "exports": Export.objects.filter(state__in=Export.State.IN_MAKING).count(),
        "runs": AssessmentRun.objects.filter(finished_at__isnull=True).count(),
    }


def settle() -> dict[str, int]:
    """Wait as long as something moves. Returns what is left: nothing, if all is well."""
    before, moved = {"": 0}, time.monotonic()
    while time.monotonic() - moved < STUCK_AFTER:
        try:
            now = pending()
        except Error:
            connections.close_all()
            now = before
        if not any(now.values()):
            return {}
        if now != before:
            before, moved = now, time.monotonic()
            print(f"  waiting: {now}", flush=True)
        time.sleep(1)
    return {what: count for what, count in before.items() if count}


def faults(crowd: Crowd, mails: Path) -> Iterator[str]:
    """Everything that is not as it must be, in a line each."""
    yield from crowd.broken
    yield from faults_of_claims(crowd)
    yield from faults_of_ledger()
    yield from faults_of_imports(crowd)
    yield from faults_of_mails(mails)


def faults_of_claims(crowd: Crowd) -> Iterator[str]:
    held = set(Claim.objects.holding().values_list("member_id", "task_id"))
    if lost := crowd.claimed - held:
        yield f"{len(lost)} claims that were confirmed are lost: {sorted(lost)[:5]}"
    rows = Count("claims", filter=Q(claims__in=Claim.objects.holding()))
    for task in Task.objects.annotate(rows=rows):
        if not task.places_taken == task.rows <= task.capacity:
            yield f"task {task.pk}: counter {task.places_taken}, rows {task.rows}, places {task.capacity}"
    twice = Claim.objects.values("member", "task").annotate(count=Count("pk")).filter(count__gt=1)
    yield from (f"claimed twice: {row}" for row in twice)


def faults_of_ledger() -> Iterator[str]:
    report = ledger.verify()
    if not report.ok:
        yield f"the chain breaks at line {report.first_bad}"
    if differing := differing_totals():
        yield f"totals differ: {differing[:5]}"
    verified, lit = Verification.objects.filter(flags__gt=0).count(), FlagEntry.objects.count()
    if verified != lit:
        yield f"{verified} verifications lit {lit} flags"
    twice = Verification.objects.values("claim").annotate(count=Count("pk")).filter(count__gt=1)
    yield from (f"verified twice: {row}" for row in twice)


def faults_of_imports(crowd: Crowd) -> Iterator[str]:
    found = Counter(Member.objects.filter(mobile__in=crowd.imported).values_list("mobile", flat=True))
    odd = [mobile for mobile in crowd.imported if found[mobile] != 1]
    yield from (f"imported {found[mobile]} times: {mobile}" for mobile in odd)


def faults_of_mails(mails: Path) -> Iterator[str]:
    """Each once; where no answer came, nobody may know, and the row says so."""
    lines = mails.read_text().split("\n") if mails.exists() else []
    accepted = Counter(line.split(" ")[0] for line in lines if line)
    yield from (f"mail accepted {count} times: {key}" for key, count in accepted.items() if count > 1)
    keys = dict(Notice.objects.values_list("pk", "key"))
    sent = Delivery.objects.filter(channel="email", state=Delivery.State.SENT)
    for notice in sent.values_list("notice_id", flat=True):
        if (times := accepted[message_id(keys[notice])]) != 1:
            yield f"notice {notice} is noted as sent and was accepted {times} times"
    odd = Delivery.objects.filter(channel="email").exclude(
        state__in=[Delivery.State.SENT, Delivery.State.HANDED_OVER, Delivery.State.UNREACHABLE]
    )
    yield from (f"mail {row.pk} ended as {row.state}: {row.error}" for row in odd[:5])


def faults_of_acts(acts: Acts) -> list[str]:
    """What the page said was done is there, and what was asked for came to be."""
    held = set(Claim.objects.holding().values_list("member_id", "task_id"))
    found = [f"lost claim: {pair}" for pair in acts.claimed if pair not in held]
    for task in acts.verified:
        if Claim.objects.open().filter(task=task).exists():
            found.append(f"lost verification of task {task}")
    ready = ImportBatch.objects.filter(state=ImportBatch.State.PREVIEWED).count()
    if ready != acts.uploads:
        found.append(f"{acts.uploads} uploads, {ready} checked")
    open_exports = Export.objects.filter(state__in=Export.State.IN_MAKING).count()
    return [*found, *faults_of_ledger(), *([f"{open_exports} exports do not end"] if open_exports else [])]


def outcome() -> str:
    states = Counter(Delivery.objects.filter(channel="email").values_list("state", flat=True))
    imports = Counter(ImportBatch.objects.values_list("state", flat=True))
    lines = FlagEntry.objects.count()
    claims = Claim.objects.count()
    return f"claims {claims}, flags {lines}, mails {dict(states)}, imports {dict(imports)}"
