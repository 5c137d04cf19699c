"""What the page of one campaign shows, and what may be done there now."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, shop_settings, wording_remarks
from shopadmin_red_envelope import envelope_pages, labels, messages, permissions
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain import checks, states
from shopadmin_red_envelope.domain.checks import INSTANTS
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.forms import AmountForm
from shopadmin_red_envelope.services import activities, budget, campaigns, changing, denominations, pushes

_POINTS: dict[states.Action, str] = {
    "edit": permissions.CREATE,
    "delete": permissions.CREATE,
    "schedule": permissions.CREATE,
    "amount": permissions.AMOUNT,
    "withdraw": permissions.WITHDRAW,
}


def shown(row: Any, actor: Actor, typed: Mapping[str, str]) -> dict[str, Any]:
    """For campaign.html: buttons are those that the rule allows at this moment, and the actor may press.

    ``typed``: what was sent and refused; it stands where it was typed.
    """
    now, standing = changing.now(), campaigns.standing_of(row)
    state = states.shown_state(standing, now)
    may = {
        action: states.may_edit(standing, action, now) is None and actor.can(point) for action, point in _POINTS.items()
    }
    amount, confirmed = typed.get("amount", ""), typed.get("confirm_worst_case")
    form = AmountForm(formdata=None, amount=amount or row.amount, confirm_worst_case=confirmed)
    table = denominations.at_version(row.category, row.denomination_version)
    has_limit = budget.limit(row.currency) is not None
    may_report = actor.can(permissions.REPORT)
    may_know = row.quantity is not None or permissions.may_know_buyers(actor)
    if not (has_limit and may_know):
        del form.confirm_worst_case
    form.amount.choices = [(amount, money_text(amount, table.currency)) for amount in table.amounts]
    activity = activities.find(row.activity_id) if row.activity_id else None
    left = row.lock_at - now if row.lock_at is not None and state == "scheduled" else None
    return {
        "row": row,
        "state": state,
        "mark": labels.state_badge(state),
        "may": may | {"copy": actor.can(permissions.CREATE)},
        "stake": _stake(row, state) if may_know and (may["schedule"] or may_report) else None,
        "shows_worst": may_report,
        "must_ask": may["schedule"] and has_limit and not may_know,
        "simulator_url": url_for("red_envelope_simulator.index_view", campaign=row.id) if may_report else "",
        "push_urls": _push_urls(row, state, actor),
        "amount_form": form,
        "confirmed": confirmed,
        "burn": envelope_pages.burn_of(row, state) if may_report else None,
        "activity": activity,
        "category": denominations.category_name(row.category),
        "times": {name: _time(getattr(row, name)) for name in ("lock_at", *INSTANTS)},
        "left": left,
        "zone": shop_settings().timezone,
        "remarks": _remarks(row) if state in ("draft", "scheduled") else [],
        "name_remarks": wording_remarks(row.title, "campaign") if may["schedule"] else (),
        "mode": labels.MODES[row.mode],
        "points": labels.checklist(activities.points(activity)) if activity else [],
    }


def _stake(row: Any, state: states.State) -> budget.Stake | None:
    """The worst case. Without a number of pieces the buyers of a year are counted: only while it can still change."""
    is_known = row.quantity is not None or state in ("draft", "scheduled")
    return budget.stake(row.amount, row.quantity, row.currency) if row.amount and is_known else None


def _push_urls(row: Any, state: states.State, actor: Actor) -> list[tuple[Any, str]]:
    """Where the campaign's push and its report are, for those who may open them."""
    push, found = pushes.of_campaign(row.id), []
    if actor.can(permissions.PUSH) and (push is not None or state in ("scheduled", "running")):
        found.append((_("Push"), url_for("red_envelope_pushes.page_view", row_id=row.id)))
    if actor.can(permissions.REPORT) and push is not None and push.started_at is not None:
        found.append((_("What the push did"), url_for("red_envelope_push_reports.page_view", row_id=row.id)))
    return found


def _remarks(row: Any) -> list[Any]:
    activity = activities.values_of(activities.find(row.activity_id)) if row.activity_id else None
    found = checks.remarks(campaigns.terms_of(row), activity)
    return [problem.message for problem in messages.problems(found)]


def _time(instant: int | None) -> Any:
    return None if instant is None else to_datetime(instant)
