"""The community's decision on each claim."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from flags import ledger
from flags.models import FlagEntry
from members.models import User
from tasks.models import Claim, ClaimEvent, Task, Verification
from tasks.moving import move
from tasks.presence.marking import mark_presence
from tasks.rights import awarding_for, demand, in_charge, may_verify, reached_desk
from tasks.rules import UnknownClaim, bonus_of, check_not_own, check_published
from tasks.verifying import messages, rules
from wishes.handling import handling as wishes
from xianfeng.lib.refusal import AlreadyDecided, check_reason
from xianfeng.lib.times import local_date
from xianfeng.lib.transitions import move_all

Grade, State = Verification.Grade, Claim.State
OUTCOME = {Grade.DENIED: State.DENIED, Grade.NO_SHOW: State.NO_SHOW}


@dataclass(frozen=True)
class Decision:
    """What the community says about one claim; `minutes` are final, a grade's bonus included."""

    claim_id: int
    grade: str
    minutes: int = 0
    flags: int = 0
    note: str = ""

    @property
    def is_award(self) -> bool:
        return self.grade in Grade.AWARDED

    @property
    def figures(self) -> tuple[int, int]:
        """Minutes and flags; none where nothing was awarded."""
        return (self.minutes, self.flags) if self.is_award else (0, 0)

    @property
    def outcome(self) -> Claim.State:
        """The state the claim goes to."""
        return OUTCOME.get(Grade(self.grade), State.VERIFIED)


@transaction.atomic
def record(
    task: Task,
    presences: Mapping[int, str],
    decisions: Sequence[Decision],
    *,
    by: User,
    method: str = "",
    now: dt.datetime | None = None,
) -> list[Verification]:
    """Presence and decisions of one screen, both or neither."""
    mark_presence(task, presences, by=by, method=method, now=now)
    return verify(task, decisions, by=by, now=now)


@transaction.atomic
def verify(
    task: Task, decisions: Sequence[Decision], *, by: User, now: dt.datetime | None = None
) -> list[Verification]:
    """Decide on claims and light their flags, all or none.

    May be partial; the last decision settles the task, and so does none where nobody took a place.
    The same decisions by the same person again give the same answer. Raises AlreadyDecided where
    somebody else was faster, OwnClaim, NotPresent, NotEnded, FlagsOutOfRange, TooManyMinutes,
    PersonalDataInTask; PermissionDenied for a desk that does not award for this task.
    """
    at = now or timezone.now()
    demand(may_verify(by, task))
    # Clerks queue here: the second one sees what the first one decided.
    rows = Task.objects.select_related("item", "publisher__parent", "wish")
    locked = rows.select_for_update(of=("self",)).get(pk=task.pk)
    rules.check_ended(locked, at)
    claims = _claims_of(locked, decisions, by)
    if before := _same_decisions(claims.values(), decisions, by):
        return before
    _check_undecided(claims)
    check_published(locked)
    # Where nobody of its own is on it, a task of the city is not a community's to close.
    rules.check_decided(decisions, has_open=bool(reached_desk(by, task)) or locked.claims.open().exists())
    _check(locked, claims, decisions, by)
    _move_claims(claims, decisions, by=by, at=at)
    made = _write(locked, claims, decisions, by=by, at=at)
    _award(locked, made, by=by, now=now)
    _finish(locked, made, by=by, at=at)
    messages.tell_decisions(locked, made, awarding_for(by, locked))
    return made


def _claims_of(task: Task, decisions: Sequence[Decision], by: User) -> dict[int, Claim]:
    ids = [decision.claim_id for decision in decisions]
    found = in_charge(by, task).select_related("member__user", "member__unit").in_bulk(ids)
    if len(found) != len(ids):
        raise UnknownClaim(_("名单与任务不符：有人不在这项任务里，或出现了两次。请刷新页面重试。"))
    return found


def _same_decisions(claims: Iterable[Claim], decisions: Sequence[Decision], by: User) -> list[Verification]:
    """The standing verifications of a form that was sent twice; empty where anything differs."""
    if any(claim.is_open for claim in claims):
        return []
    standing = Verification.objects.standing().filter(
        claim__in=[decision.claim_id for decision in decisions], verifier=by
    )
    said = {(one.claim_id, one.grade, one.minutes, one.flags): one for one in standing}
    found = [said.get((one.claim_id, one.grade, *one.figures)) for one in decisions]
    return [one for one in found if one] if all(found) else []


def _check_undecided(claims: Mapping[int, Claim]) -> None:
    decided = [claim for claim in claims.values() if not claim.is_open]
    if any(claim.state in State.DECIDED for claim in decided):
        names = "、".join(str(claim.member) for claim in decided[:5])
        raise AlreadyDecided(_("%(names)s的接单已处理过，没有重复亮旗。请刷新页面。") % {"names": names})


def _check(task: Task, claims: dict[int, Claim], decisions: Sequence[Decision], by: User) -> None:
    if not all(claim.is_open for claim in claims.values()):
        raise UnknownClaim(_("名单里有人已退出任务。请刷新页面重试。"))
    check_not_own(claims.values(), by)
    rules.check_second_person(task, claims.values(), by)
    bonus = bonus_of(task)
    for decision in decisions:
        for check in checks_of(task, claims[decision.claim_id], decision, bonus):
            check()
        if decision.grade == Grade.DENIED:
            check_reason(decision.note)


def checks_of(task: Task, claim: Claim, decision: Decision, bonus: int) -> Iterator[Callable[[], None]]:
    """What each row is asked, one by one: a form says all of it at once, the service stops at the first."""
    minutes, _flags = decision.figures
    yield partial(rules.check_service, task, claim, decision.grade, minutes, bonus)
    yield partial(rules.check_grade, claim, decision.grade, decision.flags, task)
    yield partial(rules.check_note, claim, decision.note)


def _move_claims(
    claims: dict[int, Claim], decisions: Sequence[Decision], *, by: User, at: dt.datetime
) -> None:
    notes = {decision.claim_id: decision.note for decision in decisions}
    for outcome in {decision.outcome for decision in decisions}:
        rows = [claims[decision.claim_id] for decision in decisions if decision.outcome == outcome]
        move_all(
            rows,
            outcome,
            allowed=State.OPEN,
            event=ClaimEvent,
            by=by,
            at=at,
            note=notes,
            refusal=overtaken,
        )


def overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("名单刚被别人处理过，没有重复亮旗。请刷新页面。"))


def _write(
    task: Task, claims: dict[int, Claim], decisions: Sequence[Decision], *, by: User, at: dt.datetime
) -> list[Verification]:
    rows = []
    for decision in decisions:
        minutes, flags = decision.figures
        rows.append(
            Verification(
                claim=claims[decision.claim_id],
                grade=decision.grade,
                minutes=minutes,
                flags=flags,
                note=decision.note[:300],
                verifier=by,
                verified_at=at,
            )
        )
    return Verification.objects.bulk_create(rows)


def _award(task: Task, made: list[Verification], *, by: User, now: dt.datetime | None) -> None:
    awarded = {f"verification:{one.pk}": one for one in made if one.is_award}
    awards = [_award_of(task, one, key, by, now) for key, one in awarded.items()]
    if not awards:
        return
    for entry in ledger.award(awards, by=by):
        awarded[entry.key].entry = entry
    Verification.objects.bulk_update(awarded.values(), ["entry"], batch_size=500)


def _award_of(task: Task, one: Verification, key: str, by: User, now: dt.datetime | None) -> ledger.Award:
    return ledger.Award(
        member=one.claim.member,
        flags=one.flags,
        minutes=one.minutes if task.counts_hours else 0,
        service_date=local_date(task.starts_at),
        category=task.category,
        organization=awarding_for(by, task),
        source_kind=FlagEntry.Source.CLAIM,
        source_id=one.claim_id,
        source_label=task.title,
        verifier=by,
        key=key,
        reason=one.note,
        recorded_at=now,
    )


def _finish(task: Task, made: list[Verification], *, by: User, at: dt.datetime) -> None:
    """The wish by what came of it, and the task after its last decision."""
    if task.wish and task.wish.is_published and any(one.is_award for one in made):
        wishes.fulfil(task.wish, by=by)
    if not task.claims.open().exists():
        settle(task, by=by, at=at)


def settle(task: Task, *, by: User, at: dt.datetime) -> None:
    """Nobody waits for a decision any more; a wish that nobody fulfilled waits to be published again."""
    move(task, Task.State.SETTLED, by=by, at=at, note=_summary(task))
    if task.wish and task.wish.is_published:
        wishes.unpublish(task.wish, by=by, note=_("没有人完成，需重新发布。"))


def _summary(task: Task) -> str:
    """How the claims ended, in words: 已亮旗 8，未到场 1."""
    ends = task.claims.holding().values_list("state").annotate(count=Count("pk")).order_by("-count", "state")
    return "，".join(f"{State(state).label} {count}" for state, count in ends)
