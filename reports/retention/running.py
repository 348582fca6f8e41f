"""The terms carried out: every night, line by line, and each run on record."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from reports.models import RetentionRun
from xianfeng.lib.database.retention import Files, Rows, Term, terms
from xianfeng.lib.times import at as moment_at
from xianfeng.lib.times import today

logger = logging.getLogger(__name__)

MISSED_AFTER = dt.timedelta(hours=26)  # a day, and two hours for a slow start
NIGHT = (3, 20)  # hour and minute in Shanghai, as `xianfeng/celery.py` has it


@dataclass(frozen=True)
class Standing:
    """One line: how many are held now, how many of them are over their term at the moment asked for, and
    how many went last time."""

    term: Term
    held: int
    due: int
    went: int


def run(source: RetentionRun.Source, at: dt.datetime | None = None) -> RetentionRun:
    """Let go of all that is over its term. A line that fails is noted, and the next one follows.

    May run twice at once: rows that another run holds are passed by, and nothing goes twice.
    """
    started_at = timezone.now()
    moment = at or started_at
    counts: dict[str, int] = {}
    failures: dict[str, str] = {}
    for term in terms():
        counts[term.name] = 0
        try:
            for went in term.carry_out(moment):
                counts[term.name] += went
        except SoftTimeLimitExceeded:  # no failure of this line: all are out of time
            raise
        except Exception as error:
            logger.exception("Retention: %s failed", term.name)
            failures[term.name] = type(error).__name__
    return RetentionRun.objects.create(source=source, started_at=started_at, counts=counts, failures=failures)


def standing(at: dt.datetime, last: RetentionRun | None = None) -> list[Standing]:
    """Every line as it stands; nothing is changed. One query for all that is rows."""
    lines = terms()
    rows = [term for term in lines if isinstance(term, Rows)]
    counted = dict(zip((term.name for term in rows), count_rows(rows, at), strict=True))
    went = last.counts if last else {}
    return [
        Standing(term, *(counted.get(term.name) or count_files(term, at)), went.get(term.name, 0))
        for term in lines
    ]


def count_rows(lines: Sequence[Rows], at: dt.datetime) -> Iterator[tuple[int, int]]:
    asked = [rows.order_by().values("pk") for line in lines for rows in (line.held(), line.due(at))]
    compiled = [rows.query.sql_with_params() for rows in asked]
    counts = (f"(SELECT COUNT(*) FROM ({sql}) q{n})" for n, (sql, _given) in enumerate(compiled))  # noqa: S608
    with connection.cursor() as cursor:  # statements that Django compiled, its parameters apart
        cursor.execute(f"SELECT {', '.join(counts)}", [value for _sql, given in compiled for value in given])
        found = list(cursor.fetchone() or ())
    return zip(found[::2], found[1::2], strict=True)


def count_files(term: Term, at: dt.datetime) -> tuple[int, int]:
    """Raises TypeError for a kind of line that this cannot count."""
    if not isinstance(term, Files):
        raise TypeError(f"Cannot count {term.name}.")
    return len(term.held()), len(term.due(at))


def next_night() -> dt.datetime:
    """When the job runs next: what is due then is due tonight."""
    tonight = moment_at(today(), *NIGHT)
    return tonight if tonight > timezone.now() else tonight + dt.timedelta(days=1)


def is_late(last: RetentionRun | None) -> bool:
    """Whether a night was missed; on a new installation none has been yet."""
    since = last.finished_at if last else installed_at()
    return timezone.now() - since >= MISSED_AFTER


def installed_at() -> dt.datetime:
    """Since when this machine keeps runs at all: the moment the table was made."""
    steps = MigrationRecorder(connection).migration_qs.filter(app="reports", name="0002_retention_runs")
    moment: dt.datetime = steps.values_list("applied", flat=True)[0]
    return moment


def ran_last_night() -> bool:
    """For /healthz, which must answer whatever the database does."""
    try:
        return not is_late(RetentionRun.objects.first())
    except (DatabaseError, InterfaceError):
        return False
