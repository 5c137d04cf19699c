# mypy: disable-error-code="no-untyped-call"
"""The shop's old list: a spreadsheet becomes drafts, with a report for each row."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField

from shopadmin.plugin_api import (
    AdminView,
    MenuItem,
    Problem,
    RefusedError,
    platforms,
    read_table,
    refused_table,
    show_problems,
)
from shopadmin_buyer_labels import label_page, labels, permissions
from shopadmin_buyer_labels.domain import old_list
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.services import bringing_in
from shopadmin_buyer_labels.services.bringing_in import Outcome, Row

MOST_BYTES = 10 * 1024 * 1024
# Headings that each row needs, as the refusal names them.
_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "who": ("手机号", "phone", "email", "account"), "code": ("类型", "reason"), "happened_on": ("日期", "date"),
}  # fmt: skip
_SHOWN = 200
# Headings of the file of refused rows that no list has.
ADDED = (_("Row of the list"), _("Why it was refused"))
# What stood in a row, by heading.
Cells = Mapping[str, str]


class OldListForm(FlaskForm):
    """A spreadsheet, and whose account names stand in it."""

    file = FileField(
        _("Spreadsheet"), [FileRequired()],
        description=_(
            "XLSX or CSV with headings, such as 手机号, 类型, 日期, 备注. A row needs a phone, e-mail or account."
        ),
        render_kw={"accept": ".xlsx,.csv,.tsv,.txt"},
    )  # fmt: skip
    platform = SelectField(
        _("Platform of the account names"), default="taobao",
        choices=[SelectChoice("", "–"), *(SelectChoice(code, name) for code, name in platforms().items())],  # type: ignore[arg-type]
        description=_("Where the list has a column 平台 or “platform”, that counts."),
    )  # fmt: skip


class OldListView(AdminView):
    """Bring in the old list."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.PROPOSE}
    menu_item = MenuItem("care", 44, "tags", group=labels.AREA)

    def __init__(self) -> None:
        super().__init__(name=_("Old list"), endpoint="buyer_labels_old_list", url="/admin/buyer-labels/old-list")

    @expose("/", methods=["GET", "POST"])
    def index_view(self) -> ResponseReturnValue:
        """The form; after it the report."""
        form, found, status = OldListForm(), None, 200
        if request.method == "POST":
            status = 400
            if form.validate():
                try:
                    found, status = self._bring_in(form), 200
                except RefusedError as refused:
                    show_problems(form, refused.problems)
        known = [(labels.CODES[code], "、".join(words)) for code, words in old_list.WORDS.items()]
        report = _report(*found) if found is not None else None
        page = self.render("shopadmin_buyer_labels/old_list.html", form=form, report=report, known=known)
        return str(page), status

    def _bring_in(self, form: OldListForm) -> tuple[Sequence[tuple[Row, Outcome]], Sequence[Cells]]:
        """What became of each row, and what stood in it."""
        file = form.file.data
        with file.stream:
            content = file.stream.read(MOST_BYTES + 1)
        rows = read_table(file.filename or "", content, bringing_in.MOST_ROWS)
        if rows and (lacks := old_list.lacking(rows[0][1])):
            raise RefusedError(_headings(lacks, rows[0][1]))
        wanted = [Row(number, old_list.values_of(cells, form.platform.data or "")) for number, cells in rows]
        outcomes = bringing_in.bring_in(self.actor, wanted, "list")
        return list(zip(wanted, outcomes, strict=True)), [cells for _number, cells in rows]


def _headings(lacks: Sequence[str], found: Iterable[str]) -> Problem:
    known = "、".join(" / ".join(_EXAMPLES[what]) for what in lacks)
    return problem("headings", "file", known=known, headings="、".join(found)[:_SHOWN])


def _report(found: Sequence[tuple[Row, Outcome]], cells: Sequence[Cells]) -> dict[str, Any]:
    made = [outcome for _row, outcome in found if outcome.label_id is not None]
    refused = [
        (outcome.number, _why(outcome), stood)
        for (_row, outcome), stood in zip(found, cells, strict=True)
        if outcome.label_id is None and not outcome.is_duplicate
    ]
    return {
        "summary": ngettext("%(num)s draft was made.", "%(num)s drafts were made.", len(made)),
        "refused": ngettext("%(num)s row was refused.", "%(num)s rows were refused.", len(refused)) if refused else "",
        "rows": [_line(outcome) | {"who": _who(row)} for row, outcome in found],
        "url": url_for(f"{label_page.VIEW}.index_view", view="drafts"),
        "file_url": _file(refused) if refused else "",
    }


def _why(outcome: Outcome) -> str:
    return " ".join(str(problem.message) for problem in outcome.problems)


def _file(refused: Sequence[tuple[int, str, Cells]]) -> str:
    """The refused rows as an address that is the file itself: people's phones are kept nowhere for it."""
    content = refused_table(ADDED, refused)
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(content).decode()}"


def _who(row: Row) -> str:
    """By what whoever brought the list finds the row again: its name or account, and the end of its phone."""
    said = {each["kind"]: each["value"] for each in row.values["identifiers"]}
    end = f"…{said['phone'][-4:]}" if said.get("phone") else ""
    return " · ".join(filter(None, (row.values["name"] or said.get("nick", ""), end)))


def _line(outcome: Outcome) -> dict[str, Any]:
    if outcome.label_id is not None:
        url = url_for(f"{label_page.VIEW}.details_view", row_id=outcome.label_id)
        return {"number": outcome.number, "text": gettext("Label %(number)s", number=outcome.label_id), "url": url,
                "tone": "ok", "icon": "check-lg", "word": gettext("draft")}  # fmt: skip
    text = _why(outcome)
    if outcome.is_duplicate:
        return {"number": outcome.number, "text": text, "url": "", "tone": "neutral", "icon": "files",
                "word": gettext("duplicate")}  # fmt: skip
    return {"number": outcome.number, "text": text, "url": "", "tone": "danger", "icon": "x-circle",
            "word": gettext("refused")}  # fmt: skip
