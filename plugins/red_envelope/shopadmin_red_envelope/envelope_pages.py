# mypy: disable-error-code="no-untyped-call"
"""Envelopes: how far a campaign has got, the list, and one envelope with its journal and its orders."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, AdminListView, Column, ListSpec, MissingError, order_lines, shown_name
from shopadmin_red_envelope import form_pages, labels, permissions, use_pages
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.services import envelope_lists, uses

# Every posting in words, as models.envelopes.POSTINGS lists them.
POSTING_WORDS: Mapping[tuple[str, str, str], object] = {
    ("envelope", "issue", "outstanding"): _("Collected by the buyer"),
    ("envelope", "reserve", "held"): _("Held for an order"),
    ("envelope", "release", "outstanding"): _("Released: the order was not paid"),
    ("envelope", "redeem", "redeemed"): _("Used: the order is paid"),
    ("envelope", "refund", "forfeited"): _("Forfeited with refunded goods"),
    ("envelope", "give_back", "outstanding"): _("Given back to the buyer"),
    ("envelope", "expiry", "expired"): _("Expired unused"),
    ("money", "redeem", "cash"): _("Paid by the buyer"),
    ("money", "redeem", "subsidy"): _("Borne by the envelope"),
    ("money", "refund", "sales"): _("Refunded to the buyer"),
}
_BORNE_NO_MORE = _("Borne by the envelope no more")
_JOURNAL = (
    Column("what", _("What happened")),
    Column("amount", _("Amount"), "money"),
    Column("order_no", _("Order")),
    Column("line_key", _("Line")),
    Column("at", _("At"), "time"),
)


class EnvelopesView(AdminListView):
    """Who has which envelope, and what became of it. It names buyers and tells what sells, so it is a report (R13)."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.REPORT,
        "details_view": permissions.REPORT,
    }
    title = _("Envelopes")
    columns = (
        Column("buyer", _("Buyer")),
        Column("state", _("State"), "badge"),
        Column("title", _("Campaign")),
        Column("amount", _("Amount"), "money"),
        Column("claimed", _("Collected at"), "time"),
        Column("order_no", _("Order")),
    )
    empty_title = _("No envelopes yet")
    empty_text = _("Buyers collect them once a campaign has begun.")

    def __init__(self) -> None:
        super().__init__(name=_("Envelopes"), endpoint="red_envelope_envelopes", url="/admin/red-envelope/envelopes")

    @property
    def spec(self) -> ListSpec:  # type: ignore[override]
        """The list, as the database in use reads its clock."""
        return envelope_lists.spec()

    def list_context(self) -> dict[str, Any]:
        """It has no place in the side bar: back to the campaigns."""
        return {"back_url": url_for("red_envelope_campaigns.index_view"), "back_text": labels.AREA}

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Buyers masked for those who may not see contact data, states as marks, instants as times."""
        return [
            row._asdict()
            | {
                "buyer": _shown_buyer(self.actor, row.buyer),
                "state": labels.envelope_badge(row.shown_state),
                "claimed": to_datetime(row.claimed_at),
            }
            for row in rows
        ]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One envelope: its journal, and the orders that it is or was on."""
        envelope_id = form_pages.row_id(row_id)
        try:
            row = envelope_lists.find(envelope_id)
        except MissingError:
            abort(404)
        return self.render(
            "shopadmin_red_envelope/envelope.html",
            row=row,
            buyer=_shown_buyer(self.actor, row.buyer),
            mark=labels.envelope_badge(row.shown_state),
            times={name: to_datetime(getattr(row, name)) for name in ("claimed_at", "use_from", "use_to")},
            campaign_url=url_for("red_envelope_campaigns.details_view", row_id=row.campaign_id),
            columns=_JOURNAL,
            journal=[_entry(posting) for posting in envelope_lists.journal(envelope_id)],
            orders=[self._order(use) for use in uses.of_envelope(envelope_id)],
            back_url=self.address(),
            back_text=self.title,
        )

    def _order(self, use: uses.Use) -> dict[str, Any]:
        """It on an order, with a way to the order where the shop knows it."""
        hold = use.hold
        is_known = self.actor.can("core.orders:read") and order_lines(use.platform, hold.order_no)
        address = url_for("orders.index_view", search=hold.order_no) if is_known else ""
        return use_pages.shown(use) | {"order_url": address}


def burn_of(campaign: Any, state: str) -> dict[str, Any] | None:
    """What burn.html shows of a campaign that has begun, None before that."""
    if state not in ("running", "ended"):
        return None
    found = envelope_lists.burn(campaign.id)
    capped = campaign.quantity is not None
    job = {"title": _("Collected"), "done": found.claimed, "total": campaign.quantity}
    left = [(_("Left"), campaign.quantity - found.claimed, "info")] if capped else []
    marks = {name: labels.envelope_badge(name) for name in found.states}
    return {
        "job": job if capped else None,
        "claimed": found.claimed,
        "counts": [
            *left,
            *((marks[name].text, count, marks[name].tone) for name, count in found.states.items()),
            (_("Given back"), found.given_back, "neutral"),
        ],
        "discount": found.discount,
        "paid": found.paid,
        "currency": campaign.currency,
        "is_running": state == "running",
    }


def _shown_buyer(actor: Actor, buyer: str) -> str:
    """The platform, and what the storefront calls the buyer there: that may be a phone or an e-mail address."""
    platform, colon, ref = buyer.partition(":")
    return f"{platform}{colon}{shown_name(actor, ref)}"


def _entry(posting: Any) -> dict[str, Any]:
    what = POSTING_WORDS.get((posting.book, posting.event, posting.to_account), "")
    if (posting.event, posting.from_account) == ("refund", "subsidy"):
        what = _BORNE_NO_MORE
    found: dict[str, Any] = posting._asdict()
    return found | {"what": what, "at": to_datetime(posting.at)}
