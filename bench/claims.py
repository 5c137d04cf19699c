"""The claim rush: claims a second and how long they take, beside what raw SQL, Django and an empty view do."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from bench import databases
from bench.rush import disk, measuring
from bench.rush.books import Faults
from bench.rush.measuring import Cell, Opened, Plan

RESULTS = Path(__file__).resolve().parent.parent / "build" / "bench-claims.json"
FULL = os.environ.get("BENCH_FULL") == "1"
PLAN = Plan((2, 8, 32, 64) if FULL else (8, 64), 5 if FULL else 3, 2000, 4000, 400)
# Goals: ours over theirs at least, p99 at most.
SERVICE, EMPTY, DJANGO, SOLD_OUT, CROWD, P99_MS = 1.0, 0.25, 4.0, 0.6, 0.7, 50.0
ENGINES: tuple[tuple[str, Opened], ...] = (
    ("SQLite", databases.sqlite_shop),
    ("PostgreSQL", databases.postgresql_shop),
)
MOST = max(PLAN.clients)


def report() -> str:
    """The section of the document; the figures of single cells go to ``build/bench-claims.json`` as well."""
    found = [(engine, measuring.measure(opened, PLAN)) for engine, opened in ENGINES]
    _write([_figures(engine, cell) for engine, cells in found for cell in cells])
    lines = [
        _HEAD,
        "| database | level | clients | claims/s | p50 ms | p99 ms | limit/s | ratio | goal | over-issue, duplicates, "
        "lost |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_row(engine, cell) for engine, cells in found for cell in cells),
        "",
        "| database | what | shopadmin | beside | ratio | goal |",
        "|---|---|---|---|---|---|",
        *(line for engine, cells in found for line in _beside(engine, cells)),
        *_on_controlled_disk(),
    ]
    return "\n".join(lines) + "\n"


_HEAD = f"""## claims
Buyers rush at a campaign until its last piece is gone, one in twenty asking twice; what they were told is compared with the database afterwards. *service*: threads of one process that claim, beside raw SQL that writes the same rows (envelope, ledger, stock, stored answer, log) without the shop's triggers, each claim in a transaction of its own: pgbench with 8 connections, one sqlite3 writer with synchronous FULL. *http*: `POST …/claims` with a token and a key on waitress as `PROCESSES=2 shopadmin run` sets it up, after a short rush that is not measured, beside an empty Flask view on the same, which has a thread for each call where claims that come at once share one; the load is made on the same cores. *Two bare questions*: the empty view, which asks the database for a row by its key twice, past everything of ours: the least that being sold out has to ask (may this token call, has this buyer an envelope). Medians of {PLAN.rounds} in turn. Goals: ratio at least {SERVICE} and {EMPTY}, faults 0.
"""  # noqa: E501


def _figures(engine: str, cell: Cell) -> dict[str, Any]:
    return {
        "engine": engine.lower(), "clients": cell.clients, "level": cell.level,
        "claims_per_second": round(cell.per_second, 1),
        "p50_ms": round(cell.percentile(0.5), 2), "p99_ms": round(cell.percentile(0.99), 2),
        "over_issue": cell.faults.over_issue, "duplicates": cell.faults.duplicates, "lost": cell.faults.lost,
        "limit_per_second": round(cell.limit, 1), "ratio": round(cell.ratio, 3),
    }  # fmt: skip


def _write(figures: list[dict[str, Any]]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"claims": figures}, indent=1) + "\n")


def _row(engine: str, cell: Cell) -> str:
    faults = (cell.faults.over_issue, cell.faults.duplicates, cell.faults.lost)
    goal = SERVICE if cell.level == "service" else EMPTY
    return (
        f"| {engine} | {cell.level} | {cell.clients} | {cell.per_second:,.0f} | {cell.percentile(0.5):.1f} "
        f"| {cell.percentile(0.99):.1f} | {cell.limit:,.0f} | {cell.ratio:.2f} "
        f"| {_met(cell.ratio >= goal and not any(faults))} | {', '.join(map(str, faults))} |"
    )


def _beside(engine: str, cells: list[Cell]) -> Iterator[str]:
    for cell in cells:
        if cell.level == "http":
            where = f"{engine} | http, {cell.clients} clients"
            yield _compared(f"{where}, Django with select_for_update", cell.per_second, median(cell.django),
                            cell.against(cell.django), DJANGO)  # fmt: skip
            yield _compared(f"{where}, sold out, the empty view", median(cell.sold_out), cell.limit,
                            measuring.ratio(cell.sold_out, cell.limits), SOLD_OUT)  # fmt: skip
            yield (
                f"| {where}, two bare questions, the empty view | {median(cell.questions):,.0f}/s "
                f"| {cell.limit:,.0f}/s | {measuring.ratio(cell.questions, cell.limits):.2f} | none |"
            )
    for level in ("service", "http"):
        few, many = (
            next(cell.per_second for cell in cells if (cell.level, cell.clients) == (level, clients))
            for clients in (8, MOST)
        )
        yield _compared(f"{engine} | {level}, {MOST} clients beside 8", many, few, many / few, CROWD)


def _compared(what: str, ours: float, theirs: float, ratio: float, goal: float) -> str:
    return f"| {what} | {ours:,.0f}/s | {theirs:,.0f}/s | {ratio:.2f} | at least {goal}: {_met(ratio >= goal)} |"


def _met(is_met: bool) -> str:
    return "met" if is_met else "missed"


def _on_controlled_disk() -> Iterator[str]:
    """Where each sync takes a millisecond: how long the slowest wait, and how many claims share a sync."""
    if why := disk.missing():
        yield f"| both | p99 on the controlled disk | not measured: {why} | | | missed |"
        return
    plan = replace(PLAN, clients=(MOST,), rounds=1)
    for engine, opened in ENGINES:
        with disk.controlled() as syncs:
            cells = measuring.measure(opened, replace(plan, syncs=syncs))
        for cell in cells:
            p99 = cell.percentile(0.99)
            yield (
                f"| {engine} | {cell.level}, {MOST} clients, 1 ms a sync: p99 | {p99:.0f} ms, "
                f"{cell.per_second:,.0f}/s, "
                f"{cell.syncs_per_claim:.2f} syncs a claim | {cell.limit:,.0f}/s | {cell.ratio:.2f} "
                f"| at most {P99_MS:.0f} ms: {_met(p99 <= P99_MS and cell.faults == Faults())} |"
            )
