"""Make an evidence pack: originals, copies to show, a manifest, and a cover page to read first.

The same evidence gives the same bytes, whoever packs it and whenever. Every pack is written in the activity log with
the number of its files and the sum of its manifest, by which a pack that comes back is known again.
"""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import IO, Any

from flask import current_app
from flask_babel import force_locale, get_locale
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.contract import Actor, Problem, Text
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.evidence import Evidence
from shopadmin.services import audit, settings
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.evidence import archives, labels, storing
from shopadmin.services.transactions import writing

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "text/plain": "txt"}
_SPOOLED = 8 * 2**20
# How much of a text stands on the cover page; the file beside it has all.
_QUOTED = 4000


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack is made of. ``subject``, ``subject_id``: what it is about, for the activity log.

    ``title``, ``facts``: for the cover page, in the language of the pack; ``about``: the same for programs, plain.
    """

    subject: str
    subject_id: int
    title: Text
    facts: Sequence[tuple[Text, Text]]
    about: Mapping[str, str]
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of evidence with the names of its two files."""

    row: Evidence
    original: str
    copy: str
    shown: bytes

    @property
    def text(self) -> str:
        """What the cover quotes; empty for a picture, which it shows."""
        return "" if self.row.kind == "picture" else self.shown.decode()[:_QUOTED]


def chosen(uuids: Sequence[str]) -> list[Evidence]:
    """The evidence of these uuids. Raises RefusedError for one that is not there."""
    found = db.session().scalars(select(Evidence).where(Evidence.uuid.in_(set(uuids)))).all()
    if len(found) != len(set(uuids)):
        raise RefusedError(Problem("evidence", _("There is no such evidence."), "evidence"))
    return list(found)


def make(actor: Actor, pack: Pack, language: str = "") -> IO[bytes]:
    """The pack as an open file at its beginning; ``language``: of the cover page, en or zh, else the reader's.

    The caller has made sure that the actor may export it. Raises ObjectionsError where there is nothing to pack, or
    evidence is not what was kept.
    """
    locale = settings.LOCALES.get(language) or str(get_locale())
    pieces = _pieces(pack.evidence)
    file = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - the caller sends it
    try:
        with force_locale(locale):
            cover = _cover(pack, pieces).encode()
        manifest = _manifest(pack, pieces, cover)
        members: dict[str, archives.Content] = {archives.COVER: lambda: cover, **archives.manifest_members(manifest)}
        for piece in pieces:
            members[piece.original] = lambda piece=piece: _original(piece.row)  # type: ignore[misc]
            members[piece.copy] = lambda piece=piece: piece.shown  # type: ignore[misc]
        archives.write(file, members)
        _log(actor, pack, members)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _log(actor: Actor, pack: Pack, members: Mapping[str, archives.Content]) -> None:
    after = {"rows": len(pack.evidence), "manifest_sha256": hashlib.sha256(members[archives.MANIFEST]()).hexdigest()}
    with writing():
        audit.record(actor, "core.evidence.exported", pack.subject, pack.subject_id, after=after)


def _pieces(rows: Sequence[Evidence]) -> list[_Piece]:
    if not rows:
        raise ObjectionsError(Problem("no_evidence", _("There is no evidence to pack yet."), "evidence"))
    if sum(row.size for row in rows) * 2 > archives.MAX_BYTES or len(rows) * 2 > archives.MAX_FILES - 3:
        raise ObjectionsError(Problem("pack_large", _("This is more than a pack may hold: 200 MB."), "evidence"))
    pieces, taken = [], set[str]()
    for row in sorted(rows, key=lambda row: (row.captured_at, row.sha256, row.id)):
        name = f"{row.captured_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{row.kind}-{row.sha256.hex()[:12]}"
        number = 2
        while name in taken:  # the same bytes kept twice
            name, number = f"{name.partition('.')[0]}.{number}", number + 1
        taken.add(name)
        ending = _ENDINGS[row.media_type]
        shown = storing.shown_copy(row)
        if shown is None:
            raise _damaged(row)
        original, copy = f"{archives.ORIGINALS}/{name}.{ending}", f"{archives.COPIES}/{name}.{ending}"
        pieces.append(_Piece(row, original, copy, shown))
    return pieces


def _original(row: Evidence) -> bytes:
    try:
        data = storing.original(row)
    except (OSError, KeyringError):
        raise _damaged(row) from None
    if hashlib.sha256(data).digest() != row.sha256:
        raise _damaged(row)
    return data


def _damaged(row: Evidence) -> ObjectionsError:
    message = _("The files of “%(name)s” are missing or were changed; nothing was packed.", name=row.file_name)
    return ObjectionsError(Problem("evidence_damaged", message, "evidence"))


def _manifest(pack: Pack, pieces: Sequence[_Piece], cover: bytes) -> dict[str, Any]:
    owners = _owners(pieces)
    files: list[dict[str, Any]] = [{"path": archives.COVER, **_measured(cover), "kind": "cover"}]
    for piece in pieces:
        row = piece.row
        said = {
            "kind": row.kind,
            "captured_at": row.captured_at.astimezone(UTC).isoformat(),
            "captured_by": "program" if row.uploaded_by is None else "owner" if row.uploaded_by in owners else "staff",
            "source": row.source,
            "tier": f"E{row.tier}",
            "name": row.file_name,
        }
        files.append({"path": piece.original, "sha256": row.sha256.hex(), "size": row.size, **said})
        files.append({"path": piece.copy, **_measured(piece.shown), **said, "redacted_of": piece.original})
    files.sort(key=lambda found: str(found["path"]))
    return {"format": archives.FORMAT, "about": dict(pack.about), "files": files}


def _measured(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def _owners(pieces: Sequence[_Piece]) -> set[int]:
    people = {piece.row.uploaded_by for piece in pieces if piece.row.uploaded_by is not None}
    return set(db.session().scalars(select(Account.id).where(Account.id.in_(people), Account.is_owner)))


def _cover(pack: Pack, pieces: Sequence[_Piece]) -> str:
    # Without what pages have besides: a worker packs as well as somebody who looks at a page.
    return current_app.jinja_env.get_template("evidence/cover.html").render(
        language=str(get_locale()).partition("_")[0],
        title=pack.title,
        facts=pack.facts,
        pieces=pieces,
        kinds=labels.KINDS,
        tiers=labels.TIERS,
        zone=settings.load().zone,
    )
