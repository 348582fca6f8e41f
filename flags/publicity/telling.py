"""Tell everybody concerned of a public step of the yearly check: each once, however often this runs.

A year has some eleven thousand members, so they are told in batches that are committed one by one. Who was
told is read from the outbox: a worker that dies is followed by another that goes on where it stopped.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from flags.models import AssessmentEvent, AssessmentRun
from flags.publicity import messages
from members.models import User
from notices.models import Notice
from notices.outbox import Message, send_many

State = AssessmentRun.State
BATCH = 500
TELL_WITHIN = dt.timedelta(days=30)  # how long the sweep looks for a step that nobody was told of


def tell_due() -> int:
    """Whatever is public now, and what was taken back or settled of late. Returns how many were new."""
    since = timezone.now() - TELL_WITHIN
    public = AssessmentRun.objects.filter(state=State.PUBLICISED)
    settled = AssessmentRun.objects.filter(state=State.SETTLED, settled_at__gte=since)
    return (
        sum(tell_publicity(run) for run in public)
        + sum(tell_taken_back(event) for event in taken_back().filter(at__gte=since))
        + sum(tell_settled(run) for run in settled)
    )


def taken_back() -> QuerySet[AssessmentEvent]:
    steps = AssessmentEvent.objects.filter(from_state=State.PUBLICISED, to_state=State.DRAFT)
    return steps.select_related("run", "by").order_by("pk")


def tell_publicity(run: AssessmentRun) -> int:
    """Members first, then every desk that has people in it. Stops where it was taken back meanwhile."""
    event = run.events.filter(to_state=State.PUBLICISED).latest("pk")
    rows = run.results.of_people_told().select_related("member__user", "unit", "community")
    waiting = untold(rows, messages.OWN_MARK % {"event": event.pk}, "member_id").filter(
        run__state=State.PUBLICISED
    )
    told = in_batches(waiting, lambda batch: messages.own(batch, run, event))
    if not AssessmentRun.objects.filter(pk=run.pk, state=State.PUBLICISED).exists():
        return told
    return told + send_many(messages.lists(counts_of(run), run, event))


def tell_taken_back(event: AssessmentEvent) -> int:
    """Whoever was told that it is public, and who made it so; but who took it back."""
    steps = AssessmentEvent.objects.filter(run=event.run, to_state=State.PUBLICISED, pk__lt=event.pk)
    public = steps.latest("pk")
    heard = Notice.objects.filter(key__startswith=messages.TOLD % {"event": public.pk})
    concerned = Q(pk__in=heard.values("recipient")) | Q(pk=public.by_id)
    people = User.objects.filter(concerned).exclude(pk=event.by_id or 0)
    waiting = untold(people, messages.BACK_MARK % {"event": event.pk}, "pk")
    return in_batches(waiting, lambda batch: messages.backs(batch, event.run, event))


def tell_settled(run: AssessmentRun) -> int:
    event = run.events.filter(to_state=State.SETTLED).latest("pk")
    return send_many(messages.closed(counts_of(run), run, event))


def untold[Rows: QuerySet[Any]](rows: Rows, mark: str, of: str) -> Rows:
    """Rows whose message, under a key of the mark and their `of`, is not written yet."""
    key = Concat(Value(mark), Cast(OuterRef(of), CharField()), output_field=CharField())
    waiting: Rows = rows.filter(~Exists(Notice.objects.filter(key=key))).order_by("pk")
    return waiting


def in_batches(rows: QuerySet[Any], compose: Callable[[Sequence[Any]], Any]) -> int:
    """Each batch is read, written and committed by itself: who was told is not found again."""
    count = 0
    while batch := list(rows[:BATCH]):
        written: list[Message] = list(compose(batch))
        new = send_many(written)
        if not new:  # another worker is at it
            break
        count += new
    return count


def counts_of(run: AssessmentRun) -> dict[int, Counter[str]]:
    """Results under the id of every organisation above the members, in one query."""
    groups = run.results.order_by().values_list("result", "unit__path", "community__path")
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for result, unit, community, count in groups.annotate(Count("pk")):
        above = {int(part) for path in (unit, community) if path for part in path.strip("/").split("/")}
        for pk in above:
            found[pk][result] += count
    return found
