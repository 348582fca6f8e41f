"""The yearly check against the least a database must do for it: one raw INSERT … SELECT of the sums."""

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from django.db import connection, models, transaction

from flags.assessment.assessing import forecast
from flags.models import Assessment, AssessmentRun, FlagEntry
from members.models import Member
from tools.bench import Figure, seconds
from xianfeng.lib.times import today

RATIO, ROUNDS, TIMES = 3, 5, 10
# Ten times the data may take a little more than ten times the time: the floor's own growth is the measure.
LINEAR = 1.5
FLOOR = """
INSERT INTO flags_assessment (
    run_id, member_id, unit_id, community_id, result, flags, minutes, lines,
    required_flags, required_minutes, months, exempt_months, missing_flags, missing_minutes)
SELECT %s, member.id, member.unit_id, member.community_id, 'qualified',
    COALESCE(total.flags, 0), COALESCE(total.minutes, 0), COALESCE(total.lines, 0), 5, 0, 12, 0, 0, 0
FROM members_member member
LEFT JOIN (
    SELECT member_id, SUM(delta) AS flags, SUM(minutes) AS minutes, COUNT(*) AS lines
    FROM flags_flagentry WHERE year = %s GROUP BY member_id
) total ON total.member_id = member.id
"""


@transaction.atomic
def floor(year: int) -> None:
    run, _new = AssessmentRun.objects.get_or_create(
        year=1900,
        is_official=False,
        defaults={
            "state": AssessmentRun.State.FORECAST,
            "as_of": today(),
        },
    )
    Assessment.objects.filter(run=run).delete()
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [run.pk, year])


def interleaved(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[float, float, float]:
    """Median seconds of both and of their ratio, in turns, so that the machine's moods hit both alike."""
    first(), second()
    pairs = [(seconds(first), seconds(second)) for _round in range(ROUNDS)]
    ratio = median(one / two for one, two in pairs)
    return median(one for one, _two in pairs), median(two for _one, two in pairs), ratio


def measure() -> list[Figure]:
    """Needs the model city at city scale."""
    year = today().year
    taken, least, ratio = interleaved(lambda: forecast(year), lambda: floor(year))
    return [
        Figure("assessment: members", Member.objects.count(), ""),
        Figure("assessment: lines", FlagEntry.objects.count(), ""),
        Figure("assessment: one pass", taken, "s"),
        Figure("assessment: raw floor", least, "s"),
        Figure("assessment ÷ raw floor", ratio, "×", RATIO),
    ]


def copy(table: str, columns: Iterable[str], changed: dict[str, str]) -> None:
    names = list(columns)
    values = ", ".join(changed.get(name, name) for name in names)
    source = f"SELECT {values} FROM {table} WHERE {changed['']}"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(names)}) {source}")


def columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def multiply() -> None:
    """Every member and every line nine times more, by raw SQL (the chain is not what is measured)."""
    last = FlagEntry.objects.order_by("-seq").values_list("seq", flat=True)[0]
    people = Member.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for time in range(1, TIMES):
        copy(
            "members_member",
            columns(Member),
            {
                "": f"id <= {people}",
                "id": f"id + {time * people}",
                "user_id": "NULL",
                "mobile": f"'{chr(64 + time)}' || substr(mobile, 2)",
            },
        )
        copy(
            "flags_flagentry",
            columns(FlagEntry),
            {
                "": f"seq <= {last}",
                "seq": f"seq + {time * last}",
                "member_id": f"member_id + {time * people}",
                "key": f"key || ':{time}'",
                "hash": f"substr(hash, 1, 62) || '_{time}'",
                "reverses_id": f"reverses_id + {time * last}",
            },
        )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE flags_ledgerhead SET seq = %s", [last * TIMES])
        cursor.execute("ANALYZE")
