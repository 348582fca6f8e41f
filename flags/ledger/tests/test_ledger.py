"""Lighting, reversing and adjusting flags."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flags import ledger
from flags.ledger.rules import (
    AlreadyReversed,
    NegativeAward,
    NotReversible,
    OwnFlags,
)
from flags.models import FlagEntry, LedgerHead, MemberYear
from flags.models.ledger import HEAD, LedgerHeadQuerySet
from members.models import Member
from xianfeng.lib.refusal import KeyReused, ReasonNeeded
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.testing.ledger import Light, MakeAward


def total(member: Member, year: int = 2026) -> tuple[int, int, int]:
    row = MemberYear.objects.filter(member=member, year=year).first()
    return (row.flags, row.minutes, row.lines) if row else (0, 0, 0)


def test_an_estate_sees_the_lines_of_the_members_who_live_there(cast, light: Light):
    line = light(cast.li)
    light(cast.wang)  # lives in the other estate of the community
    assert list(FlagEntry.objects.visible_to(cast.estate_clerk)) == [line]
    assert FlagEntry.objects.visible_to(cast.secretary).count() == 2


def test_an_award_is_one_line_behind_the_last(cast, light: Light):
    first, second = light(flags=2, minutes=90), light(cast.wang)
    assert (first.seq, first.previous_hash) == (1, "0" * 64)
    assert (second.seq, second.previous_hash) == (2, first.hash)
    assert (first.kind, first.delta, first.minutes, first.year) == ("award", 2, 90, 2026)
    assert (first.unit, first.actor) == (cast.unit, cast.secretary)
    head = LedgerHead.objects.get()
    assert (head.seq, head.hash) == (2, second.hash)
    assert total(cast.li) == (2, 90, 1)


def test_many_awards_take_few_queries(cast, make_award: MakeAward, django_assert_max_num_queries):
    awards = [make_award(member) for member in (cast.li, cast.wang, cast.zhao) for _ in range(100)]
    with django_assert_max_num_queries(10):
        ledger.award(awards, by=cast.secretary)
    assert (FlagEntry.objects.count(), total(cast.li)) == (300, (100, 12000, 100))


def test_the_same_key_gives_the_line_that_stands(cast, make_award: MakeAward):
    item = make_award(key="claim:7")
    first = ledger.award([item], by=cast.secretary)
    assert ledger.award([item], by=cast.secretary) == first
    assert ledger.award([item, item, make_award()], by=cast.secretary)[:2] == first * 2
    assert total(cast.li) == (2, 240, 2)


def test_the_same_key_with_another_content_is_refused(cast, make_award: MakeAward):
    ledger.award([make_award(key="claim:7", source_id=7)], by=cast.secretary)
    with pytest.raises(KeyReused):
        ledger.award([make_award(), make_award(key="claim:7", source_id=7, flags=2)], by=cast.secretary)
    assert FlagEntry.objects.count() == 1


def test_the_unit_is_the_one_of_that_day(cast, light: Light):
    assert light(unit=cast.other_unit).unit == cast.other_unit
    Member.objects.filter(pk=cast.li.pk).update(unit=cast.other_unit)
    assert FlagEntry.objects.earliest("seq").unit == cast.other_unit


@pytest.mark.parametrize("field", ["actor", "verifier"])
def test_nobody_lights_or_verifies_their_own_flags(cast, make_award: MakeAward, field: str):
    cast.li.user = cast.secretary
    cast.li.save()
    by = cast.secretary if field == "actor" else cast.clerk
    verifier = cast.clerk if field == "actor" else cast.secretary
    with pytest.raises(OwnFlags):
        ledger.award([make_award(verifier=verifier)], by=by)


@pytest.mark.parametrize("fields", [{"flags": -1}, {"minutes": -1}])
def test_an_award_is_never_negative(cast, make_award: MakeAward, fields):
    with pytest.raises(NegativeAward):
        ledger.award([make_award(**fields)], by=cast.secretary)


def test_a_reversal_undoes_an_award_exactly_and_keeps_it(cast, light: Light):
    entry = light(flags=2, minutes=90, category="wish")
    light()
    undone = ledger.reverse(entry, reason="未到场", by=cast.clerk)
    assert (undone.delta, undone.minutes, undone.year, undone.category) == (-2, -90, 2026, "wish")
    assert (undone.reverses, undone.service_date) == (entry, entry.service_date)
    assert (undone.source_kind, undone.source_id) == (entry.source_kind, entry.source_id)
    assert total(cast.li) == (1, 120, 3)
    assert FlagEntry.objects.filter(pk=entry.pk, delta=2).exists()


def test_an_award_is_reversed_once(cast, light: Light):
    entry = light()
    undone = ledger.reverse(entry, reason="未到场", by=cast.secretary)
    with pytest.raises(AlreadyReversed):
        ledger.reverse(entry, reason="再来一次", by=cast.secretary)
    with pytest.raises(NotReversible):
        ledger.reverse(undone, reason="撤销撤销", by=cast.secretary)
    assert total(cast.li) == (0, 0, 2)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 301])
def test_a_reversal_needs_a_reason_of_bearable_length(cast, light: Light, reason: str):
    with pytest.raises(ReasonNeeded):
        ledger.reverse(light(), reason=reason, by=cast.secretary)


def test_nobody_reverses_their_own_flags(cast, light: Light):
    entry = light()
    with pytest.raises(OwnFlags):
        ledger.reverse(entry, reason="不要了", by=cast.li.user)


def test_a_caller_that_fails_takes_the_flags_with_it(cast, make_award: MakeAward):
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.award([make_award()], by=cast.secretary)
        raise IntegrityError("the caller failed afterwards")
    assert (FlagEntry.objects.count(), LedgerHead.objects.get().seq, total(cast.li)) == (0, 0, (0, 0, 0))


# --- Any sequence -------------------------------------------------------------------------------

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
AWARDS = st.tuples(
    st.just("award"), st.integers(0, 2), st.integers(0, 9), st.integers(0, 600), DAYS, st.text(max_size=8)
)
REVERSALS = st.tuples(st.just("reverse"), st.integers(0, 30))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(AWARDS | REVERSALS, max_size=25))
def test_after_any_sequence_the_chain_holds_and_totals_are_sums(cast, make_award: MakeAward, steps):
    members = [cast.li, cast.wang, cast.zhao]
    expected: dict[tuple[int, int], list[int]] = {}
    with transaction.atomic():
        for step in steps:
            take(cast, make_award, members, step, expected)
        assert ledger.verify() == ledger.Report(FlagEntry.objects.count(), True, None)
        stored = MemberYear.objects.values_list("member_id", "year", "flags", "minutes", "lines")
        assert {(row[0], row[1]): list(row[2:]) for row in stored} == expected
        transaction.set_rollback(True)


def take(cast: Cast, make_award: MakeAward, members, step, expected) -> None:
    """One step on the ledger and on the plain sums beside it."""
    if step[0] == "award":
        _word, who, flags, minutes, day, label = step
        label = label.replace("\0", "")
        item = make_award(members[who], flags=flags, minutes=minutes, service_date=day, source_label=label)
        line = ledger.award([item], by=cast.secretary)[0]
    else:
        entry = FlagEntry.objects.filter(pk=step[1]).first()
        if entry is None:
            return
        try:
            line = ledger.reverse(entry, reason="核查", by=cast.secretary)
        except (AlreadyReversed, NotReversible):
            return
    sums = expected.setdefault((line.member_id, line.year), [0, 0, 0])
    expected[line.member_id, line.year] = [sums[0] + line.delta, sums[1] + line.minutes, sums[2] + 1]


# --- At the same time ---------------------------------------------------------------------------

THREADS, EACH = 8, 15


def in_threads(count: int, work) -> list[Exception]:
    """Run `work(number)` in threads of their own connection; what they raised."""
    errors: list[Exception] = []

    def run(number: int) -> None:
        try:
            work(number)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def an_award(cast: Cast, key: str) -> ledger.Award:
    return ledger.Award(
        member=cast.li,
        flags=1,
        minutes=60,
        service_date=dt.date(2026, 3, 5),
        category="activity",
        organization=cast.community,
        source_kind="claim",
        source_id=1,
        source_label="清洁家园",
        verifier=cast.secretary,
        key=key,
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_writers_make_one_chain():
    cast = make_cast()

    def append(number: int) -> None:
        for each in range(EACH):
            ledger.award([an_award(cast, f"claim:{number}:{each}")], by=cast.secretary)

    assert in_threads(THREADS, append) == []
    assert ledger.verify() == ledger.Report(THREADS * EACH, True, None)
    assert total(cast.li) == (THREADS * EACH, 60 * THREADS * EACH, THREADS * EACH)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_writers_collide(monkeypatch):
    """The negative control: this is the race that the lock on the head prevents."""
    cast = make_cast()
    both = threading.Barrier(2)

    def read_without_lock(_rows: LedgerHeadQuerySet) -> LedgerHead:
        head = LedgerHead.objects.get(pk=HEAD)
        both.wait(timeout=120)
        return head

    monkeypatch.setattr(LedgerHeadQuerySet, "locked", read_without_lock)
    errors = in_threads(
        2, lambda number: ledger.award([an_award(cast, f"claim:{number}")], by=cast.secretary)
    )
    assert [type(error) for error in errors] == [IntegrityError]
    assert FlagEntry.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_reversals_at_once_undo_once():
    cast = make_cast()
    entry = ledger.award([an_award(cast, "claim:1")], by=cast.secretary)[0]
    errors = in_threads(4, lambda number: ledger.reverse(entry, reason="未到场", by=cast.secretary))
    assert [type(error) for error in errors] == [AlreadyReversed] * 3
    assert total(cast.li) == (0, 0, 2)
    assert connection.vendor == "postgresql"
