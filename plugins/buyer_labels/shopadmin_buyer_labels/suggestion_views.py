# mypy: disable-error-code="no-untyped-call"
"""Perhaps the same person: the list, the two side by side, and what somebody says of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, or_, select

from shopadmin.plugin_api import (
    Actor,
    AdminListView,
    Badge,
    BuyerId,
    Column,
    ListSpec,
    MaskedBuyer,
    MenuItem,
    MissingError,
    Pair,
    Sort,
    View,
    account_names,
    attempt,
    buyer_snapshots,
    buyers_found,
    masked_buyers,
    parse_id,
    platform_name,
)
from shopadmin_buyer_labels import labels, people_panel, people_texts, permissions
from shopadmin_buyer_labels.models import MatchSuggestion
from shopadmin_buyer_labels.people_forms import WhyForm
from shopadmin_buyer_labels.services import lookups, reading, suggestions
from shopadmin_buyer_labels.services.people import same_people

_ROW = MatchSuggestion
_MARKS: Mapping[str, Badge] = {
    "": Badge(_("To decide"), "warn", "question-circle"),
    "merged": Badge(_("One person"), "info", "people"),
    "other": Badge(_("Two people"), "neutral", "person-x"),
}
# What is compared, and the reasons by which it agrees.
_COMPARED: Sequence[tuple[Any, str, frozenset[str]]] = (
    (_("Name of the buyer"), "names", frozenset({"name_alike", "same_nick"})),
    (_("Phone"), "phones", frozenset({"same_tail", "same_fixed"})),
    (_("E-mail"), "emails", frozenset()),
    (_("Account"), "accounts", frozenset()),
    (_("Address"), "addresses", frozenset({"address_alike"})),
)


def _search(term: str, actor: Actor) -> ColumnElement[bool]:
    """Pairs of a buyer by number, or of those whom the core's own search finds; suggestions are few."""
    columns = (_ROW.buyer_id, _ROW.other_id)
    places: list[ColumnElement[bool]] = [each.in_(found) for found in buyers_found(actor, term) for each in columns]
    number = term.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        places += [each == int(number) for each in columns]
    return or_(_ROW.id.is_(None), *places)


SPEC = ListSpec(
    query=select(_ROW.id, _ROW.buyer_id, _ROW.other_id, _ROW.score, _ROW.reasons, _ROW.found_at, _ROW.decision),
    id_column=_ROW.id,
    sorts=(
        Sort("likely", _("Most alike first"), (_ROW.score, _ROW.id)),
        Sort("newest", _("Newest first"), (_ROW.found_at, _ROW.id)),
    ),
    search=_search,
    views=(
        View("open", _("To decide"), (_ROW.decision == "",), "likely"),
        View("merged", _("One person"), (_ROW.decision == "merged",), "newest"),
        View("other", _("Two people"), (_ROW.decision == "other",), "newest"),
    ),
)


class SuggestionsView(AdminListView):
    """Pairs of which one is labelled; nobody is held for a suggestion."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "same_view": permissions.MERGE,
        "apart_view": permissions.MERGE,
        "again_view": permissions.MERGE,
    }
    menu_item = MenuItem("care", 44, "people", group=labels.AREA)
    spec = SPEC
    list_template = "shopadmin_buyer_labels/people_list.html"
    title = _("Perhaps the same person")
    columns = (
        Column("one", _("Buyer"), "pair"),
        Column("other", _("Perhaps also"), "pair"),
        Column("why", _("What agrees")),
        Column("labels", _("Labels"), "badges"),
        Column("found_at", _("Found"), "time"),
        Column("mark", _("State"), "badge"),
    )
    empty_title = _("Nobody looks like a labelled buyer")
    empty_text = _(
        "The program looks after imports and every night. Until somebody decides, a suggestion marks an order at the"
        " most."
    )

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint=people_panel.SUGGESTIONS, url="/admin/buyer-labels/suggestions")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Names and labels: a question each for the page."""
        ids = [each for row in rows for each in (row.buyer_id, row.other_id)]
        known, theirs = buyer_snapshots(self.actor, ids), reading.labels_of(ids, datetime.now(UTC))
        lookups.saw_list(self.actor, "suggestions", ids)

        def shown(buyer_id: int) -> Pair:
            buyer = known.get(BuyerId(buyer_id))
            note = f"#{buyer_id}" + (f" · {platform_name(buyer.platform)}" if buyer else "")
            return Pair(people_panel.name_of(buyer, buyer_id), note)

        return [
            row._asdict()
            | {
                "one": shown(row.buyer_id),
                "other": shown(row.other_id),
                "why": " · ".join(
                    str(people_texts.REASONS[each]) for each in row.reasons if each in people_texts.REASONS
                ),
                "labels": [
                    labels.code_badge(label.code, label.status)
                    for each in (row.buyer_id, row.other_id)
                    for label in theirs.get(each, ())
                ],
                "mark": _MARKS[row.decision],
            }
            for row in rows
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The two side by side."""
        return self._page(parse_id(row_id), WhyForm(formdata=None))

    @expose("/details/<row_id>/same", methods=["POST"])
    def same_view(self, row_id: str) -> ResponseReturnValue:
        """They are one person."""
        form = WhyForm()
        return self._act(
            row_id, form, lambda found: suggestions.same(self.actor, found, form.why.data or ""),
            _("They are one person from now on. The merge can be taken back."),
        )  # fmt: skip

    @expose("/details/<row_id>/apart", methods=["POST"])
    def apart_view(self, row_id: str) -> ResponseReturnValue:
        """They are two people."""
        return self._act(
            row_id, None, lambda found: suggestions.told_apart(self.actor, found),
            _("They are two people. They are not suggested again."),
        )  # fmt: skip

    @expose("/details/<row_id>/again", methods=["POST"])
    def again_view(self, row_id: str) -> ResponseReturnValue:
        """Open it again."""
        return self._act(row_id, None, lambda found: suggestions.ask_again(self.actor, found), _("It is open again."))

    def _act(self, row_id: str, form: Any, change: Callable[[int], object], done: Any) -> ResponseReturnValue:
        found = self._find(parse_id(row_id)).id
        if form is not None and not form.validate():
            return self._page(found, form), 400
        status = attempt(lambda: change(found), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=found), 303)
        return self._page(found, form or WhyForm(formdata=None)), status

    def _find(self, suggestion_id: int) -> MatchSuggestion:
        try:
            return suggestions.find(suggestion_id)
        except MissingError:
            abort(404)

    def _page(self, suggestion_id: int, form: WhyForm) -> str:
        row = self._find(suggestion_id)
        both = (row.buyer_id, row.other_id)
        lookups.saw(self.actor, "suggestion", both)
        may = self.actor.can(permissions.MERGE)
        names: Mapping[Any, str] = account_names([row.decided_by] if row.decided_by else [])
        everybody = {each for same in same_people(both).values() for each in same}
        return str(
            self.render(
                "shopadmin_buyer_labels/suggestion.html",
                row=row,
                mark=_MARKS[row.decision],
                people=people_panel.people(self.actor, both),
                compared=_compared(masked_buyers(self.actor, both), both, frozenset(row.reasons)),
                reasons=[people_texts.REASONS[each] for each in row.reasons if each in people_texts.REASONS],
                decided_by=names.get(row.decided_by, ""),
                merges=people_panel.merges(everybody) if row.decision == "merged" else [],
                form=form if may and not row.decision else None,
                again_url=url_for(".again_view", row_id=row.id) if may and row.decision == "other" else "",
                back_url=self.address(),
                back_text=self.title,
            )
        )


def _compared(
    known: Mapping[BuyerId, MaskedBuyer], both: Sequence[int], reasons: frozenset[str]
) -> list[dict[str, Any]]:
    sides = [known.get(BuyerId(each), MaskedBuyer()) for each in both]
    found = [
        {"what": what, "values": [getattr(side, field) for side in sides], "agrees": bool(by & reasons)}
        for what, field, by in _COMPARED
    ]
    return [row for row in found if any(row["values"])]
