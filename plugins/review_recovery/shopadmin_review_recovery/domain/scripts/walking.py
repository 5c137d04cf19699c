"""A run through a script: which node comes next, and what the case becomes when it is over. Nothing is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shopadmin_review_recovery.domain.scripts import graph, shape
from shopadmin_review_recovery.domain.scripts.graph import CaseState, Edge, Exit, Node, Script

# Whose the money is that a step promises: within the limit the operator's, the owner's, the owner's outside of the run.
Giving = Literal["remedy", "approval", "request"]


class NoSuchStepError(ValueError):
    """The node has no edge for this outcome, or the run is over."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands. ``path``: the nodes it came by, this one last; ``exit``: set once it is over.

    ``booked_at``: the node at which the call was booked that this run is, empty for a first one.
    """

    path: tuple[str, ...]
    exit: Exit | None = None
    booked_at: str = ""

    @property
    def node(self) -> str:
        """The node it stands at, or ended at."""
        return self.path[-1]


def start(script: Script, booked_at: str = "") -> Position:
    """A new run; ``booked_at`` as in ``Position``."""
    return Position((script.start,), None, booked_at)


def choices(script: Script, node: Node) -> tuple[Edge, ...]:
    """What a person may choose at a node, what every node has included; the program decides about the rest."""
    decided = shape.outcomes(node)
    return tuple(edge for edge in script.edges_from(node) if edge.on not in decided)


def step(script: Script, at: Position, on: str) -> Position:
    """Follow an outcome. A booked call enters where the script lets it. Raises NoSuchStepError."""
    node = script.by_name[at.node]
    edge = next((edge for edge in script.edges_from(node) if edge.on == on), None)
    if at.exit is not None or edge is None:
        raise NoSuchStepError(f"{at.node}: {on}")
    to = edge.to
    for one in script.resume:
        if at.booked_at and (one.booked_at, one.after, one.on) == (at.booked_at, at.node, on):
            to = one.to
    if to in script.by_name:
        return Position((*at.path, to), None, at.booked_at)
    found: Exit = to  # type: ignore[assignment]
    return Position(at.path, found, at.booked_at)


def gives(script: Script, edge: Edge) -> Giving | None:
    """What an edge does about money: a remedy within the limit, one for the owner to decide, a request by itself."""
    if edge.to == "new_request":
        return "request"
    effects = script.by_name[edge.to].effects if edge.to in script.by_name else ()
    return "approval" if "approval" in effects else "remedy" if "remedy" in effects else None


def case_state(script: Script, path: Sequence[str], ended: Exit) -> CaseState:
    """What the case becomes: what the last node said that says anything, for ``end``; else what the exit stands for."""
    said = [state for name in path if (state := script.by_name[name].case_state) is not None]
    return said[-1] if ended == "end" and said else graph.STATE_AFTER[ended]
