"""What plugins put on the pages: marks, cards, buttons, numbers, entries of the side bar, hits of a search."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shopadmin.contract.text import Text

Tone = Literal["ok", "warn", "danger", "info", "neutral"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark on a row: icon, word and colour together, never colour alone."""

    text: Text
    tone: Tone = "neutral"
    icon: str = ""
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A card on a detail page. ``template`` is a template of the plugin, rendered with ``context`` alone."""

    title: Text
    template: str
    permission: str
    context: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 100


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a detail page. A form posts to ``url`` unless ``method`` is GET."""

    label: Text
    url: str
    permission: str
    method: Literal["GET", "POST"] = "POST"
    icon: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on Today that opens its list."""

    title: Text
    value: Text
    url: str
    permission: str
    note: Text = ""
    tone: Tone = "neutral"
    icon: str = ""
    weight: int = 100


@dataclass(frozen=True, slots=True)
class MenuItem:
    """Where a view stands in the side bar.

    ``group``: views of one plugin that name the same one share one entry under that name, and are tabs on each other's
    first page and those on its level (``AdminView.level_pages``), by weight; each is shown to those who may open it.
    """

    section: Literal["", "sell", "care", "grow", "insight", "manage"]
    weight: int
    icon: str
    group: Text = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One line of the search page."""

    title: Text
    url: str
    permission: str
    note: Text = ""
    kind: Text = ""
