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

from shopadmin.admin.base import AdminView
from shopadmin.contract import MenuItem
from shopadmin.platforms import mapped
from shopadmin.platforms.decoding import ENCODINGS
from shopadmin.platforms.names import field_name
from shopadmin.services import jobs, lists
from shopadmin.services.imports import history, questions, reading, rejected, runs, undoing, working
from shopadmin.services.imports.messages import file_message, row_message
from shopadmin.services.orders import STATUS_LABELS

SHOWN_REJECTIONS = 50
KINDS = {
    "orders": _("Orders"), "order_lines": _("Order lines"), "payments": _("Payments"), "buyers": _("Buyers"),
    "products": _("Products"), "sellers": _("Suppliers"), "categories": _("Categories"), "reviews": _("Reviews"),
    "incidents": _("Incidents"), "identifiers": _("Contact data"), "shipments": _("Shipments"),
}  # fmt: skip
TABLES = {
    "category": _("Category"), "seller": _("Supplier"), "product": _("Product"), "buyer": _("Buyer"),
    "buyer_identifier": _("Contact data"), "shop_order": _("Order"), "order_line": _("Order line"),
    "payment": _("Payment"), "shipment": _("Shipment"), "review": _("Review"), "incident": _("Incident"),
    "review_reply": _("Reply"),
}  # fmt: skip
_TITLES = {"": _("Reading the files"), "linking": _("Joining orders, buyers and reviews"), "undoing": _("Taking back")}
_OVER = {
    "applied": _("Imported"), "cancelled": _("Cancelled: nothing was changed"), "undone": _("Taken back"),
    "failed": _("Failed"),
}  # fmt: skip
_PAGES = {"shop_order": "orders", "buyer": "buyers", "review": "reviews", "product": "products"}


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
        self.encoding.choices = [SelectChoice(value, label) for value, label in encodings()]
        self.date_order.choices = [
            SelectChoice("", gettext("Ask when needed")),
            SelectChoice("dmy", gettext("day / month / year")),
            SelectChoice("mdy", gettext("month / day / year")),
        ]


def encodings() -> list[tuple[str, str]]:
    """What a person may choose from; nothing chosen means that it is found out."""
    return [("", gettext("Find out")), *((name, name.upper()) for name in ENCODINGS)]


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
            platforms=[{"title": layout.title, "how": ""} for layout in reading.formats()],
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
            job=self._progress(report),
            state=report.state,
            files=", ".join(dict.fromkeys(file.name for file in report.files)),
            file_errors=[_sentence(file) for file in report.files if file.error],
            poll_url=url_for(".progress_view", run_id=report.run_id),
            self_url=url_for(".run_view", run_id=report.run_id),
            cancel_url=url_for(".cancel_view", run_id=report.run_id) if may_stop else None,
            undo_url=url_for(".undo_view", run_id=report.run_id) if may_undo else None,
            back_url=url_for(".index_view"),
            **self._rejections(report),
        )

    @expose("/<run_id>/progress")
    def progress_view(self, run_id: str) -> ResponseReturnValue:
        """How far the run is, as a fragment."""
        return self.render("admin/progress.html", job=self._progress(self._report(run_id)))

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
                questions.answer(self.actor, report.run_id, file_id, _answers(asked))
                return redirect(url_for(".run_view", run_id=report.run_id))
            except questions.AnswerError as wrong:
                errors, status = [str(file_message(wrong.code, asked.name, wrong.details))], 400
        return self._mapping_page(report, asked, errors), status

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
            kept=[_kept(row) for row in plan.kept],
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
        files: dict[int, dict[str, Any]] = {}
        titles = {layout.name: layout.title for layout in reading.formats()}
        for entry in report.files:
            shown = files.setdefault(entry.file_id, self._file(report, entry, titles))
            if entry.kind:
                shown["counts"].append({"kind": KINDS.get(entry.kind, entry.kind)} | entry.counts)
        page = self.render(
            "admin/imports/dry_run.html",
            files=list(files.values()),
            total=report.totals,
            is_asked=self._first_question(report) is not None,
            run_url=url_for(".apply_view", run_id=report.run_id) if self._may_run else None,
            discard_url=url_for(".discard_view", run_id=report.run_id) if self._may_run else None,
            **self._rejections(report),
        )
        return str(page)

    def _file(self, report: runs.RunReport, entry: runs.FileReport, titles: Mapping[str, Any]) -> dict[str, Any]:
        can_ask = self._may_run and (not entry.error or entry.error in questions.ANSWERABLE)
        return {
            "name": entry.name,
            "layout_title": titles.get(entry.layout) or entry.platform,
            "encoding": entry.encoding,
            "rows": entry.rows,
            "error": _sentence(entry) if entry.error else None,
            "is_asked": bool(can_ask and entry.error),
            "change_url": url_for(".mapping_view", run_id=report.run_id, file=entry.file_id) if can_ask else None,
            "counts": [],
        }

    def _rejections(self, report: runs.RunReport) -> dict[str, Any]:
        """Rows that were not taken; what stood in them only for those who could have brought the file."""
        rows = runs.rejections(report.run_id, SHOWN_REJECTIONS) if report.rejections else ()
        shown = [
            {
                "file": row.file,
                "row": row.row,
                "kind": KINDS.get(row.kind, row.kind),
                "reason": row_message(row, None if self._may_run else "…"),
                "field": row.field,
                "value": row.value if self._may_run else "",
            }
            for row in rows
        ]
        has_file = self._may_run and report.rejections and report.state in ("staged", "applied")
        return {
            "rejections": shown,
            "rejected_total": report.rejections,
            "rejected_url": url_for(".rejected_view", run_id=report.run_id) if has_file else None,
        }

    def _progress(self, report: runs.RunReport) -> dict[str, Any]:
        job = jobs.show(report.job_id) if report.job_id else None
        phase = job.phase if job else ""
        totals = report.totals
        counts = [
            (gettext("new"), totals["new"], ""),
            (gettext("updated"), totals["updated"], ""),
            (gettext("unchanged"), totals["unchanged"], ""),
            (gettext("twice in the files"), totals["duplicates"], ""),
            (gettext("rejected"), totals["rejected"], "danger" if totals["rejected"] else ""),
        ]
        failed = gettext("The import stopped because of a fault: %(error)s", error=report.error) if report.error else ""
        return {
            "title": _OVER.get(report.state) or KINDS.get(phase) or _TITLES.get(phase, phase),
            "done": job.done if job else 0,
            "total": job.total if job else None,
            "counts": counts,
            "finished": report.state in _OVER or not report.is_busy,
            "failed": failed,
        }

    def _mapping_page(self, report: runs.RunReport, asked: questions.Questions, errors: list[str]) -> str:
        kind = asked.kind if asked.kind in mapped.KINDS else mapped.KINDS[0]
        statuses = [
            {"text": text, "count": count, "chosen": chosen, "index": index}
            for index, (text, count, chosen) in enumerate(asked.statuses)
        ]
        page = self.render(
            "admin/imports/mapping.html",
            file={"name": asked.name, "rows": asked.rows, "encoding": asked.encoding},
            encodings=encodings(),
            columns=asked.columns,
            fields=[("", gettext("Leave out")), *((name, field_name(name)) for name in mapped.FIELDS[kind])],
            kinds=[(name, KINDS[name]) for name in mapped.KINDS],
            kind=kind,
            platform=asked.platform,
            dates={"samples": asked.dates, "chosen": asked.date_order} if asked.dates else None,
            statuses=statuses,
            status_choices=[
                ("", gettext("Reject these rows")),
                *((str(code), label) for code, label in STATUS_LABELS.items()),
            ],
            errors=errors,
            discard_url=url_for(".discard_view", run_id=report.run_id),
            back_url=url_for(".index_view"),
        )
        return str(page)


def _sentence(entry: runs.FileReport) -> str:
    return str(file_message(entry.error, entry.name, entry.error_details))


def _kept(row: undoing.ChangedRow) -> dict[str, Any]:
    page = _PAGES.get(row.table)
    return {
        "kind": TABLES.get(row.table, row.table),
        "name": row.name or f"#{row.id}",
        "url": url_for(f"{page}.details_view", row_id=row.id) if page else None,
    }


def _answers(asked: questions.Questions) -> dict[str, Any]:
    """The form of the mapping page."""
    form = request.form
    chosen = {column.heading: form.get(f"column-{index}", "") for index, column in enumerate(asked.columns)}
    statuses = {text: form.get(f"status-{index}", "") for index, (text, _count, _old) in enumerate(asked.statuses)}
    answers: dict[str, Any] = {
        "encoding": form.get("encoding", ""),
        "date_order": form.get("date_order", ""),
        "statuses": {text: status for text, status in statuses.items() if status},
    }
    columns = {heading: name for heading, name in chosen.items() if name}
    if asked.columns:
        answers |= {
            "headings": [column.heading for column in asked.columns],
            "kind": form.get("kind", ""),
            "platform": form.get("platform", "").strip().lower(),
            "columns": columns,
        }
    return answers
