"""Pictures attached to an order: a copy to show, and the original bytes encrypted as evidence with their SHA-256.

Both lie as files beside the database, named by a random id; what the uploader called the file is text for people.
"""

import hashlib
import os
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from flask import current_app
from sqlalchemy import select

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.cases import Attachment
from shopadmin.services import audit, pictures
from shopadmin.services.contacts import keyring
from shopadmin.services.transactions import writing

PURPOSE = b"attachment.original"
Subject = Literal["order"]
LONGEST_NAME = 120


def folder() -> Path:
    """Where the files are; a backup takes them along."""
    return Path(current_app.config["DATA_FOLDER"]) / "attachments"


def add_picture(actor: Actor, subject: Subject, subject_id: int, file_name: str, original: bytes) -> str:
    """Keep a picture and return its uuid. The caller has made sure that the actor may see the subject.

    Raises RefusedError for what is no bearable picture. The files are written before the row: a crash between leaves
    a file that nothing refers to, never a row without its file.
    """
    picture = pictures.redraw(original)
    found = Attachment(
        uuid=str(uuid.uuid4()),
        subject=subject,
        subject_id=subject_id,
        file_name=shown_file_name(file_name),
        media_type=picture.media_type,
        size=len(original),
        sha256=hashlib.sha256(original).digest(),
        shown_sha256=hashlib.sha256(picture.shown).digest(),
        uploaded_by=actor.account_id,
        uploaded_at=datetime.now(UTC),
    )
    files = {_shown(found.uuid): picture.shown, _sealed(found.uuid): keyring().encrypt_bytes(original, PURPOSE)}
    after = {"file_name": found.file_name, "sha256": found.sha256.hex(), "size": found.size}
    try:
        for path, data in files.items():
            _write(path, data)
        with writing() as session:
            session.add(found)
            audit.record(actor, "core.attachment.added", subject, subject_id, after=after)
            return found.uuid
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise


def of_subject(subject: Subject, subject_id: int) -> Sequence[Attachment]:
    """The subject's pictures, the newest first."""
    query = select(Attachment).where(Attachment.subject == subject, Attachment.subject_id == subject_id)
    return db.session().scalars(query.order_by(Attachment.uploaded_at.desc(), Attachment.id.desc())).all()


def find(picture_uuid: str) -> Attachment | None:
    """The attachment with this uuid. The caller asks whether the actor may see its subject."""
    return db.session().scalars(select(Attachment).where(Attachment.uuid == picture_uuid)).one_or_none()


def shown_copy(found: Attachment) -> bytes | None:
    """The copy that pages show; None when the file is gone or is not what was kept."""
    try:
        data = _shown(found.uuid).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).digest() == found.shown_sha256 else None


def original(found: Attachment) -> bytes:
    """The bytes as they were uploaded, for an evidence pack. Raises KeyringError, FileNotFoundError."""
    return keyring().decrypt_bytes(_sealed(found.uuid).read_bytes(), PURPOSE)


def shown_file_name(name: str) -> str:
    """The last part of what the uploader called the file, without characters that steer a terminal or a header."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    return kept[-LONGEST_NAME:] or "picture"


def _shown(picture_uuid: str) -> Path:
    return folder() / picture_uuid[:2] / f"{picture_uuid}.shown"


def _sealed(picture_uuid: str) -> Path:
    return folder() / picture_uuid[:2] / f"{picture_uuid}.sealed"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
