"""The page that asks what only a person can say of a file: its kind, columns, dates and statuses."""

from typing import Any

from flask import request
from flask_babel import gettext

from shopadmin.admin.import_page import KINDS
from shopadmin.platforms import mapped
from shopadmin.platforms.decoding import ENCODINGS
from shopadmin.platforms.names import field_name
from shopadmin.services.imports import questions
from shopadmin.services.orders import STATUS_LABELS


def encodings() -> list[tuple[str, str]]:
    """What a person may choose from; nothing chosen means that it is found out."""
    return [("", gettext("Find out")), *((name, name.upper()) for name in ENCODINGS)]


def context(asked: questions.Questions) -> dict[str, Any]:
    """What ``admin/imports/mapping.html`` asks, with the answers so far."""
    kind = asked.kind if asked.kind in mapped.KINDS else mapped.KINDS[0]
    statuses = [
        {"text": text, "count": count, "chosen": chosen, "index": index}
        for index, (text, count, chosen) in enumerate(asked.statuses)
    ]
    return {
        "file": {"name": asked.name, "rows": asked.rows, "encoding": asked.encoding},
        "encodings": encodings(),
        "columns": asked.columns,
        "fields": [("", gettext("Leave out")), *((name, field_name(name)) for name in mapped.FIELDS[kind])],
        "kinds": [(name, KINDS[name]) for name in mapped.KINDS],
        "kind": kind,
        "platform": asked.platform,
        "dates": {"samples": asked.dates, "chosen": asked.date_order} if asked.dates else None,
        "statuses": statuses,
        "status_choices": [
            ("", gettext("Reject these rows")),
            *((str(code), label) for code, label in STATUS_LABELS.items()),
        ],
    }


def answers(asked: questions.Questions) -> dict[str, Any]:
    """What the form of the page answers."""
    form = request.form
    chosen = {column.heading: form.get(f"column-{index}", "") for index, column in enumerate(asked.columns)}
    statuses = {text: form.get(f"status-{index}", "") for index, (text, _count, _old) in enumerate(asked.statuses)}
    said: dict[str, Any] = {
        "encoding": form.get("encoding", ""),
        "date_order": form.get("date_order", ""),
        "statuses": {text: status for text, status in statuses.items() if status},
    }
    columns = {heading: name for heading, name in chosen.items() if name}
    if asked.columns:
        said |= {
            "headings": [column.heading for column in asked.columns],
            "kind": form.get("kind", ""),
            "platform": form.get("platform", "").strip().lower(),
            "columns": columns,
        }
    return said
