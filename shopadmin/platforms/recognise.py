"""Which layout a file is, and how its dates are meant. Never a guess: what is unclear is refused and asked."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from shopadmin.contract import ImportFormat
from shopadmin.platforms import amazon, judgeme, loox, olist, own, shopify, taobao, woocommerce, yotpo
from shopadmin.platforms.files import Source, open_sources
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.objects import text_of
from shopadmin.platforms.refusals import MAX_FILE_BYTES, FileRefused
from shopadmin.platforms.times import DateOrder, is_ambiguous, slash_order

# A file with this share of a layout's required columns is that layout with columns missing, not an unknown one.
_NEARLY = 0.6


def core_formats() -> tuple[ImportFormat, ...]:
    """Every layout the core reads; plugins add theirs through ``shopadmin_import_formats``."""
    modules = (taobao, shopify, woocommerce, judgeme, loox, yotpo, amazon, olist, own)
    return tuple(found for module in modules for found in module.FORMATS)


def recognise(
    path: Path, formats: Sequence[ImportFormat], *, encoding: str | None = None, max_bytes: int = MAX_FILE_BYTES
) -> tuple[ImportFormat, Source]:
    """The file's layout and its rows; of a workbook the first sheet that is known. Raises FileRefused."""
    return recognise_all(path, formats, encoding=encoding, max_bytes=max_bytes)[0]


def recognise_all(
    path: Path, formats: Sequence[ImportFormat], *, encoding: str | None = None, max_bytes: int = MAX_FILE_BYTES
) -> tuple[tuple[ImportFormat, Source], ...]:
    """As ``recognise``, every sheet that is known: Taobao's workbooks hold orders and their lines.

    Raises FileRefused: ``unknown_layout`` or ``missing_column`` (``fields``, ``layout``), both with what the mapping
    step needs (``headings``, ``samples``, ``sheet``); ``column_twice``; ``layout_twice``; what opening raises.
    """
    sources = open_sources(path, encoding=encoding, max_bytes=max_bytes)
    found = [(layout, _as(layout, source)) for source in sources if (layout := _layout_of(source, formats))]
    if not found:
        raise _unknown(sources, formats)
    return tuple(found)


def _as(layout: ImportFormat, source: Source) -> Source:
    return replace(source, literal_quotes=True) if layout.literal_quotes else source


def _layout_of(source: Source, formats: Iterable[ImportFormat]) -> ImportFormat | None:
    found = [layout for layout in formats if layout.recognise(source.normalised)]
    if len(found) > 1:
        raise FileRefused("layout_twice", layouts=tuple(layout.name for layout in found))
    if not found:
        return None
    recogniser = found[0].recognise
    if isinstance(recogniser, Layout) and (field := recogniser.twice(source.normalised)):
        headings = tuple(heading for heading in source.normalised if heading in recogniser.names(field))
        raise FileRefused("column_twice", field=field, headings=headings, layout=found[0].name)
    return found[0]


def _unknown(sources: Sequence[Source], formats: Iterable[ImportFormat]) -> FileRefused:
    """Says what is missing from the layout that comes nearest, if one comes near."""
    nearest: tuple[float, int, ImportFormat, Source] | None = None
    for source in sources:
        for layout in formats:
            recogniser = layout.recognise
            if not isinstance(recogniser, Layout):
                continue
            asked = len(recogniser.required) + len(recogniser.marks)
            share = 1 - len(recogniser.missing(source.normalised)) / asked
            known = recogniser.known(source.normalised)
            if _NEARLY <= share < 1 and (nearest is None or (share, known) > nearest[:2]):
                nearest = (share, known, layout, source)
    if nearest is None:
        return FileRefused("unknown_layout", **_for_mapping(sources[0]))
    _, _, layout, source = nearest
    recogniser = layout.recognise
    fields = recogniser.missing(source.normalised) if isinstance(recogniser, Layout) else ()
    return FileRefused("missing_column", fields=fields, layout=layout.name, **_for_mapping(source))


def _for_mapping(source: Source) -> dict[str, object]:
    return {"headings": source.headings, "samples": source.samples(), "sheet": source.sheet}


def decide_date_order(layout: ImportFormat, source: Source, given: DateOrder | None = None) -> DateOrder | None:
    """How dates such as ``05/03/2026`` in the layout's ``slash_dates`` are meant, for ``ReadContext.date_order``.

    ``given``, if a person has said so; else the order of the first date that can be only one (``25/03``); None where
    no date needs one. Raises FileRefused ``ambiguous_dates`` (``field``, ``sample``) where nothing decides.
    """
    if given is not None or not layout.slash_dates:
        return given
    places = [place for place, heading in enumerate(source.normalised) if heading in layout.slash_dates]
    doubt: tuple[str, str] | None = None
    for _, row in source.rows() if places else ():
        for place in places:
            text = _cell(source, row, place)
            if order := slash_order(text):
                return order
            if doubt is None and is_ambiguous(text):
                doubt = source.headings[place], text
    if doubt is not None:
        raise FileRefused("ambiguous_dates", field=doubt[0], sample=doubt[1][:80])
    return None


def _cell(source: Source, row: object, place: int) -> str:
    if isinstance(row, dict):
        return text_of(row.get(source.headings[place])).strip()
    return row[place].strip() if isinstance(row, list) and len(row) > place else ""
