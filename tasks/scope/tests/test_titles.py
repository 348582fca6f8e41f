"""How well the first rules tell what is volunteer service: measured on titles that they were not taken from.

`titles.tsv` is the list they were written with; `independent.tsv` was written by somebody who had not read
them.
"""

import csv
from pathlib import Path

import pytest

from tasks.scope.screening import of_words

HERE = Path(__file__).parent
LISTS = ("titles.tsv", "independent.tsv")


def titles(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_nine_of_ten_are_found_and_of_the_others_one_in_ten_at_most(name: str) -> None:
    rows = titles(name)
    found = {row["title"] for row in rows if any(of_words(row["title"], ""))}
    out, within = ({row["title"] for row in rows if row["label"] == label} for label in ("out", "in"))
    assert len(out) >= 60 and len(within) >= 60 and len(out) + len(within) == len(rows)
    missed, alarms = out - found, within & found
    assert len(missed) / len(out) <= 0.10, sorted(missed)
    assert len(alarms) / len(within) <= 0.10, sorted(alarms)
