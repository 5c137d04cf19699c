"""The longest texts that fit where records are kept."""

from shopadmin.domain import records

# Longest texts of fields that an index holds, or a column limits: PostgreSQL refuses longer ones for the whole chunk.
_INDEXED = 255
LIMITS: dict[type, tuple[tuple[str, int], ...]] = {
    records.CategoryRecord: (("ref", _INDEXED),),
    records.SellerRecord: (("ref", _INDEXED),),
    records.ProductRecord: (("ref", _INDEXED), ("sku", _INDEXED), ("supplier_ref", _INDEXED)),
    records.BuyerRecord: (("ref", _INDEXED), ("name", _INDEXED)),
    records.OrderRecord: (
        ("order_no", _INDEXED), ("buyer_ref", _INDEXED), ("buyer_name", _INDEXED), ("recipient", _INDEXED),
        ("tracking_no", _INDEXED),
    ),
    records.LineRecord: (("line_no", _INDEXED), ("product_ref", _INDEXED)),
    records.PaymentRecord: (("sequence", 40),),
    records.ReviewRecord: (
        ("review_ref", _INDEXED), ("order_no", _INDEXED), ("buyer_ref", _INDEXED), ("buyer_name", _INDEXED),
        ("state", 20),
    ),
    records.IncidentRecord: (("incident_ref", _INDEXED), ("kind", 40), ("order_no", _INDEXED), ("currency", 3)),
}  # fmt: skip


class TooLongError(ValueError):
    """A text that does not fit where it is kept; nothing of its record was staged. ``most``: characters that fit."""

    def __init__(self, field: str, value: str, most: int) -> None:
        super().__init__(field)
        self.field, self.value, self.most = field, value, most
