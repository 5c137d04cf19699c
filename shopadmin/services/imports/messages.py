"""What refusals and rejections say to a person: what is wrong, where, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

from shopadmin.contract import Text

_MB = 1 << 20

_FILES = {
    "empty_file": _("%(name)s is empty. Export it again."),
    "binary_file": _("%(name)s is not a text file or a workbook. Export it as CSV, TSV, JSON or XLSX."),
    "encoding_unknown": _(
        "%(name)s cannot be read as text: byte %(offset)s does not fit (%(encoding)s). Choose another encoding, or save"
        " the file as UTF-8."
    ),
    "too_large": _("%(name)s is larger than %(limit)s MB. Export a shorter period."),
    "zip_bomb": _("%(name)s unpacks to far more than such a file holds. Save it as CSV."),
    "bad_archive": _("%(name)s is a damaged workbook. Open it, save it again as XLSX or CSV, and import that."),
    "bad_json": _("%(name)s is not valid JSON. Download it again."),
    "bad_csv": _("%(name)s cannot be cut into rows. Export it again, or save it as CSV with a spreadsheet program."),
    "unclosed_quote": _("%(name)s has a quotation mark that is never closed, near “%(sample)s”. Correct it there."),
    "line_too_long": _("%(name)s has a line that is too long. Check whether it really is such a list."),
    "too_many_columns": _("%(name)s has %(found)s columns; at most %(limit)s are read. Delete the empty ones."),
    "no_heading": _("%(name)s has no row of headings. Export it again and keep the first row."),
    "column_twice": _("%(name)s has two columns for the same thing: %(headings)s. Delete or rename one of them."),
    "unknown_layout": _(
        "%(name)s has columns that we do not know. Say what they are in the mapping step on the web page."
    ),
    "missing_column": _(
        "%(name)s lacks the column %(fields)s. Export it with that column, or say what its columns are in the mapping"
        " step on the web page."
    ),
    "ambiguous_dates": _(
        "%(name)s, column %(field)s: “%(sample)s” can be two dates. Say which comes first, the day or the month"
        " (--date-order dmy or mdy)."
    ),
    "layout_twice": _("%(name)s fits two layouts (%(layouts)s). Switch off the plugin that brings one of them."),
    "bad_answer": _("%(field)s is none of the choices for %(name)s. Choose again."),
    "bad_platform": _("Name the platform of %(name)s in one word: letters, digits, underscores, such as my_shop."),
    "reader_failed": _("%(name)s could not be read because of a fault in its reader. The log says more."),
}  # fmt: skip

_ROWS = {
    "cell_count": _("The row has %(value)s cells instead of one for each heading. Check its separators and quotes."),
    "missing_value": _("%(field)s is empty. Fill it in."),
    "bad_id": _("%(field)s is no intact id (“%(value)s”): a spreadsheet has rounded it. Export it again as text."),
    "bad_amount": _("%(field)s is no amount: “%(value)s”. Write a number such as 12.50."),
    "bad_currency": _("%(field)s is no currency: “%(value)s”. Write three letters such as CNY."),
    "negative_amount": _("%(field)s is below zero: “%(value)s”. Write it without the sign, or leave the row out."),
    "bad_time": _("%(field)s is no date that exists: “%(value)s”. Write it as 2026-05-31 18:30:00."),
    "bad_stars": _("%(field)s is no rating: “%(value)s”. Write 1 to 5, or the platform's own grade."),
    "bad_number": _("%(field)s is no whole number: “%(value)s”."),
    "bad_flag": _("%(field)s is neither yes nor no: “%(value)s”."),
    "unknown_status": _(
        "%(field)s has a status that we do not know: “%(value)s”. Say what it means in the mapping step."
    ),
    "cell_too_long": _(
        "%(field)s holds %(length)s characters, and %(most)s are the most that can be kept. Shorten the text."
    ),
    "order_rejected": _("The order of this line was not taken. Correct the order's own row first."),
    "not_by_buyer": _("This rating was not written by a buyer. Nothing to do."),
    "order_unknown": _(
        "Order %(value)s is not in the shop. Import the file of orders together with this one, or before it."
    ),
}  # fmt: skip

_RUNS = {
    "no_files": _("Choose at least one file."),
    "too_many_files": _("At most %(limit)s files can be imported at once."),
    "wrong_state": _("This import is at another step by now. Look at it again."),
    "busy": _("This import is being worked on. Wait until that is done, or cancel it."),
    "changed_since": _("%(count)s rows were changed since the import; nothing was undone."),
    "missing": _("There is no such import."),
}


def file_message(code: str, name: str, details: Mapping[str, Any]) -> Text:
    """Why a file was not taken; the code itself for one that has no text (a plugin's)."""
    values: dict[str, Any] = {"name": name, **{key: _plain(value) for key, value in details.items()}}
    if code == "too_large":
        values["limit"] = int(details["limit"]) // _MB
    return _filled(_FILES.get(code), code, values)


def row_message(rejection: Any, value: str | None = None) -> Text:
    """Why a row was not taken. ``rejection``: its row; ``value``: what stands for what stood there, where nobody may
    read it.
    """
    values = {
        "field": rejection.field or "?", "value": rejection.value if value is None else value,
        "most": _count(rejection.most), "length": _count(rejection.length),
    }  # fmt: skip
    return _filled(_ROWS.get(rejection.code), rejection.code, values)


def _count(number: int | None) -> str:
    """As people write it; rows that were refused before it was kept have none."""
    return "?" if number is None else format_decimal(number)


def run_message(code: str, details: Mapping[str, Any]) -> Text:
    """Why something cannot be done with a run."""
    return _filled(_RUNS.get(code), code, details)


def _filled(text: Any, code: str, values: Mapping[str, Any]) -> Text:
    if text is None:
        return code
    known = dict.fromkeys(("offset", "encoding", "sample", "found", "limit", "headings", "fields", "field", "layouts",
                           "value", "state", "count"), "?")  # fmt: skip
    return str(text) % {**known, **values}


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
