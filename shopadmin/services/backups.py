"""Make a backup: one archive with the database as of one moment, the files beside it, and what they must add up to."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from shopadmin import __version__
from shopadmin.models import db
from shopadmin.services import audit, failpoints, integrity, snapshots
from shopadmin.services.backup_archives import Manifest, Writer
from shopadmin.services.snapshots import Figures
from shopadmin.services.transactions import writing

# Folders of the data folder that belong to the shop. Not kept: staging files, which a restart makes again.
FOLDERS = ("attachments", "imports")
KEY_FILES = ("data-keys.json", "signing.key")
SQLITE_MEMBER = "database/shop.db"
_NOT_KEPT = ("stage.db",)
_DRAFTS, _DAY = ".backup-", 86_400


def create(target: Path | None = None, with_keys: bool = False) -> Path:
    """Write a backup and return where it is; by default a new file in ``backups/`` of the data folder.

    The archive appears under its name only once it is whole and on the disk. Writers go on meanwhile; what they
    commit after the copy began is not in it. Raises OSError.
    """
    integrity.seal_log()
    target = (target or _default_path()).resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_leftovers(target.parent)
    with tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=target.parent) as working:
        draft = Path(working) / "archive"
        writer = Writer(draft)
        manifest = _write_database(writer, Path(working), with_keys)
        _write_files(writer, with_keys)
        writer.close(manifest)
        draft.chmod(0o600)
        failpoints.reach("backup.drafted")
        draft.replace(target)
    sync_folder(target.parent)
    with writing():
        audit.record(None, "core.backup.made", "backup", target.name, after={"with_keys": with_keys})
    return target


def _clear_leftovers(folder: Path) -> None:
    """Take away what a backup that was killed has left; a day is longer than any that still runs."""
    for path in folder.glob(f"{_DRAFTS}*"):
        if time.time() - path.stat().st_mtime > _DAY:
            shutil.rmtree(path, ignore_errors=True)


def before_upgrade() -> Path:
    """The backup that is made before the schema changes."""
    return create(_default_path("before-upgrade"))


def _default_path(what: str = "shop") -> Path:
    folder: Path = current_app.config["DATA_FOLDER"] / "backups"
    return folder / f"{what}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.zip"


def _write_database(writer: Writer, working: Path, with_keys: bool) -> Manifest:
    if db.engine.dialect.name == "sqlite":
        copy = working / "shop.db"
        snapshots.copy_sqlite(copy)
        with snapshots.opened_sqlite(copy) as connection:
            found = snapshots.figures(connection)
        writer.add_file(SQLITE_MEMBER, copy)
        copy.unlink()
        return _manifest(found, with_keys)
    with snapshots.postgresql_snapshot() as connection:
        manifest = _manifest(snapshots.figures(connection), with_keys)
        for name in snapshots.tables(connection):
            manifest.columns[name] = snapshots.columns(connection, name)
            writer.add(f"database/{name}.copy", snapshots.copy_out(connection, name, manifest.columns[name]))
    return manifest


def _manifest(found: Figures, with_keys: bool) -> Manifest:
    return Manifest(
        engine=db.engine.dialect.name,
        version=__version__,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        schema=found.schema,
        rows=found.rows,
        audit=found.audit,
        with_keys=with_keys,
    )


def _write_files(writer: Writer, with_keys: bool) -> None:
    folder: Path = current_app.config["DATA_FOLDER"]
    for name in FOLDERS:
        for path in _files(folder / name):
            with contextlib.suppress(FileNotFoundError):  # thrown away meanwhile: no row in the copy needs it
                writer.add_file(path.relative_to(folder).as_posix(), path)
    for name in KEY_FILES if with_keys else ():
        if (folder / "keys" / name).exists():  # a SECRET_KEY from the environment leaves no file
            writer.add_file(f"keys/{name}", folder / "keys" / name)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(_NOT_KEPT):
            yield path


def sync_folder(folder: Path) -> None:
    """Bring the folder's own entries to the disk: a rename is safe only after that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
