"""The plan is the cheapest there is, and keeps what it promises."""

import random
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tasks.balancing.flows import (
    FARTHEST,
    HALVES,
    LOADED,
    QUARTERS,
    STEP,
    UNMET,
    Place,
    Plan,
    Pool,
    hosted,
    solve,
)

type Town = tuple[list[Place], list[Pool], dict[tuple[int, int], int]]


def town(seed: int, communities: int = 12, size: int = 40) -> Town:
    """A random town: who lacks, who has to spare, city tasks, and ways of 1 to 5 steps."""
    dice = random.Random(seed)
    places = []
    for pk in range(communities):
        lacking = dice.randint(0, size) if dice.random() < 0.6 else 0
        spare = 0 if lacking else dice.randint(0, size)
        places.append(Place(pk, spare, lacking, senders=dice.randint(0, size)))
    pools = [
        Pool(dice.randint(1, size // 2 + 1), frozenset(dice.sample(range(communities), dice.randint(1, 5))))
        for _ in range(dice.randint(0, 3))
    ]
    ways = {(a, b): dice.randint(1, 5) for a in range(communities) for b in range(communities)}
    return places, pools, ways


def parts(most: int, count: int) -> list[int]:
    return [high - low for low, high in pairwise(most * part // count for part in range(count + 1))]


class Programme:
    """The same problem said anew as a linear programme, for HiGHS: its vertices are whole numbers.

    Each variable is a number of places; a row adds some of them up, to exactly or at most an amount.
    """

    def __init__(self, places: list[Place], pools: list[Pool], ways: dict[tuple[int, int], int]) -> None:
        self.cost: list[float] = []
        self.bounds: list[tuple[int, int]] = []
        self.equal: dict[tuple[str, int], int] = {}
        self.most: dict[tuple[str, int], int] = {}
        self.signs: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
        for place in (one for one in places if one.lacking):
            self.add_lack(place, places, ways)
            for number, pool in enumerate(pools):
                if place.id in pool.open_to:
                    self.variable(0, pool.places, ("lack", place.id), ("pool", number))
        for host in (one for one in places if hosted(one)):
            self.equal["host", host.id] = 0
            for number, width in enumerate(parts(hosted(host), HALVES)):
                self.signs["host", host.id][self.variable(LOADED * number, width)] = -1
        self.most |= {("pool", number): pool.places for number, pool in enumerate(pools)}

    def add_lack(self, place: Place, places: list[Place], ways: dict[tuple[int, int], int]) -> None:
        self.equal["lack", place.id] = place.lacking
        self.most["send", place.id] = min(place.lacking, place.senders)
        for number, width in enumerate(parts(place.lacking, QUARTERS)):
            self.variable(UNMET * (number + 1), width, ("lack", place.id))
        for host in (one for one in places if hosted(one)):
            if (way := ways[place.id, host.id]) <= FARTHEST:
                rows = ("lack", place.id), ("send", place.id), ("host", host.id)
                self.variable(STEP * way, hosted(host), *rows)

    def variable(self, weight: float, most: int, *rows: tuple[str, int]) -> int:
        number = len(self.cost)
        self.cost.append(weight)
        self.bounds.append((0, most))
        for row in rows:
            self.signs[row][number] = 1
        return number

    def matrix(self, rows: dict[tuple[str, int], int]) -> Any:
        found = np.zeros((len(rows), len(self.cost)))
        for line, name in enumerate(rows):
            for number, sign in self.signs[name].items():
                found[line, number] = sign
        return found

    def cheapest(self) -> float:
        if not self.cost:
            return 0
        found = linprog(
            self.cost,
            A_ub=self.matrix(self.most),
            b_ub=list(self.most.values()),
            A_eq=self.matrix(self.equal),
            b_eq=list(self.equal.values()),
            bounds=self.bounds,
        )
        assert found.status == 0
        return float(found.fun)


def planned(places: list[Place], pools: list[Pool], ways: dict[tuple[int, int], int]) -> Plan:
    return solve(places, pools, lambda a, b: ways[a, b])


@pytest.mark.parametrize("seed", range(50))
def test_no_other_solver_finds_a_cheaper_plan(seed: int) -> None:
    given_town = town(seed)
    assert planned(*given_town).cost == pytest.approx(Programme(*given_town).cheapest())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 16), st.integers(1, 60))
def test_no_plan_breaks_what_it_promises(seed: int, communities: int, size: int) -> None:
    communities = max(communities, 5)
    places, pools, ways = town(seed, communities, size)
    plan = planned(places, pools, ways)
    by_id = {place.id: place for place in places}
    for flow in plan.flows:
        assert flow.places > 0
        assert flow.steps == ways[flow.origin, flow.host] <= FARTHEST
    for place in places:
        sent = sum(flow.places for flow in plan.flows if flow.origin == place.id)
        taken_in = sum(flow.places for flow in plan.flows if flow.host == place.id)
        assert sent <= min(place.lacking, place.senders)
        assert taken_in <= hosted(by_id[place.id])
        assert sent + plan.pooled.get(place.id, 0) + plan.unmet.get(place.id, 0) == place.lacking
    assert sum(plan.pooled.values()) <= sum(pool.places for pool in pools)


def test_what_is_not_enough_for_all_is_spread_evenly() -> None:
    places = [Place(1, lacking=40, senders=40), Place(2, lacking=40, senders=40), Place(3, spare=50)]
    plan = solve(places, [], lambda a, b: 1)
    assert {flow.origin: flow.places for flow in plan.flows} == {1: 20, 2: 20}


def test_the_nearer_host_is_asked_first_and_a_far_one_never() -> None:
    places = [Place(1, lacking=10, senders=10), Place(2, spare=10), Place(3, spare=10), Place(4, spare=100)]
    ways = {2: 1, 3: 2, 4: FARTHEST + 1}
    plan = solve(places, [], lambda a, b: ways[b])
    assert [(flow.host, flow.places) for flow in plan.flows] == [(2, 8), (3, 2)]
