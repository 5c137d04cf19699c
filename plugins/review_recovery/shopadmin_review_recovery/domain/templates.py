"""Texts with variables: ``{{order.no}}``, ``{{buyer.salutation|there}}``, ``{{?photo_link}}``. No expressions, no code.

The registry is closed: a name that is not in it cannot be published, a value that is missing cannot be sent. A value
goes in as it is and is never read as a template again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "date", "time", "money", "link", "list"]


@dataclass(frozen=True, slots=True)
class Variable:
    """``example``: by language, for previews; ``longest``: what is shown of a value, in characters; ``source``: whence
    the value comes, a name for a person.
    """

    name: str
    type: Type
    example: Mapping[str, str]
    longest: int
    source: str


def _variable(name: str, kind: Type, en: str, zh: str, longest: int, source: str) -> Variable:
    return Variable(name, kind, {"en": en, "zh": zh}, longest, source)


REGISTRY: Mapping[str, Variable] = {
    variable.name: variable
    for variable in (
        _variable("buyer.salutation", "text", "Ms Example", "示例女士", 40, "order recipient"),
        _variable("order.no", "text", "DEMO-1001", "DEMO-1001", 40, "order"),
        _variable("order.tail", "text", "1001", "1001", 6, "order"),
        _variable("order.date", "date", "12 November", "11月12日", 30, "order"),
        _variable("line.title", "text", "blue teapot", "蓝色茶壶", 60, "first order line"),
        _variable("line.spec", "text", "0.8 l", "0.8升", 40, "first order line"),
        _variable("shop.name", "text", "Example Shop", "示例小店", 60, "shop settings"),
        _variable("shop.contact", "text", "the chat of the shop", "店铺客服", 80, "plugin settings"),
        _variable("operator.name", "text", "Robin", "小林", 40, "account"),
        _variable(
            "cause.explain", "text", "Our packing did not protect it.", "是我们没包好。", 200, "causes"
        ),
        _variable("remedy.options", "list", "a new one, or part of the price", "补发或退部分货款", 120, "causes"),
        _variable("remedy.summary", "text", "A new teapot goes out", "给您补发一个新茶壶", 120, "operator"),
        _variable("remedy.due", "date", "Friday", "周五", 30, "operator"),
        _variable("approval.due", "time", "tomorrow noon", "明天中午", 30, "operator"),
        _variable("callback.window", "text", "this evening", "今天晚上", 40, "operator"),
        _variable("platform.name", "text", "the marketplace", "平台", 40, "platform profile"),
        _variable("platform.steps", "text", "Open the order, choose the review.", "打开订单，点评价。", 400,
                  "platform profile"),
        _variable("platform.link", "link", "https://shop.example/r", "https://shop.example/r", 200, "platform profile"),
        _variable("notice.status", "text", "out for delivery", "派送中", 40, "logistics"),
        _variable("notice.promised", "date", "Friday", "周五", 30, "order"),
    )
}  # fmt: skip

_PLACE = re.compile(r"\{\{(?P<inside>[^{}]*)\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FILL_IN = re.compile(r"\?[a-z][a-z0-9_]{0,39}")
LONGEST_FALLBACK = 80


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a text. ``fallback``: None for none; ``is_fill_in``: a person types it before it is sent."""

    name: str
    fallback: str | None = None
    is_fill_in: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text asks for. ``unknown``: names outside the registry; ``malformed``: what looks like a place, but
    is none.
    """

    places: tuple[Place, ...]
    unknown: tuple[str, ...]
    malformed: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables of the registry that the text uses."""
        return frozenset(place.name for place in self.places if not place.is_fill_in)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text with its values. It may be sent only when nothing is ``missing`` and no fill-in is ``open``."""

    text: str
    missing: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def may_be_sent(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and not self.open


def read(text: str) -> Reading:
    """Every place of a text."""
    places, unknown, malformed = [], [], []
    for match in _PLACE.finditer(text):
        place = _place(match["inside"])
        if place is None:
            malformed.append(match[0])
        elif not place.is_fill_in and place.name not in REGISTRY:
            unknown.append(place.name)
        else:
            places.append(place)
    rest = _PLACE.sub("", text)
    malformed += re.findall(r"\{\{|\}\}|\{%|%\}", rest)
    return Reading(tuple(places), tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(malformed)))


def render(text: str, values: Mapping[str, str], fill_ins: Mapping[str, str] | None = None) -> Rendered:
    """Put the values in; an empty one is a missing one. What has no value stays as it is written, and is named."""
    fill_ins = fill_ins or {}
    missing: dict[str, None] = {}
    still_open: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        place = _place(match["inside"])
        if place is None or (not place.is_fill_in and place.name not in REGISTRY):
            missing[match["inside"].strip()] = None
            return match[0]
        if place.is_fill_in:
            value = _clean(fill_ins.get(place.name, ""))
            if not value:
                still_open[place.name] = None
            return value or match[0]
        value = _shortened(_clean(values.get(place.name, "")), REGISTRY[place.name].longest) or place.fallback or ""
        if not value:
            missing[place.name] = None
        return value or match[0]

    return Rendered(_PLACE.sub(put, text), tuple(missing), tuple(still_open))


def example(text: str, language: str) -> str:
    """The text with the registry's examples, for previews and for checks of the wording."""
    fill_ins = {place.name: place.name for place in read(text).places if place.is_fill_in}
    return render(text, {name: found.example[language] for name, found in REGISTRY.items()}, fill_ins).text


def _place(inside: str) -> Place | None:
    name, bar, fallback = (part.strip() for part in inside.partition("|"))
    if _FILL_IN.fullmatch(name) and not bar:
        return Place(name[1:], is_fill_in=True)
    is_fallback = not bar or 0 < len(fallback) <= LONGEST_FALLBACK
    return Place(name, fallback if bar else None) if _NAME.fullmatch(name) and is_fallback else None


def _clean(value: str) -> str:
    """One line without control characters: a value must not add lines or turn the direction of the text around it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())


def _shortened(value: str, longest: int) -> str:
    return value if len(value) <= longest else f"{value[: longest - 1].rstrip()}…"
