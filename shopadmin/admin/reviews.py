"""The review inbox, and the page of one review with the shop's reply."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.admin import pages
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import MenuItem, Text
from shopadmin.models.buyers import Buyer
from shopadmin.models.reviews import Review
from shopadmin.services import buyers, lists, masking, notes, reviews, timeline, wording

_SHOWN = (
    "id", "platform", "stars", "grade", "title", "body", "followup_body", "followup_at", "spec", "created_at", "answer",
    "verified", "platform_reply", "platform_reply_at", "inbox_rank", "product_title",
)  # fmt: skip


class ReviewsView(AdminListView):
    """The inbox and the page of one review."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.reviews:read",
        "details_view": "core.reviews:read",
        "export": "core.reviews:export",
        "save_draft": "core.reviews:reply",
        "mark_posted": "core.reviews:reply",
        "add_note": "core.reviews:reply",
        "reveal": "core.buyers:contact",
    }
    menu_item = MenuItem("care", 20, "chat-square-quote")
    spec = reviews.REVIEWS
    title = _("Reviews")
    list_template = "admin/reviews/list.html"
    columns = (
        Column("id", _("Number"), "number", export="id"),
        Column("platform", _("Platform"), export="platform"),
        Column("created_at", _("Time"), "time", export="created_at"),
        Column("stars", _("Stars"), "number", export="stars"),
        Column("grade", _("Grade"), export="grade"),
        Column("order_no", _("Order"), export="order_no", permission="core.orders:read"),
        Column("product_title", _("Product"), export="product_title"),
        Column("buyer_name", _("Buyer"), export="buyer_name"),
        Column("title", _("Title"), export="title"),
        Column("body", _("Text"), export="body"),
        Column("answer", _("State"), "status", export="answer"),
    )
    empty_title = _("No reviews yet")
    empty_text = _("Bring in the file of reviews that your platform gives you.")

    def __init__(self) -> None:
        super().__init__(name=_("Reviews"), endpoint="reviews", url="/admin/reviews")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Masked names, what was edited since the reply, and plugins' badges: one question each for the page."""
        replied = reviews.replied_versions([row.id for row in rows])
        badges = hook_calls.review_badges([reviews.snapshot(row) for row in rows]) if rows else {}
        return [
            row._asdict()
            | {
                "buyer_name": masking.shown_name(self.actor, row.buyer_name),
                "is_edited": reviews.is_edited(row, replied.get(row.id)),
                "badges": badges.get(row.id),
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """An empty shop is sent to the import."""
        return {"empty": pages.to_import(self.actor, self.empty_title, self.empty_text)}

    def export_value(self, row: Any, column: Column) -> Any:
        """As the list shows it: names are masked alike."""
        value = getattr(row, column.name)
        return masking.shown_name(self.actor, value) if column.name == "buyer_name" else value

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The page of one review."""
        return self._page(lists.parse_id(row_id))

    @expose("/details/<row_id>/reveal", methods=["POST"])
    def reveal(self, row_id: str) -> ResponseReturnValue:
        """The same page with the buyer's contact data in full, once; the log remembers who looked."""
        review = self._find(row_id)
        buyers.reveal(self.actor, "review", review.id)
        return self._page(review.id, is_revealed=True)

    @expose("/details/<row_id>/reply", methods=["POST"])
    def save_draft(self, row_id: str) -> ResponseReturnValue:
        """Keep the reply as a draft."""
        review_id, seen, text = lists.parse_id(row_id), _seen(), request.form.get("text", "")
        return self._attempt(
            review_id, lambda: reviews.save_draft(self.actor, review_id, text, *seen), _("The draft is saved."), text
        )

    @expose("/details/<row_id>/posted", methods=["POST"])
    def mark_posted(self, row_id: str) -> ResponseReturnValue:
        """Say that the draft stands on the platform now."""
        review_id, seen = lists.parse_id(row_id), _seen()
        done = _("Marked as posted; the next import confirms it.")
        return self._attempt(review_id, lambda: reviews.mark_posted(self.actor, review_id, *seen), done)

    @expose("/details/<row_id>/note", methods=["POST"])
    def add_note(self, row_id: str) -> ResponseReturnValue:
        """Write an internal note."""
        review_id, text = self._find(row_id).id, request.form.get("text", "")
        return self._attempt(
            review_id, lambda: notes.add_note(self.actor, "review", review_id, text), _("The note is written.")
        )

    def _find(self, row_id: str) -> Review:
        review = reviews.find(self.actor, lists.parse_id(row_id))
        if review is None:
            abort(404)
        return review

    def _attempt(
        self, review_id: int, change: Callable[[], object], done: Text, typed: str = ""
    ) -> ResponseReturnValue:
        status = pages.attempt(change, done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=review_id))
        return self._page(review_id, typed=typed), status

    def _page(self, review_id: int, is_revealed: bool = False, typed: str = "") -> str:
        actor = self.actor
        review = reviews.find(actor, review_id)
        if review is None:
            abort(404)
        details, seen = reviews.load_details(actor, review), reviews.snapshot(review)
        name = masking.shown_name(actor, review.buyer_name)
        shown = {field: getattr(review, field) for field in _SHOWN}
        return str(
            self.render(
                "admin/reviews/detail.html",
                # Pictures of the platform are addresses elsewhere, which our pages do not load.
                review=shown | {"product_title": details.product_title, "buyer_name": name, "photos": ()},
                versions=details.versions,
                reply=details.reply,
                typed=typed,
                remarks=_remarks(typed, details),
                is_edited=details.is_edited,
                order=pages.order_row(details.order) if details.order else None,
                buyer=self._buyer(review, is_revealed),
                badges=hook_calls.review_badges([seen]).get(seen.id),
                actions=hook_calls.review_actions(seen, actor),
                events=timeline.review_events(actor, review),
                panels=pages.rendered_panels(hook_calls.review_panels(seen, actor)),
                **self._addresses(review, details),
            )
        )

    def _buyer(self, review: Review, is_revealed: bool) -> dict[str, Any] | None:
        buyer: Buyer | None = None
        if review.buyer_id is not None and self.actor.can("core.buyers:read"):
            buyer = buyers.find(self.actor, review.buyer_id)
        if buyer is None:
            return None
        card = buyers.buyer_card(self.actor, buyer, is_revealed)
        return pages.buyer_context(self.actor, card, url_for(".reveal", row_id=review.id))

    def _addresses(self, review: Review, details: reviews.ReviewDetails) -> dict[str, Any]:
        """Where the forms post, with what the person is looking at; none for what the actor may not."""
        reply = details.reply
        seen: dict[str, Any] = {
            "row_id": review.id,
            "revision": reply.revision if reply else 0,
            "text_version": review.text_version,
        }
        can_reply = self.actor.can("core.reviews:reply")
        can_complain = self.actor.can("core.complaints:work")
        return {
            "back_url": self.address(),
            "reply_url": url_for(".save_draft", **seen) if can_reply else None,
            "posted_url": url_for(".mark_posted", **seen) if can_reply else None,
            "note_url": url_for(".add_note", row_id=review.id) if can_reply else None,
            "complaint_url": url_for("complaints.create_view", review_id=review.id) if can_complain else None,
        }


def _remarks(typed: str, details: reviews.ReviewDetails) -> Sequence[wording.Remark]:
    """What the wording check says of the text in the form, while it is still to be posted."""
    reply = details.reply
    is_draft = reply is not None and reply.state == "draft"
    return wording.remarks(typed or (reply.text if reply and is_draft else ""), "reply")


def _seen() -> tuple[int, int]:
    """Revision of the reply (0: there was none) and version of the review's text, out of the address."""
    revision = request.args.get("revision", "")
    return 0 if revision == "0" else lists.parse_id(revision), lists.parse_id(request.args.get("text_version", ""))
