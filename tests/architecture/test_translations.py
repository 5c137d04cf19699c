"""Both languages, whole: every string of the code has a Chinese translation with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from shopadmin.platforms import mapped
from shopadmin.platforms.names import field_name

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2),
}  # fmt: skip
PACKAGES = [ROOT / "shopadmin", *sorted(ROOT.glob("plugins/*/shopadmin_*"))]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


Text = tuple[str | None, str]


def in_code(package: Path) -> dict[Text, str]:
    """Every marked string of a package under its context, with the place where it stands."""
    found = {}
    for file, line, message, _comments, context in extract_from_dir(
        package, METHODS, keywords=KEYWORDS, directory_filter=lambda name: "__pycache__" not in name
    ):
        found[context, message if isinstance(message, str) else message[0]] = f"{file}:{line}"
    return found


def catalog(package: Path) -> Catalog:
    """The package's Chinese catalog; an empty one where nothing is to translate."""
    file = package / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return Catalog("zh_Hans_CN")
    with file.open("rb") as source:
        return read_po(source, locale="zh_Hans_CN")


def translation(message: Message) -> str:
    return message.string if isinstance(message.string, str) else "".join(message.string)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_string_is_translated(package: Path) -> None:
    known = catalog(package)

    missing = {
        (context, text): place
        for (context, text), place in in_code(package).items()
        if (message := known.get(text, context)) is None or message.fuzzy or not translation(message)
    }

    assert missing == {}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_translation_outlived_its_string(package: Path) -> None:
    texts = in_code(package)

    left_over = [
        message.id for message in catalog(package) if message.id and (message.context, _text(message)) not in texts
    ]

    assert left_over == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_translations_keep_their_placeholders(package: Path) -> None:
    wrong = [
        _text(message)
        for message in catalog(package)
        if message.id
        and sorted(set(PLACEHOLDER.findall(_longest(message))))
        != sorted(set(PLACEHOLDER.findall(translation(message))))
    ]

    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES[1:], ids=lambda path: path.name)
def test_what_the_core_says_in_the_same_words_is_said_alike_in_chinese(package: Path) -> None:
    """A text that the core has too is the core's: what means something else needs a context of its own."""
    core = catalog(PACKAGES[0])

    other = {
        _text(message): (translation(message), translation(known))
        for message in catalog(package)
        if message.id
        and (known := core.get(message.id, message.context)) is not None
        and translation(message) != translation(known)
    }

    assert other == {}


def test_what_two_plugins_say_in_the_same_words_they_say_alike_in_chinese() -> None:
    """All catalogs are one at run time: of two translations of a text the reader would get either."""
    said: dict[Text, dict[str, str]] = {}
    for package in PACKAGES[1:]:
        for message in catalog(package):
            if message.id:
                said.setdefault((message.context, _text(message)), {})[package.name] = translation(message)

    assert [text for text, found in said.items() if len(set(found.values())) > 1] == []


def test_every_field_of_a_file_has_a_name(app: Flask) -> None:
    for fields in mapped.FIELDS.values():
        assert all(field_name(field) for field in fields)


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _longest(message: Message) -> str:
    """A plural's own form names everything that its translation must."""
    return message.id if isinstance(message.id, str) else message.id[1]
