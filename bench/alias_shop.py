"""A shop filled with an invented population, and the aliases and strangers put to ``shopadmin buyer-labels match``."""

import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import shopadmin_buyer_labels
from click.testing import CliRunner
from shopadmin_buyer_labels.match_command import match_command
from shopadmin_buyer_labels.services import indexing
from sqlalchemy import insert

from bench import aliases, orders
from bench.aliases import Population, Someone
from bench.databases import Shop
from bench.lists import settle
from shopadmin.domain.identifiers.canonical import read_address
from shopadmin.models import db
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.services import contacts
from shopadmin.services.transactions import writing

BUYERS, LABELLED, STRANGERS = 20_000, 400, 600
LINES = LABELLED + STRANGERS
_MADE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """``precision``: of pairs; ``recall``: of the labelled who came again; ``hidden_recall``: of those whose phone and
    mailbox are new.
    """

    precision: float
    recall: float
    hidden_recall: float


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one population; times in seconds. ``wrong``: acted on automatically and somebody else."""

    found: Mapping[str, Found]
    wrong: int
    suggested: int
    suggested_wrong: int
    housemates: int
    indexing: float
    matching: float


def run(shop: Shop, seed: int) -> Run:
    """Fill the shop with the population of ``seed``, index it, and ask about 1,000 people."""
    population = aliases.make(seed, BUYERS, LABELLED, STRANGERS)
    app = shop.app({"buyer_labels": shopadmin_buyer_labels})
    with app.app_context():
        _fill(population.people)
        settle()
        started = time.perf_counter()
        indexing.catch_up_all()
        indexed = time.perf_counter() - started
        db.session.remove()
    asked = [*(alias.asked for alias in population.aliases), *population.others]
    lines = "\n".join(json.dumps(_line(each), ensure_ascii=False) for each in asked)
    started = time.perf_counter()
    result = CliRunner().invoke(match_command, input=lines, obj=lambda: app)
    matched = time.perf_counter() - started
    assert result.exit_code == 0, result.output[-2000:]
    answers = {row["id"]: row["matches"] for row in map(json.loads, result.output.splitlines())}
    return _judged(population, answers, indexed, matched)


def _judged(
    population: Population, answers: Mapping[int, Sequence[Mapping[str, Any]]], indexed: float, matched: float
) -> Run:
    automatic = _pairs(answers, "exact")
    suggested = _pairs(answers, "fuzzy")
    true = {(alias.asked.number, alias.of) for alias in population.aliases}
    hidden = {(alias.asked.number, alias.of) for alias in population.aliases if "new ids" in alias.how}
    asked = [*(alias.asked for alias in population.aliases), *population.others]
    homes = _sharing(asked, population.people, _home)
    by = {
        "exact": _sharing(asked, population.people, lambda one: (one.phone, one.email)),
        "automatic": automatic,
        "same home": automatic | homes,
        "review": automatic | suggested,
    }
    wrong = suggested - true
    return Run(
        {name: _found(pairs, true, hidden) for name, pairs in by.items()},
        len(automatic - true), len(suggested), len(wrong), len(wrong & homes), indexed, matched,
    )  # fmt: skip


def _pairs(answers: Mapping[int, Sequence[Mapping[str, Any]]], kind: str) -> set[tuple[int, int]]:
    return {(asked, each["buyer"]) for asked, matches in answers.items() for each in matches if each["kind"] == kind}


def _found(pairs: Collection[tuple[int, int]], true: set[tuple[int, int]], hidden: set[tuple[int, int]]) -> Found:
    right = true & set(pairs)
    return Found(len(right) / len(pairs) if pairs else 1.0, len(right) / len(true), len(right & hidden) / len(hidden))


def _home(one: Someone) -> tuple[str, ...]:
    found = read_address(one.address).value
    return (found,) if found else ()


def _sharing(asked: Sequence[Someone], people: Sequence[Someone], keys: Any) -> set[tuple[int, int]]:
    held: dict[str, set[int]] = defaultdict(set)
    for one in people:
        for key in keys(one):
            held[key].add(one.number)
    return {(one.number, other) for one in asked for key in keys(one) for other in held.get(key, ())}


def _line(one: Someone) -> dict[str, Any]:
    phones = (one.phone, one.fixed) if one.fixed else (one.phone,)
    identifiers = [{"kind": "phone", "value": each, "region": "CN" if one.is_chinese else "GB"} for each in phones]
    identifiers.append({"kind": "email", "value": one.email})
    return {"id": one.number, "identifiers": identifiers, "name": one.name, "address": one.address}


def _fill(people: Sequence[Someone]) -> None:
    keys = contacts.keyring()
    buyers = (
        {"id": one.number, "platform": "test", "ref": f"test:{one.number}", "name": "", "created_at": _MADE}
        for one in people
    )
    with writing() as session:
        for model, rows in (
            (Buyer, buyers),
            (BuyerIdentifier, _identifiers(keys, people)),
            (Order, _orders(keys, people)),
        ):
            while batch := list(islice(rows, orders.BATCH)):
                session.execute(insert(model), batch)


def _identifiers(keys: Any, people: Sequence[Someone]) -> Iterator[dict[str, Any]]:
    for one in people:
        for kind, value in (("phone", one.phone), ("phone", one.fixed), ("email", one.email)):
            if value:
                yield {
                    "buyer_id": one.number, "kind": kind, "value_encrypted": contacts.seal_identifier(keys, value),
                    "value_hash": contacts.identifier_hash(keys, kind, value),  # type: ignore[arg-type]
                    "tail_hash": contacts.tail_hash(keys, value) if kind == "phone" else None,
                }  # fmt: skip


def _orders(keys: Any, people: Sequence[Someone]) -> Iterator[dict[str, Any]]:
    for one in people:
        sealed, mark = contacts.seal_contact(keys, contacts.contact_json(one.name, None, one.address))
        yield {
            "platform": "test", "order_no": f"T{one.number}", "buyer_id": one.number, "buyer_name": one.name,
            "status": "completed", "status_raw": "completed", "created_at": _MADE, "currency": "CNY", "total": 10_000,
            "paid": 10_000, "contact_encrypted": sealed, "contact_hash": mark,
        }  # fmt: skip
