"""The push of a campaign: its text, the draw, the start, the end. What takes long is done by the worker."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MessageChannel,
    MissingError,
    ObjectionsError,
    Problem,
    RefusedError,
    db,
    message_channels,
    plugin_settings,
    record_audit,
    wording_problems,
)
from shopadmin_red_envelope import messages, permissions
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.models import (
    RedEnvelopeCampaign,
    RedEnvelopePush,
    RedEnvelopePushBuyer,
    RedEnvelopeStock,
)
from shopadmin_red_envelope.services import push_forecasts
from shopadmin_red_envelope.services.changing import Change, StaleError, changing, now

# A letter to many is read, not rung.
MEDIA = ("email", "text", "chat")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a push says, on which channel, and how it is compared: shares in percent."""

    channel: str
    subject: str
    text: str
    holdout_percent: int
    forecast_rate: int


@dataclass(frozen=True, slots=True)
class Groups:
    """How many buyers of a push are where, by ``RedEnvelopePushBuyer.state``."""

    waiting: int = 0
    holdout: int = 0
    asked: int = 0
    denied: int = 0
    failed: int = 0

    @property
    def pushed(self) -> int:
        """Everybody who was drawn for the message, reached or not."""
        return self.waiting + self.done

    @property
    def done(self) -> int:
        """How many of them the sender is through with."""
        return self.asked + self.denied + self.failed


def channels() -> dict[str, MessageChannel]:
    """The ways on which a push can go, by name."""
    return {name: channel for name, channel in message_channels().items() if channel.medium in MEDIA}


def default_holdout() -> int:
    """The owner's share that gets nothing, in percent."""
    found = plugin_settings("red_envelope").get("holdout_percent")
    return found if isinstance(found, int) else rules.DEFAULT_HOLDOUT


def of_campaign(campaign_id: int) -> RedEnvelopePush | None:
    """The campaign's push, None where nobody has written one."""
    query = select(RedEnvelopePush).where(RedEnvelopePush.campaign_id == campaign_id)
    return db.session().scalar(query.execution_options(populate_existing=True))


def groups(push_id: int) -> Groups:
    """Counted from the rows."""
    state = RedEnvelopePushBuyer.state
    query = select(state, func.count()).where(RedEnvelopePushBuyer.push_id == push_id).group_by(state)
    return Groups(**dict(db.session().execute(query).all()))


def campaign_facts(session: Session, campaign: RedEnvelopeCampaign) -> rules.Campaign:
    """The campaign as far as telling buyers of it goes."""
    left = session.execute(
        select(RedEnvelopeStock.total, RedEnvelopeStock.claimed).where(RedEnvelopeStock.campaign_id == campaign.id)
    ).one_or_none()
    is_sold_out = left is not None and left.claimed >= left.total
    return rules.Campaign(campaign.state, campaign.claim_to, is_sold_out)  # type: ignore[arg-type]


def refusal(session: Session, campaign_id: int, at: int) -> rules.Refusal | None:
    """Why nobody is told of the campaign at this instant. Raises MissingError."""
    campaign = session.get(RedEnvelopeCampaign, campaign_id, populate_existing=True)
    if campaign is None:
        raise MissingError(campaign_id)
    return rules.campaign_refusal(campaign_facts(session, campaign), at)


def save(actor: Actor | None, campaign_id: int, letter: Letter, version: int) -> None:
    """Write the text down, or another one, until the first message is asked for; ``version`` 0 for the first.

    Raises ForbiddenError, MissingError, RefusedError, ObjectionsError.
    """
    permissions.require(actor, permissions.PUSH)
    _check(letter)
    with _act(campaign_id, "edit", version) as (change, push):
        before = None if push is None else _shown(push)
        if push is None:
            push = RedEnvelopePush(campaign_id=campaign_id, state="draft", version=1, **asdict(letter))
            change.session.add(push)
            change.session.flush()
        else:
            # Another share or another way is another draw.
            redraws = push.state == "drawn" and (push.holdout_percent, push.channel) != (
                letter.holdout_percent, letter.channel,
            )  # fmt: skip
            _save(change, push, asdict(letter) | (_undrawn(change.session, push) if redraws else {}))
        _record(actor, "written", campaign_id, before, asdict(letter))


def draw(actor: Actor | None, campaign_id: int, version: int) -> None:
    """Have the worker count the audience and draw the groups, anew if they were drawn before. Raises as ``save``."""
    permissions.require(actor, permissions.PUSH)
    with _act(campaign_id, "draw", version) as (change, push):
        found = _there(push)
        seed = secrets.token_hex(16)
        _save(change, found, _undrawn(change.session, found) | {"state": "drawing", "seed": seed})
        _record(actor, "draw_asked", campaign_id, None, {"seed": seed, "holdout_percent": found.holdout_percent})


def send(actor: Actor | None, campaign_id: int, version: int) -> None:
    """Have the worker send it to those who were drawn for it. Raises as ``save``; RefusedError for its wording."""
    permissions.require(actor, permissions.PUSH)
    forecast = push_forecasts.forecast(campaign_id)
    with _act(campaign_id, "send", version) as (change, push):
        found = _there(push)
        problems = [
            *wording_problems(found.subject, "campaign", "subject"),
            *wording_problems(found.text, "campaign", "text"),
        ]
        if problems:
            raise RefusedError(*problems)
        if found.channel not in channels():
            raise RefusedError(messages.problem("push_no_channel", "channel"))
        counted = groups(found.id)
        if not counted.waiting:
            raise ObjectionsError(messages.problem("push_nobody"))
        _save(change, found, {"state": "sending", "started_at": change.now, "forecast": forecast})
        after = {"to": counted.waiting, "holdout": counted.holdout, "seed": found.seed, "channel": found.channel}
        _record(actor, "started", campaign_id, None, after)


def stop(actor: Actor | None, campaign_id: int, version: int) -> None:
    """End the sending for good; while the groups are drawn, give that up. Raises as ``save``.

    What is queued is not sent any more either (``push_sending.objections``).
    """
    permissions.require(actor, permissions.PUSH)
    with _act(campaign_id, "stop", version, needs_campaign=False) as (change, push):
        found = _there(push)
        if found.state == "drawing":
            _save(change, found, _undrawn(change.session, found))
        else:
            _save(change, found, {"state": "stopped", "finished_at": change.now, "ended_by": "push_by_hand"})
        _record(actor, "stopped", campaign_id, {"state": found.state}, None)


@contextlib.contextmanager
def _act(
    campaign_id: int, action: rules.Action, version: int, needs_campaign: bool = True
) -> Iterator[tuple[Change, RedEnvelopePush | None]]:
    """Lock the campaign's push, read the database's clock, ask the rules."""
    with changing() as change:
        session = change.session
        query = select(RedEnvelopePush).where(RedEnvelopePush.campaign_id == campaign_id).with_for_update()
        push = session.scalar(query.execution_options(populate_existing=True))
        change.now = now(session)
        found = refusal(session, campaign_id, change.now)
        if found is None or not needs_campaign:
            found = rules.may(push.state if push else "draft", action)  # type: ignore[arg-type]
        if found is not None:
            raise ObjectionsError(messages.problem(found))
        if (push.version if push else 0) != version:
            raise StaleError
        yield change, push


def _save(change: Change, push: RedEnvelopePush, values: dict[str, Any]) -> None:
    matching = (RedEnvelopePush.id == push.id, RedEnvelopePush.version == push.version)
    change.run(update(RedEnvelopePush).where(*matching).values(**values, version=push.version + 1))


def _undrawn(session: Session, push: RedEnvelopePush) -> dict[str, Any]:
    """Take the groups away; what the push says of them then."""
    session.connection().execute(delete(RedEnvelopePushBuyer).where(RedEnvelopePushBuyer.push_id == push.id))
    nothing = dict.fromkeys(("cursor", "past_buyers", *rules.LEFT), 0)
    return {**nothing, "state": "draft", "seed": "", "drawn_at": None}


def _there(push: RedEnvelopePush | None) -> RedEnvelopePush:
    if push is None:
        raise ObjectionsError(messages.problem("push_not_written"))
    return push


def _check(letter: Letter) -> None:
    """Raise RefusedError for what no message can be. Its wording is looked at when it is sent."""
    channel = channels().get(letter.channel)
    is_subject = not letter.subject
    if channel is None or channel.medium == "email":
        is_subject = 0 < len(letter.subject) <= rules.LONGEST_SUBJECT and letter.subject.isprintable()
    percent, rate = letter.holdout_percent, letter.forecast_rate
    checks: tuple[tuple[bool, str, str, dict[str, int]], ...] = (
        (channel is not None, "push_no_channel", "channel", {}),
        (is_subject, "push_subject", "subject", {"most": rules.LONGEST_SUBJECT}),
        (_is_text(letter.text), "push_text", "text", {"most": rules.LONGEST_TEXT}),
        (rules.LEAST_HOLDOUT <= percent <= rules.MOST_HOLDOUT, "push_holdout", "holdout_percent",
         {"least": rules.LEAST_HOLDOUT, "most": rules.MOST_HOLDOUT}),
        (1 <= rate <= 100, "push_rate", "forecast_rate", {}),
    )  # fmt: skip
    problems: list[Problem] = [
        messages.problem(code, field, **values) for is_right, code, field, values in checks if not is_right
    ]
    if problems:
        raise RefusedError(*problems)


def _is_text(text: str) -> bool:
    return bool(text.strip()) and len(text) <= rules.LONGEST_TEXT and "\0" not in text


def _shown(push: RedEnvelopePush) -> dict[str, Any]:
    return {name: getattr(push, name) for name in Letter.__dataclass_fields__}


def _record(actor: Actor | None, act: str, campaign_id: int, before: Any, after: Any) -> None:
    record_audit(
        actor, f"red_envelope.push.{act}", "red_envelope.campaign", campaign_id, before=before, after=after
    )  # fmt: skip
