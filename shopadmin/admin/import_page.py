"""What the pages of one import show of it, at the step it is at."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.services import jobs
from shopadmin.services.imports import layouts, questions, runs, undoing
from shopadmin.services.imports.messages import file_message, row_message

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


def files(report: runs.RunReport, may_run: bool) -> list[dict[str, Any]]:
    """What was found in each file; the questions that are open only for those who may answer them."""
    shown: dict[int, dict[str, Any]] = {}
    titles = {layout.name: layout.title for layout in layouts.formats()}
    for entry in report.files:
        file = shown.setdefault(entry.file_id, _file(report, entry, titles, may_run))
        if entry.kind:
            file["counts"].append({"kind": KINDS.get(entry.kind, entry.kind)} | entry.counts)
    return list(shown.values())


def _file(report: runs.RunReport, entry: runs.FileReport, titles: Mapping[str, Any], may_run: bool) -> dict[str, Any]:
    can_ask = may_run and (not entry.error or entry.error in questions.ANSWERABLE)
    return {
        "name": entry.name,
        "layout_title": titles.get(entry.layout) or entry.platform,
        "encoding": entry.encoding,
        "rows": entry.rows,
        "error": sentence(entry) if entry.error else None,
        "is_asked": bool(can_ask and entry.error),
        "change_url": url_for("imports.mapping_view", run_id=report.run_id, file=entry.file_id) if can_ask else None,
        "counts": [],
    }


def rejections(report: runs.RunReport, may_run: bool) -> dict[str, Any]:
    """Rows that were not taken; what stood in them only for those who could have brought the file."""
    rows = runs.rejections(report.run_id, SHOWN_REJECTIONS) if report.rejections else ()
    shown = [
        {
            "file": row.file,
            "row": row.row,
            "kind": KINDS.get(row.kind, row.kind),
            "reason": row_message(row, None if may_run else "…"),
            "field": row.field,
            "value": row.value if may_run else "",
        }
        for row in rows
    ]
    has_file = may_run and report.rejections and report.state in ("staged", "applied")
    return {
        "rejections": shown,
        "rejected_total": report.rejections,
        "rejected_url": url_for("imports.rejected_view", run_id=report.run_id) if has_file else None,
    }


def progress(report: runs.RunReport) -> dict[str, Any]:
    """How far the run is, or what became of it."""
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


def sentence(entry: runs.FileReport) -> str:
    """What is wrong with the file."""
    return str(file_message(entry.error, entry.name, entry.error_details))


def kept(row: undoing.ChangedRow) -> dict[str, Any]:
    """A row that stands in the way of an undo."""
    page = _PAGES.get(row.table)
    return {
        "kind": TABLES.get(row.table, row.table),
        "name": row.name or f"#{row.id}",
        "url": url_for(f"{page}.details_view", row_id=row.id) if page else None,
    }
