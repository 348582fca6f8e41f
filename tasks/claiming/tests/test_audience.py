"""Whom a task reaches: the list, the page, the button and the claim itself give one answer."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from django.utils import timezone

from members.models import Member, Organization
from tasks.claiming.claiming import read_offer
from tasks.claiming.rules import NotInAudience, Refusal, claim_obstacle, is_in_audience
from tasks.claiming.views import offers_for
from tasks.models import Task
from tasks.tests.offers import make_offer, take, user_of
from xianfeng.testing.cast import Cast, Kind, make_organization

pytestmark = pytest.mark.django_db

# Unit, community and estate of a member, by their names in the cast and in `grown`.
HOMES = [
    ("unit", None, None),
    ("unit", "community", None),
    ("unit", "community", "estate"),
    ("unit", "community", "second_estate"),
    # Where the two disagree, the estate is the home.
    ("unit", "other_community", "estate"),
    ("other_unit", "other_community", "other_estate"),
    ("other_unit", "other_community", None),
    ("office", None, None),
    ("office", "community", "estate"),
    ("bureau", "other_community", "tenth"),
]


# Their names in the tree.
NAMES = {
    "unit": "市教育局", "other_unit": "市税务局", "bureau": "教研室", "office": "教研室一科",
    "community": "青锋社区", "estate": "青锋花苑", "second_estate": "青锋新村",
    "other_community": "江新社区", "other_estate": "江新花苑", "tenth": "江新十村",
}  # fmt: skip


def grown(cast: Cast) -> dict[str, Organization]:
    """The city's tree with units below units, and so many nodes that one id begins with another's digits."""
    tree = {name: value for name, value in vars(cast).items() if isinstance(value, Organization)}
    tree["bureau"] = make_organization("TU1B", Kind.UNIT, "教研室", cast.unit)
    tree["office"] = make_organization("TU1BO", Kind.UNIT, "教研室一科", tree["bureau"])
    tree["tenth"] = make_organization("TC2E10", Kind.ESTATE, "江新十村", cast.other_community)
    for number in range(10):
        tree[f"far{number}"] = make_organization(f"TF{number}", Kind.COMMUNITY, f"远村{number}", cast.street)
    return tree


def audiences(tree: dict[str, Organization]) -> Iterator[list[Organization]]:
    """Nobody, each organisation alone, and each two of those that the homes are about."""
    yield []
    yield from ([one] for one in tree.values())
    yield from (list(two) for two in combinations([tree[name] for name in tree if "far" not in name], 2))


def reached_by_parents(audience: list[Organization], member: Member) -> bool:
    """The rule told in another way: climb from unit and home to the root and look who is met."""
    climbers = [member.unit, member.estate or member.community]
    met: set[int] = set()
    for place in climbers:
        while place is not None:
            met.add(place.pk)
            place = place.parent
    return any(one.pk in met for one in audience)


@pytest.fixture
def offers(cast: Cast) -> list[tuple[list[Organization], Task]]:
    found = []
    for audience in audiences(grown(cast)):
        task = make_offer(cast)
        task.audience.set(audience)
        found.append((audience, task))
    return found


def settled_in(cast: Cast, homes: tuple[str, str | None, str | None]) -> Member:
    """李建国, belonging to the places of these names."""
    places = {one.name: one for one in Organization.objects.all()}
    named = [places[NAMES[name]].pk if name else None for name in homes]
    Member.objects.filter(pk=cast.li.pk).update(unit=named[0], community=named[1], estate=named[2])
    return Member.objects.get(pk=cast.li.pk)


@pytest.mark.parametrize("homes", HOMES)
def test_all_ways_to_ask_agree(cast: Cast, offers: list[tuple[list[Organization], Task]], homes) -> None:
    member, now = settled_in(cast, homes), timezone.now()
    expected = {task.pk for audience, task in offers if reached_by_parents(audience, member)}
    assert 0 < len(expected) < len(offers)
    assert set(Task.objects.reaching(member).values_list("pk", flat=True)) == expected
    assert set(Task.objects.for_member(member).values_list("pk", flat=True)) == expected
    assert set(offers_for(member, now).values_list("pk", flat=True)) == expected
    for _audience, task in offers:
        reached = task.pk in expected
        assert is_in_audience(task, member) is reached
        assert isinstance(claim_obstacle(task, member, now), NotInAudience) is not reached
        assert bool(read_offer(task.pk, user_of(member), now).in_audience) is reached


@pytest.mark.parametrize("homes", HOMES)
def test_who_is_not_reached_gets_no_place(cast: Cast, homes) -> None:
    tree = grown(cast)
    member = settled_in(cast, homes)
    for one in (tree["far1"], tree["city"]):
        task = make_offer(cast, audience=[one])
        try:
            take(task, member)
        except Refusal as refusal:
            assert (refusal.code, one) == ("not_in_audience", tree["far1"])
        else:
            assert one == tree["city"]
