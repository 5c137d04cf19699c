"""Charts: pygal's SVG without scripts, in our colours, as a picture at its own address."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from flask import Response, request
from pygal.graph.bar import Bar
from pygal.graph.horizontalstackedbar import HorizontalStackedBar
from pygal.graph.line import Line
from pygal.graph.stackedbar import StackedBar
from pygal.style import Style

Kind = Literal["line", "bar", "stacked", "across"]
Theme = Literal["light", "dark"]

_FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
_TEXT: dict[Theme, tuple[str, str, str]] = {
    # text, axis text, grid line
    "light": ("#1f2937", "#4b5563", "#e1e6ed"),
    "dark": ("#e5e7eb", "#9ca3af", "#374151"),
}
_SERIES: dict[Theme, tuple[str, ...]] = {
    "light": ("#0f766e", "#b45309", "#1e40af", "#b91c1c", "#6b7280"),
    "dark": ("#5eead4", "#fbbf24", "#93c5fd", "#fca5a5", "#9ca3af"),
}
_CHARTS = {"line": Line, "bar": Bar, "stacked": StackedBar, "across": HorizontalStackedBar}

# Pygal leaves one inline script, whatever `js` says; text in it is escaped, so the first end tag is its own.
_SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)

# Pygal's own style sheets carry no script, but a chart opened by its address must not run one in any case.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or colour of bars; None where there is no value."""

    title: str
    values: Sequence[float | int | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with what it shows in a sentence, and the same numbers as a table.

    Drawn in ``width`` by ``height`` pixels, 340 by ``small_height`` on phones; ``axes`` as for ``chart_svg``.
    """

    title: Any
    finding: str
    labels: Sequence[str]
    series: Sequence[Series]
    headings: Sequence[Any]
    rows: Sequence[Sequence[str]]
    kind: Kind = "bar"
    show: Callable[[float], str] = "{:,.0f}".format
    axes: tuple[str, str] = ("", "")
    # Two beside each other on a page: no wider, so that their words are not shrunk.
    width: int = 520
    height: int = 240
    small_height: int = 200

    def drawn(self) -> Response:
        """The chart as an answer, as the address asks for it."""
        look = chosen_look(self.width, self.height, self.small_height)
        return chart_response(chart_svg(self.kind, self.labels, self.series, look, show=self.show, axes=self.axes))

    def shown(self, src: str) -> dict[str, Any]:
        """For ui.chart() on a page; ``src``: where the chart itself is."""
        return {
            "src": src, "title": self.title, "finding": self.finding, "headings": self.headings, "rows": self.rows,
            "width": self.width, "height": self.height,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is drawn; width and height in pixels."""

    theme: Theme = "light"
    width: int = 720
    height: int = 240


def chosen_look(width: int = 720, height: int = 240, small_height: int = 200) -> Look:
    """The look that ui.chart() asked for: `?theme=dark`, and `?size=small` for phones, so that text stays readable."""
    theme: Theme = "dark" if request.args.get("theme") == "dark" else "light"
    return Look(theme, 340, small_height) if request.args.get("size") == "small" else Look(theme, width, height)


def chart_svg(
    kind: Kind,
    labels: Sequence[str],
    series: Sequence[Series],
    look: Look,
    *,
    show: Callable[[float], str] = "{:,.0f}".format,
    limits: tuple[float, float] | None = None,
    axes: tuple[str, str] = ("", ""),
) -> bytes:
    """Draw the series over the labels; ``across`` lays stacked bars on their side, the first label on top.

    `show` writes a value as text; `limits` fixes the value axis, which then marks each whole number. `axes`: what
    stands along the labels and along the values.
    The same data gives the same bytes, so that the answer's ETag is the data's.
    """
    text, axis, line = _TEXT[look.theme]
    is_across = kind == "across"
    columns = _legend_columns(series, look.width - (7 * _longest(labels) if is_across else 0))
    style = Style(
        background="transparent", plot_background="transparent", font_family=_FONT,
        foreground=axis, foreground_strong=text, foreground_subtle=line, guide_stroke_color=line,
        guide_stroke_dasharray="0", major_guide_stroke_color=line, major_guide_stroke_dasharray="0",
        colors=_SERIES[look.theme], opacity="1", label_font_size=12,
        major_label_font_size=12, legend_font_size=12, title_font_size=12, stroke_width=2,
        no_data_font_size=14,
    )  # fmt: skip
    chart = _CHARTS[kind](
        js=(), style=style, width=look.width, height=look.height, explicit_size=True, margin=4, margin_top=10,
        margin_left=4 + (6 * _wide(labels) if is_across else 0), margin_right=28,
        margin_bottom=_below(series, columns), spacing=8, show_dots=False,
        show_legend=len(series) > 1, legend_at_bottom=True, legend_at_bottom_columns=columns,
        legend_box_size=10, value_formatter=show, show_minor_x_labels=False,
        # Every so many, so that the steps between them are even.
        x_labels_major_count=4 if is_across else None,
        x_labels_major_every=None if is_across else -(-len(labels) // _places(labels, look)) or 1,
        # Three to six steps, all of them marked; whole ones where the values are shown as whole numbers.
        show_minor_y_labels=True, order_min=0 if show(0.5) == show(0) else None,
        **({} if is_across else {"min_scale": 3, "max_scale": 5}),
        truncate_legend=-1, truncate_label=-1, rounded_bars=2, disable_xml_declaration=True, range=limits,
        include_x_axis=limits is None, show_x_guides=is_across, show_y_guides=not is_across, no_data_text="–",
        x_title=axes[is_across], y_title=axes[not is_across],
    )  # fmt: skip
    chart.uuid = "chart"
    chart.x_labels = list(labels)[::-1] if is_across else _fitting(labels, look)
    if limits is not None:
        chart.y_labels = [float(step) for step in range(int(limits[0]), int(limits[1]) + 1)]
        chart.y_labels_major_every = 1
    for one in series:
        chart.add(one.title, list(one.values)[::-1] if is_across else list(one.values))
    return _SCRIPT.sub("", chart.render()).encode()


def _places(labels: Sequence[str], look: Look) -> int:
    """How many labels fit beside each other: a letter takes some 8 pixels, a Chinese sign twice that, a gap 12."""
    return min(max((look.width - 60) // (8 * _longest(labels) + 12), 2), 8)


def _fitting(labels: Sequence[str], look: Look) -> list[str]:
    """The labels, cut where two beside each other would meet; the table beneath has them whole."""
    shown = -(-len(labels) // (-(-len(labels) // _places(labels, look)) or 1)) or 1
    room = ((look.width - 60) // shown - 12) // 7
    return [label if _longest([label]) <= room else _cut(label, room - 1) + "…" for label in labels]


def _cut(label: str, room: int) -> str:
    """As many signs of it as fit into so many letters."""
    while label and _longest([label]) > room:
        label = label[:-1]
    return label.rstrip()


def _legend_columns(series: Sequence[Series], width: int) -> int:
    """How many titles fit beside each other below a picture of this width, each behind its box."""
    return min(max((width - 60) // (7 * _longest([one.title for one in series]) + 24), 1), len(series) or 1)


def _below(series: Sequence[Series], columns: int) -> int:
    """The margin below the legend: Pygal leaves room for its full rows and forgets one that is begun."""
    return 10 + 18 * (len(series) % columns > 0) if len(series) > 1 else 4


def _wide(labels: Sequence[str]) -> int:
    """How many Chinese signs a label has at the most: Pygal leaves no more room for one than for a letter."""
    return max((sum(sign > "\u2e7f" for sign in label) for label in labels), default=0)


def _longest(texts: Sequence[str]) -> int:
    return max((sum(2 if sign > "\u2e7f" else 1 for sign in text) for text in texts), default=1)


def chart_response(svg: bytes) -> Response:
    """The chart as an answer: its own policy without scripts, an ETag from the data, asked for again each time."""
    answer = Response(svg, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(sha256(svg).hexdigest()[:24])
    answer.make_conditional(request)
    return answer
