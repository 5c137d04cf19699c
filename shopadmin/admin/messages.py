# mypy: disable-error-code="no-untyped-call"
"""Messages to buyers: the outbox, one message with the gate's answers, and what a person does with it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.admin import pages
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem, Text
from shopadmin.domain.identifiers import mask_email, mask_phone
from shopadmin.domain.sms.parts import count
from shopadmin.services import buyers, lists
from shopadmin.services.masking import CONTACT
from shopadmin.services.messages import channels, labels, listing, marking
from shopadmin.services.messages.contents import Content

READ, SEND = "core.messages:read", "core.messages:send"


class MessagesView(AdminListView):
    """The outbox."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": READ,
        "details_view": READ,
        "reveal": CONTACT,
        "mark_sent": SEND,
        "cancel": SEND,
        "settle": SEND,
    }
    menu_item = MenuItem("care", 40, "envelope")
    spec = listing.MESSAGES
    title = _("Messages")
    columns = (
        Column("created_at", _("Time"), "time"),
        Column("state", _("State"), "status"),
        Column("buyer", _("Buyer"), "link", permission="core.buyers:read"),
        Column("way", _("Way")),
        Column("purpose", _("Purpose")),
        Column("why", _("What the gate said")),
        Column("next_attempt_at", _("Goes out"), "time"),
    )
    empty_title = _("No messages yet")
    empty_text = _("Campaigns, cases and plugins write to buyers; whatever they ask for stands here, allowed or not.")

    def __init__(self) -> None:
        super().__init__(name=_("Messages"), endpoint="messages", url="/admin/messages")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """States, ways and reasons in words, buyers as links."""
        ways, names = channels.known(), listing.names(self.actor, rows)
        return [shown_message(row, ways, names) for row in rows]

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One message."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/reveal", methods=["POST"])
    def reveal(self, row_id: str) -> ResponseReturnValue:
        """The same page with the address in full, once; the log remembers who looked."""
        message_id = self._find(lists.parse_id(row_id)).row.id
        buyers.reveal(self.actor, "message", message_id)
        return self._page(message_id, is_revealed=True)

    @expose("/details/<row_id>/sent", methods=["POST"])
    def mark_sent(self, row_id: str) -> ResponseReturnValue:
        """It was sent by hand; of a call, whether somebody answered."""
        is_connected = request.form.get("answered") == "yes"
        return self._act(row_id, lambda found: marking.mark_sent(self.actor, found, is_connected), _("It is noted."))

    @expose("/details/<row_id>/cancel", methods=["POST"])
    def cancel(self, row_id: str) -> ResponseReturnValue:
        """Take it back."""
        return self._act(row_id, lambda found: marking.cancel(self.actor, found), _("The message does not go out."))

    @expose("/details/<row_id>/settle", methods=["POST"])
    def settle(self, row_id: str) -> ResponseReturnValue:
        """Say what became of one of which nobody knows."""
        was_sent = request.form.get("was_sent") == "yes"
        return self._act(row_id, lambda found: marking.settle(self.actor, found, was_sent), _("It is noted."))

    def _act(self, row_id: str, change: Callable[[int], None], done: Text) -> ResponseReturnValue:
        message_id = lists.parse_id(row_id)
        status = pages.attempt(lambda: change(message_id), done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=message_id))
        return self._page(message_id), status

    def _find(self, message_id: int) -> listing.MessageDetails:
        found = listing.find(self.actor, message_id)
        if found is None:
            abort(404)
        return found

    def _page(self, message_id: int, is_revealed: bool = False) -> str:
        found = self._find(message_id)
        row, may_send = found.row, self.actor.can(SEND)
        destination = found.content.destination if found.content else ""
        may_reveal = bool(destination) and self.actor.can(CONTACT) and not is_revealed
        is_allowed = found.now is not None and found.now.verdict == "allow"
        is_allowed = is_allowed and not any(remark.is_blocking for remark in found.remarks)
        return str(
            self.render(
                "admin/messages/detail.html",
                message=shown_message(row, channels.known(), listing.names(self.actor, [row])),
                row=row,
                content=found.content,
                destination=destination if is_revealed else _masked(destination),
                is_revealed=is_revealed,
                may_see_buyer=self.actor.can("core.buyers:read"),
                reveal_url=url_for(".reveal", row_id=row.id) if may_reveal else None,
                facts=[*_facts(row), *_cost(row, found.content)],
                decisions=[
                    {"at": asked.at, "verdict": labels.VERDICTS[asked.verdict], "hold_until": asked.hold_until,
                     "reasons": list(map(labels.reason_label, asked.reasons))}
                    for asked in found.decisions
                ],
                remarks=found.remarks,
                is_manual=found.is_manual,
                now=list(map(labels.reason_label, found.now.reasons)) if found.now else [],
                until=found.now.hold_until if found.now else None,
                sent_url=url_for(".mark_sent", row_id=row.id) if may_send and found.is_manual and is_allowed else None,
                cancel_url=url_for(".cancel", row_id=row.id) if may_send and row.state == "queued" else None,
                settle_url=url_for(".settle", row_id=row.id) if may_send and row.state == "unknown" else None,
                back_url=self.address(),
            )
        )  # fmt: skip


def _masked(address: str) -> str:
    if not address:
        return ""
    return mask_email(address) if "@" in address else mask_phone(address)


def shown_message(row: Any, ways: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """A message as lists show it. ``names``: of the buyers, by id, as the reader may see them."""
    way = ways.get(row.channel)
    return {
        "id": row.id,
        "created_at": row.created_at,
        "state": row.state,
        "buyer": _buyer(row, names),
        "way": str(way.title) if way else row.channel,
        "purpose": str(labels.PURPOSES[row.purpose]),
        "why": " ".join(str(labels.reason_label(reason)) for reason in row.reasons),
        "next_attempt_at": row.next_attempt_at,
        "url": url_for("messages.details_view", row_id=row.id),
    }


def _buyer(row: Any, names: Mapping[int, str]) -> dict[str, Any]:
    if row.basis == "staff":
        return {"text": _("The shop's own people"), "url": ""}
    return {
        "text": names.get(row.buyer_id) or f"#{row.buyer_id}",
        "url": url_for("buyers.details_view", row_id=row.buyer_id),
    }


def _cost(row: Any, content: Content | None) -> list[tuple[Text, Text]]:
    """What a text message takes: every part is paid for."""
    if row.medium != "text" or content is None:
        return []
    sms = count(content.text)
    signs = "GSM-7" if sms.encoding == "gsm7" else "UCS-2"
    said = _("%(parts)s (%(signs)s, %(left)s characters left in the last)", parts=sms.parts, signs=signs, left=sms.left)
    return [(_("Parts of the text message"), said)]


def _facts(row: Any) -> list[tuple[Text, Text]]:
    made_of = ", ".join(str(labels.BLOCKS[block]) for block in row.blocks)
    return [
        (_("Purpose"), labels.PURPOSES[row.purpose]),
        (_("Why the shop may write"), labels.BASES[row.basis]),
        (_("Made of"), made_of),
        (_("Case"), row.case_ref),
        (_("Review"), row.review_ref),
        (_("Attempts"), str(row.attempts) if row.attempts else ""),
        (_("What the channel said"), row.result),
        (_("Key"), row.key),
    ]
