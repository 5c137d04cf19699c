"""What the owner sets on the plugin's page."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from shopadmin.plugin_api import MoneyField, selling_platforms
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.amounts import parts
from shopadmin_red_envelope.domain import baskets, envelopes, pushes
from shopadmin_red_envelope.services.tool_lists import SETTINGS

REMIND_DAYS = 3
HOLD_MINUTES = envelopes.DEFAULT_HOLD_MS // envelopes.MINUTE_MS


class ToolsField(StringField):
    """Codes of tools, with blanks or commas between them; its value has one blank each, and no code twice."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read them; whether they may stand here is a question to the whole form."""
        self.data = " ".join(dict.fromkeys(parts(valuelist[0].lower()))) if valuelist else ""


class SettingsForm(Form):
    """Limits, lists and markets of this shop."""

    remind_days = IntegerField(
        _("Days before its start to remind of a draft"),
        [InputRequired(), NumberRange(1, 30)],
        default=REMIND_DAYS,
        description=_("Today warns of a draft that begins so soon: unless it is scheduled, it is lost at its start."),
    )
    worst_case_limit = MoneyField(
        _("Limit for what a campaign may cost at worst"),
        [Optional(), NumberRange(min=0)],
        description=_("Above it, whoever schedules the campaign must type the amount. Empty for no limit."),
    )
    hold_minutes = IntegerField(
        _("Minutes that an order keeps its envelope while it is paid"),
        [Optional(), NumberRange(1, 24 * 60)],
        default=HOLD_MINUTES,
        description=_("Between placing an order and paying for it; after that the envelope is free for another order."),
    )
    holdout_percent = IntegerField(
        _("Of a push's buyers, how many are kept back for comparison, %"),
        [Optional(), NumberRange(pushes.LEAST_HOLDOUT, pushes.MOST_HOLDOUT)],
        default=pushes.DEFAULT_HOLDOUT,
        description=_("What a new push begins with. They get no message, and show what it did."),
    )
    more_discounts = ToolsField(
        _("Further discounts that an envelope goes together with"),
        description=_(
            "Codes as your storefront sends them, such as member_price: they are taken off before the envelope. "
            "Store full reduction and store full discount are on this list anyway."
        ),
    )
    more_tenders = ToolsField(
        _("Further ways to pay that an envelope goes together with"),
        description=_(
            "They settle what is left after the envelope. Gold coins, Jifenbao and Alipay cash envelopes are on this "
            "list anyway."
        ),
    )
    more_refused = ToolsField(
        _("Further discounts that an envelope does not go together with"),
        description=_(
            "Product coupons and store coupons are on this list anyway. A discount on no list is refused too, as "
            "nobody has decided on it yet."
        ),
    )
    counting_markets = SelectMultipleField(
        _("Platforms whose prices count the envelope"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_(
            "Everywhere else an envelope does not lower the price of the goods, as the notice has it: the price "
            "export tells the 30-day lowest price without it."
        ),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.counting_markets.choices = list(selling_platforms().items())

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """As ever; and no tool in two lists, nor moved from where the notice has it (R8, R12)."""
        is_valid = bool(super().validate(extra_validators))
        lists = {name: (self[setting].data or "").split() for name, setting in SETTINGS.items()}
        for name, setting in SETTINGS.items():
            others = {kind for other in lists if other != name for kind in lists[other]}
            try:
                baskets.check_tools(name, lists[name], others)
            except baskets.ToolListError as error:
                is_valid, said = False, str(messages.problem(error.code, kind=error.kind).message)
                self[setting].errors = [*self[setting].errors, said]
        return is_valid
