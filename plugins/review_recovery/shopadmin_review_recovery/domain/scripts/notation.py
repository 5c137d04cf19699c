"""A script as YAML and back, and the canonical JSON that is hashed. Reading finds every mistake, not only the first."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shopadmin_review_recovery.domain.scripts import graph, yaml_text
from shopadmin_review_recovery.domain.scripts.findings import Finding, found
from shopadmin_review_recovery.domain.scripts.graph import Edge, Node, Resume, Script

FORMAT = "review-recovery-script/1"
MOST_NODES, MOST_EDGES, LONGEST_TEXT, LONGEST_LABEL = 200, 12, 600, 60
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEAD = ("format", "name", "title", "start", "recorded", "anywhere", "resume", "nodes")
_NODE = (
    "kind", "role", "purpose", "checks", "say", "message", "send", "coaching", "effects", "sets", "case_state", "edges",
)  # fmt: skip
_TEXTS = {"title": LONGEST_LABEL, "purpose": 200, "say": LONGEST_TEXT, "send": LONGEST_TEXT, "coaching": LONGEST_TEXT}
# What a mapping of texts may hold: every language, and in which order it is written.
_LANGUAGES = tuple(graph.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Reading:
    """``script``: None when it could not be read at all; ``lines``: of each node, counted from 1."""

    script: Script | None
    findings: tuple[Finding, ...]
    lines: Mapping[str, int]

    def placed(self, findings: Collection[Finding]) -> tuple[Finding, ...]:
        """The findings with the lines of their nodes."""
        return tuple(replace(finding, line=self.lines.get(finding.node, finding.line)) for finding in findings)


def read(text: str) -> Reading:
    """Read a script. What is written wrong is found here; what is meant wrong, by ``validate``."""
    try:
        document = yaml_text.load(text)
    except yaml_text.YamlError as error:
        return Reading(None, (Finding(error.code, "", error.params, error.line),), {})
    reader = _Reader()
    script = reader.script(document.data)
    lines = {path[1]: line for path, line in document.lines.items() if len(path) == 2 and path[0] == "nodes"}
    reading = Reading(script, (), lines)
    return replace(reading, findings=reading.placed(reader.findings))


def write(script: Script) -> str:
    """The script as YAML; ``read`` gives it back."""
    return yaml_text.dump(plain(script))


def canonical(script: Script) -> str:
    """One text for one meaning: canonical JSON, keys sorted, no blanks."""
    return json.dumps(plain(script, ordered=True), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_canonical(text: str) -> Script:
    """What ``canonical`` was made of. Raises ValueError for anything else."""
    data = json.loads(text)
    data["nodes"] = {node.pop("name"): node for node in data["nodes"]}
    for node in data["nodes"].values():
        node["edges"] = {edge.pop("on"): edge for edge in node["edges"]}
    reader = _Reader()
    script = reader.script(data)
    if script is None or reader.findings:
        raise ValueError("no canonical script")
    return script


def sha256(script: Script) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(script).encode()).hexdigest()


def plain(script: Script, ordered: bool = False) -> dict[str, Any]:
    """Texts, lists and mappings alone. ``ordered``: nodes and edges as lists, whose order survives sorted keys."""
    nodes: Any = {node.name: _plain_node(node, ordered) for node in script.nodes}
    if ordered:
        nodes = [{"name": name, **values} for name, values in nodes.items()]
    return {
        "format": FORMAT,
        "name": script.name,
        "title": dict(script.title),
        "start": script.start,
        "recorded": "yes" if script.is_recorded else "no",
        "anywhere": dict(script.anywhere),
        "resume": [
            {"booked_at": one.booked_at, "after": one.after, "on": one.on, "to": one.to} for one in script.resume
        ],
        "nodes": nodes,
    }


def _plain_node(node: Node, ordered: bool) -> dict[str, Any]:
    edges: Any = {edge.on: {"to": edge.to, **edge.label} if edge.label else edge.to for edge in node.edges}
    if ordered:
        edges = [{"on": edge.on, "to": edge.to, **edge.label} for edge in node.edges]
    values: dict[str, Any] = {
        "kind": node.kind, "role": node.role, "purpose": dict(node.purpose), "checks": list(node.checks),
        "say": dict(node.say), "message": node.message, "send": dict(node.send), "coaching": dict(node.coaching),
        "effects": list(node.effects), "sets": list(node.sets), "case_state": node.case_state, "edges": edges,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value or name == "edges"}


class _Reader:
    """Turns plain data into a script and notes what is wrong on the way."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def script(self, data: Any) -> Script | None:
        """The script, as far as it can be made out; None when it has no nodes."""
        if not isinstance(data, dict):
            self._note("no_script")
            return None
        self._known("", data, _HEAD)
        if data.get("format") != FORMAT:
            self._note("format", "", wanted=FORMAT)
        nodes = data.get("nodes")
        if not isinstance(nodes, dict) or not nodes:
            self._note("no_nodes")
            return None
        if len(nodes) > MOST_NODES:
            self._note("many_nodes", most=MOST_NODES)
            return None
        return Script(
            name=self._name("", "name", data.get("name")),
            title=self._texts("", "title", data.get("title", {})),
            start=self._name("", "start", data.get("start")),
            nodes=tuple(self._node(name, node) for name, node in nodes.items()),
            anywhere=self._anywhere(data.get("anywhere", {})),
            resume=tuple(self._resume(data.get("resume", []))),
            is_recorded=self._chosen("", "recorded", data.get("recorded", "no"), ("yes", "no")) == "yes",
        )

    def _node(self, name: str, data: Any) -> Node:
        self._name(name, "nodes", name)
        if name in graph.EXITS:
            self._note("name_of_exit", name)
        if not isinstance(data, dict):
            self._note("no_mapping", name, field="nodes")
            data = {"kind": "say"}
        self._known(name, data, _NODE)
        kind: Any = self._chosen(name, "kind", data.get("kind"), graph.KINDS) or "say"
        chosen: dict[str, Any] = {
            field: self._chosen(name, field, data[field], allowed) if field in data else None
            for field, allowed in (
                ("role", graph.ROLES), ("message", graph.MESSAGES), ("case_state", graph.CASE_STATES)
            )
        }  # fmt: skip
        lists: dict[str, Any] = {
            field: tuple(self._list(name, field, data.get(field, []), allowed))
            for field, allowed in (("checks", graph.CHECKS), ("effects", graph.EFFECTS), ("sets", graph.SETS))
        }
        texts: dict[str, Any] = {
            field: self._texts(name, field, data.get(field, {})) for field in ("purpose", "say", "send", "coaching")
        }
        return Node(name, kind, tuple(self._edges(name, data.get("edges", {}))), **chosen, **lists, **texts)

    def _edges(self, node: str, data: Any) -> Iterator[Edge]:
        if not isinstance(data, dict):
            self._note("no_mapping", node, field="edges")
            return
        if len(data) > MOST_EDGES:
            self._note("many_edges", node, most=MOST_EDGES)
            return
        for outcome, value in data.items():
            self._name(node, "edges", outcome)
            target, label = value, {}
            if isinstance(value, dict):
                self._known(node, value, ("to", *_LANGUAGES))
                target = value.get("to")
                label = self._texts(node, "edges", {key: text for key, text in value.items() if key != "to"})
            yield Edge(outcome, self._name(node, "to", target), label)

    def _anywhere(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict):
            self._note("no_mapping", field="anywhere")
            return {}
        self._known("", data, graph.ANYWHERE)
        return {on: self._name("", "anywhere", data[on]) for on in graph.ANYWHERE if on in data}

    def _resume(self, data: Any) -> Iterator[Resume]:
        if not isinstance(data, list) or len(data) > MOST_EDGES:
            self._note("no_list", field="resume")
            return
        for one in data:
            if not isinstance(one, dict) or sorted(one) != ["after", "booked_at", "on", "to"]:
                self._note("resume", field="resume")
                continue
            yield Resume(**{field: self._name("", "resume", value) for field, value in one.items()})

    def _texts(self, node: str, field: str, data: Any) -> dict[str, str]:
        """Texts by language, in the order of the languages; normalised, so that one text has one spelling."""
        if not isinstance(data, dict) or not all(isinstance(text, str) for text in data.values()):
            self._note("no_texts", node, field=field)
            return {}
        self._known(node, data, _LANGUAGES)
        texts = {language: self._text(data[language]) for language in _LANGUAGES if language in data}
        longest = _TEXTS.get(field, LONGEST_LABEL)
        for language, text in texts.items():
            if len(text) > longest:
                self._note("long_text", node, field=field, language=language, most=longest)
            if not all(sign.isprintable() for sign in text):
                self._note("hidden_characters", node, field=field, language=language)
        return {language: text for language, text in texts.items() if text}

    def _text(self, text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).split())

    def _list(self, node: str, field: str, data: Any, allowed: Collection[str]) -> Iterator[str]:
        if not isinstance(data, list) or len(data) > MOST_EDGES or len({str(one) for one in data}) != len(data):
            self._note("no_list", node, field=field)
            return
        for one in data:
            if (chosen := self._chosen(node, field, one, allowed)) is not None:
                yield chosen

    def _chosen(self, node: str, field: str, value: Any, allowed: Collection[str]) -> str | None:
        if isinstance(value, str) and value in allowed:
            return value
        self._note("unknown_value", node, field=field, value=_shown(value), allowed=", ".join(allowed))
        return None

    def _name(self, node: str, field: str, value: Any) -> str:
        return value if isinstance(value, str) and _NAME.fullmatch(value) else self._bad_name(node, field, value)

    def _bad_name(self, node: str, field: str, value: Any) -> str:
        self._note("bad_name", node, field=field, value=_shown(value))
        return _shown(value)

    def _known(self, node: str, data: Mapping[str, Any], known: Collection[str]) -> None:
        for key in data:
            if key not in known:
                self._note("unknown_field", node, field=_shown(key), allowed=", ".join(known))

    def _note(self, code: str, node: str = "", **params: object) -> None:
        self.findings.append(found(code, node, **params))


def _shown(value: Any) -> str:
    return str(value)[:40] if isinstance(value, str) else type(value).__name__
