"""A basket as quotes and holds take it."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shopadmin.plugin_api import ApiModel
from shopadmin_red_envelope.domain import baskets
from shopadmin_red_envelope.services.judging import Order

MOST_LINES = 200
MOST_TOOLS = 20

# The largest whole number that every reader of JSON takes for what it is, the schema's own reader included.
LARGEST = 2**53 - 1
# So that no sum over an order, which is answered, goes beyond it.
MOST_OF_LINE, MOST_OF_TOOL = LARGEST // MOST_LINES, LARGEST // MOST_TOOLS
LINE_KEY = r"^[ -~]{1,64}$"
WhichEnvelope = Annotated[int, Field(ge=1, le=LARGEST)]


class BasketLine(ApiModel):
    """One line. ``amount``: minor units of all its units together, after item-level price."""

    key: Annotated[str, Field(pattern=LINE_KEY, description="Unique in the order, and fixed: ties are decided by it")]
    amount: Annotated[int, Field(ge=0, le=MOST_OF_LINE)]
    qty: Annotated[int, Field(ge=1, le=baskets.MOST_UNITS)] = 1
    type: Literal["goods", "freight", "service_fee"] = "goods"


class BasketTool(ApiModel):
    """Another discount or tender on the order."""

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    amount: Annotated[int, Field(ge=0, le=min(baskets.MOST_MINOR, MOST_OF_TOOL), description="Minor units")] = 0


class Basket(ApiModel):
    """The lines of an order, and what else reduces or pays it. ``currency``: refused when it is not the envelope's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lines": [{"key": "L01", "amount": 4000}, {"key": "L02", "amount": 6000, "qty": 2}],
                    "tools": [{"kind": "store_full_reduction", "amount": 500}],
                    "envelope_id": 1,
                    "order_no": "S1",
                }
            ]
        }
    )

    lines: Annotated[list[BasketLine], Field(min_length=1, max_length=MOST_LINES)]
    tools: Annotated[tuple[BasketTool, ...], Field(max_length=MOST_TOOLS)] = ()
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$")] = None


def order(basket: Basket, order_no: str, buyer: str, currency: str) -> Order:
    """The order that the rules see. ``currency``: of the envelope, for a basket that names none."""
    lines = [baskets.Line(line.key, line.amount, line.qty, line.type) for line in basket.lines]
    tools = [baskets.Tool(tool.kind, tool.amount) for tool in basket.tools]
    return Order(order_no, buyer, basket.currency or currency, lines, tools)
