# mypy: disable-error-code="no-untyped-call"
"""The table of quick replies: list, one reply, forms, files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import (
    Action,
    Actor,
    AdminListView,
    Column,
    Filter,
    ListSpec,
    MenuItem,
    MissingError,
    Pair,
    Sort,
    View,
    answer_form,
    attempt,
    parse_id,
    seen_version,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery import reply_labels as labels
from shopadmin_review_recovery.answer_views import own_language
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.labels import AREA, CAUSES
from shopadmin_review_recovery.models import ReviewQuickReply
from shopadmin_review_recovery.reply_forms import QuickReplyForm, UploadForm
from shopadmin_review_recovery.services import replies, reply_files

_ROW = ReviewQuickReply
_EDIT = ("create_view", "edit_view", "remove_view", "upload_view", "starter_view")


def _search(term: str, actor: Actor) -> Any:
    found = [_ROW.code, _ROW.title, _ROW.keywords, _ROW.body]
    return [column.icontains(term, autoescape=True) for column in found]


# Two lines for each reply, so that a phone shows many of them.
_SHOWN = (
    Column("title", _("Title"), "pair"),
    Column("purpose", _("What for"), "pair"),
    Column("uses", _("Sent"), "number"),
)


@cache
def _list(language: str) -> ListSpec:
    """The replies in the reader's own language stand first, those in another beside them."""
    others = [code for code in labels.LANGUAGES if code != language]
    tongues = [View(code, labels.LANGUAGES[code], (_ROW.language == code,)) for code in (language, *others)]
    return replace(_LIST, views=(*tongues, View("all", _("All"))))


_LIST = ListSpec(
    query=select(
        _ROW.id, _ROW.code, _ROW.language, _ROW.cause, _ROW.product_ref, _ROW.stage, _ROW.title, _ROW.keywords,
        _ROW.body, _ROW.note, _ROW.uses,
    ),
    id_column=_ROW.id,
    sorts=(
        Sort("code", _("Code"), (_ROW.code, _ROW.id), descending=False),
        Sort("uses", _("Most used first"), (_ROW.uses, _ROW.id)),
    ),
    filters=(
        Filter("cause", _("Problem"), lambda value: _ROW.cause == value, choices=tuple(CAUSES.items())),
        Filter("stage", _("Stage"), lambda value: _ROW.stage == value, choices=tuple(labels.STAGES.items())),
    ),
    search=_search,
)  # fmt: skip


class RepliesView(AdminListView):
    """Quick replies by product and problem."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "export": permissions.EDIT_REPLIES,
        **dict.fromkeys(_EDIT, permissions.EDIT_REPLIES),
    }
    menu_item = MenuItem("care", 35, "chat-left-text", group=AREA)
    title = _("Quick replies")
    # As a file, it is what the upload takes: every column by the name of its field.
    columns = (
        Column("title", _("Title"), export="title"),
        Column("code", _("Code"), "code", export="code"),
        Column("language", _("Language"), export="language"),
        Column("cause", _("Problem"), export="cause"),
        Column("product_ref", _("Product"), export="product_ref"),
        Column("stage", _("Stage"), export="stage"),
        Column("keywords", _("Keywords"), export="keywords"),
        Column("body", _("Text"), export="body"),
        Column("note", _("Note for the team"), export="note"),
        Column("uses", _("Sent"), "number", export="uses"),
    )
    empty_title = _("No quick replies yet")
    empty_text = _("Load the shipped ones, for ten problems in English and Chinese, and make them yours.")

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint="review_recovery_replies", url="/admin/review-recovery/replies")

    def visible_columns(self) -> list[Column]:
        """All of them in a file, on the page what tells replies apart."""
        return super().visible_columns() if request.endpoint == f"{self.endpoint}.export" else [*_SHOWN]

    @property
    def spec(self) -> ListSpec:  # type: ignore[override]
        """The list."""
        return _list(own_language())

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Codes in words. What was never sent says nothing of it."""
        return [
            {
                "id": row.id,
                "title": Pair(row.title, row.code),
                "purpose": Pair(f"{labels.cause_text(row.cause)} · {labels.STAGES[row.stage]}", row.product_ref),
                "uses": row.uses or None,
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """What may be done with the table."""
        gaps = Action(
            _("What is missing"), url_for("review_recovery_answers.index_view"), permissions.READ, method="GET"
        )
        if not self.actor.can(permissions.EDIT_REPLIES):
            return {"page_actions": [gaps]}
        starter = Action(
            _("Load the shipped replies"), url_for(".starter_view"), permissions.EDIT_REPLIES, icon="box-seam"
        )
        upload = Action(
            _("Upload a file"), url_for(".upload_view"), permissions.EDIT_REPLIES, method="GET", icon="upload"
        )
        return {
            "page_actions": [gaps, upload, starter],
            "empty": {"title": self.empty_title, "text": self.empty_text, "action": starter, "icon": "chat-left-text"},
            "create_url": url_for(".create_view"),
            "create_label": gettext("New reply"),
        }

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One reply, with examples for its variables."""
        row = _find(row_id)
        may_edit = self.actor.can(permissions.EDIT_REPLIES)
        page = self.render(
            "shopadmin_review_recovery/reply.html",
            row=row,
            example=templates.example(row.body, row.language),
            facts=[
                (_("Code"), row.code),
                (_("Language"), labels.LANGUAGES[row.language]),
                (_("Problem"), labels.cause_text(row.cause)),
                (_("Product"), row.product_ref or _("Any product")),
                (_("Stage"), labels.STAGES[row.stage]),
                (_("Keywords"), row.keywords),
                (_("Sent"), f"{row.uses:,}"),
            ],
            edit_url=url_for(".edit_view", row_id=row.id, version=row.version) if may_edit else "",
            back_url=self.address(),
            back_text=self.title,
        )
        return str(page)

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """A new one; the address may say what for."""
        wanted = {name: request.args.get(name, "") for name in ("cause", "product_ref", "language")}
        form = QuickReplyForm(**{name: value for name, value in wanted.items() if value})

        def save() -> tuple[str, Any]:
            row_id = replies.create(self.actor, form.draft())
            return url_for(".details_view", row_id=row_id), _("Saved.")

        return answer_form(self, form, save, title=_("New reply"), back_url=self.address(), back_text=self.title)

    @expose("/details/<row_id>/edit", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Change one."""
        row = _find(row_id)
        form = QuickReplyForm(**reply_files.values_of(row))

        def save() -> tuple[str, Any]:
            replies.edit(self.actor, row.id, form.draft(), seen_version())
            return url_for(".details_view", row_id=row.id), _("Saved.")

        return answer_form(
            self,
            form,
            save,
            title=row.title,
            back_url=url_for(".details_view", row_id=row.id),
            back_text=self.title,
            delete_url=url_for(".remove_view", row_id=row.id, version=row.version),
        )

    @expose("/details/<row_id>/delete", methods=["POST"])
    def remove_view(self, row_id: str) -> ResponseReturnValue:
        """Delete one; the answers that went out with it stay."""
        reply_id, version = _find(row_id).id, seen_version()
        status = attempt(lambda: replies.remove(self.actor, reply_id, version), _("The reply is deleted."))
        if status == 200:
            return redirect(self.address())
        return self.details_view(row_id), status

    @expose("/upload", methods=["GET", "POST"])
    def upload_view(self) -> ResponseReturnValue:
        """Bring in a file, whole or not at all."""
        form = UploadForm()

        def save() -> tuple[str, Any]:
            done = reply_files.bring_in(self.actor, form.file.data.read(reply_files.LARGEST + 1))
            said = _("%(added)s replies are new, %(changed)s changed.", added=done.added, changed=done.changed)
            return self.address(), said

        return answer_form(
            self,
            form,
            save,
            title=_("Upload a file"),
            subtitle=_("If one row is wrong, nothing of the file is kept."),
            submit_label=_("Upload"),
            back_url=self.address(),
            back_text=self.title,
        )

    @expose("/starter", methods=["POST"])
    def starter_view(self) -> ResponseReturnValue:
        """Add the shipped replies that are not there."""
        done = reply_files.load_starter(self.actor)
        flash(ngettext("%(num)s reply is new.", "%(num)s replies are new.", done.added), "success")
        return redirect(self.address())


def _find(row_id: str) -> ReviewQuickReply:
    try:
        return replies.find(parse_id(row_id))
    except MissingError:
        abort(404)
