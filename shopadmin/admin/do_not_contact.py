# mypy: disable-error-code="no-untyped-call"
"""Who must not be contacted: the list, the form that adds somebody, and the owner's way to lift an entry."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from shopadmin.admin import pages
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem
from shopadmin.platforms.names import platforms
from shopadmin.services import lists
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.messages import blocks, listing

READ, BLOCK = "core.contact:read", "core.contact:block"
WHYS: list[Any] = [SelectChoice(code, cast(str, label)) for code, label in blocks.WHYS.items()]
_KINDS: list[Any] = [SelectChoice(code, cast(str, label)) for code, label in blocks.KINDS.items()]


class BlockForm(FlaskForm):
    """Whom to leave alone."""

    kind = SelectField(_("What it is"), choices=_KINDS)
    value = StringField(
        _("Phone, e-mail or account name"), [InputRequired(), Length(max=200)],
        description=_("Kept as a keyed hash: it is found again, and cannot be read."),
    )  # fmt: skip
    platform = SelectField(_("Platform"), description=_("Of an account name."))
    why = SelectField(_("Why"), choices=WHYS)
    note = TextAreaField(_("Note"), [Length(max=blocks.LONGEST_NOTE)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        found = [SelectChoice(code, str(name)) for code, name in platforms().items()]
        self.platform.choices = [SelectChoice("", "–"), *found]


class DoNotContactView(AdminListView):
    """The list, an entry, and the form."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": READ,
        "details_view": READ,
        "create_view": BLOCK,
        "lift": blocks.LIFT,
    }
    menu_item = MenuItem("care", 50, "person-slash")
    spec = listing.ENTRIES
    title = _("Do not contact")
    columns = (
        Column("hint", _("Entry"), "code"),
        Column("kind", _("Kind")),
        Column("why", _("Why")),
        Column("note", _("Note")),
        Column("blocked_at", lazy_pgettext("do not contact", "Since"), "time"),
        Column("lifted_at", _("Lifted"), "time"),
    )
    empty_title = _("Everybody may be contacted")
    empty_text = _("Nobody has asked to be left alone.")

    def __init__(self) -> None:
        super().__init__(name=_("Do not contact"), endpoint="do_not_contact", url="/admin/do-not-contact")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Kinds and reasons in words."""
        return [_shown(row) for row in rows]

    def list_context(self) -> dict[str, Any]:
        """Those who may add an entry find the button."""
        if not self.actor.can(BLOCK):
            return {}
        return {"create_url": url_for(".create_view"), "create_label": _("Add somebody")}

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One entry; the owner may lift it."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/lift", methods=["POST"])
    def lift(self, row_id: str) -> ResponseReturnValue:
        """Let the shop contact them again."""
        entry_id = lists.parse_id(row_id)
        reason = request.form.get("reason", "")
        status = pages.attempt(lambda: blocks.lift(self.actor, entry_id, reason), _("The entry is lifted."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=entry_id))
        return self._page(entry_id), status

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """The form, and what it sends."""
        form = BlockForm()
        if request.method == "GET":
            return self._form_page(form)
        if not form.validate():
            return self._form_page(form), 400
        try:
            added = blocks.block(
                self.actor, form.kind.data, form.value.data, form.why.data, form.note.data or "", form.platform.data
            )
        except RefusedError as refused:
            for problem in refused.problems:
                form[problem.field].errors = [str(problem.message)]
            return self._form_page(form), 400
        flash(str(_("Nobody writes there any more.") if added else _("It stood in the list already.")), "success")
        return redirect(self.address())

    def _form_page(self, form: BlockForm) -> str:
        title, back = _("Leave somebody alone"), self.address()
        return str(self.render("admin/model/form.html", title=title, form=form, back_url=back, back_text=self.title))

    def _page(self, entry_id: int) -> str:
        row = lists.fetch_one(self.spec, self.actor, entry_id)
        if row is None:
            abort(404)
        can_lift = row.lifted_at is None and self.actor.can(blocks.LIFT)
        return str(
            self.render(
                "admin/messages/entry.html",
                view=self,
                entry=_shown(row),
                lift_url=url_for(".lift", row_id=entry_id) if can_lift else None,
                back_url=self.address(),
            )
        )


def _shown(row: Any) -> dict[str, Any]:
    shown: dict[str, Any] = row._asdict()
    return shown | {"kind": blocks.KINDS[row.kind], "why": blocks.WHYS[row.why]}
