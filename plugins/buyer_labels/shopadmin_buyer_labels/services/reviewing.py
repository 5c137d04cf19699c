"""The second person: a draft is put to review, approved or sent back, and the buyer is told (G3, G8)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    MessageRequest,
    ObjectionsError,
    SendResult,
    buyer_clocks,
    buyer_snapshots,
    contact_reason,
    db,
    is_run_by_one,
    message_status,
    send_message,
    shop_settings,
    writing,
)
from shopadmin_buyer_labels import notice_texts, permissions
from shopadmin_buyer_labels.domain import moves, notices
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label, LabelEvent
from shopadmin_buyer_labels.services import proposing, records

# The line of the timeline that says that a notice was put into the outbox, with its key.
ASKED = "notice_asked"


def submit(actor: Actor, label_id: int, revision: int | None, now: datetime | None = None) -> None:
    """Put a draft to review. Where one person runs the shop the pause begins that stands for a second one (G3).

    Raises ForbiddenError, MissingError, ObjectionsError that says what is missing.
    """
    permissions.require(actor, permissions.PROPOSE)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        proposing.check_person(label.buyer_id)
        pause = now + moves.COOLING if is_run_by_one() else None
        records.move(
            session, actor, label, "submit", now, submitted_by=actor.account_id, cooling_until=pause, review_note=""
        )


def send_back(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """Make it a draft again, with what is to be done about it. Raises as ``submit``, RefusedError without words."""
    proposing.check_text(text, "text", needed=True)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.move(session, actor, label, "return", now, text, review_note=text.strip())


def approve(actor: Actor, label_id: int, revision: int | None, text: str = "", now: datetime | None = None) -> None:
    """Approve what somebody else proposed; the notice is made. Raises as ``submit``: nobody approves their own (G3)."""
    permissions.require(actor, permissions.REVIEW)
    proposing.check_text(text, "text")
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.move(
            session, actor, label, "approve", now, text, reviewed_by=actor.account_id,
            notice_text=_notice(actor, label),
        )  # fmt: skip


def ask_to_send(
    actor: Actor, label_id: int, revision: int | None, channel: str, now: datetime | None = None
) -> SendResult:
    """Put the notice into the outbox, by the contact gate; the label is active once it is sent (``mark_sent``).

    Raises as ``submit``; RefusedError where nobody can be reached; ObjectionsError with the gate's reasons.
    """
    permissions.require(actor, permissions.REVIEW)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        records.ask(session, actor, label, "notice_sent", now)
        key = f"{records.OBJECT}.notice.{label.id}.{len(_keys(label.id)) + 1}"
        request = MessageRequest(
            key=key, buyer_id=BuyerId(label.buyer_id), channel=channel, text=label.notice_text, basis="statutory",
            subject=notice_texts.SUBJECTS[language_of(actor, label.buyer_id)], case=f"{records.OBJECT}.{label.id}",
        )  # fmt: skip
        result = send_message(actor, request, now)
        if result.verdict == "deny" or result.state == "blocked":
            why = ", ".join(str(contact_reason(code)) for code in result.reasons)
            raise ObjectionsError(problem("denied", "channel", why=why))
        records.keep(session, actor, label, ASKED, now, key=key, channel=channel)
        return result


def notice_result(label_id: int) -> SendResult | None:
    """How the newest notice of the label stands in the outbox, None where none was asked for."""
    keys = _keys(label_id)
    return message_status(keys[-1:]).get(keys[-1]) if keys else None


def mark_sent(now: datetime | None = None) -> int:
    """Note for each approved label whose notice went out that it did; safe to repeat. Returns for how many."""
    now = now or datetime.now(UTC)
    waiting = select(Label.id).where(
        Label.noticed_at.is_not(None), Label.notice_sent_at.is_(None), Label.notice_impossible_at.is_(None),
        Label.revoked_at.is_(None), Label.corrected_at.is_(None), Label.tombstoned_at.is_(None), Label.expires_at > now,
    )  # fmt: skip
    done = 0
    for label_id in db.session().scalars(waiting.order_by(Label.id)).all():
        result = notice_result(label_id)
        if result is None or result.state not in ("sent", "delivered"):
            continue
        with writing() as session:
            label = records.load(session, label_id, None)
            try:
                records.move(session, None, label, "notice_sent", now)
            except ObjectionsError:  # paused or told meanwhile
                continue
            done += 1
    return done


def told(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """The notice was handed over some other way; ``text``: how. Raises as ``submit``, RefusedError without words."""
    _say(actor, label_id, revision, "notice_sent", text, now)


def not_possible(actor: Actor, label_id: int, revision: int | None, text: str, now: datetime | None = None) -> None:
    """Nobody can be told; ``text``: why. The label is active then, and is never shared. Raises as ``told``."""
    _say(actor, label_id, revision, "notice_impossible", text, now)


def language_of(actor: Actor, buyer_id: int) -> notices.Language:
    """The language in which the buyer is likely to read: by the platform, else by the clocks they may live by."""
    found = buyer_snapshots(actor, [buyer_id]).get(BuyerId(buyer_id))
    clocks = tuple(clock.key for clock in buyer_clocks(buyer_id) if isinstance(clock, ZoneInfo))
    return notices.language(found.platform if found else "", clocks)


def _say(actor: Actor, label_id: int, revision: int | None, move: moves.Move, text: str, now: datetime | None) -> None:
    permissions.require(actor, permissions.REVIEW)
    proposing.check_text(text, "text", needed=True)
    now = now or datetime.now(UTC)
    with writing() as session:
        label = records.load(session, label_id, revision)
        sets = {"notice_impossible": text.strip()} if move == "notice_impossible" else {}
        records.move(session, actor, label, move, now, text, **sets)


def _notice(actor: Actor, label: Label) -> str:
    shop = shop_settings()
    rule = CODES[label.code]
    return notice_texts.notice(
        shop.name, label.code, label.happened_on, label.expires_at.astimezone(shop.zone).date(),
        language_of(actor, label.buyer_id), is_gentle=rule.is_protective,
    )  # fmt: skip


def _keys(label_id: int) -> list[str]:
    query = select(LabelEvent.data).where(LabelEvent.label_id == label_id, LabelEvent.code == ASKED)
    return [data["key"] for data in db.session().scalars(query.order_by(LabelEvent.id))]
