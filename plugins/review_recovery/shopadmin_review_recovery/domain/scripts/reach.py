"""Which nodes can follow which. Edges are the nodes' own; with ``lasting``, also those that every node has."""

from collections.abc import Collection, Iterable, Mapping

from shopadmin_review_recovery.domain.scripts.graph import Script

Cut = Collection[tuple[str, str]]


def targets(script: Script, lasting: bool = True, without: Cut = ()) -> Mapping[str, tuple[str, ...]]:
    """Node to the nodes and exits that follow it; ``without``: outcomes of nodes, as (node, outcome), that are cut."""
    resumed = [(one.after, one.to) for one in script.resume]
    return {
        node.name: (
            *(
                edge.to
                for edge in (script.edges_from(node) if lasting else node.edges)
                if (node.name, edge.on) not in without
            ),
            *(to for after, to in resumed if after == node.name and lasting),
        )
        for node in script.nodes
    }


def reachable(follows: Mapping[str, Iterable[str]], starts: Iterable[str], around: Collection[str] = ()) -> set[str]:
    """Everything that can follow ``starts``, these included; ``around``: nodes that no way may lead through."""
    seen: set[str] = set()
    waiting = [start for start in starts if start not in around]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [to for to in follows.get(name, ()) if to not in around]
    return seen


def after(follows: Mapping[str, Iterable[str]], name: str) -> set[str]:
    """Everything that can follow a node; itself alone if a way leads back to it."""
    return reachable(follows, follows.get(name, ()))


def ending(follows: Mapping[str, Iterable[str]], ends: Collection[str]) -> set[str]:
    """The nodes from which one of ``ends`` can be reached."""
    before: dict[str, list[str]] = {}
    for name, nexts in follows.items():
        for to in nexts:
            before.setdefault(to, []).append(name)
    return reachable(before, ends) - set(ends)
