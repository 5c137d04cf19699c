"""``shopadmin import FILE…`` and ``shopadmin imports …``.

Exit codes of ``import``: 0 all rows were taken, 3 some were rejected, 2 a file was refused (2 outranks 3), 1 it failed
or was stopped. Of ``imports undo``: 0 undone, 1 refused as rows were changed since.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from shopadmin.cli.main import answer, json_option, with_shop
from shopadmin.models import db
from shopadmin.models.imports import ImportRun
from shopadmin.platforms.decoding import ENCODINGS
from shopadmin.services import jobs
from shopadmin.services.imports import control, recovery, rejected, runs, undoing, working
from shopadmin.services.imports.messages import file_message

COUNTS = ("rows", *runs.COUNTS)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@click.option("--encoding", type=click.Choice(ENCODINGS, case_sensitive=False), help="Overrule the guess.")
@click.option("--date-order", type=click.Choice(("dmy", "mdy")), help="How 05/03/2026 is meant.")
@click.option("--currency", help="Of amounts whose file names none, e.g. EUR.")
@json_option
@with_shop
def import_files(
    files: tuple[Path, ...], dry_run: bool, encoding: str | None, date_order: str | None, currency: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Import export files that belong together, in any order. Exit 0 all taken, 3 rows rejected, 2 a file refused."""
    started = time.monotonic()
    options = {"encoding": encoding, "date_order": date_order, "currency": currency}
    kind = runs.CHECK if dry_run else runs.RUN
    unreadable = [path for path in files if not path.is_file()]
    if unreadable:
        raise click.BadParameter(f"there is no file {unreadable[0]}", param_hint="FILE")
    with contextlib.ExitStack() as stack:
        uploads = [runs.Upload(path.name, stack.enter_context(path.open("rb"))) for path in files]
        run_id = runs.create_run(None, uploads, options)
    _work(lambda owner: _claim_new(run_id, kind, owner))
    _show(run_id, time.monotonic() - started, as_json, dry_run)


def _claim_new(run_id: int, kind: str, owner: str) -> jobs.Lease:
    return jobs.claim(runs.begin_job(None, run_id, kind, wake=False), owner)


def _work(claim: Any) -> None:
    """Do a job in this process. A Ctrl-C leaves it for the next one, who goes on."""
    with jobs.holder() as owner, _stopping_calmly():
        lease = claim(owner)
        with _progress(lease.job_id):
            working.work(lease)


@contextlib.contextmanager
def _stopping_calmly() -> Iterator[None]:
    import signal

    before = {
        number: signal.signal(number, lambda *_: control.request_stop()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _progress(job_id: int) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    with control.watching(lambda done, total, phase: _draw(done, total, phase)):
        yield
    click.echo("\r\033[K", nl=False, err=True)


def _draw(done: int, total: int | None, phase: str) -> None:
    share = f" {done * 100 // total:3d}%" if total else ""
    click.echo(f"\r\033[K{phase or 'reading'} {done:,}{share}", nl=False, err=True)


def _show(run_id: int, seconds: float, as_json: bool, dry_run: bool) -> None:
    report = runs.report(run_id)
    assert report is not None  # noqa: S101 - we have just made it
    path = rejected.write_file(run_id) if dry_run else rejected.file_of(run_id)
    if dry_run and report.state == "staged":
        working.discard(None, run_id)
    entries = [_entry(found) for found in report.files]
    result = {
        "run": run_id,
        "state": report.state,
        "files": entries,
        **report.totals,
        "rejected_file": str(path) if path else None,
        "seconds": round(seconds, 2),
    }
    answer(result, as_json, "\n".join(_lines(entries, result)))
    raise SystemExit(_exit_code(report))


def _entry(found: runs.FileReport) -> dict[str, Any]:
    error = str(file_message(found.error, found.name, found.error_details)) if found.error else None
    return {
        "name": found.name, "platform": found.platform, "kind": found.kind, "encoding": found.encoding,
        "rows": found.rows, **found.counts, "error": error, "error_code": found.error or None,
    }  # fmt: skip


def _lines(entries: list[dict[str, Any]], result: dict[str, Any]) -> Iterator[str]:
    for entry in entries:
        if entry["error"]:
            yield str(entry["error"])
        else:
            counts = ", ".join(f"{entry[name]:,} {name}" for name in COUNTS)
            yield f"{entry['name']} ({entry['platform']}, {entry['kind']}, {entry['encoding']}): {counts}"
    yield f"Import {result['run']} is {result['state']}, {result['seconds']} s"
    if result["rejected_file"]:
        yield f"Rejected rows: {result['rejected_file']}"


def _exit_code(report: runs.RunReport) -> int:
    if any(found.error for found in report.files):
        return 2
    if report.state not in ("applied", "staged"):
        return 1
    return 3 if report.totals["rejected"] else 0


@click.group("imports")
def imports() -> None:
    """Look after past and interrupted imports."""


@imports.command("list")
@json_option
@with_shop
def list_runs(as_json: bool) -> None:
    """List the newest imports. Exit 0."""
    rows = (
        db.session()
        .execute(select(ImportRun.id, ImportRun.state, ImportRun.created_at).order_by(ImportRun.id.desc()).limit(100))
        .all()
    )
    found = [{"run": row.id, "state": row.state, "created_at": row.created_at.isoformat()} for row in rows]
    answer(
        {"imports": found}, as_json, "\n".join(f"{row['run']}  {row['state']}  {row['created_at']}" for row in found)
    )


@imports.command("undo")
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--force-rest", is_flag=True, help="Leave the rows that were changed since, undo the others.")
@json_option
@with_shop
def undo(run_id: int, force_rest: bool, as_json: bool) -> None:
    """Undo an import as a whole. Exit 0 undone, 1 refused: rows were changed since (they are listed)."""
    try:
        job_id = undoing.undo(None, run_id, force_rest=force_rest, wake=False)
    except undoing.ChangedSinceError as refused:
        rows = [{"table": row.table, "id": row.id, "name": row.name} for row in refused.plan.kept]
        listed = "\n".join(f"  {row['table']} {row['name']}" for row in rows)
        result = {"run": run_id, "state": "applied", "changed": rows, "changed_total": refused.plan.kept_total}
        answer(result, as_json, f"{refused}\n{listed}")
        raise SystemExit(1) from None
    except runs.ImportRefusedError as refused:
        answer({"run": run_id, "error": str(refused), "code": refused.code}, as_json, str(refused))
        raise SystemExit(1) from None
    _work(lambda owner: jobs.claim(job_id, owner))
    found = undoing.plan(run_id)
    answer({"run": run_id, "state": "undone", "kept": found.kept_total}, as_json, f"Import {run_id} is undone.")


@imports.command("recover")
@json_option
@with_shop
def recover(as_json: bool) -> None:
    """Finish what a crash interrupted. Exit 0; jobs that another process holds are left to it."""
    finished = []
    for job_id in recovery.unfinished_jobs():
        with contextlib.suppress(jobs.JobTakenError):
            _work(lambda owner, job_id=job_id: jobs.claim(job_id, owner))
            finished.append(job_id)
    answer({"jobs": finished}, as_json, f"Finished {len(finished)} interrupted jobs.")
