"""Read the files of a run into its staging area. Touches nothing of the shop but the run's own rows."""

import gc
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.records import KIND_OF, Rejection
from shopadmin.models import db
from shopadmin.models.imports import ImportCount, ImportFile, ImportRejection, ImportRun
from shopadmin.platforms.files import Source
from shopadmin.platforms.recognise import decide_date_order
from shopadmin.platforms.refusals import FileRefused
from shopadmin.services import contacts, failpoints, settings
from shopadmin.services.imports import areas, layouts
from shopadmin.services.imports.control import CancelledError, StoppingError
from shopadmin.services.imports.limits import TooLongError
from shopadmin.services.imports.rows import RowMaker
from shopadmin.services.jobs import LeaseLostError
from shopadmin.services.transactions import writing

log = logging.getLogger(__name__)

# Records between two writes to the staging area, and between two signs of life.
BATCH = 2_000
UNREADABLE = "reader_failed"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the run with the answers given for it: the file's own before the run's."""

    id: int
    path: str
    answers: Mapping[str, Any]


class _Counted:
    """The rows of a source, and how many of them were taken; a record is of the last row that was."""

    def __init__(self, rows: Iterable[tuple[int, Any]]) -> None:
        self._rows, self.number, self.count = rows, 0, 0

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        for number, row in self._rows:
            self.number = number
            self.count += 1
            yield number, row


def read_files(run_id: int, for_check: bool, progress: Progress, *, keeps_counts: bool = False) -> None:
    """Stage every file of the run. A file that cannot be read is refused alone.

    The same files and answers give the same rows in the same order, so that a restart may read them again;
    ``keeps_counts``: what was found is written down already, as the run had begun to apply. ``progress`` gets the
    number of rows read so far.
    """
    run = _load_run(run_id)
    if not keeps_counts:
        _forget(run_id)
    threshold = gc.get_threshold()
    # Rows hold no cycles, and looking for some in them takes a tenth of the time.
    gc.set_threshold(20_000, 20, 20)
    try:
        _read_all(run, for_check, progress, keeps_counts)
    finally:
        gc.set_threshold(*threshold)
    failpoints.reach("import.staged")


def _read_all(run: "_Run", for_check: bool, progress: Progress, keeps_counts: bool) -> None:
    is_sqlite = areas.is_sqlite()
    maker = RowMaker(run.id, run.created_at, contacts.keyring(), _sqlite_time if is_sqlite else _same_time)
    with areas.loading(run.id) as area:
        done = 0
        for file in run.files:
            reader = _Reader(file, maker, area, done, progress, notes=not keeps_counts)
            _read_file(reader, run.id)
            done += reader.rows
        area.take(maker.rows)
        area.complete(for_check)


@dataclass(frozen=True, slots=True)
class _Run:
    id: int
    created_at: datetime
    options: Mapping[str, Any]
    files: tuple[_File, ...]


def _load_run(run_id: int) -> _Run:
    session = db.session()
    run = session.execute(select(ImportRun.created_at, ImportRun.options).where(ImportRun.id == run_id)).one()
    rows = session.execute(
        select(ImportFile.id, ImportFile.path, ImportFile.mapping, ImportFile.error)
        .where(ImportFile.run_id == run_id, ImportFile.path != "")
        .order_by(ImportFile.position)
    ).all()
    session.rollback()
    files = tuple(_File(row.id, row.path, {**run.options, **row.mapping}) for row in rows)
    return _Run(run_id, run.created_at, run.options, files)


def _forget(run_id: int) -> None:
    """Take back what an earlier reading wrote of counts and rejections."""
    mine = select(ImportFile.id).where(ImportFile.run_id == run_id)
    with writing() as session:
        connection = session.connection()
        for model in (ImportCount, ImportRejection):
            connection.execute(delete(model).where(model.file_id.in_(mine)))


def _read_file(reader: "_Reader", run_id: int) -> None:
    try:
        reader.read()
    except FileRefused as refused:
        reader.refuse(refused.code, refused.details)
    except (SQLAlchemyError, OSError, LeaseLostError, CancelledError, StoppingError, failpoints.FailpointError):
        raise
    except Exception:  # a plugin's reader may do anything; the other files go on
        log.exception("import %s: the reader of file %s failed", run_id, reader.file.id)
        reader.refuse(UNREADABLE, {})


class _Reader:
    """Reads one file, sheet by sheet, record by record."""

    def __init__(
        self, file: _File, maker: RowMaker, area: areas.StagingArea, before: int, progress: Progress, notes: bool
    ) -> None:
        self.file, self.maker, self.area, self.before, self.progress = file, maker, area, before, progress
        self.notes = notes
        self.rows = 0
        self.rejected: dict[str, int] = {}
        self._waiting: list[dict[str, Any]] = []

    def read(self) -> None:
        """Recognise and read. Raises FileRefused, also in the middle of the file."""
        found = layouts.recognise(self.file.path, self.file.answers)
        kinds: dict[str, None] = {}
        for layout, source in found:
            kinds |= dict.fromkeys(layout.kinds)
            self._read_source(layout, source)
        self._keep_rejections()
        first, source = found[0]
        if self.notes:
            _note(
            self.file.id, kinds, self.rejected,
            platform=first.platform, layout=first.name, encoding=source.encoding, rows=self.rows, error="",
            error_details={},
        )  # fmt: skip

    def _read_source(self, layout: ImportFormat, source: Source) -> None:
        answers, shop = self.file.answers, settings.load()
        order = decide_date_order(layout, source, answers.get("date_order"))
        context = ReadContext(
            timezone=shop.zone,
            currency=answers.get("currency") or shop.currency,
            date_order=order,
            statuses=answers.get("statuses") or {},
        )
        db.session.rollback()
        rows = _Counted(source.rows())
        self.maker.begin_file(self.file.id, layout.platform)
        add, before = self.maker.add, self.rows
        for count, item in enumerate(layout.read(source.headings, rows, context), 1):
            if isinstance(item, Rejection):
                self._reject(item)
            else:
                try:
                    add(item, rows.number)
                except TooLongError as error:
                    kind = KIND_OF[type(item)]
                    found = (error.field, error.value, error.most, len(error.value))
                    self._reject(Rejection(rows.number, kind, "cell_too_long", *found))
            if not count % BATCH:
                self.rows = before + rows.count
                self._breathe()
        self.rows = before + rows.count

    def _breathe(self) -> None:
        self.area.take(self.maker.rows)
        self._keep_rejections()
        self.progress(self.before + self.rows)
        failpoints.reach("import.batch")

    def _reject(self, rejection: Rejection) -> None:
        self.rejected[rejection.kind] = self.rejected.get(rejection.kind, 0) + 1
        self._waiting.append(
            {
                "file_id": self.file.id,
                "row": rejection.row,
                "kind": rejection.kind,
                "code": rejection.code,
                "field": rejection.field[:120],
                "value": rejection.value[:80].replace("\0", ""),
                "most": rejection.most,
                "length": rejection.length,
            }
        )

    def _keep_rejections(self) -> None:
        if self._waiting and self.notes:
            with writing() as session:
                session.connection().execute(insert(ImportRejection), self._waiting)
        self._waiting = []

    def refuse(self, code: str, details: Mapping[str, Any]) -> None:
        """The file is not taken: nothing of it stays staged, and no row of it is rejected by itself."""
        for rows in self.maker.rows.values():
            rows[:] = [row for row in rows if row[2] != self.file.id]
        self.area.forget_file(self.file.id)
        self.rows, self.rejected, self._waiting = 0, {}, []
        if not self.notes:
            return
        with writing() as session:
            session.connection().execute(delete(ImportRejection).where(ImportRejection.file_id == self.file.id))
        # Sample cells may be anybody's address: the mapping step reads them from the file instead.
        plain = json.loads(json.dumps({k: v for k, v in details.items() if k != "samples"}, default=str))
        _note(self.file.id, {}, {}, error=code, error_details=plain, rows=0)


def _note(file_id: int, kinds: Iterable[str], rejected: Mapping[str, int], **facts: Any) -> None:
    """Write down what was found in a file."""
    names = dict.fromkeys([*kinds, *rejected])
    with writing() as session:
        connection = session.connection()
        connection.execute(update(ImportFile).where(ImportFile.id == file_id).values(**facts))
        for kind in names:
            connection.execute(
                insert(ImportCount).values(
                    file_id=file_id, kind=kind, new=0, updated=0, unchanged=0, duplicates=0,
                    rejected=rejected.get(kind, 0),
                )
            )  # fmt: skip


def _sqlite_time(at: datetime) -> str:
    """A UTC time as SQLAlchemy keeps it in SQLite."""
    return at.isoformat(" ", "microseconds")[:26]


def _same_time(at: datetime) -> datetime:
    return at
