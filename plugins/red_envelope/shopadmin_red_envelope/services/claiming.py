"""Claims: a buyer collects an envelope. Concurrent claims of a campaign share one transaction and one commit.

The rows of a batch: envelopes, by the database's triggers the counter and the ledger, the log, and what the callers
want to have written along, such as the record of an answer. Nobody is answered before the commit.
"""

import contextvars
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    ApiKey,
    ApiRendered,
    BuyerIdentifier,
    StandingQuery,
    ask_standing_of_each,
    audit_entry,
    db,
    record_audits,
    seal_now_and_then,
    store_api_answers,
    stored_api_answers,
    writing,
)
from shopadmin_red_envelope.domain import claims
from shopadmin_red_envelope.models import RedEnvelopeStock
from shopadmin_red_envelope.services import issuing, recipients, terms
from shopadmin_red_envelope.services.changing import now
from shopadmin_red_envelope.services.group_commit import BusyError, GroupCommit, UnknownOutcomeError
from shopadmin_red_envelope.services.terms import Sealed

__all__ = ["Along", "BusyError", "Call", "Outcome", "UnknownOutcomeError", "claim"]

_STOCK = cast(Table, RedEnvelopeStock.__table__)
# Built once: every batch begins with it.
_LOCK = select(_STOCK.c.total, _STOCK.c.claimed).where(_STOCK.c.campaign_id == bindparam("campaign")).with_for_update()
# Seconds that a claim waits for its answer.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim. ``envelope_id``: the new one, or the one that the buyer has already.

    ``refusal``: None when it was issued. ``at``: milliseconds UTC by the database's clock. ``answer``: of a call, as
    it is stored; with ``answer.replayed`` it is all that is known.
    """

    campaign_id: int
    buyer: str
    refusal: claims.Refusal | None
    envelope_id: int | None
    at: int
    terms: Sealed | None
    answer: ApiRendered | None = None


# Further rows of a caller, in the transaction of the claim: pairs of a table and the values of a row.
Along = Callable[[Outcome], Iterable[tuple[type[Any], Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Call:
    """The call that a claim answers: its idempotency key, and how an outcome is rendered, in whichever thread."""

    key: ApiKey
    render: Callable[[Outcome], ApiRendered]


def _nothing(_outcome: Outcome) -> Iterable[tuple[type[Any], Mapping[str, Any]]]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    buyer: str
    along: Along
    call: Call | None
    is_excluded: bool = False
    # Who asked from where, for the log: another thread may write it.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


def _with_standing(asked: Sequence[_Asked]) -> list[_Asked]:
    """Whom the shop's plugins keep out of campaigns: the strictest of their answers, asked for the batch at once.

    By what is committed now, after each of them has come: a rule counts from the next claim on, in every process.
    """
    moment = datetime.now(UTC)
    standings = ask_standing_of_each([_query(each.buyer, moment) for each in asked])
    return [
        each if standing.campaigns else replace(each, is_excluded=True)
        for each, standing in zip(asked, standings, strict=True)
    ]


def _query(buyer: str, moment: datetime) -> StandingQuery:
    platform, _, ref = buyer.partition(":")
    ids = tuple(BuyerIdentifier(kind, ref, platform) for kind in ("platform_uid", "nick"))
    return StandingQuery(ids, None, "campaign", moment)


def claim(campaign_id: int, buyer: str, *, along: Along = _nothing, call: Call | None = None) -> Outcome:
    """Collect an envelope for a buyer (R4); refusals are an outcome, too.

    ``buyer``: ``<platform>:<ref>`` of the token. ``along``: called with the outcome for further rows of the same
    transaction. ``call``: its answer is stored there, too, and one that is stored already is the outcome. Raises
    KeyReusedError for a key of another request; MissingError for a campaign that nobody may know of, or not this buyer;
    BusyError when nothing was done, UnknownOutcomeError when nobody knows yet: the claim may be repeated either way.
    Not to be called inside ``writing()``, as the answer comes after a commit of its own.
    """
    # Not even made where there is none yet: what is sold out is told without it.
    if db.session.registry.has() and db.session().info.get("writing"):
        raise RuntimeError("a claim commits by itself: call it outside of writing()")
    sealed = terms.sealed(campaign_id)
    recipients.require(campaign_id, sealed.mode if sealed else None, buyer)
    if sealed is None:
        return Outcome(campaign_id, buyer, "claim_closed", None, now(), None)
    # Whoever waits holds no connection.
    if db.session.registry.has():
        db.session().rollback()
    if sealed.quantity is not None and campaign_id in _sold_out():
        return _late(sealed, buyer)
    outcome: Outcome = _group().submit(campaign_id, _Asked(buyer, along, call), PATIENCE)
    if outcome.refusal == "sold_out":
        _sold_out().add(campaign_id)
    seal_now_and_then()
    return outcome


def _late(sealed: Sealed, buyer: str) -> Outcome:
    """The cheap answer once everything is gone: no lock, no write. What was claimed never returns to stock (R11)."""
    at, has = issuing.look_together(sealed.id, buyer)
    known = claims.Claim("scheduled", sealed.claim_from, sealed.claim_to, left=0, has_claimed=has is not None)
    return Outcome(sealed.id, buyer, claims.claim_refusal(known, at), has, at, sealed)


def _write(campaign_id: int, take: Callable[[], Sequence[_Asked]]) -> list[Outcome]:
    """One transaction: lock the stock, take what has queued up and was asked about, write it all, commit."""
    with writing(seals=False) as session:
        sealed = terms.read(session, campaign_id)
        if sealed is None:
            raise LookupError(campaign_id)
        left = _lock(session, sealed)
        asked = take()
        at, owned = issuing.look(campaign_id, [each.buyer for each in asked])
        said = _said_before(session, sealed, asked, at)
        fresh = [each for each in asked if each not in said]
        issued = _issue(session, sealed, fresh, left, at, owned)
        _log(fresh, issued)
        _write_along(session, fresh, issued)
        said |= _say(session, sealed, dict(zip(fresh, issued, strict=True)), at)
    return [said[each] for each in asked]


def _said_before(session: Session, sealed: Sealed, asked: Iterable[_Asked], at: int) -> dict[_Asked, Outcome]:
    """Who was answered before, and what."""
    calls = {each: each.call for each in asked if each.call is not None}
    stored = stored_api_answers(session, [call.key for call in calls.values()]) if calls else {}
    return {
        each: Outcome(sealed.id, each.buyer, None, None, at, sealed, stored[call.key.key_hash])
        for each, call in calls.items()
        if call.key.key_hash in stored
    }


def _say(session: Session, sealed: Sealed, issued: Mapping[_Asked, Outcome], at: int) -> dict[_Asked, Outcome]:
    """Write down what each caller is told."""
    said = dict(issued)
    if sealed.quantity is None:
        # Nothing orders the callers of a campaign without a cap: what refuses this one may be what the same request,
        # sent to another process, has just been given.
        said |= _said_before(session, sealed, [each for each, outcome in issued.items() if outcome.refusal], at)
    rows = []
    for each, outcome in said.items():
        if each.call is not None and outcome.answer is None:
            answer = each.call.render(outcome)
            rows.append(each.call.key.row(answer, datetime.now(UTC)))
            said[each] = replace(outcome, answer=answer)
    store_api_answers(session, rows)
    return said


def _lock(session: Session, sealed: Sealed) -> int | None:
    """Lock what carries the cap; how much of it is left. A campaign without a cap has nothing to wait for."""
    if sealed.quantity is None:
        return None
    stock = session.connection().execute(_LOCK, {"campaign": sealed.id}).one()
    return int(stock.total - stock.claimed)


def _issue(
    session: Session, sealed: Sealed, asked: Sequence[_Asked], left: int | None, at: int, owned: Mapping[str, int]
) -> list[Outcome]:
    refusals: list[claims.Refusal | None] = []
    winners: dict[str, None] = {}
    for each in asked:
        rest = None if left is None else left - len(winners)
        has_claimed = each.buyer in owned or each.buyer in winners
        known = claims.Claim("scheduled", sealed.claim_from, sealed.claim_to, rest, has_claimed, each.is_excluded)
        refusal = claims.claim_refusal(known, at)
        if refusal is None:
            winners[each.buyer] = None
        refusals.append(refusal)
    issued = issuing.insert_envelopes(session, sealed, list(winners), at)
    lost = winners.keys() - issued.keys()
    if lost:  # without a lock two processes may issue to one buyer: the unique key let one of them through
        owned = {**owned, **issuing.look(sealed.id, list(lost))[1]}
    return [
        Outcome(
            sealed.id, each.buyer, "already_claimed" if refusal is None and each.buyer in lost else refusal,
            issued.get(each.buyer, owned.get(each.buyer)), at, sealed,
        )
        for each, refusal in zip(asked, refusals, strict=True)
    ]  # fmt: skip


def _log(asked: Sequence[_Asked], outcomes: Sequence[Outcome]) -> None:
    record_audits([
        each.context.run(
            audit_entry, None, "red_envelope.envelope.claimed", "red_envelope.envelope", outcome.envelope_id,
            after={"campaign": outcome.campaign_id},
        )
        for each, outcome in zip(asked, outcomes, strict=True)
        if outcome.refusal is None
    ])  # fmt: skip


def _write_along(session: Session, asked: Sequence[_Asked], outcomes: Sequence[Outcome]) -> None:
    rows: dict[type[Any], list[Mapping[str, Any]]] = {}
    for each, outcome in zip(asked, outcomes, strict=True):
        for table, values in each.along(outcome):
            rows.setdefault(table, []).append(values)
    for table, many in rows.items():
        session.connection().execute(insert(table), many)


def _group() -> "GroupCommit[_Asked, Outcome]":
    """This process's queue: one that came along with a fork has nobody who leads it."""
    key, known = f"red_envelope.claims.{os.getpid()}", current_app.extensions
    found: GroupCommit[_Asked, Outcome] = known.get(key) or known.setdefault(
        key, GroupCommit(_write, _may_split, _with_standing)
    )
    return found


def _may_split(error: Exception) -> bool:
    """Whether one claim of the batch may be what failed; a database that is gone is gone for each of them."""
    return not isinstance(error, (OperationalError, InterfaceError))


def _sold_out() -> set[int]:
    """Campaigns that were seen sold out: what was committed, and never changes again."""
    known: set[int] = current_app.extensions.setdefault("red_envelope.sold_out", set())
    return known
