"""``shopadmin review-recovery triage``: the rules for programs, without a shop."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from shopadmin.plugin_api import ShopFreeCommand
from shopadmin_review_recovery.domain.facts import OrderFacts
from shopadmin_review_recovery.domain.triage import triage

LONGEST_LINE = 4_000_000
_INSTANTS = ("promised_at", "shipped_at", "delivered_at", "reviewed_at")
_KNOWN = {"status", *_INSTANTS, "ordered", "shipped", "refunds"}
STATUSES = ("pending_payment", "paid", "shipped", "delivered", "completed", "cancelled", "refunded", "unavailable")


class BadLineError(ValueError):
    """A line cannot be read: which field, and why."""


@click.command("triage", cls=ShopFreeCommand)
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: the answers are JSON anyway.")
@click.pass_context
def triage_command(ctx: click.Context) -> None:
    """Say what went wrong in each review: facts of the order first, then words.

    Reads one JSON object a line from standard input: id, text, stars, facts (all optional: status, promised_at,
    shipped_at, delivered_at, reviewed_at, ordered, shipped, refunds). Prints one line each: id with causes, best first,
    each with code, confidence and because; or id with error. Instants are ISO 8601; days are told by the instants'
    own clock, UTC where none is given. Exit 0: all are answered; 3: a line was bad.
    """
    is_bad = False
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        answer = _answer(line, number)
        is_bad = is_bad or "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False))
    ctx.exit(3 if is_bad else 0)


def _answer(line: bytes, number: int) -> dict[str, Any]:
    row_id: Any = None
    try:
        row = _object(line)
        row_id = row.get("id")
        return {"id": row_id, "causes": _causes(row)}
    except BadLineError as error:
        return {"id": row_id, "error": f"line {number}: {error}"}


def _object(line: bytes) -> Mapping[str, Any]:
    if len(line) > LONGEST_LINE:
        raise BadLineError("longer than 4 MB")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLineError("not JSON") from None
    if not isinstance(row, dict):
        raise BadLineError("not an object")
    return row


def _causes(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = row.get("text")
    if text is not None and not isinstance(text, str):
        raise BadLineError("text is no text")
    stars = row.get("stars")
    # A bool is an int to Python.
    if stars is not None and (isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5):
        raise BadLineError("stars is no number from 1 to 5")
    facts = row.get("facts")
    if facts is not None and not isinstance(facts, dict):
        raise BadLineError("facts is no object")
    order = _order(facts) if facts else None
    verdict = triage(text or "", order, _instant(facts or {}, "reviewed_at"))
    return [
        {"code": cause.code, "confidence": cause.confidence, "because": list(map(str, cause.because))}
        for cause in verdict.causes
    ]


def _order(facts: Mapping[str, Any]) -> OrderFacts:
    if unknown := facts.keys() - _KNOWN:
        raise BadLineError(f"facts has no {', '.join(sorted(unknown))}; known: {', '.join(sorted(_KNOWN))}")
    status = facts.get("status") or ""
    if status and status not in STATUSES:
        raise BadLineError(f"facts.status is one of {', '.join(STATUSES)}")
    return OrderFacts(
        status=status,
        promised_at=_instant(facts, "promised_at"),
        shipped_at=_instant(facts, "shipped_at"),
        delivered_at=_instant(facts, "delivered_at"),
        ordered=_pieces(facts, "ordered"),
        shipped=_pieces(facts, "shipped"),
        refunds=_count(facts.get("refunds") or 0, "refunds"),
    )


def _instant(facts: Mapping[str, Any], name: str) -> datetime | None:
    text = facts.get(name)
    if text is None or text == "":
        return None
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadLineError(f"facts.{name} is no ISO instant") from None


def _pieces(facts: Mapping[str, Any], name: str) -> Mapping[str, int]:
    found = facts.get(name) or {}
    if not isinstance(found, dict):
        raise BadLineError(f"facts.{name} is no object of counts")
    return {sku: _count(count, name) for sku, count in found.items()}


def _count(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadLineError(f"facts.{name} has something that is no count")
    return value
