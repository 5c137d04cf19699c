"""How a text is written before phrases are looked for in it: one case, no punctuation, by its script."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Script = Literal["han", "latin"]
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_APOSTROPHES = "'’"


class _Letters(dict[int, int | None]):
    """What becomes of each character of a text in Latin script; remembers, as it is asked for all of them."""

    def __missing__(self, code: int) -> int | None:
        found: int | None = None if chr(code) in _APOSTROPHES else code if chr(code).isalnum() else 0x20
        self[code] = found
        return found


_LETTERS = _Letters()
# The same for the first 256, which most languages of Latin script do with: bytes are translated far faster.
_BYTES = bytes(_LETTERS[code] or 0 for code in range(256))


@lru_cache(maxsize=1)
def spelled(text: str) -> tuple[Script, str]:
    """A text's script, and the text as it is searched. The last one is remembered: triage reads each text twice."""
    is_plain = text.isascii()
    plain = text.lower() if is_plain else unicodedata.normalize("NFKC", text).casefold()
    script: Script = "latin" if is_plain or not _HAN.search(plain) else "han"
    return script, spell(plain, script)


def spell(plain: str, script: Script) -> str:
    """The text as phrases are looked for in it: Latin script as words between single blanks, Chinese without any."""
    return f" {' '.join(_letters(plain).split())} " if script == "latin" else "".join(plain.split())


def _letters(plain: str) -> str:
    try:
        return plain.encode("latin-1").translate(_BYTES, b"'").decode("latin-1")
    except UnicodeEncodeError:
        return plain.translate(_LETTERS)
