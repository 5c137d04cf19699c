"""The mapping step: a person says which column is which, and that makes a layout."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import Kind
from shopadmin.platforms import fields, taobao
from shopadmin.platforms.headings import Layout, normal_heading, normal_headings
from shopadmin.platforms.readers import Rules, Values, table_format
from shopadmin.platforms.recognise import core_formats
from shopadmin.platforms.refusals import FileRefused

# The kinds a person can map, with the fields each must have; FIELDS holds all that it may have.
KINDS: tuple[Kind, ...] = ("orders", "order_lines", "reviews", "products", "buyers")
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    **{kind: fields.REQUIRED[kind] for kind in KINDS},
    "order_lines": ("order_no", "line_no", "qty", "price"),
}
FIELDS: Mapping[Kind, tuple[str, ...]] = {kind: tuple(fields.FIELDS[kind]) for kind in KINDS}


def mapped_format(
    kind: Kind, platform: str, columns: Mapping[str, str], *, name: str = "", currency: str = ""
) -> ImportFormat:
    """A layout from ``columns`` (the file's heading to a field of the kind); headings left out are not read.

    ``currency``: of amounts whose row names none, by default the shop's. Status texts are ours, Taobao's, or those of
    ``ReadContext.statuses``. Raises FileRefused ``column_twice`` (two headings on one field) or ``missing_column``
    (a required field without a heading), ValueError for a kind or field that does not exist.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    headings: dict[str, str] = {}
    for heading, field in columns.items():
        if field not in FIELDS[kind]:
            raise ValueError(field)
        if field in headings:
            raise FileRefused("column_twice", field=field, headings=(headings[field], heading))
        headings[field] = heading
    missing = tuple(field for field in REQUIRED[kind] if field not in headings)
    if missing:
        raise FileRefused("missing_column", fields=missing, layout=name or f"{platform}.{kind}")
    if kind == "orders":
        headings.setdefault("status_raw", headings["status"])
    return table_format(
        name or f"{platform}.{kind}",
        lazy_gettext("Mapped columns"),
        kind,
        Layout(headings, required=tuple(headings)),
        _rules(kind, currency),
        slash_dates=tuple(heading for field, heading in headings.items() if fields.FIELDS[kind][field] == "time"),
        platform=platform,
    )


def _rules(kind: Kind, currency: str) -> Rules:
    statuses = taobao.STATUSES | {str(status): status for status in OrderStatus}
    finish = _sku_of_ref if kind == "products" else None
    return Rules(currency=currency, statuses=statuses, needed=REQUIRED[kind], finish=finish)


def _sku_of_ref(values: Values) -> None:
    values.setdefault("sku", values["ref"])


def suggest(headings: Sequence[str], kind: Kind | None = None) -> dict[str, str]:
    """A field for each heading that some layout knows, each field once; ``kind`` keeps to the fields of that kind.

    Headings as in the file. Nothing is read by a suggestion until a person has confirmed it.
    """
    known = _known(kind)
    found: dict[str, str] = {}
    for heading, normal in zip(headings, normal_headings(headings), strict=True):
        field = known.get(normal)
        if field and field not in found.values():
            found[heading] = field
    return found


def _known(kind: Kind | None) -> dict[str, str]:
    """Normalised heading to field, from our own field names and the alias tables of all layouts."""
    kinds = KINDS if kind is None else (kind,)
    known = {normal_heading(field): field for wanted in kinds for field in FIELDS[wanted]}
    for layout in core_formats():
        recogniser = layout.recognise
        if not isinstance(recogniser, Layout) or layout.kinds[0] not in kinds:
            continue
        for field in recogniser.fields:
            for name in recogniser.names(field):
                if field in FIELDS[layout.kinds[0]]:
                    known.setdefault(name, field)
    return known
