"""How well it is told what is volunteer service: measured on titles that nobody had seen.

`tasks/scope/examples.tsv` is what rules and judge learn from. `unseen.tsv` was written afterwards by somebody
who had read neither; the first figures on it were 33 of 48 by the rules alone. Where a change of the rules is
measured on it, it is seen, and a new one takes its place.
"""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tasks.models import ScopeRule
from tasks.scope.learning import FAR_LIKELIER, Example, Judge, shipped
from tasks.scope.screening import of_words, while_written

UNSEEN = Path(__file__).parent / "unseen.tsv"
FOLDS = 5


def check(found: Collection[str], outside: Collection[str], inside: Collection[str]) -> None:
    missed, alarms = set(outside) - set(found), set(inside) & set(found)
    assert len(missed) / len(outside) <= 0.10, sorted(missed)
    assert len(alarms) / len(inside) <= 0.10, sorted(alarms)


def sides() -> Iterator[list[str]]:
    """Titles outside, and such as are service."""
    return ([title for title, is_service in shipped() if is_service == side] for side in (False, True))


@pytest.mark.django_db
def test_of_titles_nobody_had_seen_nine_of_ten_are_found() -> None:
    with UNSEEN.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    outside, inside = ([row["title"] for row in rows if row["label"] == label] for label in ("out", "in"))
    assert len(outside) >= 45 and len(inside) >= 45
    check({row["title"] for row in rows if while_written(row["title"], "")}, outside, inside)


@pytest.mark.django_db
def test_of_titles_it_learned_from_nine_of_ten_are_found() -> None:
    outside, inside = (
        [title for title, is_service in shipped() if is_service == side] for side in (False, True)
    )
    assert len(outside) + len(inside) >= 500
    check({title for title, _is_service in shipped() if while_written(title, "")}, outside, inside)


def test_by_likeness_alone_nine_of_ten_are_found_of_titles_left_out_of_the_lesson() -> None:
    known = list(shipped())
    found: set[str] = set()
    for fold in range(FOLDS):
        lesson = [row for number, row in enumerate(known) if number % FOLDS != fold]
        judge = Judge.learn(Example(title, "" if is_service else "X") for title, is_service in lesson)
        asked = (title for number, (title, _is_service) in enumerate(known) if number % FOLDS == fold)
        found |= {title for title in asked if judge.odds(title) >= FAR_LIKELIER}
    check(found, *sides())


@pytest.mark.django_db
def test_a_likeness_names_the_example_and_asks_for_no_reason() -> None:
    title = "把通知转到三个居民群"
    [found] = while_written(title, "")
    assert found.is_hint and "一类的说法相近" in found.text
    assert of_words(title, "") == []  # it may be published as it is


@pytest.mark.django_db
def test_what_the_city_teaches_is_learned_and_what_it_drops_is_forgotten() -> None:
    ScopeRule.objects.all().delete()
    assert while_written("替社区录入表格", "") == []
    ScopeRule.objects.create(
        code="OWN-1",
        name="唱歌",
        basis="本市规定",
        words="合唱排练",
        finds="机关合唱排练\n单位合唱彩排",
        passes="陪老人唱歌",
    )
    [found] = while_written("单位合唱彩排走台", "")
    assert "单位合唱彩排" in found.text
