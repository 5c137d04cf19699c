"""What the owner sets about compensation: how much a case may get without being asked."""

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField
from wtforms.validators import Optional

from shopadmin.plugin_api import RefusedError, read_amount, shop_settings, to_decimal


class LimitField(StringField):
    """An amount of the shop's money: text for people, minor units as its value, None where it is left open."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises ValueError with the sentence for the person."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        try:
            self.data = read_amount(text, shop_settings().currency, self.short_name, least=0) if text else None
        except RefusedError as refused:
            raise ValueError(str(refused.problems[0].message)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{to_decimal(self.data, shop_settings().currency):f}"


class CompensationSettings(Form):
    """The limit."""

    compensation_limit = LimitField(
        _("Compensation that needs no decision"),
        [Optional()],
        description=_(
            "All that one case may get together. Empty: the owner decides about everything. Coupons, gifts and "
            "more than the buyer paid always wait for a decision, by somebody else than asked for it."
        ),
    )
