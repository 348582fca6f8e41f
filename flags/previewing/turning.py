"""Whom a change of the rules would turn: the year as it stands, by the rules as they are and as meant."""

from dataclasses import dataclass
from typing import Any

from flags.assessment import assessing
from flags.assessment.standing import WORDS, Result
from flags.models import Assessment
from flags.policy.policies import frozen, policy_for
from members.models import Member

SHOWN = 200  # people named on the page; the counts are of all


@dataclass(frozen=True)
class Turn:
    """One person whom the change takes to another side."""

    member: Member
    before: Assessment
    after: Assessment

    @property
    def was(self) -> str:
        return str(WORDS[Result(self.before.result)])

    @property
    def becomes(self) -> str:
        return str(WORDS[Result(self.after.result)])


@dataclass(frozen=True)
class Turns:
    """How many would become short, reach the year, or be on one side or the other of leave, and who."""

    short: int
    reached: int
    others: int
    people: list[Turn]
    checked: int

    @property
    def more(self) -> int:
        return self.short + self.reached + self.others - len(self.people)


def turns_of(year: int, fields: dict[str, Any]) -> Turns:
    """Who changes side where these figures of the year's rules are set; stores nothing."""
    rules = frozen(policy_for(year))
    meant = {**rules, **{name: value for name, value in fields.items() if name in rules}}
    before = {row.member_id: row for row in assessing.reckon(year, rules)}
    after = assessing.reckon(year, meant)
    # Who came onto the roster between the two is turned by no rule.
    turned = [row for row in after if (was := before.get(row.member_id)) and row.result != was.result]
    short = sum(row.result == Result.UNQUALIFIED for row in turned)
    reached = sum(row.result == Result.QUALIFIED for row in turned)
    return Turns(short, reached, len(turned) - short - reached, named(turned[:SHOWN], before), len(after))


def named(rows: list[Assessment], before: dict[int, Assessment]) -> list[Turn]:
    """Those who become short first."""
    members = Member.objects.select_related("unit", "community").defer("address")
    people = members.in_bulk([row.member_id for row in rows])
    turns = [Turn(people[row.member_id], before[row.member_id], row) for row in rows]
    return sorted(turns, key=lambda turn: (turn.after.result != Result.UNQUALIFIED, turn.member.unit.path))
