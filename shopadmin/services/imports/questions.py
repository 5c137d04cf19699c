"""What only a person can say of a file: its columns, encoding, which way round its dates are, what a status means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from shopadmin.contract import Actor
from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.imports import ImportFile, ImportMapping, ImportRejection, ImportRun
from shopadmin.platforms import mapped
from shopadmin.platforms.decoding import ENCODINGS
from shopadmin.platforms.files import open_sources
from shopadmin.platforms.refusals import FileRefused
from shopadmin.services import audit
from shopadmin.services.imports.layouts import headings_digest
from shopadmin.services.imports.runs import CHECK, ImportRefusedError, begin_job, check_state
from shopadmin.services.transactions import writing

# Refusals that an answer can turn into an import.
ANSWERABLE = ("unknown_layout", "missing_column", "ambiguous_dates", "encoding_unknown")
_MOST_STATUSES = 50
_LONGEST_PLATFORM = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an unknown layout: its heading, what stands in it, the field it becomes ("" for none)."""

    heading: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything a file leaves open. ``columns``: none where the layout is known; ``dates``: none without a doubt."""

    file_id: int
    name: str
    rows: int
    encoding: str
    columns: tuple[Column, ...]
    kind: str
    platform: str
    dates: tuple[str, ...]
    date_order: str
    statuses: tuple[tuple[str, int, str], ...]


class AnswerError(ValueError):
    """An answer is not usable; ``code`` and ``details`` as of a refused file."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def has_open(run_id: int) -> bool:
    """Whether some file of the run waits for an answer."""
    query = select(ImportFile.id).where(
        ImportFile.run_id == run_id, ImportFile.path != "", ImportFile.error.in_(ANSWERABLE)
    )
    return db.session().scalar(query.limit(1)) is not None


def ask(run_id: int, file_id: int, kind: str = "") -> Questions | None:
    """What there is to ask about the file; None for a file that is not of the run, or is gone."""
    file = _file(run_id, file_id)
    if file is None:
        return None
    given = file.mapping
    kind = kind or str(given.get("kind") or "orders")
    columns: tuple[Column, ...] = ()
    if file.error in ("unknown_layout", "missing_column") or given.get("columns"):
        columns = _columns(file, kind)
    details = file.error_details
    dates = (str(details.get("sample", "")),) if file.error == "ambiguous_dates" else ()
    if given.get("date_order") and not dates:
        dates = ("05/03/2026",)
    return Questions(
        file_id=file.id,
        name=file.name,
        rows=file.rows,
        encoding=str(given.get("encoding") or ""),
        columns=columns,
        kind=kind,
        platform=str(given.get("platform") or ""),
        dates=dates,
        date_order=str(given.get("date_order") or ""),
        statuses=_statuses(file),
    )


def _file(run_id: int, file_id: int) -> ImportFile | None:
    query = select(ImportFile).where(ImportFile.run_id == run_id, ImportFile.id == file_id, ImportFile.path != "")
    return db.session().scalar(query)


def _columns(file: ImportFile, kind: str) -> tuple[Column, ...]:
    path = current_app.config["DATA_FOLDER"] / file.path
    wanted = file.error_details.get("sheet") or ""
    try:
        sources = open_sources(path, encoding=file.mapping.get("encoding"))
    except (FileRefused, OSError):
        return ()
    source = next((found for found in sources if found.sheet == wanted), sources[0])
    samples = source.samples()
    chosen: Mapping[str, str] = file.mapping.get("columns") or mapped.suggest(source.headings, kind or None)  # type: ignore[arg-type]
    return tuple(
        Column(heading, tuple(row[place] for row in samples if place < len(row)), chosen.get(heading, ""))
        for place, heading in enumerate(source.headings)
    )


def _statuses(file: ImportFile) -> tuple[tuple[str, int, str], ...]:
    rows = db.session().execute(
        select(ImportRejection.value, func.count())
        .where(ImportRejection.file_id == file.id, ImportRejection.code == "unknown_status")
        .group_by(ImportRejection.value)
        .order_by(func.count().desc())
        .limit(_MOST_STATUSES)
    )
    given: Mapping[str, str] = file.mapping.get("statuses") or {}
    found = {str(text): int(count) for text, count in rows}
    return tuple((text, found.get(text, 0), given.get(text, "")) for text in {**found, **given})


def answer(actor: Actor, run_id: int, file_id: int, answers: Mapping[str, Any]) -> int:
    """Keep the answers and check the run again; returns the job's number.

    ``answers``: encoding, date_order, statuses (text to ours), and kind, platform, columns (heading to field) of an
    unknown layout, which are remembered for files with the same headings. Raises AnswerError, ImportRefusedError.
    """
    kept = _valid(answers)
    with writing() as session:
        run = session.get(ImportRun, run_id, with_for_update=True)
        file = _file(run_id, file_id)
        check_state(run, ("staged",))
        if file is None:
            raise ImportRefusedError("missing")
        file.mapping = kept
        if kept.get("columns"):
            _remember(list(answers["headings"]), kept)
        told = {name: value for name, value in kept.items() if name != "columns"}
        audit.record(actor, "core.import.answered", "import", run_id, after={"file": file.name, **told})
        return begin_job(actor, run_id, CHECK, wake=True)


def _valid(answers: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in answers.items() if value and name != "headings"}
    if kept.get("encoding", ENCODINGS[0]) not in ENCODINGS:
        raise AnswerError("bad_answer", field="encoding")
    if kept.get("date_order", "dmy") not in ("dmy", "mdy"):
        raise AnswerError("bad_answer", field="date_order")
    if not set(kept.get("statuses", {}).values()) <= set(map(str, OrderStatus)):
        raise AnswerError("bad_answer", field="status")
    if kept.get("columns"):
        _check_columns(kept)
    return kept


def _check_columns(kept: Mapping[str, Any]) -> None:
    platform = kept.get("platform", "")
    if not platform or len(platform) > _LONGEST_PLATFORM or not platform.isidentifier():
        raise AnswerError("bad_platform")
    try:
        mapped.mapped_format(kept.get("kind", ""), platform, kept["columns"])
    except FileRefused as refused:
        raise AnswerError(refused.code, **refused.details) from refused
    except ValueError as error:
        raise AnswerError("bad_answer", field=str(error)) from error


def _remember(headings: Sequence[str], kept: Mapping[str, Any]) -> None:
    session = db.session()
    digest = headings_digest(headings)
    found = session.scalar(select(ImportMapping).where(ImportMapping.headings_sha256 == digest))
    if found is None:
        found = ImportMapping(headings_sha256=digest, created_at=datetime.now(UTC))
        session.add(found)
    found.kind, found.platform, found.columns = kept["kind"], kept["platform"], dict(kept["columns"])
