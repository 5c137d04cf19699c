"""Forms of rules and holds."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from shopadmin.plugin_api import EVIDENCE_TIERS
from shopadmin_buyer_labels import labels, policy_texts
from shopadmin_buyer_labels.domain.policy import LONGEST_HOLD, Effect, Level, Rule
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import PolicyRule
from shopadmin_buyer_labels.services.allowances import LONGEST_DAYS
from shopadmin_buyer_labels.services.orders import LONGEST_REASON
from shopadmin_buyer_labels.services.rules import LONGEST_NAME, Draft


def _choices(texts: Mapping[Any, Any]) -> list[Any]:
    return [SelectChoice(str(code), text) for code, text in texts.items()]


def _ticks(label: Any, texts: Mapping[Any, Any], help_text: Any = "") -> SelectMultipleField:
    return SelectMultipleField(
        label, choices=_choices(texts), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description=help_text, validate_choice=False,
    )  # fmt: skip


class RuleForm(FlaskForm):
    """Which labels lead to what."""

    name = StringField(_("Name of the rule"), [InputRequired(), Length(max=LONGEST_NAME)])
    codes = _ticks(
        _("Labels it looks at"),
        {code: labels.CODES[code] for code, rule in CODES.items() if not rule.is_protective},
        _("None ticked: all of them."),
    )
    statuses = _ticks(_("In these states"), policy_texts.STATUSES)
    min_tier = SelectField(_("Evidence at least"), choices=_choices(EVIDENCE_TIERS), default="2")
    min_severity = SelectField(_("Severity at least"), choices=_choices(labels.SEVERITIES), default="3")
    level = SelectField(_("What it leads to"), choices=_choices(policy_texts.LEVELS), default="2")
    hold_hours = IntegerField(
        _("Hours until a hold ends by itself"), [Optional(), NumberRange(1, LONGEST_HOLD)], default=LONGEST_HOLD,
        description=_("For holds alone; 24 at most."),
    )  # fmt: skip
    requires = _ticks(_("Asked for before the order goes out"), policy_texts.REQUIREMENTS)
    no_campaigns = BooleanField(_("No part in campaigns"))

    @property
    def draft(self) -> Draft:
        """What was typed; hours of a rule that holds nothing are left out."""
        level = Level(int(self.level.data))
        hours = (self.hold_hours.data or 0) if level is Level.HOLD else 0
        effect = Effect(level, frozenset(self.requires.data or ()), not self.no_campaigns.data, hours)
        return Draft(
            self.name.data or "",
            Rule(
                frozenset(self.codes.data or ()), effect, int(self.min_tier.data), int(self.min_severity.data),
                frozenset(self.statuses.data or ()),
            ),
        )  # fmt: skip

    @staticmethod
    def values(row: PolicyRule) -> dict[str, Any]:
        """What a rule says, for its form."""
        return {
            "name": policy_texts.name_of(row.name), "codes": row.codes, "statuses": row.statuses,
            "min_tier": str(row.min_tier), "min_severity": str(row.min_severity), "level": str(row.level),
            "hold_hours": row.hold_hours or LONGEST_HOLD, "requires": row.requires, "no_campaigns": not row.campaigns,
        }  # fmt: skip


class LiveForm(FlaskForm):
    """Let a rule act."""

    is_approved = BooleanField(
        _("I have looked at the figures. What the rule asks for, and whom it keeps out, works without asking anybody.")
    )


class ReleaseForm(FlaskForm):
    """Let an order go on."""

    reason = TextAreaField(
        _("Why it is released"), [InputRequired(), Length(max=LONGEST_REASON)], render_kw={"rows": 2}
    )
    allow_days = IntegerField(
        _("Let the buyer's next orders pass for so many days"), [Optional(), NumberRange(1, LONGEST_DAYS)],
        description=_("Empty: only this order."),
    )  # fmt: skip


class ConfirmForm(FlaskForm):
    """Keep an order back."""

    keep_reason = TextAreaField(
        _("Why it is kept back"), [InputRequired(), Length(max=LONGEST_REASON)], render_kw={"rows": 2},
        description=_("It then waits until a person releases it, or cancels it by hand."),
    )  # fmt: skip
