"""``python -m bench [part …]``: run benchmarks and write their tables to the document. See PARTS."""

import os
import platform
import sqlite3
import sys
from pathlib import Path

from bench import claims, databases, imports, labels, linkage, lists, plugins, triage, wording

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
PARTS = ("lists", "plugins", "import", "wording", "claims", "triage", "labels", "linkage")


def main(chosen: list[str]) -> None:
    """Run the chosen parts, all by default; the document keeps the parts that were not run."""
    parts = {name: _part(name) for name in PARTS if not chosen or name in chosen}
    kept = _read_parts() | parts
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(_head() + "\n".join(kept[name] for name in PARTS if name in kept))
    print("\n".join(parts.values()))


def _part(name: str) -> str:
    reports = {
        "lists": _lists, "plugins": _plugins, "import": lambda: imports.report(ROWS), "wording": wording.report,
        "claims": claims.report, "triage": lambda: triage.report(ROWS),
        "labels": lambda: labels.report(ORDERS, ROWS), "linkage": linkage.report,
    }  # fmt: skip
    return reports[name]()


def _lists() -> str:
    lines = [
        f"## lists\nThe order list of a shop with {ORDERS:,} orders, 50 a page, through the whole stack in process, "
        "beside Django's admin on the same table in the same run (prefix search, no full count). Medians of "
        f"{lists.ROUNDS} in turn, milliseconds. Goal: ratio at most {lists.GOAL}.\n",
        "| database | page | shopadmin | min–max | Django admin | ratio | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines += [_row(shop.kind, found, lists.GOAL) for found in lists.run_apart(shop, ORDERS)]
    return "\n".join(lines) + "\n"


def _plugins() -> str:
    lines = [
        f"## plugins\nThe same list with three plugins that each mark a third of the orders by a query of their own, "
        f"beside no plugin. Medians of {plugins.ROUNDS} in turn, milliseconds. Goal: ratio at most {plugins.GOAL}.\n",
        "| database | page | three plugins | min–max | none | ratio | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines += [_row(shop.kind, found, plugins.GOAL) for found in plugins.run(shop, ORDERS)]
    return "\n".join(lines) + "\n"


def _row(kind: str, found: lists.Result, goal: float) -> str:
    low, high = found.spread
    return (
        f"| {kind} | {found.name} | {found.ours:.1f} | {low:.1f}–{high:.1f} | {found.theirs:.1f} "
        f"| {found.ratio:.2f} | {'met' if found.ratio <= goal else 'missed'} |"
    )


def _head() -> str:
    return (
        "# Benchmarks\n\nMade by `make bench`. Absolute times say little of another machine; the ratios are between "
        f"two things measured in turn in one run.\n\nPython {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}.\n\n"
    )


def _read_parts() -> dict[str, str]:
    if not DOCUMENT.exists():
        return {}
    sections = DOCUMENT.read_text().split("\n## ")[1:]
    return {section.split("\n", 1)[0]: f"## {section}" for section in sections}


if __name__ == "__main__":
    main(sys.argv[1:])
