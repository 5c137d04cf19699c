"""The shop's own lists: products with supplier and stock, and incidents. Amounts are in the shop's currency."""

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import Rules, Values, table_format

PRODUCTS = Layout(
    {
        "ref": ("sku", "商家编码", "货号", "商品编码"),
        "title": ("title", "标题", "商品标题", "商品名称"),
        "supplier_ref": ("supplier", "供应商"),
        "stock": ("stock", "库存", "库存数量"),
        "category_ref": ("category", "类目", "分类"),
    },
    required=("ref", "title", "supplier_ref", "stock"),
)
INCIDENTS = Layout(
    {
        "incident_ref": ("incident_no", "事件编号", "编号"),
        "order_no": ("order_no", "订单编号", "订单号"),
        "kind": ("kind", "类型", "事件类型"),
        "occurred_at": ("occurred_at", "发生时间"),
        "note": ("note", "备注", "说明"),
        "cost": ("cost", "损失", "费用"),
    },
    required=("incident_ref", "order_no", "kind", "occurred_at"),
)


def _ref_is_sku(values: Values) -> None:
    """A shop knows its products by their stock-keeping unit."""
    values["sku"] = values["ref"]


FORMATS: tuple[ImportFormat, ...] = (
    table_format("shop.products", lazy_gettext("Own product list"), "products", PRODUCTS, Rules(finish=_ref_is_sku)),
    table_format(
        "shop.incidents",
        lazy_gettext("Own list of incidents"),
        "incidents",
        INCIDENTS,
        slash_dates=("occurred_at", "发生时间"),
    ),
)
