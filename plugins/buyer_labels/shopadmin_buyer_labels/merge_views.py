# mypy: disable-error-code="no-untyped-call"
"""Merges and splits of buyers: said on a page, seen on one, and taken back there."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    BuyerId,
    Problem,
    account_names,
    answer_form,
    attempt,
    buyer_snapshots,
    db,
    parse_id,
)
from shopadmin_buyer_labels import people_panel, people_texts, permissions
from shopadmin_buyer_labels.models import BuyerMerge, BuyerSplit
from shopadmin_buyer_labels.people_forms import MergeForm, WhyForm
from shopadmin_buyer_labels.services import lookups, merging

VIEW = people_panel.MERGES


class MergesView(AdminView):
    """Who was said to be who; reached from the buyer's page."""

    permissions: ClassVar[Mapping[str, str]] = {
        "create_view": permissions.MERGE,
        "details_view": permissions.READ,
        "undo_view": permissions.MERGE,
        "split_view": permissions.MERGE,
        "undo_split_view": permissions.MERGE,
    }

    def __init__(self) -> None:
        # Flask-Admin wants every view to have a first page.
        self._default_view = "create_view"
        super().__init__(name=_("Merges"), endpoint=VIEW, url="/admin/buyer-labels/merges")

    @expose("/new/<buyer_id>", methods=["GET", "POST"])
    def create_view(self, buyer_id: str) -> ResponseReturnValue:
        """Say that the buyer is the same person as another one."""
        found, form = self._buyer(buyer_id), MergeForm()

        def save() -> tuple[str, Any]:
            other = merging.meant(self.actor, form.into_id.data or "")
            merge_id = merging.join(self.actor, found, other, form.why.data or "")
            return url_for(".details_view", row_id=merge_id), _("They are one person from now on.")

        return self._form(form, save, found, _("The same person as another buyer"), _("They are one person"))

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One merge."""
        return self._page(self._find(BuyerMerge, row_id))

    @expose("/details/<row_id>/undo", methods=["POST"])
    def undo_view(self, row_id: str) -> ResponseReturnValue:
        """Take it back: both are what they were."""
        row = self._find(BuyerMerge, row_id)
        merge_id = row.id
        status = attempt(lambda: merging.unmerge(self.actor, merge_id), _("The merge is taken back."))
        if status == 200:
            return redirect(url_for(".details_view", row_id=merge_id), 303)
        return self._page(self._find(BuyerMerge, row_id)), status

    @expose("/split/<buyer_id>", methods=["GET", "POST"])
    def split_view(self, buyer_id: str) -> ResponseReturnValue:
        """Say that the buyer is somebody else than those with the same identifiers."""
        found, form = self._buyer(buyer_id), WhyForm()

        def save() -> tuple[str, Any]:
            merging.split(self.actor, found, form.why.data or "")
            return people_panel.buyer_url(self.actor, found) or request.path, _("The buyer is a person apart.")

        refusal = people_texts.problem("split_already") if merging.is_split(found) else None
        return self._form(
            form, save, found, _("Somebody else than those with the same number"), _("Split off"), refusal
        )

    @expose("/split/<row_id>/undo", methods=["POST"])
    def undo_split_view(self, row_id: str) -> ResponseReturnValue:
        """Take a split back."""
        row = self._find(BuyerSplit, row_id)
        split_id, buyer_id = row.id, row.buyer_id
        attempt(lambda: merging.unsplit(self.actor, split_id), _("The split is taken back."))
        return redirect(people_panel.buyer_url(self.actor, buyer_id) or url_for("admin.index"), 303)

    def _find(self, model: Any, row_id: str) -> Any:
        found = db.session().get(model, parse_id(row_id))
        if found is None:
            abort(404)
        return found

    def _buyer(self, buyer_id: str) -> int:
        found = parse_id(buyer_id)
        if not buyer_snapshots(self.actor, [found]):
            abort(404)
        return found

    def _form(
        self, form: Any, save: Callable[[], tuple[str, Any]], buyer_id: int, title: Any, button: Any,
        not_now: Problem | None = None,
    ) -> ResponseReturnValue:  # fmt: skip
        name = buyer_snapshots(self.actor, [buyer_id])[BuyerId(buyer_id)].name
        return answer_form(
            self, form, save, title=title, submit_label=button,
            subtitle=_("%(name)s, buyer %(number)s", name=name, number=buyer_id),
            back_url=people_panel.buyer_url(self.actor, buyer_id), back_text=_("Buyer"), not_now=not_now,
        )  # fmt: skip

    def _page(self, row: BuyerMerge) -> str:
        both = (row.buyer_id, row.into_id)
        lookups.saw(self.actor, "merge", both)
        names: Mapping[Any, str] = account_names([each for each in (row.made_by, row.ended_by) if each])
        may_undo = row.ended_at is None and self.actor.can(permissions.MERGE)
        return str(
            self.render(
                "shopadmin_buyer_labels/merge.html",
                row=row,
                people=people_panel.people(self.actor, both),
                made_by=names.get(row.made_by, ""),
                ended_by=names.get(row.ended_by, ""),
                undo_url=url_for(".undo_view", row_id=row.id) if may_undo else "",
                back_url=people_panel.buyer_url(self.actor, row.into_id),
                back_text=_("Buyer"),
            )
        )
