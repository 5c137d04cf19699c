"""Import runs: begin one from uploaded files, and tell what became of it."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import select

from shopadmin import queue
from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.imports import ImportCount, ImportFile, ImportRejection, ImportRun
from shopadmin.models.jobs import Job
from shopadmin.platforms.refusals import MAX_FILE_BYTES
from shopadmin.services import audit
from shopadmin.services.imports import areas
from shopadmin.services.imports.messages import run_message
from shopadmin.services.jobs import UNFINISHED
from shopadmin.services.refusals import ConflictError
from shopadmin.services.transactions import writing

CHECK, RUN, UNDO = "import.check", "import.run", "import.undo"
COUNTS = ("new", "updated", "unchanged", "duplicates", "rejected")
MAX_FILES = 50
_BLOCK = 1 << 20


class ImportRefusedError(ConflictError):
    """It cannot be done with the run as it stands: 409, nothing was changed. ``code``: see messages.py."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(run_message(code, details))
        self.code = code


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: its name for showing alone, and its bytes."""

    name: str
    content: BinaryIO


def create_run(actor: Actor | None, uploads: Sequence[Upload], options: dict[str, Any]) -> int:
    """Keep the files under names of our own and write down the run, state ``uploaded``; returns its number.

    ``options``: answers for all files (encoding, date_order, currency, statuses). A file that is too large is kept
    out and refused. Raises ImportRefusedError without files, or with too many.
    """
    if not uploads or len(uploads) > MAX_FILES:
        raise ImportRefusedError("no_files" if not uploads else "too_many_files", limit=MAX_FILES)
    with writing() as session:
        run = ImportRun(
            account_id=actor.account_id if actor else None,
            options={key: value for key, value in options.items() if value},
            created_at=datetime.now(UTC),
        )
        session.add(run)
        session.flush()
        run_id = run.id
    folder = areas.run_folder(run_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = [_keep(run_id, position, upload) for position, upload in enumerate(uploads)]
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        with writing() as session:
            session.delete(session.get_one(ImportRun, run_id))
        raise
    with writing() as session:
        session.add_all(files)
        audit.record(
            actor, "core.import.uploaded", "import", run_id,
            after={"files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in files]},
        )  # fmt: skip
    return run_id


def _keep(run_id: int, position: int, upload: Upload) -> ImportFile:
    path = areas.run_folder(run_id) / uuid.uuid4().hex
    digest, size = hashlib.sha256(), 0
    with open(path, "wb", opener=_private) as kept:
        while block := upload.content.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if size > MAX_FILE_BYTES:
                break
            kept.write(block)
    relative = str(path.relative_to(current_app.config["DATA_FOLDER"]))
    file = ImportFile(
        run_id=run_id, position=position, name=upload.name[:255], path=relative, sha256=digest.hexdigest(), size=size
    )
    if size > MAX_FILE_BYTES:
        path.unlink()
        file.path, file.error = "", "too_large"
        file.error_details = {"size": size, "limit": MAX_FILE_BYTES}
    return file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def start(actor: Actor | None, run_id: int, kind: str, **arguments: Any) -> int:
    """Give the run to the worker: ``CHECK`` for a dry run, ``RUN``, ``UNDO``; returns the job's number.

    Raises ImportRefusedError where the run's state does not allow it: nothing was changed then.
    """
    return begin_job(actor, run_id, kind, wake=True, **arguments)


_STARTS = {
    CHECK: ("uploaded", "staged"),
    RUN: ("uploaded", "staged"),
    UNDO: ("applied",),
}


def begin_job(actor: Actor | None, run_id: int, kind: str, *, wake: bool, **arguments: Any) -> int:
    """As ``start``; without ``wake`` the caller works on the job itself."""
    with writing() as session:
        run = session.get(ImportRun, run_id, with_for_update=True)
        check_state(run, _STARTS[kind])
        assert run is not None  # noqa: S101 - check_state has made sure
        arguments = {"run_id": run_id, **arguments}
        add = queue.enqueue if wake else _add_quietly
        run.job_id = add(kind, actor, **arguments)
        if kind == UNDO:
            run.state = "undoing"
        return run.job_id


def check_state(run: ImportRun | None, states: tuple[str, ...]) -> None:
    """Raise ImportRefusedError unless the run is at rest in one of the states: no job is about to move it."""
    if run is None or run.state not in states:
        raise ImportRefusedError("wrong_state")
    job = db.session().get(Job, run.job_id) if run.job_id else None
    if job is not None and job.state in UNFINISHED:
        raise ImportRefusedError("busy")


def _add_quietly(kind: str, actor: Actor | None, **arguments: Any) -> int:
    return queue.add_job(actor, kind, arguments)


@dataclass(frozen=True, slots=True)
class FileReport:
    """One kind of records of one file. ``rows``: read in the file, also those of another kind."""

    file_id: int
    name: str
    platform: str
    layout: str
    kind: str
    encoding: str
    rows: int
    error: str
    error_details: dict[str, Any]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))


@dataclass(frozen=True, slots=True)
class RunReport:
    """What became of a run so far; ``totals`` over all entries, ``rows`` among them; ``is_busy``: a job is on it."""

    run_id: int
    state: str
    error: str
    job_id: int | None
    is_busy: bool
    files: tuple[FileReport, ...]
    totals: dict[str, int]
    rejections: int


def report(run_id: int) -> RunReport | None:
    """The run's files and counts, None for a run that does not exist."""
    session = db.session()
    run = session.execute(
        select(ImportRun.state, ImportRun.error, ImportRun.job_id, Job.state.label("job_state"))
        .outerjoin(Job, Job.id == ImportRun.job_id)
        .where(ImportRun.id == run_id)
    ).one_or_none()
    if run is None:
        return None
    files = session.execute(
        select(ImportFile.__table__).where(ImportFile.run_id == run_id).order_by(ImportFile.position)
    ).all()
    counted = session.execute(
        select(ImportCount.__table__)
        .where(ImportCount.file_id.in_([file.id for file in files]))
        .order_by(ImportCount.id)
    ).all()
    entries: list[FileReport] = []
    for file in files:
        mine: list[Any] = [count for count in counted if count.file_id == file.id]
        entries.extend(_entry(file, count) for count in mine or [None])
    totals = {name: sum(entry.counts[name] for entry in entries) for name in COUNTS}
    totals["rows"] = sum(entry.rows for entry in entries)
    is_busy = run.job_state in UNFINISHED
    return RunReport(run_id, run.state, run.error, run.job_id, is_busy, tuple(entries), totals, totals["rejected"])


def _entry(file: Any, count: Any) -> FileReport:
    return FileReport(
        file_id=file.id,
        name=file.name,
        platform=file.platform,
        layout=file.layout,
        kind=count.kind if count else "",
        encoding=file.encoding,
        rows=file.rows,
        error=file.error,
        error_details=file.error_details,
        counts={name: getattr(count, name) if count else 0 for name in COUNTS},
    )


def rejections(run_id: int, limit: int) -> Sequence[Any]:
    """The first rows that were not taken, in the order of the files: file name, row, kind, code, field, value."""
    return (
        db.session()
        .execute(
            select(
                ImportFile.name.label("file"), ImportRejection.row, ImportRejection.kind, ImportRejection.code,
                ImportRejection.field, ImportRejection.value, ImportRejection.most, ImportRejection.length,
            )
            .join(ImportFile, ImportFile.id == ImportRejection.file_id)
            .where(ImportFile.run_id == run_id)
            .order_by(ImportFile.position, ImportRejection.row, ImportRejection.id)
            .limit(limit)
        )
        .all()
    )  # fmt: skip
