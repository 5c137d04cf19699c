"""Buyers and their identifiers. What identifies a person is encrypted, and matched by a keyed hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code


class Buyer(Base):
    """A person who buys.

    ``ref`` says who this is: ``olist:<id>``, ``taobao:<nick>``, ``email:<keyed hash>``, ``phone:<keyed hash>``, or
    ``order:<platform>/<order number>`` where the platform hides everything. One column, one unique key: what the
    importer joins on.
    """

    __tablename__ = "buyer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Code, default="", index=True)
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    accepts_marketing: Mapped[bool | None]
    created_at: Mapped[datetime]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class BuyerIdentifier(Base):
    """One phone, e-mail or account of a buyer. ``tail_hash``: keyed hash of a phone's last four digits."""

    __tablename__ = "buyer_identifier"
    __table_args__ = (
        UniqueConstraint("buyer_id", "kind", "value_hash"),
        Index("ix_buyer_identifier_value", "kind", "value_hash"),
        Index("ix_buyer_identifier_tail", "tail_hash"),
        CheckConstraint("kind in ('email', 'phone', 'account')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("buyer.id"))
    kind: Mapped[str] = mapped_column(String(10))
    value_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    value_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    tail_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    expires_at: Mapped[datetime | None]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
