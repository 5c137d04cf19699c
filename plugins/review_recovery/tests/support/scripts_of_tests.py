"""The shipped script, and small changes to it that tests make."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files

from shopadmin_review_recovery.domain.scripts import notation, walking
from shopadmin_review_recovery.domain.scripts.graph import Edge, Node, Script
from shopadmin_review_recovery.domain.scripts.validate import validate
from shopadmin_review_recovery.script_findings import sms_parts, wording

TEXT = (files("shopadmin_review_recovery") / "scripts" / "default.yaml").read_text(encoding="utf-8")


def shipped() -> Script:
    found = notation.read(TEXT)
    assert found.script is not None
    assert not found.findings
    return found.script


def changed(name: str, change: Callable[[Node], Node], script: Script | None = None) -> Script:
    script = script or shipped()
    return replace(script, nodes=tuple(change(node) if node.name == name else node for node in script.nodes))


def redirected(name: str, on: str, to: str, script: Script | None = None) -> Script:
    """An edge that leads elsewhere."""
    return changed(
        name,
        lambda node: replace(node, edges=tuple(replace(edge, to=to) if edge.on == on else edge for edge in node.edges)),
        script,
    )


def with_edge(name: str, on: str, to: str, script: Script | None = None) -> Script:
    edge = Edge(on, to, {"en": "Go on", "zh": "继续"})
    return changed(name, lambda node: replace(node, edges=(*node.edges, edge)), script)


def without_edge(name: str, on: str) -> Script:
    return changed(name, lambda node: replace(node, edges=tuple(edge for edge in node.edges if edge.on != on)))


def codes(script: Script, node: str | None = None) -> set[str]:
    return {finding.code for finding in validate(script, wording, sms_parts) if node is None or finding.node == node}


def paths(script: Script, booked_at: str = "") -> Iterator[tuple[walking.Position, tuple[str, ...]]]:
    """Every way through, by the nodes' own edges, each edge once at most: where it ends, and the outcomes on it."""
    waiting = [(walking.start(script, booked_at), ())]
    while waiting:
        at, outcomes = waiting.pop()
        if at.exit is not None:
            yield at, outcomes
            continue
        for edge in script.by_name[at.node].edges:
            if (at.node, edge.on) not in zip(at.path, outcomes, strict=False):
                waiting.append((walking.step(script, at, edge.on), (*outcomes, edge.on)))
