# mypy: disable-error-code="no-untyped-call"
"""What nobody is known by: the list, adding to it, and what many people share and is not on it yet."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select

from shopadmin.plugin_api import (
    Actor,
    AdminListView,
    Badge,
    Column,
    ListSpec,
    MenuItem,
    Pair,
    Sort,
    View,
    account_names,
    answer_form,
    attempt,
    db,
    parse_id,
)
from shopadmin_buyer_labels import labels, people_texts, permissions
from shopadmin_buyer_labels.domain.never_match import OWN
from shopadmin_buyer_labels.models import NeverMatch
from shopadmin_buyer_labels.people_forms import NeverMatchForm
from shopadmin_buyer_labels.services import never_match, sharing

_ROW = NeverMatch


def _search(term: str, actor: Actor) -> ColumnElement[bool]:
    """Whether an identifier is on the list: as a whole, as only its hash is kept."""
    return _ROW.hash.in_(never_match.hashes_of(term))


SPEC = ListSpec(
    query=select(_ROW.id, _ROW.kind, _ROW.hint, _ROW.cause, _ROW.added_at, _ROW.added_by, _ROW.ended_at, _ROW.ended_by),
    id_column=_ROW.id,
    sorts=(Sort("newest", _("Newest first"), (_ROW.id,)),),
    search=_search,
    views=(
        View("stands", _("On the list"), (_ROW.ended_at.is_(None),)),
        View("over", _("Taken off"), (_ROW.ended_at.is_not(None),)),
    ),
)


class NeverMatchView(AdminListView):
    """Pickup points, lockers, hotels and their like: whoever shares one is not one person for it."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "shared_view": permissions.READ,
        "create_view": permissions.MERGE,
        "end_view": permissions.MERGE,
        "put_view": permissions.MERGE,
    }
    menu_item = MenuItem("care", 45, "signpost-split", group=labels.AREA)
    spec = SPEC
    list_template = "shopadmin_buyer_labels/never_match_list.html"
    title = _("Never match")
    columns = (
        Column("what", _("What"), "pair"),
        Column("why", _("Why nobody is known by it")),
        Column("added_at", _("Added"), "time"),
        Column("who", _("Added by")),
    )
    empty_title = _("Nothing is on the list yet")
    empty_text = _(
        "Put pickup points, lockers, forwarders, dormitories, hotels and the shop's own contacts here: whoever shares"
        " one is not one person for it."
    )

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint="buyer_labels_never_match", url="/admin/buyer-labels/never-match")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Words for codes, and who added it."""
        names: Mapping[Any, str] = account_names([row.added_by for row in rows if row.added_by])
        return [
            row._asdict()
            | {
                "what": Pair(row.hint, str(people_texts.LISTED_KINDS[row.kind])),
                "why": people_texts.CAUSES[row.cause],
                "who": names.get(row.added_by, "") if row.added_by else _("the program"),
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """Those who may add; what many share is counted after the page is there."""
        may = self.actor.can(permissions.MERGE)
        adding = {"create_url": url_for(".create_view"), "create_label": _("Add to the list")} if may else {}
        shows = request.args.get("view", "stands") == "stands"
        return adding | {"shared_url": url_for(".shared_view") if shows else ""}

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One entry."""
        return self._page(parse_id(row_id))

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """Add one or several."""
        form = NeverMatchForm()

        def save() -> tuple[str, Any]:
            lines = (form.value.data or "").splitlines()
            added = never_match.add_lines(self.actor, form.kind.data, lines, form.cause.data)
            return self.address(), ngettext("%(num)s entry was added.", "%(num)s entries were added.", added)

        return answer_form(
            self, form, save, title=_("Add to the list"), submit_label=_("Add to the list"), back_url=self.address(),
            back_text=self.title,
            subtitle=_("Each is kept as a keyed hash, with as little of it as tells two entries apart."),
        )  # fmt: skip

    @expose("/details/<row_id>/end", methods=["POST"])
    def end_view(self, row_id: str) -> ResponseReturnValue:
        """Take an entry off."""
        entry = parse_id(row_id)
        status = attempt(lambda: never_match.end(self.actor, entry), _("It is off the list."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=entry), 303)
        return self._page(entry), status

    @expose("/shared/fragment")
    def shared_view(self) -> ResponseReturnValue:
        """What ten people or more share: a part of the list's page that comes after it."""
        return self.render(
            "shopadmin_buyer_labels/shared.html",
            rows=[
                {
                    "row": row,
                    "kind": people_texts.LISTED_KINDS[row.kind],
                    "url": url_for(".put_view", row_id=row.key_id),
                }
                for row in sharing.shared()
            ],
            causes=[(code, text) for code, text in people_texts.CAUSES.items() if code != OWN],
            may=self.actor.can(permissions.MERGE),
        )

    @expose("/shared/<row_id>", methods=["POST"])
    def put_view(self, row_id: str) -> ResponseReturnValue:
        """Put on the list what many people share."""
        key_id, cause = parse_id(row_id), request.form.get("cause", "")
        attempt(lambda: sharing.put_on_list(self.actor, key_id, cause), _("It is on the list."))
        return redirect(self.address(), 303)

    def _page(self, entry: int) -> str:
        row = db.session().get(NeverMatch, entry)
        if row is None:
            abort(404)
        names: Mapping[Any, str] = account_names([each for each in (row.added_by, row.ended_by) if each])
        is_kept = row.cause == OWN and row.added_by is None
        may_end = row.ended_at is None and not is_kept and self.actor.can(permissions.MERGE)
        return str(
            self.render(
                "shopadmin_buyer_labels/never_match.html",
                row=row,
                kind=people_texts.LISTED_KINDS[row.kind],
                cause=people_texts.CAUSES[row.cause],  # type: ignore[index]
                mark=Badge(_("Taken off"), "neutral", "x-circle")
                if row.ended_at
                else Badge(_("On the list"), "ok", "check-lg"),
                added_by=names.get(row.added_by, "") if row.added_by else _("the program"),
                ended_by=names.get(row.ended_by, ""),
                is_kept=is_kept,
                end_url=url_for(".end_view", row_id=row.id) if may_end else "",
                back_url=self.address(),
                back_text=self.title,
            )
        )
