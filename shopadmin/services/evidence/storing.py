"""Keep what proves something: the original bytes encrypted with their SHA-256, and a copy that may be shown.

Both lie as files beside the database, named by a random id; what the uploader called a file is text for people. The
copy of a picture is drawn again and holds pixels alone; that of a text has phones and addresses masked, and is
encrypted as well, as names remain in it.
"""

import hashlib
import os
import re
import unicodedata
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.contract import AccountId, Actor, EvidenceOrigin, EvidenceSnapshot, Problem
from shopadmin.domain.evidence import KINDS, TIERS, Kind, redacted
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.evidence import Evidence
from shopadmin.services import audit, pictures
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.contacts import keyring
from shopadmin.services.transactions import after_undo, writing

# The name under which the first pictures were sealed.
PURPOSE = b"attachment.original"
LONGEST_NAME = 120
LONGEST_TEXT = 200_000
LONGEST_SOURCE = 200
# A clock that is a little ahead is no reason to refuse.
AHEAD = timedelta(minutes=10)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_SUBJECT = re.compile(r"order|review|complaint|[a-z][a-z0-9_]*\.[a-z_]{1,30}")
_TEXT_TYPE = "text/plain"


def folder() -> Path:
    """Where the files are; a backup takes them along."""
    return Path(current_app.config["DATA_FOLDER"]) / "attachments"


def store(
    actor: Actor | None,
    subject: str,
    subject_id: int,
    kind: Kind,
    content: bytes | str,
    origin: EvidenceOrigin | None = None,
    file_name: str = "",
) -> str:
    """Keep a piece of evidence and return its uuid. The caller has made sure that the actor may see the subject.

    ``subject``: order, review, complaint, or a plugin's own word with the plugin's name before a dot. ``content``: the
    bytes of a picture, the text of anything else. ``origin``: none for what the shop captured itself, now. ``actor``:
    none for what the program captured. Raises RefusedError for what cannot be kept.

    Joins the transaction around, and its files go with it when it is undone. They are written before the row: a crash
    between leaves a file that nothing refers to, never a row without its file.
    """
    if not _SUBJECT.fullmatch(subject) or kind not in KINDS or isinstance(content, bytes) != (kind == "picture"):
        raise ValueError(f"no evidence: {subject} {kind} {type(content).__name__}")
    now = datetime.now(UTC)
    origin = origin or EvidenceOrigin(captured_at=now)
    _check_origin(origin, now)
    name = str(uuid.uuid4())
    if isinstance(content, bytes):
        picture = pictures.redraw(content)
        original, media_type, shown = content, picture.media_type, picture.shown
    else:
        original, media_type, shown = _text_bytes(content), _TEXT_TYPE, redacted(content).encode()
    found = Evidence(
        uuid=name,
        subject=subject,
        subject_id=subject_id,
        kind=kind,
        file_name=shown_file_name(file_name or f"{kind}.txt") if kind != "picture" else shown_file_name(file_name),
        media_type=media_type,
        size=len(original),
        sha256=hashlib.sha256(original).digest(),
        shown_sha256=hashlib.sha256(shown).digest(),
        captured_at=origin.captured_at,
        source=origin.source.strip(),
        tier=origin.tier,
        uploaded_by=actor.account_id if actor else None,
        uploaded_at=now,
    )
    is_text = media_type == _TEXT_TYPE
    _keep(
        actor,
        found,
        {
            _sealed(name): keyring().encrypt_bytes(original, PURPOSE),
            _shown(name, is_text): keyring().encrypt_bytes(shown, PURPOSE) if is_text else shown,
        },
    )
    return name


def _keep(actor: Actor | None, found: Evidence, files: dict[Path, bytes]) -> None:
    # Without the file's name and the source, which somebody typed: the log keeps what it was told for ever.
    after = {"kind": found.kind, "sha256": found.sha256.hex(), "size": found.size, "tier": found.tier}

    def clean() -> None:
        for path in files:
            path.unlink(missing_ok=True)

    try:
        for path, data in files.items():  # before the lock, where no transaction is around
            _write(path, data)
        with writing() as session:
            after_undo(clean)
            session.add(found)
            audit.record(actor, "core.evidence.stored", found.subject, found.subject_id, after=after)
    except BaseException:
        clean()
        raise


def _check_origin(origin: EvidenceOrigin, now: datetime) -> None:
    if origin.tier not in TIERS:
        raise RefusedError(Problem("tier", _("Choose what it is: E0 to E4."), "tier"))
    if not EARLIEST <= origin.captured_at <= now + AHEAD:
        message = _("This time is in the future, or too long ago.")
        raise RefusedError(Problem("captured_at", message, "captured_at"))
    if len(origin.source) > LONGEST_SOURCE or "\0" in origin.source:
        message = _("Where it is from: %(count)s characters at most.", count=LONGEST_SOURCE)
        raise RefusedError(Problem("source", message, "source"))


def _text_bytes(text: str) -> bytes:
    if not text.strip():
        raise RefusedError(Problem("empty", _("Write something first."), "text"))
    if len(text) > LONGEST_TEXT:
        message = _("A text has %(count)s characters at most.", count=f"{LONGEST_TEXT:,}")
        raise RefusedError(Problem("text_long", message, "text"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = _("The text holds half a character, which cannot be kept.")
        raise RefusedError(Problem("text", message, "text")) from None


def of_subject(subject: str, subject_id: int) -> Sequence[Evidence]:
    """What is kept about it, the newest first."""
    query = select(Evidence).where(Evidence.subject == subject, Evidence.subject_id == subject_id)
    return db.session().scalars(query.order_by(Evidence.uploaded_at.desc(), Evidence.id.desc())).all()


def snapshots(subject: str, subject_id: int) -> list[EvidenceSnapshot]:
    """The same as plugins see it."""
    return [snapshot(found) for found in of_subject(subject, subject_id)]


def rows(uuids: Collection[str]) -> Sequence[Evidence]:
    """These pieces, the oldest first; what is not there is left out."""
    return db.session().scalars(select(Evidence).where(Evidence.uuid.in_(uuids)).order_by(Evidence.id)).all()


def by_uuid(uuids: Collection[str]) -> list[EvidenceSnapshot]:
    """The same as plugins see it."""
    return [snapshot(found) for found in rows(uuids)]


def snapshot(found: Evidence) -> EvidenceSnapshot:
    """A piece of evidence as it crosses the door."""
    return EvidenceSnapshot(
        uuid=found.uuid,
        subject=found.subject,
        subject_id=found.subject_id,
        kind=found.kind,  # type: ignore[arg-type]
        file_name=found.file_name,
        size=found.size,
        sha256=found.sha256.hex(),
        captured_at=found.captured_at,
        source=found.source,
        tier=found.tier,
        kept_by=None if found.uploaded_by is None else AccountId(found.uploaded_by),
    )


def find(evidence_uuid: str) -> Evidence | None:
    """The evidence with this uuid. The caller asks whether the actor may see its subject."""
    return db.session().scalars(select(Evidence).where(Evidence.uuid == evidence_uuid)).one_or_none()


def shown_copy(found: Evidence) -> bytes | None:
    """The copy that pages show; None when the file is gone or is not what was kept."""
    is_text = found.media_type == _TEXT_TYPE
    try:
        data = _shown(found.uuid, is_text).read_bytes()
        data = keyring().decrypt_bytes(data, PURPOSE) if is_text else data
    except (FileNotFoundError, KeyringError):
        return None
    return data if hashlib.sha256(data).digest() == found.shown_sha256 else None


def quoted(found: Evidence) -> str | None:
    """The copy of a text that pages quote; empty for a picture, None for a text that is gone or not what was kept."""
    if found.media_type != _TEXT_TYPE:
        return ""
    data = shown_copy(found)
    return None if data is None else data.decode()


def shown_text(evidence_uuid: str) -> str:
    """The copy of a text that pages show; empty for a picture, and for what is gone or is not what was kept."""
    found = find(evidence_uuid)
    return (quoted(found) or "") if found is not None else ""


def original(found: Evidence) -> bytes:
    """The bytes as they came, for a pack. Raises KeyringError, FileNotFoundError."""
    return keyring().decrypt_bytes(_sealed(found.uuid).read_bytes(), PURPOSE)


def shown_file_name(name: str) -> str:
    """The last part of what the uploader called the file, without characters that steer a terminal or a header."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    return kept[-LONGEST_NAME:] or "picture"


def files(found: Evidence) -> tuple[Path, Path]:
    """Where the original and the copy to show lie."""
    return _sealed(found.uuid), _shown(found.uuid, found.media_type == _TEXT_TYPE)


def _shown(evidence_uuid: str, is_text: bool) -> Path:
    # ``.sealed`` at the end of all that is encrypted: a change of keys goes by it.
    return folder() / evidence_uuid[:2] / f"{evidence_uuid}.{'shown.sealed' if is_text else 'shown'}"


def _sealed(evidence_uuid: str) -> Path:
    return folder() / evidence_uuid[:2] / f"{evidence_uuid}.sealed"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
