"""What no script may lead around: the contact gate, the guards before the invitation, and the buyer's no.

G1 the gate comes first; G3 one invitation; G4 a refusal blocks at once; G5 no money after the invitation, and it is
decided before; G10, G11 asked by the guard; G17 a recorded call says so before anybody tells anything.
"""

from collections.abc import Iterator

from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.scripts import graph, reach
from shopadmin_review_recovery.domain.scripts.findings import Finding, found
from shopadmin_review_recovery.domain.scripts.graph import Node, Script

_G = {
    "contact_gate": "G1", "one_invitation": "G3", "do_not_contact": "G4", "money_apart": "G5", "no_suspicion": "G10",
    "platform": "G11",
}  # fmt: skip
_INVITATION_OUTCOMES = ("agrees", "hesitates", "refuses", "demand")
# The effect that the target of each lasting edge must have.
_ANSWERS: dict[str, graph.Effect] = {
    "stop": "block_stop", "threat": "evidence", "demand": "evidence", "complaint": "alert_owner",
}  # fmt: skip
# What nobody hears before they said who they are.
_PRIVATE = ("order.", "line.", "cause.", "remedy.", "approval.")
_MONEY = ("remedy.", "approval.")


def findings(script: Script) -> Iterator[Finding]:
    """Every way around a guard."""
    yield from _gate(script)
    yield from _complete_guards(script)
    yield from _ways_to_the_invitation(script)
    for node in script.nodes:
        if node.role == "invitation":
            yield from _invitation(script, node)
    yield from _lasting(script)
    yield from _identity(script)
    yield from _recording(script)


def _gate(script: Script) -> Iterator[Finding]:
    start = script.by_name.get(script.start)
    if start is not None and (start.kind != "guard" or start.checks != ("contact_gate",)):
        yield found("gate_first", start.name)
    for node in script.nodes:
        if "contact_gate" not in node.checks:
            continue
        if node.name != script.start or len(node.checks) > 1:
            yield found("gate_elsewhere", node.name, start=script.start)
        for edge in node.edges:
            if edge.on in ("hold", "deny") and edge.to not in graph.EXITS:
                yield found("gate_leak", node.name, on=edge.on, to=edge.to)


def _complete_guards(script: Script) -> Iterator[Finding]:
    for node in script.nodes:
        lacking = [check for check in graph.CHECKS if check in graph.BEFORE_INVITATION - set(node.checks)]
        if node.kind == "guard" and "contact_gate" not in node.checks and lacking:
            named = ", ".join(f"{check} ({_G[check]})" if check in _G else check for check in lacking)
            yield found("guard_lacks", node.name, lacking=named)


def _is_complete(node: Node | None) -> bool:
    return node is not None and node.kind == "guard" and set(node.checks) >= graph.BEFORE_INVITATION


def _ways_to_the_invitation(script: Script) -> Iterator[Finding]:
    """Whatever leads to an invitation is the ``pass`` of a guard that asks everything; no other way leads there."""
    invitations = {node.name for node in script.nodes if node.role == "invitation"}
    for node in script.nodes:
        for edge in node.edges:
            if edge.to in invitations and not (_is_complete(node) and edge.on == "pass"):
                yield found("around_guard", node.name, on=edge.on, to=edge.to)
    for on, to in script.anywhere.items():
        if to in invitations:
            yield found("around_guard", to, on=on, to=to)
    for one in script.resume:
        if one.to in invitations:
            yield found("around_guard", one.after, on=one.on, to=one.to)
    if script.start in invitations:
        yield found("around_guard", script.start, on="start", to=script.start)


def _invitation(script: Script, node: Node) -> Iterator[Finding]:
    lacking = [on for on in _INVITATION_OUTCOMES if node.edge(on) is None]
    if lacking or node.kind != "ask":
        yield found("invitation_outcomes", node.name, wanted=", ".join(_INVITATION_OUTCOMES))
    refused = node.edge("refuses")
    target = script.by_name.get(refused.to) if refused else None
    if refused and (target is None or "block_refused" not in target.effects):
        yield found("refusal_unheard", node.name, to=refused.to)
    follows = reach.targets(script)
    later = reach.after(follows, node.name)
    for other in script.nodes:
        if other.name not in later and other is not node:
            continue
        if other.name in later and other.role == "invitation":
            yield found("second_invitation", other.name, first=node.name)
        if set(other.effects) & graph.MONEY:
            yield found("money_after_invitation", other.name, invitation=node.name)
        for name in _used(other, _MONEY):
            yield found("money_named_after_invitation", other.name, name=name, invitation=node.name)


def _lasting(script: Script) -> Iterator[Finding]:
    """Stop, threat, demand and complaint lead from everywhere to where a run ends, and nobody bends them."""
    for on, effect in _ANSWERS.items():
        target = script.by_name.get(script.anywhere.get(on, ""))
        if target is None:
            yield found("anywhere_lacks", "", on=on)
            continue
        if effect not in target.effects:
            yield found("anywhere_effect", target.name, on=on, effect=effect)
        if on == "stop" and (target.say or target.send):
            yield found("stop_speaks", target.name)
        for edge in target.edges:
            if edge.to not in graph.EXITS:
                yield found("anywhere_goes_on", target.name, on=on, to=edge.to)
    for node in script.nodes:
        for edge in node.edges:
            is_bent = edge.on in script.anywhere and edge.to != script.anywhere[edge.on]
            if is_bent and not (edge.on == "demand" and node.role == "invitation"):
                yield found("anywhere_bent", node.name, on=edge.on, to=edge.to, wanted=script.anywhere[edge.on])


def _identity(script: Script) -> Iterator[Finding]:
    asked = [node for node in script.nodes if node.role == "identity"]
    if len(asked) != 1 or asked[0].edge("yes") is None:
        yield found("no_identity")
        return
    follows = reach.targets(script, lasting=False, without=[(asked[0].name, "yes")])
    before = reach.reachable(follows, [script.start])
    for node in script.nodes:
        if node.name in before:
            for name in _used(node, _PRIVATE):
                yield found("private_before_identity", node.name, name=name, identity=asked[0].name)


def _recording(script: Script) -> Iterator[Finding]:
    if not script.is_recorded:
        return
    listening = [node.name for node in script.nodes if node.role == "listen"]
    if not listening:
        yield found("recording_without_listen")
    spoken = {node.name for node in script.nodes if node.role == "recording_notice" and node.say}
    silent = reach.reachable(reach.targets(script), [script.start], around=spoken)
    for name in listening:
        if name in silent:
            yield found("recording_unannounced", name)


def _used(node: Node, prefixes: tuple[str, ...]) -> list[str]:
    texts = (*node.say.values(), *node.send.values())
    return sorted({name for text in texts for name in templates.read(text).names if name.startswith(prefixes)})
