"""Orders with lines, payments, refunds, chargebacks and shipments. Amounts: minor units of the order's currency."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code


class Order(Base):
    """One order as its platform reports it. ``contact_encrypted``: recipient, phone and address as JSON."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("platform", "order_no"),
        # The list pages by (created_at, id); with a status or a platform chosen it needs that in front.
        Index("ix_shop_order_created", "created_at", "id"),
        Index("ix_shop_order_status", "status", "created_at", "id"),
        Index("ix_shop_order_platform", "platform", "created_at", "id"),
        Index("ix_shop_order_buyer", "buyer_id", "created_at"),
        Index("ix_shop_order_number", "order_no", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    order_no: Mapped[str] = mapped_column(Code)
    shop_ref: Mapped[str] = mapped_column(default="")
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"))
    # The platform's own word for the buyer, kept so that a buyers' file that comes later still finds the order.
    buyer_ref: Mapped[str] = mapped_column(default="")
    buyer_name: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(20))
    status_raw: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    close_reason: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(String(3))
    goods: Mapped[int | None] = mapped_column(BigInteger)
    shipping: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    paid: Mapped[int | None] = mapped_column(BigInteger)
    refunded: Mapped[int | None] = mapped_column(BigInteger)
    item_count: Mapped[int | None]
    buyer_note: Mapped[str] = mapped_column(default="")
    shop_note: Mapped[str] = mapped_column(default="")
    payment_method: Mapped[str] = mapped_column(default="")
    contact_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class OrderLine(Base):
    """One line of an order; ``price`` of one piece, ``paid`` and ``refunded`` of the whole line."""

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "line_no"), CheckConstraint("qty >= 0", name="qty"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"))
    line_no: Mapped[str] = mapped_column(Code)
    product_ref: Mapped[str] = mapped_column(default="", index=True)
    sku: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    spec: Mapped[str] = mapped_column(default="")
    qty: Mapped[int]
    price: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int | None] = mapped_column(BigInteger)
    shipping: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(default="")
    refund_status: Mapped[str] = mapped_column(default="")
    refunded: Mapped[int | None] = mapped_column(BigInteger)
    seller_ref: Mapped[str] = mapped_column(default="")
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Payment(Base):
    """One payment of an order."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("order_id", "sequence"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"))
    sequence: Mapped[str] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BigInteger)
    instalments: Mapped[int | None]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Refund(Base):
    """Money given back, written down by the shop; what a platform reports in sum stands on the order."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500), default="")
    refunded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Chargeback(Base):
    """A payment that the buyer's bank took back, or tries to."""

    __tablename__ = "chargeback"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state in ('open', 'won', 'lost')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="open")
    reason: Mapped[str] = mapped_column(String(500), default="")
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Shipment(Base):
    """One parcel of an order with its courier."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("order_id", "tracking_no"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"))
    carrier: Mapped[str] = mapped_column(default="")
    tracking_no: Mapped[str] = mapped_column(Code)
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class ShipmentLine(Base):
    """How many pieces of an order line went with a parcel."""

    __tablename__ = "shipment_line"
    __table_args__ = (UniqueConstraint("shipment_id", "order_line_id"), CheckConstraint("qty > 0", name="qty"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    qty: Mapped[int]
