"""Products, their categories and who supplies them."""

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code


class Category(Base):
    """A product category, with the name it is shown under."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("platform", "ref"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(default="")
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Seller(Base):
    """Who supplies or ships a product: a marketplace's seller, or the shop's own supplier."""

    __tablename__ = "seller"
    __table_args__ = (UniqueConstraint("platform", "ref"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Product(Base):
    """Something that is sold. Stock and supplier are the shop's own knowledge: no platform's file has them."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("platform", "ref"),
        CheckConstraint("stock is null or stock >= 0", name="stock"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str] = mapped_column(Code)
    sku: Mapped[str] = mapped_column(Code, default="", index=True)
    title: Mapped[str] = mapped_column(default="")
    category_ref: Mapped[str] = mapped_column(default="")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"))
    stock: Mapped[int | None]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
