"""Where the nodes of a script stand when it is drawn: in rows, each node below what leads to it.

A layered layout in three steps: rows by the longest way from the start, order within a row by where the neighbours
stand, places from the order. Edges that pass rows get a place in each, so that they pass beside nodes. Exits and the
edges that every node has are not drawn: they stand in words.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shopadmin_review_recovery.domain.scripts.graph import Script

WIDTH, HEIGHT, GAP_X, GAP_Y, THREAD, MARGIN = 128, 44, 14, 42, 20, 12
_SWEEPS = 8
# Beyond so many places that edges pass, they are drawn straight: nobody could follow them anyway.
_MOST_PASSES = 2000


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its upper left corner. ``exits``: where a run ends from here, as (outcome, exit)."""

    name: str
    x: int
    y: int
    exits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An edge through its points. ``is_back``: it leads up again."""

    source: str
    to: str
    outcomes: tuple[str, ...]
    points: tuple[tuple[int, int], ...]
    is_back: bool

    @property
    def path(self) -> str:
        """The edge as the ``d`` of an SVG path: soft turns from row to row."""
        (x, y), *rest = self.points
        parts = [f"M{x} {y}"]
        for to_x, to_y in rest:
            middle = (y + to_y) // 2
            parts.append(f"C{x} {middle} {to_x} {middle} {to_x} {to_y}")
            x, y = to_x, to_y
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


Key = tuple[str, str, int]  # a node, or the place in a row that an edge passes: (source, to, row)


def draw(script: Script) -> Drawing:
    """Lay a script out; one with unknown targets or nodes that nothing leads to as well."""
    follows = _follows(script)
    rows = _rows(script, follows)
    pairs = [(source, to) for source, nexts in follows.items() for to in nexts if source != to]
    is_crowded = sum(abs(rows[source] - rows[to]) for source, to in pairs) > _MOST_PASSES
    chains = {(source, to): _chain(source, to, rows, is_crowded) for source, to in pairs}
    places = _places(script, rows, list(chains.values()))
    boxes = tuple(
        Box(
            node.name, places[_own(node.name)] - WIDTH // 2, _y(rows[node.name]),
            tuple((edge.on, edge.to) for edge in node.edges if edge.to not in script.by_name),
        )
        for node in script.nodes
    )  # fmt: skip
    lines = tuple(_line(script, pair, chain, rows, places) for pair, chain in chains.items())
    width = max((place + WIDTH // 2 for place in places.values()), default=0) + MARGIN
    return Drawing(width, _y(max(rows.values(), default=0)) + HEIGHT + MARGIN, boxes, lines)


def _follows(script: Script) -> dict[str, list[str]]:
    """Node to the nodes after it; what every node leads to stands below the start's gate."""
    known = script.by_name
    return {node.name: list(dict.fromkeys(edge.to for edge in node.edges if edge.to in known)) for node in script.nodes}


def _rows(script: Script, follows: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way from the start to each node, ways back not counted."""
    forward = _forward(script, follows)
    rows = dict.fromkeys(script.by_name, 0)
    for name in _in_order(script, forward):
        for to in forward[name]:
            rows[to] = max(rows[to], rows[name] + 1)
    led_to = {to for nexts in forward.values() for to in nexts} | {script.start}
    last = max((rows[name] for name in led_to if name in rows), default=0)
    # What only "stop", a threat or a complaint leads to stands at the bottom.
    return {name: row if name in led_to or forward[name] else last + 1 for name, row in rows.items()}


def _forward(script: Script, follows: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The edges without those that lead back to a node that is still being looked at."""
    forward: dict[str, list[str]] = {name: [] for name in script.by_name}
    done: set[str] = set()
    for root in (script.start, *script.by_name):
        if root not in script.by_name or root in done:
            continue
        open_now = {root}
        waiting: list[tuple[str, Iterator[str]]] = [(root, iter(follows[root]))]
        while waiting:
            name, nexts = waiting[-1]
            to = next(nexts, None)
            if to is None:
                waiting.pop()
                open_now.discard(name)
                done.add(name)
            elif to not in open_now:
                forward[name].append(to)
                if to not in done:
                    open_now.add(to)
                    waiting.append((to, iter(follows[to])))
    return forward


def _in_order(script: Script, forward: Mapping[str, Sequence[str]]) -> list[str]:
    """Every node after all that lead to it."""
    left = dict.fromkeys(script.by_name, 0)
    for nexts in forward.values():
        for to in nexts:
            left[to] += 1
    order = [name for name, count in left.items() if not count]
    for name in order:
        for to in forward[name]:
            left[to] -= 1
            if not left[to]:
                order.append(to)
    return order


def _chain(source: str, to: str, rows: Mapping[str, int], is_straight: bool) -> list[Key]:
    """The edge's ends and the places between them, from the upper one down."""
    upper, lower = (source, to) if rows[source] <= rows[to] else (to, source)
    between = [] if is_straight else [(source, to, row) for row in range(rows[upper] + 1, rows[lower])]
    return [_own(upper), *between, _own(lower)]


def _own(name: str) -> Key:
    return (name, "", 0)


def _places(script: Script, rows: Mapping[str, int], chains: Sequence[Sequence[Key]]) -> dict[Key, int]:
    """The middle of everything that stands in a row."""
    members: dict[int, list[Key]] = {}
    for node in script.nodes:
        members.setdefault(rows[node.name], []).append(_own(node.name))
    neighbours: dict[Key, list[Key]] = {}
    for chain in chains:
        for key in chain[1:-1]:
            members.setdefault(key[2], []).append(key)
        for upper, lower in itertools.pairwise(chain):
            neighbours.setdefault(upper, []).append(lower)
            neighbours.setdefault(lower, []).append(upper)
    places: dict[Key, int] = {}
    for row in members.values():
        _spread(row, places)
    for sweep in range(_SWEEPS):
        for number in sorted(members, reverse=bool(sweep % 2)):
            row = members[number]
            row.sort(key=lambda key: _middle([places[one] for one in neighbours.get(key, [])], places[key]))
            _spread(row, places)
    shift = MARGIN + WIDTH // 2 - min(places.values(), default=0)
    return {key: round(place + shift) for key, place in places.items()}


def _middle(found: Sequence[float], otherwise: float) -> float:
    return sum(found) / len(found) if found else otherwise


def _spread(row: Sequence[Key], places: dict[Key, int]) -> None:
    """Side by side in this order, around one middle for all rows: else a long script would drift to one side."""
    widths = [THREAD if key[1] else WIDTH + GAP_X for key in row]
    x = -sum(widths) // 2
    for key, width in zip(row, widths, strict=True):
        places[key] = x + width // 2
        x += width


def _y(row: int) -> int:
    return MARGIN + row * (HEIGHT + GAP_Y)


def _line(
    script: Script, pair: tuple[str, str], chain: Sequence[Key], rows: Mapping[str, int], places: Mapping[Key, int]
) -> Line:
    source, to = pair
    outcomes = tuple(edge.on for edge in script.by_name[source].edges if edge.to == to)
    upper, *between, lower = chain
    points = [(places[upper], _y(rows[upper[0]]) + HEIGHT)]
    for key in between:
        points += [(places[key], _y(key[2])), (places[key], _y(key[2]) + HEIGHT)]
    points.append((places[lower], _y(rows[lower[0]])))
    is_back = rows[source] >= rows[to]
    return Line(source, to, outcomes, tuple(reversed(points) if is_back else points), is_back)
