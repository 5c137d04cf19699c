"""Answers to the buyer of a case: put together from quick replies, checked, and sent through the core's one gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    MessageChannel,
    MessageRequest,
    ObjectionsError,
    Problem,
    RefusedError,
    SendResult,
    db,
    keyed_hash,
    message_channels,
    message_status,
    record_audit,
    send_message,
    wording_problems,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.replies import Question, Ranked
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.domain.suspicion import accuses
from shopadmin_review_recovery.models import ReviewAnswer, ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.models.replies import LANGUAGES
from shopadmin_review_recovery.services import (
    cases,
    compensations,
    forgotten,
    replies,
    run_effects,
    run_values,
    setup,
    timing,
)

About = Literal["service", "apology", "compensation"]
# What an answer is made of (G6). An invitation is none of it: that exists behind the script's guard alone.
BLOCKS: Mapping[str, tuple[Literal["notice", "apology", "compensation"], ...]] = {
    "service": ("notice",),
    "apology": ("apology",),
    "compensation": ("compensation",),
}
_SUBJECTS = {"en": "Your order {{order.no}}", "zh": "关于您的订单{{order.no}}"}
SHOWN = 9
# The same words within that time are the same answer.
SAME_WITHIN = timedelta(hours=1)
_LOST = ("failed", "bad_number", "blocked", "suppressed")
_CONTACT = "core.buyers:contact"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wants to send. ``token``: of the form, so that it goes out once however often it is sent;
    ``used``: ids of the quick replies in the text.
    """

    token: str
    channel: str
    about: str
    language: str
    text: str
    used: Sequence[int] = ()


def problem(code: str, message: Any, field: str = "") -> Problem:
    """An objection of this module."""
    return Problem(f"answer.{code}", message, field)


def channels() -> dict[str, MessageChannel]:
    """The ways to write to a buyer that there are now."""
    return {name: channel for name, channel in message_channels().items() if channel.medium != "call"}


def suggestions(case: ReviewCase, language: str, typed: str) -> list[Ranked]:
    """The quick replies for the case and what was typed, best first."""
    causes = frozenset(code for code in (case.cause, *case.further_causes) if code)
    return replies.search(Question(language, typed[:200], causes, case.product_ref), SHOWN)


def inserted(
    actor: Actor, case: ReviewCase, language: str, text: str, reply_id: int, now: datetime | None = None
) -> str:
    """The text with a quick reply behind it, its values filled in; what is missing or to be typed stays as it is
    written. Raises MissingError.
    """
    body = replies.find(reply_id).body
    rendered = templates.render(body, _values(actor, case, language, now or datetime.now(UTC))).text
    return f"{text.rstrip()}\n\n{rendered}" if text.strip() else rendered


def check(text: str) -> list[Problem]:
    """What keeps a final text from going out: a place without a value, an accusation, the core's wording check."""
    reading = templates.read(text)
    open_places = dict.fromkeys(
        [place.name for place in reading.places] + list(reading.unknown) + list(reading.malformed)
    )
    found = [
        problem("open", _("“%(name)s” is not filled in yet. Write it into the text.", name=name[:60]), "text")
        for name in open_places
    ]
    words = accuses(text)
    accusing = [messages.problem("accuses", "text", words=words)] if words else []
    return found + accusing + wording_problems(text, "message", "text")


def send(actor: Actor, case_id: int, answer: Answer, now: datetime | None = None) -> SendResult:
    """Ask the gate for the answer; what it denies is kept by the core as blocked, and counts for no quick reply.

    Raises ForbiddenError, MissingError; RefusedError for a text with a gap or that must not go out, and where nobody
    can be reached; ObjectionsError when the case is over, or speaks of compensation that nobody has decided. ``now``:
    aware UTC.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        _check(case, answer)
        result = _sent_before(case, answer, now) or send_message(actor, _request(actor, case, answer, now), now)
        if result.is_repeat:
            return result
        data = {"message": result.message_id, "reasons": list(result.reasons), "about": answer.about}
        if result.verdict == "deny" or result.state == "blocked":
            _note(case, actor, "answer.denied", data, now)
            return result
        used = replies.count_use(session, sorted(set(answer.used)))
        row = ReviewAnswer(
            case_id=case.id, message_id=result.message_id, message_key=key_of(case.id, answer),
            language=answer.language, cause=case.cause or "", product_ref=case.product_ref, reply_ids=used, at=now,
            by=actor.account_id,
        )  # fmt: skip
        session.add(row)
        timing.touch(case, setup.load().calendar, now)
        _note(case, actor, "answer.sent", data | {"replies": used}, now)
        record_audit(
            actor, "review_recovery.case.answered", "review_recovery.case", case.id,
            after={"message": result.message_id, "channel": answer.channel, "about": answer.about, "replies": used},
        )  # fmt: skip
        return result


def of_case(case_id: int) -> list[tuple[ReviewAnswer, SendResult | None]]:
    """The answers of a case, newest first, each with how its message stands now."""
    query = select(ReviewAnswer).where(ReviewAnswer.case_id == case_id).order_by(ReviewAnswer.id.desc()).limit(50)
    rows = db.session().scalars(query).all()
    standing = message_status(row.message_key for row in rows)
    return [(row, standing.get(row.message_key)) for row in rows]


def subject(actor: Actor, case: ReviewCase, language: str, now: datetime) -> str:
    """The subject of an e-mail: the order's number, else the shop's name."""
    values = _values(actor, case, language, now)
    rendered = templates.render(_SUBJECTS[language], values)
    return rendered.text if rendered.may_be_sent else values.get("shop.name", "")


def _values(actor: Actor, case: ReviewCase, language: str, now: datetime) -> dict[str, str]:
    """The values of a text to the buyer: a name that this person sees masked is none."""
    values = run_values.values(actor, case, language, {}, now)
    return {name: value for name, value in values.items() if name != "buyer.salutation" or actor.can(_CONTACT)}


def _check(case: ReviewCase, answer: Answer) -> None:
    if case.state in ENDED:
        raise ObjectionsError(problem("ended", _("The case is over. Open it again first.")))
    if case.buyer_id is None:
        raise ObjectionsError(problem("no_buyer", _("Nobody knows who the buyer is, so nobody can be written to.")))
    wrong = [
        problem("choice", _("Choose one of these."), field)
        for field, value, known in (
            ("language", answer.language, LANGUAGES),
            ("about", answer.about, BLOCKS),
            ("channel", answer.channel, channels()),
        )
        if value not in known
    ]
    if not answer.text.strip():
        wrong.append(problem("empty", _("The answer is empty."), "text"))
    if wrong := wrong or check(answer.text):
        raise RefusedError(*wrong)
    if answer.about == "compensation":
        _need_decision(case.id)


def _need_decision(case_id: int) -> None:
    """Nobody is told of compensation before it is decided (G5)."""
    states = {row.state for row in compensations.of_case(case_id)}
    if not states & {"approved", "settled"}:
        told = _("No compensation is decided in this case, so there is nothing to tell the buyer about.")
        raise ObjectionsError(problem("undecided", told))


def _request(actor: Actor, case: ReviewCase, answer: Answer, now: datetime) -> MessageRequest:
    assert case.buyer_id is not None  # noqa: S101 - _check has asked
    is_mail = channels()[answer.channel].medium == "email"
    return MessageRequest(
        key=key_of(case.id, answer),
        buyer_id=BuyerId(case.buyer_id),
        channel=answer.channel,
        text=answer.text.strip(),
        basis="complaint",
        blocks=BLOCKS[answer.about],
        subject=subject(actor, case, answer.language, now) if is_mail else "",
        case=run_effects.case_ref(case),
        review=run_effects.review_ref(case),
    )


def key_of(case_id: int, answer: Answer) -> str:
    """The message's key in the core's outbox: of the form and of what it says, so that other words are another one."""
    return f"review_recovery.answer.{case_id}.{answer.token}.{_mark(answer)}"


def _mark(answer: Answer) -> str:
    return keyed_hash("review_recovery.answer", f"{answer.channel}\n{answer.text.strip()}").hex()


def _sent_before(case: ReviewCase, answer: Answer, now: datetime) -> SendResult | None:
    """How the same words to the same buyer stand that went the same way just now: who goes back in the browser finds
    them in a new form and sends them again. None where there are none, or where they did not arrive.
    """
    recent = select(ReviewAnswer.message_key).where(
        ReviewAnswer.case_id == case.id,
        ReviewAnswer.at > now - SAME_WITHIN,
        ReviewAnswer.message_key.endswith(f".{_mark(answer)}"),
    )
    standing = message_status(db.session().scalars(recent).all())
    return next((replace(found, is_repeat=True) for found in standing.values() if found.state not in _LOST), None)


def _note(case: ReviewCase, actor: Actor, code: str, data: dict[str, object], now: datetime) -> None:
    db.session().add(ReviewCaseEvent(case_id=case.id, at=now, by=actor.account_id, code=code, data=data))
