# mypy: disable-error-code="no-untyped-call"
"""Products: the list, and the form for supplier and stock."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional

from shopadmin.admin import pages
from shopadmin.admin.list_view import AdminListView, Column, Pair
from shopadmin.contract import MenuItem
from shopadmin.models.products import Product
from shopadmin.platforms.names import platform_name
from shopadmin.services import lists, products


class ProductForm(FlaskForm):
    """What the shop itself knows of a product."""

    supplier = StringField(
        _("Supplier"), [Length(max=products.LONGEST_NAME)], description=_("A new name becomes a new supplier.")
    )
    stock = IntegerField(
        _("Pieces in stock"),
        [Optional(), NumberRange(0, products.MOST_STOCK)],
        description=_("Leave it empty when you do not count."),
    )


class ProductsView(AdminListView):
    """The product list and the product page."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": "core.products:read",
        "details_view": "core.products:read",
        "edit_view": "core.products:update",
    }
    menu_item = MenuItem("sell", 30, "tag")
    spec = products.PRODUCTS
    title = _("Products")
    columns = (
        Column("name", _("Product"), "pair"),
        Column("sku", _("SKU"), "code"),
        Column("platform", _("Platform")),
        Column("supplier", _("Supplier")),
        Column("stock", _("Stock"), "number"),
    )
    empty_title = _("No products yet")
    empty_text = _("Products come in with the orders, or by a file of their own.")

    def __init__(self) -> None:
        super().__init__(name=_("Products"), endpoint="products", url="/admin/products")

    def decorate(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Suppliers by name: one question for the whole page."""
        names = products.supplier_names([row.supplier_id for row in rows])
        return [
            row._asdict()
            | {
                "name": Pair(row.title or row.sku or row.ref, row.ref if row.title else ""),
                "platform": platform_name(row.platform),
                "supplier": names.get(row.supplier_id, ""),
            }
            for row in rows
        ]

    def list_context(self) -> dict[str, Any]:
        """An empty shop is sent to the import."""
        return {"empty": pages.to_import(self.actor, self.empty_title, self.empty_text)}

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The product with its form; without the right to change it the fields are only shown."""
        product = self._find(lists.parse_id(row_id))
        names = products.supplier_names([product.supplier_id])
        form = ProductForm(formdata=None, supplier=names.get(product.supplier_id, ""), stock=product.stock)
        return self._page(product, form)

    @expose("/details/<row_id>/edit", methods=["POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Save supplier and stock; ``revision`` in the address says what the person was looking at."""
        product_id, revision = lists.parse_id(row_id), lists.parse_id(request.args.get("revision", ""))
        form, status = ProductForm(), 400
        self._find(product_id)
        if form.validate():
            supplier, stock = form.supplier.data or "", form.stock.data
            status = pages.attempt(
                lambda: products.save(self.actor, product_id, supplier, stock, revision), _("Saved.")
            )
            if status == 200:
                return redirect(url_for(".details_view", row_id=product_id))
        return self._page(self._find(product_id), form), status

    def _find(self, product_id: int) -> Product:
        product = products.find(self.actor, product_id)
        if product is None:
            abort(404)
        return product

    def _page(self, product: Product, form: ProductForm) -> str:
        can_update = self.actor.can("core.products:update")
        return str(
            self.render(
                "admin/products/form.html",
                title=product.title or product.sku or product.ref,
                form=form,
                product={
                    "title": product.title,
                    "sku": product.sku,
                    "ref": product.ref,
                    "platform": product.platform,
                    "category": products.category_name(product),
                    "supplier": products.supplier_names([product.supplier_id]).get(product.supplier_id, ""),
                    "stock": product.stock,
                },
                form_url=url_for(".edit_view", row_id=product.id, revision=product.revision) if can_update else None,
                suppliers=[(name, name) for name in products.known_suppliers()],
                back_url=self.address(),
                back_text=self.title,
            )
        )
