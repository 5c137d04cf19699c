"""The table of quick replies: look one up, write, change, delete, load what is shipped."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    db,
    record_audit,
    wording_problems,
    writing,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.domain.replies import Question, Ranked, Reply, rank
from shopadmin_review_recovery.models import ReviewQuickReply
from shopadmin_review_recovery.models.replies import LANGUAGES, STAGES

OBJECT = "review_recovery.quick_reply"
MOST = 5000
LONGEST = {"code": 40, "product_ref": 200, "title": 80, "keywords": 300, "body": 4000, "note": 500}
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as somebody writes it. ``keywords``: parted by commas of any width; ``cause``, ``product_ref``: empty for
    any.
    """

    code: str
    language: str
    cause: str
    product_ref: str
    stage: str
    title: str
    keywords: str
    body: str
    note: str


FIELDS = tuple(field.name for field in fields(Draft))


def problem(code: str, message: Any, field: str = "") -> Problem:
    """An objection of this module."""
    return Problem(f"reply.{code}", message, field)


def stale() -> Problem:
    """Somebody was faster."""
    return problem("stale", _("Somebody changed this reply meanwhile. Look at it again."))


def tidy(draft: Draft) -> Draft:
    """The draft as it is kept: without blanks around, the code small, keywords parted by one comma."""
    values = {name: str(getattr(draft, name)).replace("\r\n", "\n").strip() for name in FIELDS}
    values["code"] = values["code"].casefold()
    values["keywords"] = ", ".join(keywords(values["keywords"]))
    return Draft(**values)


def keywords(text: str) -> tuple[str, ...]:
    """The keywords of a line of text."""
    return tuple(dict.fromkeys(word for part in re.split(r"[,，、;；\n]", text) if (word := part.strip())))


def check(draft: Draft) -> list[Problem]:
    """What keeps a tidy draft from being saved, each with its field: the wording check of the core included."""
    found = [
        problem("empty", _("Fill this in."), name) for name in ("code", "title", "body") if not getattr(draft, name)
    ]
    found += [
        problem("long", _("At most %(most)s characters.", most=most), name)
        for name, most in LONGEST.items()
        if len(getattr(draft, name)) > most
    ]
    found += [
        problem("characters", _("This holds a character that cannot be shown."), name)
        for name in FIELDS
        if not getattr(draft, name).replace("\n", "" if name in ("body", "note") else "\0").isprintable()
    ]
    if draft.code and not _CODE.fullmatch(draft.code):
        found.append(problem("code", _("Use small letters, digits, - and _ alone, such as late-1."), "code"))
    found += [
        problem("choice", _("“%(value)s” is none of these: %(known)s.", value=value[:40], known=", ".join(known)), name)
        for name, value, known in (
            ("language", draft.language, LANGUAGES),
            ("stage", draft.stage, STAGES),
            ("cause", draft.cause, ("", *CODES)),
        )
        if value not in known
    ]
    return found or _of_the_text(draft)


def _of_the_text(draft: Draft) -> list[Problem]:
    reading = templates.read(draft.body)
    found = [
        problem("unknown", _("There is no variable “%(name)s”.", name=name[:60]), "body") for name in reading.unknown
    ]
    found += [
        problem(
            "malformed", _("“%(text)s” is no variable. Write {{order.no}} or {{?photo_link}}.", text=text[:60]), "body"
        )
        for text in reading.malformed
    ]
    return found or wording_problems(templates.example(draft.body, draft.language), "message", "body")


def find(reply_id: int) -> ReviewQuickReply:
    """A reply. Raises MissingError."""
    row = db.session().get(ReviewQuickReply, reply_id, populate_existing=True)
    if row is None:
        raise MissingError(reply_id)
    return row


def are_there() -> bool:
    """Whether the table holds any reply, in whatever language."""
    return db.session().execute(select(ReviewQuickReply.id).limit(1)).first() is not None


def search(question: Question, limit: int | None = None) -> list[Ranked]:
    """The replies that fit, best first."""
    query = select(ReviewQuickReply).where(ReviewQuickReply.language == question.language)
    return rank([as_rule(row) for row in db.session().scalars(query)], question, limit)


def as_rule(row: ReviewQuickReply) -> Reply:
    """The row as the ranking sees it."""
    return Reply(
        row.id, row.code, row.language, row.title, row.body, row.cause, row.product_ref, keywords(row.keywords),
        row.uses,
    )  # fmt: skip


def create(actor: Actor, draft: Draft, now: datetime | None = None) -> int:
    """Add a reply; returns its id. Raises ForbiddenError; RefusedError for what cannot be saved or is there already."""
    permissions.require(actor, permissions.EDIT_REPLIES)
    draft = tidy(draft)
    _refuse(check(draft))
    with _unique(draft) as session:
        row = add(session, actor, draft, now or datetime.now(UTC))
        _log(actor, "created", row.id, after=_values(draft))
        return row.id


def edit(actor: Actor, reply_id: int, draft: Draft, version: int, now: datetime | None = None) -> None:
    """Change a reply. Raises ForbiddenError, MissingError, RefusedError; ObjectionsError when somebody was faster."""
    permissions.require(actor, permissions.EDIT_REPLIES)
    draft = tidy(draft)
    _refuse(check(draft))
    with _unique(draft) as session:
        before = find(reply_id)
        shown = _values(_draft(before))
        if not put(session, actor, reply_id, draft, now or datetime.now(UTC), version):
            raise ObjectionsError(stale())
        _log(actor, "changed", reply_id, shown, _values(draft))


def remove(actor: Actor, reply_id: int, version: int) -> None:
    """Delete a reply; what was answered with it stays. Raises as ``edit`` does."""
    permissions.require(actor, permissions.EDIT_REPLIES)
    with writing() as session:
        shown = _values(_draft(find(reply_id)))
        gone: Any = session.execute(
            delete(ReviewQuickReply).where(ReviewQuickReply.id == reply_id, ReviewQuickReply.version == version),
            execution_options={"synchronize_session": False},
        )
        if not gone.rowcount:
            raise ObjectionsError(stale())
        _log(actor, "deleted", reply_id, shown)


def add(session: Session, actor: Actor | None, draft: Draft, now: datetime) -> ReviewQuickReply:
    """Add the row of a checked draft."""
    by = actor.account_id if actor else None
    row = ReviewQuickReply(**_values(draft), changed_at=now, changed_by=by)
    session.add(row)
    session.flush()
    return row


def put(
    session: Session, actor: Actor | None, reply_id: int, draft: Draft, now: datetime, version: int | None = None
) -> bool:
    """Write a checked draft into its row, if that is still the version that was seen; returns whether it was."""
    chosen = update(ReviewQuickReply).where(ReviewQuickReply.id == reply_id)
    if version is not None:
        chosen = chosen.where(ReviewQuickReply.version == version)
    by = actor.account_id if actor else None
    done: Any = session.execute(
        chosen.values(**_values(draft), changed_at=now, changed_by=by, version=ReviewQuickReply.version + 1),
        execution_options={"synchronize_session": False},
    )
    return bool(done.rowcount)


def count_use(session: Session, reply_ids: Sequence[int]) -> list[int]:
    """Count one more answer for each of the replies that are there; returns which."""
    there = session.scalars(select(ReviewQuickReply.id).where(ReviewQuickReply.id.in_(reply_ids))).all()
    session.execute(
        update(ReviewQuickReply).where(ReviewQuickReply.id.in_(there)).values(uses=ReviewQuickReply.uses + 1),
        execution_options={"synchronize_session": False},
    )
    return sorted(there)


@contextlib.contextmanager
def _unique(draft: Draft) -> Iterator[Session]:
    """A transaction in which the table's own rule about codes is told at the field."""
    try:
        with writing() as session:
            yield session
    except IntegrityError as error:
        taken = _("There is a reply “%(code)s” in this language already.", code=draft.code)
        raise RefusedError(problem("taken", taken, "code")) from error


def _values(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in FIELDS}


def _draft(row: ReviewQuickReply) -> Draft:
    return Draft(**{name: getattr(row, name) for name in FIELDS})


def _shown(draft: Draft) -> dict[str, Any]:
    return _values(draft)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RefusedError(*problems)


def _log(
    actor: Actor, act: str, reply_id: int, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> None:
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, reply_id, before=before, after=after)
