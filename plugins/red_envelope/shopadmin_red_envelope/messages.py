"""The sentences for what the rules and the triggers object to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_currency, format_timedelta
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DBAPIError

from shopadmin.plugin_api import Problem, to_decimal
from shopadmin_red_envelope import labels
from shopadmin_red_envelope.domain.baskets import BasketError
from shopadmin_red_envelope.domain.budget import WorstCase
from shopadmin_red_envelope.domain.checks import Objection

_SENTENCES: Mapping[str, Callable[..., Any]] = {
    "locked": lambda: _("The campaign has begun. From the start on nobody changes it, the owner included."),
    "closing": lambda: _("The campaign begins in this moment. It cannot be changed any more."),
    "withdrawn": lambda: _("The campaign was withdrawn, and that is final. Copy it to a new draft instead."),
    "not_a_draft": lambda: _("Of a scheduled campaign only the amount can change. Withdraw it and copy it instead."),
    "not_scheduled": lambda: _("The campaign is still a draft."),
    "fixed": lambda: _("Of a scheduled campaign only the amount can change."),
    "key": lambda: _("This campaign exists already and cannot be replaced."),
    "sealed": lambda: _("A seal is written once and never changed."),
    "guard": lambda: _("The guard of the clock only goes forward."),
    "stale": lambda: _("Somebody changed this meanwhile. Look at it again, then decide."),
    "bad_name": lambda most: _("Use 1 to %(most)s characters on one line.", most=most),
    "bad_amount": lambda: _("Write an amount above 0, such as 12.50."),
    "amount_too_high": lambda most: _("At most %(most)s, counted in the smallest coin.", most=f"{most:,}"),
    "one_or_two": lambda text: _(
        "“%(text)s” may be one amount or several. Leave the comma out, or put a blank after it.", text=text
    ),
    "bad_instant": lambda: _("This is not a time that a campaign can have."),
    "bad_quantity": lambda most: _("Between 1 and %(most)s pieces, or empty for no limit.", most=f"{most:,}"),
    "bad_values": lambda: _("These values do not fit together."),
    "missing": lambda name: _("Fill in “%(name)s” before the campaign is scheduled.", name=name),
    "after_activity": lambda name, milliseconds: _(
        "“%(name)s” lies %(time)s after the end of the activity. That is allowed; is it meant?",
        name=name,
        time=format_timedelta(timedelta(milliseconds=milliseconds), granularity="hour", threshold=2),
    ),
    "unknown_field": lambda name: _("There is no field %(name)s.", name=name),
    "unknown_campaign": lambda: _("There is no such campaign."),
    "not_ended": lambda: _("A campaign has not ended yet. Its data stays until every campaign has."),
    "not_released": lambda: _("An envelope is held for an order. Its data stays until it is paid or cancelled."),
    "not_completed": lambda: _("A refund is not completed yet. Its data stays until it is."),
    "unknown_activity": lambda: _("There is no such activity."),
    "unknown_kind": lambda: _("Choose whose activity it is."),
    "unknown_mode": lambda: _("Choose how buyers get the envelope."),
    "no_denominations": lambda: _("There are no denominations for this category, so there is no campaign."),
    "amount_not_listed": lambda: _("Choose one of the category's denominations."),
    "threshold_not_above_amount": lambda: _("The order amount must be above the envelope."),
    "window_empty": lambda: _("It ends in the moment it begins."),
    "ends_before_start": lambda: _("It ends before it begins."),
    "claimed_after_use": lambda: _("Collecting must end before the envelope does, or together with it."),
    "starts_in_past": lambda: _("The start must lie in the future."),
    "missing_time": lambda instead: _(
        "The clocks are put forward then, and this time does not exist. Choose %(instead)s or later.",
        instead=f"{instead:%H:%M}",
    ),
    "no_store_envelopes": lambda: _("This activity does not support store envelopes."),
    "activity_locked": lambda: _("The activity has begun. From the start on nobody changes it."),
    "activity_in_use": lambda: _("A scheduled campaign belongs to this activity, so it stays as it is."),
    "denomination_in_use": lambda: _("A scheduled campaign uses this version of the table. Make a new version."),
    "denomination_count": lambda most: _("Between 1 and %(most)s amounts.", most=most),
    "worst_case": lambda amount, limit, typed: _(
        "At worst this campaign costs %(amount)s, and your limit is %(limit)s. Type %(typed)s to confirm it.",
        amount=amount,
        limit=limit,
        typed=typed,
    ),
    "unbounded_case": lambda amount, limit, typed: _(
        "Without a number of pieces the cost has no bound: for every buyer of the last 365 days it would be "
        "%(amount)s, and your limit is %(limit)s. Type %(typed)s to confirm it.",
        amount=amount,
        limit=limit,
        typed=typed,
    ),
    "unbounded_unknown": lambda: _(
        "Without a number of pieces the cost has no bound. Only the owner and those who may see the reports decide "
        "that: ask one of them, or name a number of pieces."
    ),
    "denomination_twice": lambda: _("The same amount stands there twice."),
    "bad_tool": lambda kind: _(
        "“%(kind)s” is no code: use small letters, digits and _, beginning with a letter, 40 at most.", kind=kind
    ),
    "shipped_tool": lambda kind: _(
        "“%(kind)s” stands in another list by the rules of the notice, and stays there.", kind=kind
    ),
    "tool_twice": lambda kind: _("“%(kind)s” stands in two lists. Leave it in one.", kind=kind),
    "wrong_shop": lambda: _("The envelope is of another shop."),
    "not_owner": lambda: _("The envelope belongs to another buyer."),
    "not_started": lambda: _("The envelope cannot be used yet."),
    "expired": lambda: _("The envelope has expired."),
    "already_used": lambda: _("The envelope is used up."),
    "held_by_other_order": lambda: _("The envelope is held for another order."),
    "second_envelope": lambda: _("The order has an envelope already: one to an order."),
    "conflicts_with_coupon": lambda: _("An envelope does not go together with a coupon."),
    "tool_not_listed": lambda: _("Nobody has said yet whether an envelope goes together with this discount."),
    "no_goods": lambda: _("There are no goods in the order that an envelope could reduce."),
    "goods_not_above_envelope": lambda: _("The goods must cost more than the envelope is worth."),
    "below_threshold": lambda: _("The goods do not reach the amount that the envelope asks for."),
    "remainder_not_above_envelope": lambda: _("What other discounts leave must be more than the envelope is worth."),
    "claim_closed": lambda: _("The envelope cannot be collected then: not before the collection begins, nor after it."),
    "already_claimed": lambda: _("The buyer has this envelope already: one each."),
    "sold_out": lambda: _("All envelopes of this campaign are gone."),
    "buyer_excluded": lambda: _("This buyer does not take part in campaigns."),
    "too_many_lines": lambda most: _("At most %(most)s lines.", most=most),
    "line_bad_key": lambda most: _("The key of a line has 1 to %(most)s printable ASCII characters.", most=most),
    "line_key_twice": lambda: _("Two lines have the same key."),
    "line_bad_amount": lambda most: _("The amount of a line lies between 0 and %(most)s minor units.", most=most),
    "line_bad_quantity": lambda most: _("A line has between 1 and %(most)s units.", most=most),
    "line_unknown_type": lambda: _("A line is goods, freight or a service fee."),
    "other_currency": lambda: _("The order is in another currency than the envelope."),
    "other_order": lambda: _("The envelope is held for another order."),
    "hold_differs": lambda: _("The order was held with other lines. Cancel that hold, then hold it again."),
    "hold_released": lambda: _("The hold was cancelled or has lapsed, and the envelope went back to its buyer."),
    "hold_lapsed": lambda: _("The hold has lapsed."),
    "already_redeemed": lambda: _("The order is paid with this envelope: a refund is what gives it back."),
    "not_redeemed": lambda: _("The order is not paid yet."),
    "not_usable": lambda: _("The envelope cannot be used for this order now."),
    "unknown_line": lambda: _("The order has no such line."),
    "bad_units": lambda: _("Write a number of units, 0 or more."),
    "more_than_left": lambda: _("So many units of this line are not left to refund."),
    "nothing_to_refund": lambda: _("There is nothing left to refund."),
    "no_units": lambda: _("Nothing is named: say how many units of which lines go back."),
    "all_or_units": lambda: _("Say either all, or units by line key, and not both."),
    "refund_completed": lambda: _("The money has gone back already: this refund cannot be cancelled any more."),
    "refund_cancelled": lambda: _("This refund was cancelled. Start another one."),
    "later_refund": lambda: _(
        "A later refund was reckoned on top of this one, to the cent. Cancel the later one first, or complete both."
    ),
    "which_platform": lambda: _("Several platforms have an order of this number. Say which one is meant."),
    "platform": lambda: _("The order is of another platform than the envelope's buyer."),
    "completed_before_started": lambda: _("A refund is completed after it was started."),
    "push_locked": lambda: _("The push is on its way: nothing about it changes any more."),
    "push_drawing": lambda: _("The groups are being drawn. Wait for it, or give it up."),
    "push_not_drawn": lambda: _("Draw the groups first."),
    "push_not_written": lambda: _("Write the text first."),
    "push_over": lambda: _("The push is over. It stays as it was sent."),
    "push_not_scheduled": lambda: _("Schedule the campaign first: buyers are told of nothing that may not come."),
    "push_withdrawn": lambda: _("The campaign was withdrawn: there is nothing to tell buyers of."),
    "push_closed": lambda: _("The campaign cannot be collected any more: there is nothing to tell buyers of."),
    "push_sold_out": lambda: _("All envelopes of the campaign are gone: there is nothing to tell buyers of."),
    "push_by_hand": lambda: _("The push was stopped."),
    "push_nobody": lambda: _("Nobody would get it: no past buyer is left, or all of them are kept back."),
    "push_no_channel": lambda: _("Choose a way to the buyers."),
    "push_subject": lambda most: _(
        "An e-mail has a subject of 1 to %(most)s characters, nothing else has one.", most=most
    ),
    "push_text": lambda most: _("Write 1 to %(most)s characters.", most=f"{most:,}"),
    "push_holdout": lambda least, most: _("Between %(least)s and %(most)s percent.", least=least, most=most),
    "push_rate": lambda: _("Between 1 and 100 percent."),
    "facts": lambda: _("Meanwhile the envelope has expired. Complete the refund again."),
}
# Sentences that stand away from their field, and so say which.
_NAMING = ("missing", "after_activity")


def problem(code: str, field: str = "", **values: Any) -> Problem:
    """The objection in words; its code carries the plugin's name."""
    if code in _NAMING:
        values["name"] = labels.FIELDS[field]
    return Problem(f"red_envelope.{code}", _SENTENCES[code](**values), field)


def problems(objections: Iterable[Objection]) -> list[Problem]:
    """All of them in words."""
    return [problem(found.code, found.field, **found.values) for found in objections]


def basket(error: BasketError) -> Problem:
    """Why no order can look like this; the field is the key of the line."""
    return problem(f"line_{error.code}", error.key, **({"most": f"{error.most:,}"} if error.most else {}))


def missing_time(field: str, instead: datetime) -> Problem:
    """A local time that the clocks jump over."""
    return problem("missing_time", field, instead=instead)


def worst_case(worst: WorstCase, currency: str, limit: int) -> Problem:
    """What a campaign costs at worst, which was not confirmed; ``limit`` in minor units as well."""
    shown, most = (str(format_currency(to_decimal(minor, currency), currency)) for minor in (worst.amount, limit))
    code = "worst_case" if worst.is_bound else "unbounded_case"
    typed = f"{to_decimal(worst.amount, currency):f}"
    return problem(code, "confirm_worst_case", amount=shown, limit=most, typed=typed)


def said_by_trigger(error: DBAPIError) -> Problem | None:
    """What a trigger of ours said, None for any other error."""
    text = str(error.orig)
    _before, found, rest = text.partition("red_envelope:")
    code = rest.partition(":")[0]
    return problem(code) if found and code in _SENTENCES else None
