"""A script: nodes, the edges between them, and where a run ends. Frozen, and the same whoever reads it.

What an owner may write is closed on purpose: kinds, checks, effects, messages and exits are named here, so that no
script can reach a buyer, money or a review by a way that the rules do not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

Language = Literal["en", "zh"]
Kind = Literal["say", "ask", "choice", "action", "guard"]
# What a guard asks: G1 the contact gate, G3 one invitation, G4 do-not-contact, G5 no conditional money, G10 no
# suspicion, G11 the platform's profile, and that the parcel is where it belongs.
Check = Literal["contact_gate", "one_invitation", "do_not_contact", "money_apart", "no_suspicion", "platform", "parcel"]
# What happens in the transaction that enters a node.
Effect = Literal[
    "block_stop", "block_refused", "block_wrong_person", "count_attempt", "remedy", "approval", "evidence",
    "alert_owner",
]  # fmt: skip
# What is sent, by way of the core's outbox; sending.py says how each goes out.
Message = Literal["steps", "steps_chat", "contact", "farewell", "complaint"]
Role = Literal["identity", "listen", "recording_notice", "invitation"]
Exit = Literal["end", "queue", "booked", "waiting_buyer", "refused", "on_hold", "unreachable", "new_request"]
CaseState = Literal[
    "contacting", "waiting_buyer", "waiting_internal", "waiting_approval", "refused", "on_hold", "unreachable"
]
# What whoever speaks writes down on the way; texts may use all but the first two.
Sets = Literal["note", "cause.code", "remedy.summary", "remedy.due", "approval.due", "callback.window"]
# From every node: the buyer wants no more contact, threatens, ties a demand to the review, has complained.
Anywhere = Literal["stop", "threat", "demand", "complaint"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
KINDS: tuple[Kind, ...] = get_args(Kind)
CHECKS: tuple[Check, ...] = get_args(Check)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
MESSAGES: tuple[Message, ...] = get_args(Message)
ROLES: tuple[Role, ...] = get_args(Role)
SETS: tuple[Sets, ...] = get_args(Sets)
EXITS: tuple[Exit, ...] = get_args(Exit)
ANYWHERE: tuple[Anywhere, ...] = get_args(Anywhere)
CASE_STATES: tuple[CaseState, ...] = get_args(CaseState)

BEFORE_INVITATION: frozenset[Check] = frozenset(CHECKS) - {"contact_gate"}
GATE_OUTCOMES = ("allow", "hold", "deny")
ASK_OUTCOMES = ("pass", "open", "fail")
ATTEMPT_OUTCOMES = ("first", "second")
MONEY: frozenset[Effect] = frozenset({"remedy", "approval"})
# What the case becomes where a run ends, unless a node on the way has said so.
STATE_AFTER: Mapping[Exit, CaseState] = {
    "end": "waiting_internal",
    "queue": "contacting",
    "booked": "waiting_buyer",
    "waiting_buyer": "waiting_buyer",
    "refused": "refused",
    "on_hold": "on_hold",
    "unreachable": "unreachable",
    "new_request": "waiting_approval",
}

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edge:
    """``on``: the outcome that leads along it; ``to``: a node or an exit. ``label``: what the button says."""

    on: str
    to: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """One step. ``say``: what is said; ``send``: what is sent, by ``message``; both by language, empty for nothing.

    ``coaching``: a hint for whoever speaks. ``sets``: what is written down here. ``case_state``: what the case becomes
    when a run that came by here ends with ``end``.
    """

    name: str
    kind: Kind
    edges: tuple[Edge, ...] = ()
    purpose: Texts = field(default_factory=dict)
    say: Texts = field(default_factory=dict)
    coaching: Texts = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    effects: tuple[Effect, ...] = ()
    message: Message | None = None
    send: Texts = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    role: Role | None = None
    case_state: CaseState | None = None

    def edge(self, on: str) -> Edge | None:
        """The edge for an outcome."""
        return next((edge for edge in self.edges if edge.on == on), None)


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a booked call enters: once ``after`` answered ``on``, at ``to``, if it was booked at ``booked_at``."""

    booked_at: str
    after: str
    on: str
    to: str


@dataclass(frozen=True)
class Script:
    """``start``: the first node, a contact gate. ``anywhere``: outcome to node, from every node.

    ``is_recorded``: calls are recorded (G17). The order of nodes and edges is the owner's and is kept.
    """

    name: str
    title: Texts
    start: str
    nodes: tuple[Node, ...]
    anywhere: Mapping[str, str]
    resume: tuple[Resume, ...] = ()
    is_recorded: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Every node by its name."""
        return {node.name: node for node in self.nodes}

    def edges_from(self, node: Node) -> tuple[Edge, ...]:
        """The node's own edges, and those that every node has."""
        own = {edge.on for edge in node.edges}
        lasting = (Edge(on, to) for on, to in self.anywhere.items() if on not in own and to != node.name)
        return (*node.edges, *lasting)
