"""One table of columns for each import: what it says holds for the model and the files we hand out."""

from collections import Counter
from pathlib import Path

import pytest

from members.importing import organizations
from members.importing.column import Column, Content
from members.importing.roster import apply_roster, columns, plan_roster
from members.importing.roster.checking import limit_of
from members.importing.template import roster_template
from members.models import Member
from xianfeng.testing.cast import Cast


@pytest.mark.parametrize("table", [columns.COLUMNS, organizations.COLUMNS], ids=["roster", "organizations"])
def test_each_name_means_one_column_and_each_column_one_field(table: tuple[Column, ...]):
    names = Counter(name for column in table for name in {column.header, *column.synonyms})
    fields = Counter(column.field for column in table)
    assert max(names.values()) == max(fields.values()) == 1


@pytest.mark.parametrize("column", columns.COLUMNS, ids=lambda column: column.field)
def test_every_name_of_a_column_is_recognised_and_its_example_fits(column: Column):
    assert {columns.canonical(f"*{name}（必填）") for name in (column.header, *column.synonyms)} == {
        column.header
    }
    cleaned = column.clean(column.example)
    assert cleaned is not None
    if column.content not in (Content.ANSWER, Content.DAY):
        assert 0 < len(cleaned) <= limit_of(column.field)


def test_the_template_can_be_sent_back_as_it_is(tmp_path: Path, cast: Cast):
    path = tmp_path / "template.xlsx"
    path.write_bytes(roster_template())
    plan = plan_roster(path)
    assert (plan.counts["new"], plan.unknown_columns) == (1, [])
    apply_roster(plan, None)
    stored = Member.objects.values(*plan.rows[0].fields).get(mobile="13800000000")
    assert set(stored) == {column.field for column in columns.COLUMNS}
    assert stored == plan.rows[0].fields
    assert plan_roster(path).counts["unchanged"] == 1
