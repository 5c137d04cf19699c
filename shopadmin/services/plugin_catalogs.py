"""What plugins' authors have forgotten of their translations: a page shows English there and says nothing."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from shopadmin.contract import Text
from shopadmin.hook_guard import record

_CATALOGS = "translations/*/LC_MESSAGES/*.po"


def problems(plugin: str) -> list[Text]:
    """Catalogs of the plugin that are not compiled, or lack translations, with the remedy."""
    said: list[Text] = []
    for file in _catalogs(plugin):
        if not file.with_suffix(".mo").exists():
            said.append(_("%(file)s is not compiled: pybabel compile -d translations", file=file.name))
        try:
            with file.open("rb") as source:
                lacking = sum(not all(_words(each.string)) or each.fuzzy for each in read_po(source) if each.id)
        except Exception as error:  # whatever stands in the file
            said.append(_("%(file)s cannot be read: %(why)s", file=file.name, why=str(error)))
            continue
        if lacking:
            said.append(
                lazy_ngettext(
                    "%(file)s lacks %(num)s translation", "%(file)s lacks %(num)s translations", lacking, file=file.name
                )
            )
    return said


def _catalogs(plugin: str) -> Iterator[Path]:
    for folder in getattr(record().plugins.manager.get_plugin(plugin), "__path__", ()):
        yield from sorted(Path(folder).glob(_CATALOGS))


def _words(translation: object) -> tuple[str, ...]:
    """The translation; of a plural each form."""
    return translation if isinstance(translation, tuple) else (str(translation or ""),)
