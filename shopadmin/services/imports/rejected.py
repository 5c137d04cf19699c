"""The rows that were not taken, as a file to correct and import again.

Each row carries its number, the reason in the reader's language, the column and what stood there, and then its
original cells under their original headings; the first four headings mean nothing to any layout, so the corrected
file is recognised as it is.
"""

import contextlib
import csv
import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select, update

from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.imports import ImportFile, ImportRejection, ImportRun
from shopadmin.platforms.refusals import FileRefused
from shopadmin.services import settings
from shopadmin.services.exports import export_cell
from shopadmin.services.imports import areas
from shopadmin.services.imports.layouts import recognise
from shopadmin.services.imports.messages import row_message
from shopadmin.services.transactions import writing

_BATCH = 1_000


def file_of(run_id: int) -> Path | None:
    """The file of rejected rows: a CSV, or a ZIP of them where several files have some; None without any."""
    for name in ("rejected.csv", "rejected.zip"):
        path = areas.run_folder(run_id) / name
        if path.exists():
            return path
    return None


def write_file(run_id: int) -> Path | None:
    """Write it anew from the uploads; None when nothing was rejected."""
    for name in ("rejected.csv", "rejected.zip"):
        (areas.run_folder(run_id) / name).unlink(missing_ok=True)
    session = db.session()
    files = session.execute(
        select(ImportFile.id, ImportFile.name, ImportFile.path, ImportFile.mapping, ImportRun.options)
        .join(ImportRun, ImportRun.id == ImportFile.run_id)
        .where(
            ImportFile.run_id == run_id,
            ImportFile.path != "",
            select(ImportRejection.id).where(ImportRejection.file_id == ImportFile.id).exists(),
        )
        .order_by(ImportFile.position)
    ).all()
    if not files:
        return None
    with force_locale(_locale(run_id)):
        written = [_write_csv(run_id, file) for file in files]
    path = areas.run_folder(run_id) / ("rejected.csv" if len(written) == 1 else "rejected.zip")
    if len(written) == 1:
        written[0].replace(path)
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        path.chmod(0o600)
        for number, (file, part) in enumerate(zip(files, written, strict=True), 1):
            archive.write(part, f"rejected-{number}-{Path(file.name).stem}.csv")
            part.unlink()
    return path


def _locale(run_id: int) -> str:
    account = db.session().scalar(
        select(Account.language).join(ImportRun, ImportRun.account_id == Account.id).where(ImportRun.id == run_id)
    )
    return settings.LOCALES.get(account or settings.load().language, "en")


def _write_csv(run_id: int, file: Any) -> Path:
    path = areas.run_folder(run_id) / f"rejected-{file.id}.part"
    answers = {**file.options, **file.mapping}
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        path.chmod(0o600)
        writer = csv.writer(target)
        headings: Sequence[str] = ()
        sources = []
        with contextlib.suppress(FileRefused):
            sources = [source for _, source in recognise(file.path, answers)]
            headings = sources[0].headings
        writer.writerow([gettext("Row"), gettext("Why"), gettext("Column"), gettext("What stood there"), *headings])
        rejections = _rejections(file.id)
        for source in sources:
            _write_rows(writer, source, rejections)
            rejections = iter(())  # a workbook's further sheets count from 1 again: their rows are named by the first
        for rejection in rejections:
            writer.writerow(_cells(rejection, ()))
    return path


def _write_rows(writer: Any, source: Any, rejections: Iterator[Any]) -> None:
    """Walk the file and its rejections side by side; both are in the order of rows."""
    wanted = next(rejections, None)
    with contextlib.suppress(FileRefused):
        for number, row in source.rows():
            while wanted is not None and wanted.row < number:
                writer.writerow(_cells(wanted, ()))
                wanted = next(rejections, None)
            while wanted is not None and wanted.row == number:
                writer.writerow(_cells(wanted, _texts(row, source.headings)))
                wanted = next(rejections, None)
            if wanted is None:
                return
    while wanted is not None:
        writer.writerow(_cells(wanted, ()))
        wanted = next(rejections, None)


def _rejections(file_id: int) -> Iterator[Any]:
    """The file's rejections by row, a page at a time."""
    table = ImportRejection.__table__
    row, last = -1, 0
    while True:
        page = (
            db.session()
            .execute(
                select(table)
                .where(
                    table.c.file_id == file_id,
                    (table.c.row > row) | ((table.c.row == row) & (table.c.id > last)),
                )
                .order_by(table.c.row, table.c.id)
                .limit(_BATCH)
            )
            .all()
        )
        yield from page
        if len(page) < _BATCH:
            return
        row, last = page[-1].row, page[-1].id


def _cells(rejection: Any, cells: Sequence[str]) -> list[Any]:
    reason = str(row_message(rejection))
    return [rejection.row, *(export_cell(text) for text in (reason, rejection.field, rejection.value, *cells))]


def _texts(row: Any, headings: Sequence[str]) -> list[str]:
    if isinstance(row, dict):
        return [_json_text(row.get(heading)) for heading in headings]
    return [str(cell) for cell in row] if isinstance(row, list) else [_json_text(row)]


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def drop_uploads(run_id: int) -> None:
    """Delete the uploaded files: they hold in the clear what is encrypted in the shop."""
    folder: Path = current_app.config["DATA_FOLDER"]
    paths = (
        db.session().scalars(select(ImportFile.path).where(ImportFile.run_id == run_id, ImportFile.path != "")).all()
    )
    for path in paths:
        (folder / path).unlink(missing_ok=True)
    with writing() as session:
        session.connection().execute(update(ImportFile).where(ImportFile.run_id == run_id).values(path=""))
    run_folder = areas.run_folder(run_id)
    if run_folder.is_dir() and not any(run_folder.iterdir()):
        shutil.rmtree(run_folder)
