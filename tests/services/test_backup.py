"""Backup and restore: what comes back is what went in, and a bad archive is refused before anything is touched."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.models.orders import Order
from shopadmin.services import (
    backup_archives,
    backups,
    contacts,
    integrity,
    occupancy,
    restore_swap,
    restores,
    schema_state,
    snapshots,
)
from shopadmin.services.backup_archives import BadArchiveError
from shopadmin.services.demo import load

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture
def shop(app: Flask) -> Flask:
    """A shop with two orders, a buyer and a file beside the database."""
    testing.make_buyer(phone="10000000001")
    for number in (1, 2):
        sealed, digest = contacts.seal_contact(contacts.keyring(), json.dumps({"phone": "10000000001"}))
        testing.make_order(number, contact_encrypted=sealed, contact_hash=digest)
    picture = Path(app.config["DATA_FOLDER"]) / "attachments" / "ab" / "picture.shown"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"pixels")
    return app


def numbers() -> list[str]:
    return list(db.session.scalars(select(Order.order_no).order_by(Order.order_no)))


def state(app: Flask) -> tuple[object, ...]:
    """All that a refused restore must leave as it was."""
    db.session.remove()
    with db.engine.connect() as connection:
        figures = snapshots.figures(connection)
        orders = tuple(connection.execute(select(Order.order_no, Order.contact_encrypted).order_by(Order.id)).all())
    folder = Path(app.config["DATA_FOLDER"])
    kept = [path for name in ("attachments", "keys") for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return (
        figures.rows | {"audit_entry": 0, "audit_seal": 0},  # a refusal may be written into the log
        orders,
        {path.relative_to(folder): path.read_bytes() for path in kept},
        (folder / restore_swap.WORKING).exists(),
    )


def reopened(app: Flask) -> Flask:
    """The shop as the next process finds it."""
    db.session.remove()
    db.engine.dispose()
    names = ("DATA_FOLDER", "DATABASE_URL", "DATABASE_MIGRATE_URL", "SECRET_KEY", "TESTING")
    return create_app({name: app.config[name] for name in names}, plugins={})


def test_what_comes_back_is_what_went_in(shop: Flask) -> None:
    archive = backups.create()
    testing.make_order(3)
    (Path(shop.config["DATA_FOLDER"]) / "attachments" / "ab" / "picture.shown").write_bytes(b"other")

    restores.restore(archive)

    with reopened(shop).app_context():
        assert numbers() == ["T000001", "T000002"]
        assert integrity.problems() == []
        testing.make_order(4)  # the counters go on where they were
        assert len(numbers()) == 3
        db.session.remove()
        db.engine.dispose()
    assert (Path(shop.config["DATA_FOLDER"]) / "attachments" / "ab" / "picture.shown").read_bytes() == b"pixels"


def test_the_demo_shop_survives_the_way_out_and_back(app: Flask) -> None:
    load.load(NOW)
    archive = backups.create()
    load.empty()

    found = restores.restore(archive)

    with reopened(app).app_context():
        assert db.session.scalar(select(func.count()).select_from(Order)) == found.rows["shop_order"] == 500
        assert integrity.problems() == []
        db.session.remove()
        db.engine.dispose()


def test_what_was_there_before_is_kept_aside(shop: Flask, database_kind: str) -> None:
    archive = backups.create()

    restores.restore(archive)

    folder = Path(shop.config["DATA_FOLDER"])
    assert (folder / restore_swap.REPLACED / "attachments" / "ab" / "picture.shown").exists()
    if database_kind == "sqlite":
        assert (folder / restore_swap.REPLACED / "shop.db").exists()
    else:
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql(f"select count(*) from {restore_swap.OUTGOING}.shop_order").scalar() == 2


def test_an_archive_says_what_it_holds(shop: Flask) -> None:
    archive = backup_archives.Reader(backups.create())

    manifest = archive.manifest
    archive.close()
    assert manifest.schema == schema_state.heads()
    assert manifest.rows["shop_order"] == 2
    assert manifest.audit["count"] == manifest.rows["audit_seal"]
    assert all(len(entry["sha256"]) == 64 for entry in manifest.files.values())
    assert "attachments/ab/picture.shown" in manifest.files


def test_keys_are_in_the_archive_only_when_asked_for(shop: Flask) -> None:
    plain, whole = backups.create(), backups.create(with_keys=True)

    for path, expected in ((plain, False), (whole, True)):
        archive = backup_archives.Reader(path)
        assert bool(archive.names("keys")) is expected
        archive.close()
        assert path.stat().st_mode & 0o077 == 0


def test_an_archive_with_keys_opens_in_a_shop_that_has_others(shop: Flask, make_app: Callable[..., Flask]) -> None:
    archive = backups.create(with_keys=True)
    other = make_app()
    shutil.rmtree(Path(other.config["DATA_FOLDER"]) / "keys")
    with reopened(other).app_context():
        restores.restore(archive)

    with reopened(other).app_context():
        assert integrity.problems() == []
        assert numbers() == ["T000001", "T000002"]
        db.session.remove()
        db.engine.dispose()


def test_an_archive_without_keys_is_refused_by_a_shop_that_has_others(
    shop: Flask, make_app: Callable[..., Flask]
) -> None:
    archive = backups.create()
    other = make_app()
    shutil.rmtree(Path(other.config["DATA_FOLDER"]) / "keys")
    with reopened(other).app_context():
        before = state(other)
        with pytest.raises(BadArchiveError, match="keys"):
            restores.restore(archive)

        assert state(other) == before
        assert not list(Path(other.config["DATA_FOLDER"]).rglob("*restoring*"))
        db.engine.dispose()


def refused(app: Flask, archive: Path) -> str:
    """Why the archive is refused; makes sure that nothing was touched."""
    before = state(app)
    with pytest.raises(BadArchiveError) as error:
        restores.restore(archive)
    assert state(app) == before
    assert not list(Path(app.config["DATA_FOLDER"]).rglob("*restoring*"))
    return str(error.value)


def test_a_truncated_archive_is_refused(shop: Flask) -> None:
    archive = backups.create()
    whole = archive.read_bytes()

    for tenth in range(10):
        archive.write_bytes(whole[: len(whole) * tenth // 10])
        refused(shop, archive)
    archive.write_bytes(whole[:-1])
    refused(shop, archive)


def test_a_flipped_bit_anywhere_is_refused(shop: Flask) -> None:
    archive = backups.create()
    whole = archive.read_bytes()
    before = state(shop)

    for place in range(100):
        changed = bytearray(whole)
        changed[len(whole) * place // 100] ^= 1 << place % 8
        archive.write_bytes(changed)
        with pytest.raises(BadArchiveError):
            restores.restore(archive)

    assert state(shop) == before


def test_a_file_that_is_no_backup_is_refused(shop: Flask, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("shop.db", "x" * 5000)

    assert "no backup" in refused(shop, foreign)


def forged(archive: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """The archive with its contents changed and every sum made to fit again: what a clever enemy would send."""
    with zipfile.ZipFile(archive) as source:
        members = {name: source.read(name) for name in source.namelist() if name != backup_archives.MANIFEST}
        manifest = json.loads(source.read(backup_archives.MANIFEST))
    change(manifest, members)
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in members.items()
    } | manifest.get("extra_files", {})
    manifest.pop("extra_files", None)
    with zipfile.ZipFile(archive, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
        target.writestr(backup_archives.MANIFEST, json.dumps(manifest))
        target.comment = backup_archives._COMMENT + b"0" * 64
    with archive.open("r+b") as file:
        digest = backup_archives._sum_of_all_before(file)
        file.seek(-64, os.SEEK_END)
        file.write(digest.encode())
    return archive


def climb(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["attachments/../../escaped"] = b"x"


def from_root(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["/escaped"] = b"x"


def with_backslashes(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["attachments/..\\..\\escaped"] = b"x"


def newer_schema(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["schema"]["core"] = "9999"


def newer_format(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["format"] = 2


def other_engine(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["engine"] = "mysql"


def fewer_rows(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["rows"]["shop_order"] -= 1


def cut_log(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["audit"]["count"] += 1


def member_too_many(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["extra_files"] = {"attachments/x": {"sha256": "0" * 64, "size": 1}}


def no_shop(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["schema"] = {}


def emptied(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    for name in list(members):
        if name.startswith("database/"):
            members[name] = b""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (climb, "leads out"),
        (from_root, "leads out"),
        (with_backslashes, "leads out"),
        (newer_schema, "newer than this version"),
        (newer_format, "newer version"),
        (other_engine, "mysql"),
        (fewer_rows, "rows"),
        (cut_log, "rows"),
        (member_too_many, "other files"),
        (no_shop, "no shop"),
        (emptied, "rows"),
    ],
)
def test_an_archive_that_lies_is_refused(
    shop: Flask, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None], reason: str
) -> None:
    archive = forged(backups.create(), change)

    assert reason in refused(shop, archive)

    assert not list(tmp_path.rglob("escaped"))


def test_a_forged_archive_that_changes_nothing_is_taken(shop: Flask) -> None:
    """So that the refusals above are known to come from the change, not from the forging."""
    restores.restore(forged(backups.create(), lambda _manifest, _members: None))


def test_a_shop_that_is_served_is_not_restored(shop: Flask) -> None:
    archive = backups.create()
    before = state(shop)

    with occupancy.shared(Path(shop.config["DATA_FOLDER"])), pytest.raises(occupancy.OccupiedError):
        restores.restore(archive)

    assert state(shop) == before


def test_a_backup_that_cannot_be_written_leaves_no_half(shop: Flask, tmp_path: Path, monkeypatch: Any) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_archives.Writer, "close", fail)

    with pytest.raises(OSError, match="No space"):
        backups.create(tmp_path / "out" / "b.zip")

    assert list((tmp_path / "out").iterdir()) == []
