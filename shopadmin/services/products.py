"""Products: the list, and what the shop itself knows of one: its supplier and its stock."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, Problem
from shopadmin.models import db
from shopadmin.models.products import Category, Product, Seller
from shopadmin.services import audit, kept_texts, lists
from shopadmin.services.conflicts import ChangedMeanwhileError, MissingError, RefusedError
from shopadmin.services.transactions import writing

# Suppliers that the shop named itself, beside those that a platform's file brought.
OWN = "shop"
LONGEST_NAME = 120
MOST_STOCK = 1_000_000_000


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """Words of the title; the beginning of the SKU or of the platform's number."""
    return [
        Product.title.icontains(term, autoescape=True),
        lists.starts_with(Product.sku, term),
        lists.starts_with(Product.ref, term),
    ]


PRODUCTS = lists.ListSpec(
    query=select(
        Product.id, Product.platform, Product.ref, Product.sku, Product.title, Product.category_ref,
        Product.supplier_id, Product.stock,
    ),
    id_column=Product.id,
    sorts=(
        lists.Sort("newest", _("Newest first"), (Product.id,)),
        lists.Sort("sku", _("SKU"), (Product.sku, Product.id), descending=False),
    ),
    search=_search,
)  # fmt: skip


def find(actor: Actor, product_id: int, lock: bool = False) -> Product | None:
    """The product if the actor may see it: the same scope as the list."""
    query = PRODUCTS.scope(select(Product).where(Product.id == product_id), actor)
    return db.session().scalars(query.with_for_update() if lock else query).one_or_none()


def supplier_names(supplier_ids: Sequence[int | None]) -> dict[int | None, str]:
    """The names of these suppliers; one query for a page of products."""
    wanted = {found for found in supplier_ids if found is not None}
    if not wanted:
        return {}
    rows = db.session().execute(select(Seller.id, Seller.name, Seller.ref).where(Seller.id.in_(wanted)))
    return {row.id: row.name or row.ref for row in rows}


def known_suppliers() -> list[str]:
    """Names offered while one types: those with a name, the first 200."""
    query = select(Seller.name).where(Seller.name != "").distinct().order_by(Seller.name).limit(200)
    return list(db.session().scalars(query))


def category_name(product: Product) -> str:
    """The category as it is shown."""
    query = select(Category.name).where(Category.platform == product.platform, Category.ref == product.category_ref)
    return db.session().scalar(query) or product.category_ref


def save(actor: Actor, product_id: int, supplier: str, stock: int | None, revision: int) -> None:
    """Set supplier and stock. A name that no supplier has becomes a new one; an empty name means unknown.

    Raises MissingError, RefusedError, and ChangedMeanwhileError when somebody saved since ``revision``.
    """
    supplier = kept_texts.checked(supplier, "supplier", LONGEST_NAME)
    if stock is not None and not 0 <= stock <= MOST_STOCK:
        raise RefusedError(Problem("stock", _("Stock is zero or more."), "stock"))
    with writing() as session:
        product = find(actor, product_id, lock=True)
        if product is None:
            raise MissingError(product_id)
        names = supplier_names([product.supplier_id])
        before = {"supplier": names.get(product.supplier_id, ""), "stock": product.stock}
        if product.revision != revision:
            problem = Problem("changed_meanwhile", _("Somebody changed this product after you opened it."))
            raise ChangedMeanwhileError(problem, _shown(supplier, stock), _shown(before["supplier"], product.stock))
        after = {"supplier": supplier, "stock": stock}
        if after == before:
            return
        product.supplier_id, product.stock = _supplier_id(session, supplier), stock
        audit.record(actor, "core.product.changed", "product", product.id, before=before, after=after)


def _shown(supplier: object, stock: int | None) -> str:
    return f"{supplier or '–'}, {'–' if stock is None else stock}"


def _supplier_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    query = select(Seller.id).where((Seller.name == name) | (Seller.ref == name)).order_by(Seller.id).limit(1)
    known = session.scalar(query)
    if known is not None:
        return known
    supplier = Seller(platform=OWN, ref=name, name=name)
    session.add(supplier)
    session.flush()
    return supplier.id
