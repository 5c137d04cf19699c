"""Which layout a stored file has: one of those that are known, or columns that somebody mapped before."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select

from shopadmin import hook_calls
from shopadmin.contract import ImportFormat
from shopadmin.models import db
from shopadmin.models.imports import ImportMapping
from shopadmin.platforms.files import Source
from shopadmin.platforms.headings import normal_headings
from shopadmin.platforms.mapped import mapped_format
from shopadmin.platforms.recognise import recognise_all
from shopadmin.platforms.refusals import FileRefused


def formats() -> tuple[ImportFormat, ...]:
    """Every layout that is understood: the core's and the plugins'."""
    known = {found.name: found for found in hook_calls.import_formats()}
    return tuple(known.values())


def recognise(path: str, answers: Mapping[str, Any]) -> tuple[tuple[ImportFormat, Source], ...]:
    """The layouts of a stored file: those we know, or the columns someone mapped before. Raises FileRefused."""
    full = current_app.config["DATA_FOLDER"] / path
    known = formats()
    if answers.get("columns"):
        known = (mapped_format(answers["kind"], answers["platform"], answers["columns"]),)
    try:
        return recognise_all(full, known, encoding=answers.get("encoding"))
    except FileRefused as refused:
        remembered = _remembered(refused)
        if remembered is None:
            raise
        return recognise_all(full, (remembered,), encoding=answers.get("encoding"))


def _remembered(refused: FileRefused) -> ImportFormat | None:
    """The mapping that the owner gave these headings before."""
    headings = refused.details.get("headings")
    if refused.code not in ("unknown_layout", "missing_column") or not isinstance(headings, tuple | list):
        return None
    found = (
        db.session()
        .execute(
            select(ImportMapping.kind, ImportMapping.platform, ImportMapping.columns).where(
                ImportMapping.headings_sha256 == headings_digest(headings)
            )
        )
        .one_or_none()
    )
    return mapped_format(found.kind, found.platform, found.columns) if found else None


def headings_digest(headings: Iterable[str]) -> str:
    """What a mapping is remembered by."""
    return hashlib.sha256("\n".join(normal_headings(headings)).encode()).hexdigest()
