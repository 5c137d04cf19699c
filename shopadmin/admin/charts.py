"""Charts: pygal's SVG without scripts, in our colours, as a picture at its own address."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from flask import Response, request
from pygal.graph.bar import Bar
from pygal.graph.line import Line
from pygal.graph.stackedbar import StackedBar
from pygal.style import Style

Kind = Literal["line", "bar", "stacked"]
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
_CHARTS = {"line": Line, "bar": Bar, "stacked": StackedBar}

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
class Look:
    """How a chart is drawn; width and height in pixels."""

    theme: Theme = "light"
    width: int = 720
    height: int = 240


def chosen_look(width: int = 720, height: int = 240) -> Look:
    """The look that ui.chart() asked for: `?theme=dark`, and `?size=small` for phones, so that text stays readable."""
    theme: Theme = "dark" if request.args.get("theme") == "dark" else "light"
    return Look(theme, 340, 200) if request.args.get("size") == "small" else Look(theme, width, height)


def chart_svg(
    kind: Kind,
    labels: Sequence[str],
    series: Sequence[Series],
    look: Look,
    *,
    show: Callable[[float], str] = "{:,.0f}".format,
    limits: tuple[float, float] | None = None,
) -> bytes:
    """Draw the series over the labels.

    `show` writes a value as text; `limits` fixes the value axis, which then marks each whole number.
    The same data gives the same bytes, so that the answer's ETag is the data's.
    """
    text, axis, line = _TEXT[look.theme]
    style = Style(
        background="transparent", plot_background="transparent", font_family=_FONT,
        foreground=axis, foreground_strong=text, foreground_subtle=line, guide_stroke_color=line,
        guide_stroke_dasharray="0", major_guide_stroke_color=line, major_guide_stroke_dasharray="0",
        colors=_SERIES[look.theme], opacity="1", label_font_size=12,
        major_label_font_size=12, legend_font_size=12, stroke_width=2, no_data_font_size=14,
    )  # fmt: skip
    chart = _CHARTS[kind](
        js=(), style=style, width=look.width, height=look.height, explicit_size=True, margin=4, margin_top=10,
        margin_right=28, spacing=8, show_dots=False, show_legend=len(series) > 1, legend_at_bottom=True,
        legend_box_size=10, value_formatter=show, show_minor_x_labels=False,
        x_labels_major_count=_places(labels, look),
        y_labels_major_count=4, show_minor_y_labels=False, truncate_legend=-1, truncate_label=-1, rounded_bars=2,
        disable_xml_declaration=True, range=limits, include_x_axis=limits is None, show_x_guides=False,
        show_y_guides=True, no_data_text="–",
    )  # fmt: skip
    chart.uuid = "chart"
    chart.x_labels = list(labels)
    if limits is not None:
        chart.y_labels = [float(step) for step in range(int(limits[0]), int(limits[1]) + 1)]
        chart.y_labels_major_every = 1
    for one in series:
        chart.add(one.title, list(one.values))
    return _SCRIPT.sub("", chart.render()).encode()


def _places(labels: Sequence[str], look: Look) -> int:
    """How many labels fit beside each other: a letter takes some 8 pixels, a Chinese sign twice that, a gap 12."""
    longest = max((sum(2 if sign > "\u2e7f" else 1 for sign in label) for label in labels), default=1)
    return min(max((look.width - 60) // (8 * longest + 12), 2), 8)


def chart_response(svg: bytes) -> Response:
    """The chart as an answer: its own policy without scripts, an ETag from the data, asked for again each time."""
    answer = Response(svg, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(sha256(svg).hexdigest()[:24])
    answer.make_conditional(request)
    return answer
