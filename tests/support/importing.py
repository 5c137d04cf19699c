"""Imports as the command line does them, for tests."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from shopadmin.models import db
from shopadmin.models.base import Base
from shopadmin.services import jobs
from shopadmin.services.imports import runs, undoing, working
from shopadmin.services.imports.runs import RunReport

# Tables that an undo leaves as they are: they tell that it happened.
TRACES = {"audit_entry", "audit_seal", "job", "import_run", "import_file", "import_count", "import_rejection"}


def begin(files: Mapping[str, str | bytes] | list[Path], kind: str = runs.RUN, **options: Any) -> int:
    """Create a run of texts by name, or of files, and its job; returns the run's number."""
    named = {path.name: path.read_bytes() for path in files} if isinstance(files, list) else files
    uploads = [
        runs.Upload(name, io.BytesIO(content if isinstance(content, bytes) else content.encode()))
        for name, content in named.items()
    ]
    run_id = runs.create_run(None, uploads, options)
    runs.begin_job(None, run_id, kind, wake=False)
    return run_id


def work(run_id: int) -> RunReport:
    """Do the run's present job."""
    report = runs.report(run_id)
    assert report is not None
    assert report.job_id is not None
    with jobs.holder() as owner:
        working.work(jobs.claim(report.job_id, owner))
    found = runs.report(run_id)
    assert found is not None
    return found


def run(files: Mapping[str, str | bytes] | list[Path], kind: str = runs.RUN, **options: Any) -> RunReport:
    """A whole import; ``kind`` may be a dry run."""
    return work(begin(files, kind, **options))


def undo(run_id: int, force_rest: bool = False) -> RunReport:
    """Undo a run as a whole."""
    undoing.undo(None, run_id, force_rest=force_rest, wake=False)
    return work(run_id)


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the shop's tables, to compare."""
    found = {}
    with db.engine.connect() as connection:
        # Other tests of this process may have imported a plugin whose tables this shop does not have.
        there = set(inspect(connection).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in there - TRACES:
                rows = connection.execute(select(table).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(map(str, row)) for row in rows]
    return found


def rows(table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, sorted."""
    found = Base.metadata.tables[table]
    with db.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(select(*(found.c[name] for name in columns)))), key=str)
