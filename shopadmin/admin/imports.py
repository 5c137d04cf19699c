# mypy: disable-error-code="no-untyped-call"
"""Imports: upload, questions, dry run, run, result, undo."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import MultipleFileField, SelectField
from wtforms.fields.choices import SelectChoice

from shopadmin.admin import import_page, import_questions
from shopadmin.admin.base import AdminView
from shopadmin.contract import MenuItem
from shopadmin.services import incidents, jobs, lists, settings
from shopadmin.services.imports import history, layouts, questions, rejected, runs, undoing, working
from shopadmin.services.imports.messages import file_message


class UploadForm(FlaskForm):
    """Files that belong together, and how to read them where that is known."""

    files = MultipleFileField(_("Files"))
    encoding = SelectField(_("Encoding"), default="")
    date_order = SelectField(
        _("Dates such as 05/03/2026 are"),
        default="",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.encoding.choices = [SelectChoice(value, label) for value, label in import_questions.encodings()]
        self.date_order.choices = [
            SelectChoice("", gettext("Ask when needed")),
            SelectChoice("dmy", gettext("day / month / year")),
            SelectChoice("mdy", gettext("month / day / year")),
        ]


class ImportsView(AdminView):
    """Everything about imports."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.imports:read",
        "upload_view": "core.imports:run",
        "run_view": "core.imports:read",
        "progress_view": "core.imports:read",
        "mapping_view": "core.imports:run",
        "apply_view": "core.imports:run",
        "discard_view": "core.imports:run",
        "cancel_view": "core.imports:run",
        "rejected_view": "core.imports:run",
        "undo_view": "core.imports:undo",
    }
    menu_item = MenuItem("manage", 30, "upload")

    def __init__(self) -> None:
        super().__init__(name=_("Imports"), endpoint="imports", url="/admin/imports")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Imports so far."""
        before = request.args.get("before")
        found = history.newest(lists.parse_id(before) if before else None)
        rows = [
            {name: getattr(run, name) for name in run.__slots__} | {"url": url_for(".run_view", run_id=run.id)}
            for run in found
        ]
        older = url_for(".index_view", before=found[-1].id) if len(found) == history.SHOWN else None
        upload_url = url_for(".upload_view") if self._may_run else None
        return self.render("admin/imports/index.html", runs=rows, upload_url=upload_url, older_url=older)

    @expose("/new", methods=["GET", "POST"])
    def upload_view(self) -> ResponseReturnValue:
        """Choose files; they are checked at once, nothing is written to the shop."""
        form, status = UploadForm(), 200
        if request.method == "POST" and form.validate():
            uploads = [runs.Upload(file.filename or "", file.stream) for file in form.files.data or () if file]
            options = {"encoding": form.encoding.data, "date_order": form.date_order.data}
            try:
                run_id = runs.create_run(self.actor, uploads, options)
            except runs.ImportRefusedError as refused:
                form.files.errors = (str(refused),)
                status = 400
            else:
                runs.start(self.actor, run_id, runs.CHECK)
                return redirect(url_for(".run_view", run_id=run_id))
        elif form.errors:
            status = 400
        page = self.render(
            "admin/imports/upload.html",
            form=form,
            platforms=[{"title": layout.title, **_how(layout.name)} for layout in layouts.formats()],
            back_url=url_for(".index_view"),
        )
        return page, status

    @expose("/<run_id>")
    def run_view(self, run_id: str) -> ResponseReturnValue:
        """The run at the step it is at: on its way, to be decided on, or finished."""
        report = self._report(run_id)
        if report.state == "staged" and not report.is_busy:
            open_file = self._first_question(report)
            if open_file is not None and all(file.error for file in report.files):
                return redirect(url_for(".mapping_view", run_id=report.run_id, file=open_file))
            return self._dry_run(report)
        may_stop = self._may_run and report.state in ("uploaded", "staging", "staged", "applying")
        may_undo = self.actor.can("core.imports:undo") and report.state == "applied"
        return self.render(
            "admin/imports/run.html",
            job=import_page.progress(report),
            state=report.state,
            files=", ".join(dict.fromkeys(file.name for file in report.files)),
            file_errors=[import_page.sentence(file) for file in report.files if file.error],
            poll_url=url_for(".progress_view", run_id=report.run_id),
            self_url=url_for(".run_view", run_id=report.run_id),
            cancel_url=url_for(".cancel_view", run_id=report.run_id) if may_stop else None,
            undo_url=url_for(".undo_view", run_id=report.run_id) if may_undo else None,
            back_url=url_for(".index_view"),
            **import_page.rejections(report, self._may_run),
        )

    @expose("/<run_id>/progress")
    def progress_view(self, run_id: str) -> ResponseReturnValue:
        """How far the run is, as a fragment."""
        return self.render("admin/progress.html", job=import_page.progress(self._report(run_id)))

    @expose("/<run_id>/mapping", methods=["GET", "POST"])
    def mapping_view(self, run_id: str) -> ResponseReturnValue:
        """What only a person can say of a file (``file`` in the address)."""
        report = self._report(run_id)
        named = request.args.get("file")
        file_id = lists.parse_id(named) if named else report.files[0].file_id if report.files else 0
        asked = questions.ask(report.run_id, file_id, request.values.get("kind", ""))
        if asked is None or report.state != "staged":
            abort(404)
        errors: list[str] = []
        status = 200
        # Another kind has other fields: the page comes again with those to choose from.
        if request.method == "POST" and request.form.get("shown_kind", asked.kind) == asked.kind:
            try:
                questions.answer(self.actor, report.run_id, file_id, import_questions.answers(asked))
                return redirect(url_for(".run_view", run_id=report.run_id))
            except questions.AnswerError as wrong:
                errors, status = [str(file_message(wrong.code, asked.name, wrong.details))], 400
        page = self.render(
            "admin/imports/mapping.html",
            **import_questions.context(asked),
            errors=errors,
            discard_url=url_for(".discard_view", run_id=report.run_id),
            back_url=url_for(".index_view"),
        )
        return page, status

    @expose("/<run_id>/apply", methods=["POST"])
    def apply_view(self, run_id: str) -> ResponseReturnValue:
        """Import what was checked."""
        runs.start(self.actor, self._report(run_id).run_id, runs.RUN)
        return redirect(url_for(".run_view", run_id=run_id))

    @expose("/<run_id>/discard", methods=["POST"])
    def discard_view(self, run_id: str) -> ResponseReturnValue:
        """Give the run up; nothing was written."""
        working.discard(self.actor, self._report(run_id).run_id)
        flash(gettext("The files were discarded. Nothing was changed."), "success")
        return redirect(url_for(".index_view"))

    @expose("/<run_id>/cancel", methods=["POST"])
    def cancel_view(self, run_id: str) -> ResponseReturnValue:
        """Stop at the next chunk and take back what was written."""
        report = self._report(run_id)
        if report.job_id is None or not jobs.request_cancel(self.actor, report.job_id):
            raise runs.ImportRefusedError("wrong_state")
        return redirect(url_for(".run_view", run_id=run_id))

    @expose("/<run_id>/rejected")
    def rejected_view(self, run_id: str) -> ResponseReturnValue:
        """The rows that were not taken, as a file."""
        report = self._report(run_id)
        path = rejected.file_of(report.run_id)
        if path is None and report.state == "staged":
            path = rejected.write_file(report.run_id)
        if path is None:
            abort(404)
        return send_file(path, as_attachment=True, download_name=f"import-{report.run_id}-{path.name}")

    @expose("/<run_id>/undo", methods=["GET", "POST"])
    def undo_view(self, run_id: str) -> ResponseReturnValue:
        """What an undo would do; a POST does it. Rows changed since refuse it, unless the address says force_rest."""
        report = self._report(run_id)
        status = 200
        if request.method == "POST":
            try:
                force_rest = request.args.get("force_rest") == "1"
                undoing.undo(self.actor, report.run_id, force_rest=force_rest, wake=True)
                return redirect(url_for(".run_view", run_id=run_id))
            except undoing.ChangedSinceError as refused:
                flash(str(refused), "error")
                plan, status = refused.plan, 409
        elif report.state != "applied":
            raise runs.ImportRefusedError("wrong_state")
        else:
            plan = undoing.plan(report.run_id)
        page = self.render(
            "admin/imports/undo.html",
            removed=plan.removed,
            restored=plan.restored,
            kept=[import_page.kept(row) for row in plan.kept],
            kept_total=plan.kept_total,
            undo_url=url_for(".undo_view", run_id=run_id, force_rest=1 if plan.kept_total else None),
            back_url=url_for(".run_view", run_id=run_id),
        )
        return page, status

    @property
    def _may_run(self) -> bool:
        return self.actor.can("core.imports:run")

    def _report(self, run_id: str) -> runs.RunReport:
        found = runs.report(lists.parse_id(run_id))
        if found is None:
            abort(404)
        return found

    def _first_question(self, report: runs.RunReport) -> int | None:
        """The first file that only waits for an answer, for those who may give it."""
        waiting = (file.file_id for file in report.files if file.error in questions.ANSWERABLE)
        return next(waiting, None) if self._may_run else None

    def _dry_run(self, report: runs.RunReport) -> str:
        page = self.render(
            "admin/imports/dry_run.html",
            files=import_page.files(report, self._may_run),
            total=report.totals,
            is_asked=self._first_question(report) is not None,
            run_url=url_for(".apply_view", run_id=report.run_id) if self._may_run else None,
            discard_url=url_for(".discard_view", run_id=report.run_id) if self._may_run else None,
            **import_page.rejections(report, self._may_run),
        )
        return str(page)


def _how(layout: str) -> dict[str, Any]:
    """What its headings do not say of a layout of ours: by column, and what may stand in one."""
    if layout != "shop.incidents":
        return {}
    kind = gettext("one of the words below; any other is shown as it stands, and is no kind that the shop knows.")
    cost = gettext(
        "in the shop's currency (%(currency)s), such as 12.50, whatever the order's is.",
        currency=settings.load().currency,
    )
    return {"columns": [("cost", cost), ("kind", kind)], "words": incidents.known_words()}
