"""The forms of objections and of complaints to platforms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from shopadmin.plugin_api import RefusedError, complaint_grounds, platform_name, shop_settings
from shopadmin_buyer_labels import appeal_texts
from shopadmin_buyer_labels.domain.appeals import CHANNELS
from shopadmin_buyer_labels.services.appeals import LONGEST

_TIME = "%Y-%m-%dT%H:%M"
# What one chooses on the page: outcome and remedy in one.
DECISIONS = {
    "corrected": ("upheld", "corrected"),
    "revoked": ("upheld", "revoked"),
    "rejected": ("rejected", ""),
}


class ObjectionForm(FlaskForm):
    """What the buyer says, and how it reached the shop."""

    channel = SelectField(
        _("How it reached the shop"),
        choices=[SelectChoice(code, appeal_texts.CHANNELS[code]) for code in CHANNELS if code != "page"],
        default="chat",
    )
    text = TextAreaField(
        _("What the buyer says"), [Optional(), Length(max=LONGEST)], render_kw={"rows": 6},
        description=_("In the buyer's own words. It stays with the label and is shown wherever the label is."),
    )  # fmt: skip
    said_at = DateTimeLocalField(
        _("When it was said"), [Optional()], format=_TIME, description=_("Empty: now. By the shop's clock.")
    )


class DecisionForm(FlaskForm):
    """Whether the buyer is right."""

    decision = RadioField(
        _("Decision"), [InputRequired()],
        choices=[
            SelectChoice("corrected", _("The buyer is right: what the label says is wrong")),  # type: ignore[arg-type]
            SelectChoice("revoked", _("The buyer is right: the label is taken back")),  # type: ignore[arg-type]
            SelectChoice("rejected", _("The label stands: its effect goes on")),  # type: ignore[arg-type]
        ],
    )  # fmt: skip
    reason = TextAreaField(
        _("Why"), [InputRequired(), Length(max=LONGEST)], render_kw={"rows": 4},
        description=_("The buyer may read it. Say what you looked at."),
    )  # fmt: skip


class ComplaintForm(FlaskForm):
    """A complaint to the platform of an order."""

    order = SelectField(_("Order"), choices=[])
    ground = SelectField(_("Ground of the complaint"), choices=[])
    note = TextAreaField(_("In short"), [Optional(), Length(max=LONGEST)], render_kw={"rows": 3})
    deadline_at = DateTimeLocalField(
        _("Deadline"), [Optional()], format=_TIME, description=_("Empty: what the checklist plans for.")
    )

    def offer(self, orders: Any, platforms: Any, likely: Sequence[str] = (), first: int | None = None) -> None:
        """Orders to choose from, and the grounds of their platforms; the ``first`` one and the ``likely`` ones lead."""
        self.order.choices = [
            SelectChoice(str(order.id), f"{platform_name(order.platform)} {order.order_no}")
            for order in sorted(orders, key=lambda order: order.id != first)
        ]
        grounds = dict(pair for platform in platforms for pair in complaint_grounds(platform))
        leading = [code for code in likely if code in grounds]
        self.ground.choices = [SelectChoice(code, grounds[code]) for code in dict.fromkeys([*leading, *grounds])]


def instant(field: DateTimeLocalField) -> datetime | None:
    """The time as typed on the shop's clock, aware UTC; None for an empty field. Raises RefusedError."""
    try:
        return field.data.replace(tzinfo=shop_settings().zone).astimezone(UTC) if field.data else None
    except OverflowError:
        raise RefusedError(appeal_texts.problem("time", field.name)) from None
