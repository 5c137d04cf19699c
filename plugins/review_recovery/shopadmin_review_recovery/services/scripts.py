"""Scripts: import, draft, publish, export. Each act: ask for the right, lock the row, ask the validator, write."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    db,
    lock_row,
    record_audit,
    writing,
)
from shopadmin_review_recovery import permissions, script_texts
from shopadmin_review_recovery.domain.scripts import notation, yaml_text
from shopadmin_review_recovery.domain.scripts.graph import Script
from shopadmin_review_recovery.models import ReviewScript, ReviewScriptVersion
from shopadmin_review_recovery.script_findings import look


class StaleError(ObjectionsError):
    """Somebody changed the script after the page was opened."""

    def __init__(self) -> None:
        super().__init__(Problem("stale", _("Somebody changed this script meanwhile. Look at it again, then decide.")))


def shipped() -> str:
    """The text of the script that comes with the plugin."""
    return (files("shopadmin_review_recovery") / "scripts" / "default.yaml").read_text(encoding="utf-8")


def listing() -> Sequence[Any]:
    """Every script by name, with number and time of its newest version, None where nothing is published."""
    newest = (
        select(ReviewScriptVersion.script_id, func.max(ReviewScriptVersion.number).label("number"))
        .group_by(ReviewScriptVersion.script_id)
        .subquery()
    )
    query = (
        select(
            ReviewScript.id, ReviewScript.name, ReviewScript.changed_at, ReviewScriptVersion.number,
            ReviewScriptVersion.published_at, ReviewScriptVersion.sha256,
        )
        .outerjoin(newest, newest.c.script_id == ReviewScript.id)
        .outerjoin(
            ReviewScriptVersion,
            (ReviewScriptVersion.script_id == ReviewScript.id) & (ReviewScriptVersion.number == newest.c.number),
        )
    )  # fmt: skip
    return db.session().execute(query.order_by(ReviewScript.name)).all()


def find(script_id: int) -> ReviewScript:
    """The script as it stands. Raises MissingError."""
    found = db.session().get(ReviewScript, script_id, populate_existing=True)
    if found is None:
        raise MissingError(script_id)
    return found


def versions(script_id: int) -> Sequence[ReviewScriptVersion]:
    """What was published of a script, newest first."""
    query = select(ReviewScriptVersion).where(ReviewScriptVersion.script_id == script_id)
    return db.session().scalars(query.order_by(ReviewScriptVersion.number.desc())).all()


def version(version_id: int) -> ReviewScriptVersion:
    """One published version. Raises MissingError."""
    found = db.session().get(ReviewScriptVersion, version_id)
    if found is None:
        raise MissingError(version_id)
    return found


def script_of(row: ReviewScriptVersion) -> Script:
    """The graph of a published version."""
    return notation.from_canonical(row.canonical)


def export(version_id: int) -> str:
    """A published version as YAML. Raises MissingError."""
    return notation.write(script_of(version(version_id)))


def bring_in(actor: Actor | None, text: str) -> int:
    """Add a script from YAML as a draft; returns its id. It may have findings, but not in how it is written.

    Raises ForbiddenError, RefusedError.
    """
    permissions.require(actor, permissions.PUBLISH)
    script = _readable(text)
    with writing() as session:
        if session.scalar(select(ReviewScript.id).where(ReviewScript.name == script.name)) is not None:
            message = _("There is a script “%(name)s” already. Give this one another name.", name=script.name)
            raise RefusedError(Problem("name_taken", message, "text"))
        row = _add(session, actor, script.name, text)
        record_audit(actor, "review_recovery.script.added", "review_recovery.script", row.id, after={"name": row.name})
        return row.id


def save(actor: Actor | None, script_id: int, text: str, version: int) -> None:
    """Keep a draft, valid or not yet. Raises ForbiddenError, MissingError, RefusedError, ObjectionsError."""
    permissions.require(actor, permissions.PUBLISH)
    if len(text) > yaml_text.LONGEST or "\0" in text:
        raise RefusedError(Problem("too_long", _("Use %(most)s characters at most.", most=yaml_text.LONGEST), "text"))
    with writing() as session:
        lock_row(session, ReviewScript, script_id)
        _write(session, actor, script_id, version, text)
        record_audit(actor, "review_recovery.script.changed", "review_recovery.script", script_id)


def publish(actor: Actor | None, script_id: int, version: int) -> int:
    """Make the draft an immutable version that new runs follow; returns the version's id.

    Raises ForbiddenError, MissingError; RefusedError with every finding; ObjectionsError when nothing is new or
    somebody changed the draft meanwhile.
    """
    permissions.require(actor, permissions.PUBLISH)
    with writing() as session:
        row = lock_row(session, ReviewScript, script_id)
        if row.version != version:
            raise StaleError
        looked = look(row.text)
        if looked.findings or looked.script is None:
            raise RefusedError(*map(script_texts.problem, looked.findings))
        if looked.script.name != row.name:
            message = _(
                "The name in the text is “%(found)s”. Keep “%(name)s”.", found=looked.script.name, name=row.name
            )
            raise RefusedError(Problem("renamed", message, "text"))
        return _publish(session, actor, row, looked.script).id


def newest(session: Session) -> ReviewScriptVersion:
    """The version that new runs follow: what was published last; the shipped script, where nothing is yet.

    Call it inside of a transaction.
    """
    query = select(ReviewScriptVersion).order_by(ReviewScriptVersion.id.desc()).limit(1)
    found = session.scalar(query)
    if found is not None:
        return found
    text = shipped()
    script = _readable(text)
    row = session.scalar(select(ReviewScript).where(ReviewScript.name == script.name))
    return _publish(session, None, row or _add(session, None, script.name, text), script)


def ensure_shipped() -> None:
    """Publish the shipped script in a shop where no script was ever published."""
    if db.session().scalar(select(ReviewScriptVersion.id).limit(1)) is None:
        with writing() as session:
            newest(session)


def _readable(text: str) -> Script:
    reading = notation.read(text)
    if reading.findings or reading.script is None:
        raise RefusedError(*map(script_texts.problem, reading.findings))
    return reading.script


def _add(session: Session, actor: Actor | None, name: str, text: str) -> ReviewScript:
    row = ReviewScript(name=name, text=text, changed_at=datetime.now(UTC), changed_by=_account(actor), version=1)
    session.add(row)
    session.flush()
    return row


def _publish(session: Session, actor: Actor | None, row: ReviewScript, script: Script) -> ReviewScriptVersion:
    last = session.scalar(
        select(ReviewScriptVersion)
        .where(ReviewScriptVersion.script_id == row.id)
        .order_by(ReviewScriptVersion.number.desc())
        .limit(1)
    )
    digest = notation.sha256(script)
    if last is not None and last.sha256 == digest:
        raise ObjectionsError(Problem("same", _("Version %(number)s says the same.", number=last.number)))
    made = ReviewScriptVersion(
        script_id=row.id, number=(last.number if last else 0) + 1, canonical=notation.canonical(script), sha256=digest,
        published_at=datetime.now(UTC), published_by=_account(actor),
    )  # fmt: skip
    session.add(made)
    session.flush()
    after = {"name": row.name, "number": made.number, "sha256": digest}
    record_audit(actor, "review_recovery.script.published", "review_recovery.script", row.id, after=after)
    return made


def _write(session: Session, actor: Actor | None, script_id: int, version: int, text: str) -> None:
    found: Any = session.execute(
        update(ReviewScript)
        .where(ReviewScript.id == script_id, ReviewScript.version == version)
        .values(text=text, changed_at=datetime.now(UTC), changed_by=_account(actor), version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if not found.rowcount:
        raise StaleError


def _account(actor: Actor | None) -> int | None:
    return actor.account_id if actor else None


def problems() -> Iterator[Problem]:
    """Published versions whose text is not the one that was hashed."""
    for row in db.session().scalars(select(ReviewScriptVersion).order_by(ReviewScriptVersion.id)):
        if hashlib.sha256(row.canonical.encode()).hexdigest() != row.sha256:
            message = _(
                "Version %(number)s (id %(id)s) of a script is not what was published.", number=row.number, id=row.id
            )
            yield Problem("review_recovery.script_changed", message)
