"""The shape of a script: every node reachable, every choice with its edges, every way with an end."""

from collections.abc import Iterator

from shopadmin_review_recovery.domain.scripts import graph, reach
from shopadmin_review_recovery.domain.scripts.findings import Finding, found
from shopadmin_review_recovery.domain.scripts.graph import Node, Script

_FEWEST_EDGES = {"say": 1, "ask": 2, "choice": 2, "action": 1, "guard": 0}


def findings(script: Script) -> Iterator[Finding]:
    """What is wrong with nodes and edges."""
    yield from _targets(script)
    for node in script.nodes:
        yield from _edges(node)
        yield from _fields(node)
    if script.start in script.by_name:
        yield from _unreachable(script)
    yield from _endless(script)


def outcomes(node: Node) -> tuple[str, ...]:
    """What the machine, and nobody else, decides at this node; empty where a person chooses."""
    if node.kind == "guard":
        return graph.GATE_OUTCOMES if "contact_gate" in node.checks else graph.ASK_OUTCOMES
    return graph.ATTEMPT_OUTCOMES if "count_attempt" in node.effects else ()


def _targets(script: Script) -> Iterator[Finding]:
    if script.start not in script.by_name:
        yield found("no_start", start=script.start)
    known = {*script.by_name, *graph.EXITS}
    for node in script.nodes:
        for edge in node.edges:
            if edge.to not in known:
                yield found("unknown_target", node.name, on=edge.on, to=edge.to, exits=", ".join(graph.EXITS))
    for one in script.resume:
        booked, entered = script.by_name.get(one.booked_at), script.by_name.get(one.after)
        is_booked = booked is not None and any(edge.to == "booked" for edge in booked.edges)
        is_entered = entered is not None and entered.edge(one.on) is not None
        if not is_booked or not is_entered or one.to not in script.by_name:
            yield found("resume_target", one.booked_at, to=one.to, after=one.after, on=one.on)


def _edges(node: Node) -> Iterator[Finding]:
    if wanted := outcomes(node):
        if sorted(edge.on for edge in node.edges) != sorted(wanted):
            yield found("outcomes", node.name, wanted=", ".join(wanted))
    elif not node.edges:
        yield found("dead_end", node.name)
    elif len(node.edges) < _FEWEST_EDGES[node.kind]:
        yield found("few_edges", node.name, least=_FEWEST_EDGES[node.kind])


def _fields(node: Node) -> Iterator[Finding]:
    if node.kind == "guard":
        if not node.checks:
            yield found("no_checks", node.name, allowed=", ".join(graph.CHECKS))
        if node.say or node.send or node.effects or node.message or node.role:
            yield found("guard_speaks", node.name)
    elif node.checks:
        yield found("checks_elsewhere", node.name)
    if node.kind in ("say", "ask") and not node.say:
        yield found("nothing_said", node.name)
    if bool(node.send) != bool(node.message):
        yield found("message_and_text", node.name)


def _unreachable(script: Script) -> Iterator[Finding]:
    seen = reach.reachable(reach.targets(script), [script.start])
    for node in script.nodes:
        if node.name not in seen:
            yield found("unreachable", node.name, start=script.start)


def _endless(script: Script) -> Iterator[Finding]:
    """Nodes from which no way of their own leads to an exit; that a buyer may always say stop is no end."""
    follows = reach.targets(script, lasting=False)
    ending = reach.ending(follows, graph.EXITS)
    told: set[str] = set()
    for node in script.nodes:
        if node.name in ending or node.name in told or not node.edges:
            continue
        ahead = reach.after(follows, node.name) & set(script.by_name)
        if node.name in ahead:
            told |= ahead
            yield found("endless", node.name, loop=" → ".join(name for name in script.by_name if name in ahead))
    machines = {node.name: follows[node.name] for node in script.nodes if outcomes(node)}
    for name in machines:
        if name in reach.after(machines, name):
            yield found("machine_loop", name)
