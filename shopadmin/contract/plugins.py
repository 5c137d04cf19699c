"""What a plugin says of itself, and what it is asked to do now and then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopadmin.contract.ids import AccountId, BuyerId, OrderId
from shopadmin.contract.text import Text

API_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin is. ``name``: lower case, digits, underscores; also the prefix of its tables and permissions."""

    name: str
    title: Text
    version: str
    api_version: int
    summary: Text = ""
    homepage: str = ""


@dataclass(frozen=True, slots=True)
class AuditMessage:
    """How the activity log says it: ``code`` is that of an act (``hello.greeting.sent``) or a kind of object
    (``hello.greeting``). A plugin's codes start with its name.

    ``lines``: of a kind of object, its values before and after in words, a line each; without it they stand as they
    were recorded.
    """

    code: str
    text: Text
    lines: Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An objection, or something ``shopadmin check`` found. ``code`` is stable, ``message`` for a person."""

    code: str
    message: Text
    field: str = ""


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Work that the worker does every ``seconds``, 10 at least. ``run`` is safe to repeat."""

    name: str
    seconds: int
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class JobKind:
    """Work that somebody starts by ``begin_job`` and watches. ``name`` starts with the plugin's name and a dot.

    ``run`` is given ``step(done, total)`` to say how far it is, and returns what came of it as plain values, or None.
    What ``step`` raises ends the work, cancelled or interrupted: let it through. After a restart ``run`` begins anew.
    """

    name: str
    run: "Callable[[Callable[[int, int | None], None]], Mapping[str, Any] | None]"


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop while it is being filled: what a plugin needs to add its own rows. ``today``: aware UTC."""

    today: datetime
    order_ids: tuple[OrderId, ...]
    buyer_ids: tuple[BuyerId, ...]
    owner_id: AccountId
