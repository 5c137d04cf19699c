"""Who may pass rights on, to whom, and which: the whole of it as pure functions (docs: "Who may grant").

The owner grants. Somebody who holds the delegate point manages others within what they hold themselves: never their
own account, never the owner's, never the delegate point. Nothing that a non-owner does can widen what non-owners hold
together; a property test walks through random acts to hold that.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

DELEGATE = "core.team:delegate"

Levels = Mapping[str, Literal["grantable", "owner_only", "baseline"]]
Objection = Literal["self", "owner", "no_right", "beyond_own", "beyond_own_time"]


@dataclass(frozen=True, slots=True)
class Holder:
    """An account as far as granting goes.

    ``points``: what it holds with the aware UTC end of each, None for no end; what is implied is included.
    """

    account_id: int
    is_owner: bool = False
    points: Mapping[str, datetime | None] = field(default_factory=dict)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two ends; None never ends."""
    return None if one is None or other is None else max(one, other)


def within(asked: datetime | None, limit: datetime | None) -> datetime | None:
    """The earlier of two ends; None never ends."""
    if asked is None or limit is None:
        return asked or limit
    return min(asked, limit)


def grantable_by(actor: Holder, levels: Levels) -> frozenset[str]:
    """The points that the actor may give to somebody else."""
    grantable = frozenset(code for code, level in levels.items() if level == "grantable")
    if actor.is_owner:
        return grantable
    if DELEGATE not in actor.points:
        return frozenset()
    return (grantable & actor.points.keys()) - {DELEGATE}


def check_grant(
    actor: Holder, target: Holder, points: Collection[str], levels: Levels, until: datetime | None = None
) -> list[Objection]:
    """Objections to giving ``points`` to, or taking them from, the target; none means that it may be done.

    ``until``: when they end, None for never; not later than the actor's own.
    """
    found: list[Objection] = []
    if actor.account_id == target.account_id:
        found.append("self")
    if target.is_owner:
        found.append("owner")
    if not actor.is_owner and DELEGATE not in actor.points:
        found.append("no_right")
    elif not set(points) <= grantable_by(actor, levels):
        found.append("beyond_own")
    elif not actor.is_owner and any(within(until, actor.points[code]) != until for code in points):
        found.append("beyond_own_time")
    return found


def can_grant(
    actor: Holder, target: Holder, points: Collection[str], levels: Levels, until: datetime | None = None
) -> bool:
    """Whether the actor may give the points to the target, or take them away."""
    return not check_grant(actor, target, points, levels, until)


def can_manage(actor: Holder, target: Holder, levels: Levels) -> bool:
    """Whether the actor may lock the target out, let it in again, or give it a new way to sign in.

    A delegate only where the target holds nothing that the delegate could not give: else letting somebody in again,
    or taking the account over, would bring rights back that nobody else holds.
    """
    held = {code for code in target.points if levels.get(code) != "baseline"}
    is_within = actor.is_owner or held <= grantable_by(actor, levels)
    return is_within and can_grant(actor, target, (), levels)


def latest_end(actor: Holder, points: Iterable[str], asked: datetime | None) -> datetime | None:
    """The end that ``points`` get when the actor gives them: the one asked for, never later than the actor's own."""
    end = asked
    if not actor.is_owner:
        for code in points:
            end = within(end, actor.points.get(code))
    return end
