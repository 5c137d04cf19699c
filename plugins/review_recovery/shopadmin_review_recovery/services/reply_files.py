"""Quick replies as a CSV file: read whole and checked whole, then written in one transaction or not at all."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import Actor, Problem, RefusedError, db, record_audit, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.models import ReviewQuickReply
from shopadmin_review_recovery.services import replies
from shopadmin_review_recovery.services.replies import FIELDS, Draft

LARGEST = 2 * 1024 * 1024
MOST_PROBLEMS = 20
# A column of the export that a file may carry back without effect.
IGNORED = ("uses",)
# What the export puts in front of a text that a spreadsheet would take for a formula.
_RISKY = tuple("=+-@|%\t\r")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of the file were new, and how many changed a reply."""

    added: int
    changed: int


def read(raw: bytes) -> list[Draft]:
    """The replies of a file, all of them good. Raises RefusedError, which names row and field of what is not."""
    rows = _rows(raw)
    problems: list[Problem] = []
    drafts: list[Draft] = []
    first: dict[tuple[str, str], int] = {}
    for number, row in rows:
        draft = replies.tidy(row)
        problems += [_at(number, found) for found in replies.check(draft)]
        key = (draft.code, draft.language)
        if key in first:
            twice = _("The same code and language stand in row %(row)s.", row=first[key])
            problems.append(_at(number, replies.problem("twice", twice, "code")))
        first.setdefault(key, number)
        drafts.append(draft)
    if problems:
        raise RefusedError(*_shortened(problems))
    if not drafts:
        raise RefusedError(replies.problem("no_rows", _("The file has no rows beneath its headings."), "file"))
    return drafts


def bring_in(actor: Actor, raw: bytes, now: datetime | None = None) -> Imported:
    """Add the replies of a file, and change those that have the same code and language. Raises ForbiddenError,
    RefusedError; nothing is written then.
    """
    permissions.require(actor, permissions.EDIT_REPLIES)
    return _write(actor, read(raw), now or datetime.now(UTC), "imported", overwrite=True)


def load_starter(actor: Actor | None, now: datetime | None = None) -> Imported:
    """Add the shipped replies that are not there; what the shop has written stays as it is."""
    permissions.require(actor, permissions.EDIT_REPLIES)
    raw = (files("shopadmin_review_recovery") / "replies" / "starter.csv").read_bytes()
    return _write(actor, read(raw), now or datetime.now(UTC), "starter_loaded", overwrite=False)


def _write(actor: Actor | None, drafts: Iterable[Draft], now: datetime, act: str, overwrite: bool) -> Imported:
    added = changed = 0
    with writing() as session:
        query = select(ReviewQuickReply.code, ReviewQuickReply.language, ReviewQuickReply.id)
        known = {(row.code, row.language): row.id for row in session.execute(query)}
        for draft in drafts:
            row_id = known.get((draft.code, draft.language))
            if row_id is None:
                replies.add(session, actor, draft, now)
                added += 1
            elif overwrite:
                replies.put(session, actor, row_id, draft, now)
                changed += 1
        if len(known) + added > replies.MOST:
            raise RefusedError(
                replies.problem("too_many", _("A shop keeps %(most)s replies.", most=replies.MOST), "file")
            )
        after = {"added": added, "changed": changed}
        record_audit(actor, f"{replies.OBJECT}.{act}", replies.OBJECT, after=after)
    return Imported(added, changed)


def _rows(raw: bytes) -> list[tuple[int, Draft]]:
    if len(raw) > LARGEST:
        raise RefusedError(replies.problem("too_large", _("The file is larger than 2 MB."), "file"))
    try:
        text = raw.decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        wrong = _("The file is not in UTF-8. Save it as “CSV UTF-8”.")
        raise RefusedError(replies.problem("encoding", wrong, "file")) from None
    except csv.Error as error:
        broken = _("The file is no CSV: %(reason)s.", reason=str(error))
        raise RefusedError(replies.problem("no_csv", broken, "file")) from None
    headings = [cell.strip().casefold() for cell in table[0]] if table else []
    _check_headings(headings)
    if len(table) - 1 > replies.MOST:
        raise RefusedError(replies.problem("too_many", _("A shop keeps %(most)s replies.", most=replies.MOST), "file"))
    return list(_drafts(headings, table[1:]))


def _check_headings(headings: list[str]) -> None:
    lacking = [name for name in FIELDS if headings.count(name) != 1]
    unknown = [name for name in headings if name not in (*FIELDS, *IGNORED)]
    if lacking or unknown:
        wanted = _("Row 1 must hold these headings, each once: %(names)s.", names=", ".join(FIELDS))
        raise RefusedError(replies.problem("headings", wanted, "file"))


def _drafts(headings: list[str], table: list[list[str]]) -> Iterator[tuple[int, Draft]]:
    for number, cells in enumerate(table, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(headings):
            told = _("This row has %(found)s cells, the headings %(wanted)s.", found=len(cells), wanted=len(headings))
            raise RefusedError(_at(number, replies.problem("cells", told, "file")))
        values = dict(zip(headings, map(_bare, cells), strict=True))
        yield number, Draft(**{name: values[name] for name in FIELDS})


def _bare(cell: str) -> str:
    """The text without the mark of the export in front."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(_RISKY) else cell


def _at(number: int, found: Problem) -> Problem:
    where = _("Row %(row)s, %(field)s: %(message)s", row=number, field=found.field, message=found.message)
    return Problem(found.code, where, "file")


def _shortened(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = gettext("And %(count)s more.", count=len(problems) - MOST_PROBLEMS)
    return [*problems[:MOST_PROBLEMS], replies.problem("more", more, "file")]


def is_empty() -> bool:
    """Whether the shop has no reply yet."""
    return db.session().scalars(select(ReviewQuickReply.id).limit(1)).first() is None


def values_of(row: Any) -> dict[str, str]:
    """A row of the table as a form holds it."""
    return {name: getattr(row, name) for name in FIELDS}
