"""A field of a form for an amount of the shop's money."""

from wtforms import StringField

from shopadmin.domain.money import to_decimal
from shopadmin.services import settings
from shopadmin.services.amounts import read_amount
from shopadmin.services.conflicts import RefusedError


class MoneyField(StringField):
    """An amount of the shop's money: text for people, minor units as its value, None where it is left open."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises ValueError with the sentence for the person."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        try:
            self.data = read_amount(text, settings.load().currency, self.short_name, least=0) if text else None
        except RefusedError as refused:
            raise ValueError(str(refused.problems[0].message)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{to_decimal(self.data, settings.load().currency):f}"
