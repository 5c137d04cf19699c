# mypy: disable-error-code="no-untyped-call"
"""The shop's old list: a spreadsheet becomes drafts, with a report for each row."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField

from shopadmin.plugin_api import AdminView, MenuItem, RefusedError, platforms, read_table, show_problems
from shopadmin_buyer_labels import label_page, labels, permissions
from shopadmin_buyer_labels.domain import old_list
from shopadmin_buyer_labels.services import bringing_in
from shopadmin_buyer_labels.services.bringing_in import Outcome, Row

MOST_BYTES = 10 * 1024 * 1024


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
        page = self.render("shopadmin_buyer_labels/old_list.html", form=form, report=_report(found), known=known)
        return str(page), status

    def _bring_in(self, form: OldListForm) -> Sequence[Outcome]:
        file = form.file.data
        with file.stream:
            content = file.stream.read(MOST_BYTES + 1)
        rows = read_table(file.filename or "", content, bringing_in.MOST_ROWS)
        wanted = [Row(number, old_list.values_of(cells, form.platform.data or "")) for number, cells in rows]
        return bringing_in.bring_in(self.actor, wanted, "list")


def _report(found: Sequence[Outcome] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    made = [outcome for outcome in found if outcome.label_id is not None]
    return {
        "summary": ngettext("%(num)s draft was made.", "%(num)s drafts were made.", len(made)),
        "rows": [_line(outcome) for outcome in found],
        "url": url_for(f"{label_page.VIEW}.index_view", view="drafts"),
    }


def _line(outcome: Outcome) -> dict[str, Any]:
    if outcome.label_id is not None:
        url = url_for(f"{label_page.VIEW}.details_view", row_id=outcome.label_id)
        return {"number": outcome.number, "text": gettext("Label %(number)s", number=outcome.label_id), "url": url,
                "tone": "ok", "icon": "check-lg", "word": gettext("draft")}  # fmt: skip
    text = " ".join(str(problem.message) for problem in outcome.problems)
    if outcome.is_duplicate:
        return {"number": outcome.number, "text": text, "url": "", "tone": "neutral", "icon": "files",
                "word": gettext("duplicate")}  # fmt: skip
    return {"number": outcome.number, "text": text, "url": "", "tone": "danger", "icon": "x-circle",
            "word": gettext("refused")}  # fmt: skip
