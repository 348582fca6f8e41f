"""Who goes where: a min-cost flow from communities without places to communities with spare ones.

No models here. Units are places. What the plan keeps, whatever it costs:

- A community sends no more people than it lacks places, nor more than may be asked (`senders`).
- A host gives of its spare places only `HOSTED` percent: its own people may still come.
- Nobody is sent farther than `FARTHEST` steps.

What it weighs, in this order: as few people without a place as can be, and those spread fairly over the
communities (each further quarter of a lack weighs more than the one before); short ways; hosts loaded evenly.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import networkx as nx

HOSTED = 80
FARTHEST = 3
# Costs of one place: of a step of the way, of each further half of what a host gives, and of each further
# quarter of a lack that stays. A place not found costs more than any way to one.
STEP, LOADED, UNMET = 10, 2, 1000
HALVES, QUARTERS = 2, 4
# Nodes: where all begins and ends, and by community or pool what it lacks, sends, gives.
SOURCE, SINK = ("source", 0), ("sink", 0)
LACKS, GOES, GIVES, POOL = "lacks", "goes", "gives", "pool"


@dataclass(frozen=True)
class Place:
    """A community: places spare (or lacking) in the month, and how many of its people may be asked."""

    id: int
    spare: int = 0
    lacking: int = 0
    senders: int = 0


@dataclass(frozen=True)
class Pool:
    """Places that several communities may take without being anybody's guests: a city task's."""

    places: int
    open_to: frozenset[int]


@dataclass(frozen=True)
class Flow:
    origin: int
    host: int
    places: int
    steps: int


@dataclass(frozen=True)
class Plan:
    """`pooled` and `unmet` are places by community; `cost` is what was made as small as can be."""

    flows: Sequence[Flow]
    pooled: Mapping[int, int]
    unmet: Mapping[int, int]
    cost: int


type Steps = Callable[[int, int], int | None]


def hosted(place: Place) -> int:
    """How many guests a host takes."""
    return place.spare * HOSTED // 100


def solve(places: Sequence[Place], pools: Sequence[Pool], steps: Steps) -> Plan:
    """The cheapest plan. `steps` says how far two communities are apart; None is too far."""
    cost, found = nx.network_simplex(network(places, pools, steps))
    taken: dict[tuple[Any, Any], int] = {
        (node, to): amount
        for node, out in found.items()
        for to, arcs in out.items()
        if (amount := sum(arcs.values()))
    }
    return Plan(
        flows=[
            Flow(node[1], to[1], amount, steps(node[1], to[1]) or 0)
            for (node, to), amount in sorted(taken.items(), key=str)
            if node[0] == GOES and to[0] == GIVES
        ],
        pooled=_by_community(taken, lambda to: to != SINK and to[0] == POOL),
        unmet=_by_community(taken, lambda to: to == SINK),
        cost=cost,
    )


def _by_community(taken: Mapping[tuple[Any, Any], int], leads: Callable[[Any], bool]) -> dict[int, int]:
    """Of each community that lacks places, how many of these go where `leads` says."""
    found: dict[int, int] = defaultdict(int)
    for (node, to), amount in taken.items():
        if node[0] == LACKS and leads(to):
            found[node[1]] += amount
    return dict(found)


def network(places: Sequence[Place], pools: Sequence[Pool], steps: Steps) -> "nx.MultiDiGraph":
    """Arcs have whole-number capacities and weights, so the flow is in whole places."""
    graph = nx.MultiDiGraph()
    total = sum(place.lacking for place in places)
    graph.add_node(SOURCE, demand=-total)
    graph.add_node(SINK, demand=total)
    lacking, hosts = [p for p in places if p.lacking], [p for p in places if hosted(p)]
    for place in lacking:
        _add_lack(graph, place)
    for host in hosts:
        _add_rising(graph, (GIVES, host.id), hosted(host), HALVES, LOADED, first=0)
    for place, host in product(lacking, hosts):
        way = steps(place.id, host.id)
        if way is not None and way <= FARTHEST:
            graph.add_edge((GOES, place.id), (GIVES, host.id), capacity=hosted(host), weight=STEP * way)
    for number, pool in enumerate(pools):
        _add_pool(graph, (POOL, number), pool, [place for place in lacking if place.id in pool.open_to])
    return graph


def _add_pool(graph: "nx.MultiDiGraph", node: object, pool: Pool, takers: Sequence[Place]) -> None:
    graph.add_edge(node, SINK, capacity=pool.places, weight=0)
    for place in takers:
        graph.add_edge((LACKS, place.id), node, capacity=pool.places, weight=0)


def _add_lack(graph: "nx.MultiDiGraph", place: Place) -> None:
    node = (LACKS, place.id)
    graph.add_edge(SOURCE, node, capacity=place.lacking, weight=0)
    graph.add_edge(node, (GOES, place.id), capacity=min(place.lacking, place.senders), weight=0)
    _add_rising(graph, node, place.lacking, QUARTERS, UNMET, first=UNMET)


def _add_rising(
    graph: "nx.MultiDiGraph", node: object, most: int, parts: int, each: int, *, first: int
) -> None:
    """Arcs to the sink whose cost rises part by part: what is taken is taken evenly."""
    bounds = [most * part // parts for part in range(parts + 1)]
    for part, (low, high) in enumerate(pairwise(bounds)):
        if high > low:
            graph.add_edge(node, SINK, capacity=high - low, weight=first + part * each)
