"""What the bank refuses, and why. Pages and services use the same checks."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from flags.models import AssessmentRun, FlagEntry
from members.models import Member, User
from xianfeng.lib.refusal import Refusal


class OwnFlags(Refusal):
    """Publisher and beneficiary are never the same person (DOMAIN §3)."""

    code = "own_flags"


class NegativeAward(Refusal):
    code = "negative_award"


class YearSettled(Refusal):
    code = "year_settled"


class YearNotSettled(Refusal):
    code = "year_not_settled"


class AlreadyReversed(Refusal):
    code = "already_reversed"


class NotReversible(Refusal):
    code = "not_reversible"


def check_not_own(members: Iterable[Member], *people: User | None) -> None:
    """Nobody lights, reverses or verifies flags of their own. Raises OwnFlags."""
    known = [person for person in people if person is not None]
    for member in members:
        if any(person.is_same_person(member) for person in known):
            raise OwnFlags(
                _("不能为自己亮旗、撤销或认定（%(name)s）。请由其他工作人员办理。") % {"name": member.name}
            )


def settled_years(years: Iterable[int]) -> set[int]:
    """Which of the years are settled."""
    runs = AssessmentRun.objects.filter(state=AssessmentRun.State.SETTLED, year__in=set(years))
    return set(runs.values_list("year", flat=True))


def check_open(years: Iterable[int]) -> None:
    """No new line in a settled year (DOMAIN §4.5). Raises YearSettled."""
    for year in sorted(settled_years(years)):
        raise YearSettled(
            _("%(year)s 年度考核已定案，该年流水不再变动。请由市委组织部在当前年度作调整并注明更正年度。")
            % {"year": year}
        )


def check_reversible(entry: FlagEntry) -> None:
    """A reversal undoes one award, once, in an open year.

    Raises NotReversible, AlreadyReversed, YearSettled.
    """
    if entry.kind != FlagEntry.Kind.AWARD:
        raise NotReversible(_("只有亮旗流水可以撤销；撤销和调整本身不能再撤销。"))
    if FlagEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("第 %(seq)s 号流水已经撤销过，不能再次撤销。") % {"seq": entry.seq})
    check_open([entry.year])
