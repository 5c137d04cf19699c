"""``shopadmin red-envelope …``: campaigns for programs, through the same services as the pages."""

import json
import sys
from collections.abc import Collection
from typing import Any

import click
from sqlalchemy import select

from shopadmin.plugin_api import (
    CommandRefusedError,
    MissingError,
    ObjectionsError,
    RefusedError,
    answer,
    db,
    json_option,
    with_app,
)
from shopadmin_red_envelope import messages, rule_commands
from shopadmin_red_envelope.domain import states
from shopadmin_red_envelope.domain.checks import Terms
from shopadmin_red_envelope.models import RedEnvelopeCampaign
from shopadmin_red_envelope.services import campaigns as service
from shopadmin_red_envelope.services import changing, sealing

_SHOWN = ("id", "state", "amount", "lock_at", "claim_from", "claim_to", "use_from", "use_to", "version")
_TEXTS = ("title", "category", "mode")


@click.group("red-envelope")
def red_envelope() -> None:
    """Red envelope campaigns. Instants are milliseconds UTC, amounts minor units (fen)."""


for command in rule_commands.COMMANDS:
    red_envelope.add_command(command)


@red_envelope.command("campaigns")
@json_option
@with_app
def list_campaigns(as_json: bool) -> None:
    """Print every campaign with its state by the database's clock. Exit 0."""
    sealing.seal_due()
    now = changing.now()
    rows = db.session().scalars(select(RedEnvelopeCampaign).order_by(RedEnvelopeCampaign.id)).all()
    found = [_shown(row, now) for row in rows]
    lines = [f"{row['id']:>6} {row['state']:10} {row['amount'] or '-':>8}" for row in found]
    answer({"campaigns": found}, as_json, "\n".join(lines) or "No campaigns yet.")


@red_envelope.group()
def campaign() -> None:
    """Set a campaign up. Each command reads one JSON object from standard input."""


@campaign.command()
@json_option
@with_app
def create(as_json: bool) -> None:
    """Add a draft: title, category, activity_id, amount, quantity, threshold, mode and the four ends of its windows.

    These are claim_from, claim_to, use_from, use_to. Exit 0 added, 2 refused: nothing was changed then.
    """
    wanted = _read({*Terms.__dataclass_fields__, "activity_id"})
    activity_id = wanted.pop("activity_id", None)
    terms = {"title": "", "category": "", **wanted}
    _answer(_attempt(lambda: service.create(None, Terms(**terms), activity_id)), as_json)


@campaign.command()
@json_option
@with_app
def schedule(as_json: bool) -> None:
    """Schedule a draft: id, version. Exit 0 scheduled, 2 refused: nothing was changed then.

    confirm_worst_case is needed beside them when the campaign may cost more than the owner's limit: the worst case in
    minor units.
    """
    wanted = _read({"id", "version"}, {"confirm_worst_case"}, all_of_them=True)
    confirmed = wanted.get("confirm_worst_case")
    _attempt(lambda: service.schedule(None, wanted["id"], wanted["version"], confirmed))
    _answer(wanted["id"], as_json)


@campaign.command()
@json_option
@with_app
def withdraw(as_json: bool) -> None:
    """Withdraw a scheduled campaign for good: id, version. Exit 0 withdrawn, 2 refused: nothing was changed then."""
    wanted = _read({"id", "version"}, all_of_them=True)
    _attempt(lambda: service.withdraw(None, wanted["id"], wanted["version"]))
    _answer(wanted["id"], as_json)


@campaign.command("set-amount")
@json_option
@with_app
def set_amount(as_json: bool) -> None:
    """Change the amount: id, amount, version. Exit 0 changed, 2 refused: nothing was changed then.

    confirm_worst_case: as for schedule.
    """
    wanted = _read({"id", "amount", "version"}, {"confirm_worst_case"}, all_of_them=True)
    confirmed = wanted.get("confirm_worst_case")
    _attempt(lambda: service.set_amount(None, wanted["id"], wanted["amount"], wanted["version"], confirmed))
    _answer(wanted["id"], as_json)


def _read(named: set[str], optional: Collection[str] = (), all_of_them: bool = False) -> dict[str, Any]:
    """The object on standard input, with nothing but known names and values of the right kind."""
    try:
        found = json.loads(sys.stdin.read(1_000_000))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CommandRefusedError("standard input is not a JSON object", "bad_json")
    known = named.union(optional)
    if unknown := found.keys() - known:
        text = f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}"
        raise CommandRefusedError(text, "unknown_field")
    if all_of_them and (lacking := named - found.keys()):
        raise CommandRefusedError(f"missing: {', '.join(sorted(lacking))}", "missing_field")
    for name, value in found.items():
        if not _fits(name, value, all_of_them):
            raise CommandRefusedError(f"{name} has a value of the wrong kind", "bad_value")
    return found


def _fits(name: str, value: Any, is_needed: bool) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    if name == "after_order_discounts":
        return isinstance(value, bool)
    # A bool is an int to Python; no column holds more than 64 bits.
    is_integer = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return is_integer or (value is None and not is_needed)


def _attempt(act: Any) -> Any:
    try:
        return act()
    except (RefusedError, ObjectionsError) as refused:
        said = [f"{problem.field + ': ' if problem.field else ''}{problem.message}" for problem in refused.problems]
        raise CommandRefusedError(" ".join(said), refused.problems[0].code) from None
    except MissingError:
        unknown = messages.problem("unknown_campaign")
        raise CommandRefusedError(str(unknown.message), unknown.code) from None


def _answer(campaign_id: int, as_json: bool) -> None:
    shown = _shown(service.find(campaign_id), changing.now())
    answer({"campaign": shown}, as_json, f"Campaign {campaign_id} is {shown['state']}, version {shown['version']}.")


def _shown(row: RedEnvelopeCampaign, now: int) -> dict[str, Any]:
    state = states.shown_state(service.standing_of(row), now)
    return {name: getattr(row, name) for name in _SHOWN} | {"state": state}
