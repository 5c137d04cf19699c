"""One form for the ways in which people write an address: district, estate or road, and the last numbers.

What couriers are told in brackets, provinces, cities and the words for building and flat say nothing of where it is
that the rest does not say; a Chinese address may be in either script. An address without Chinese characters keeps its
words, in their long forms, and its numbers.
"""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|【[^【】]*】|〔[^〔〕]*〕|《[^《》]*》|「[^「」]*」")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Province and city, each optional; a municipality is both.
_ABOVE = re.compile(
    r"^(?:中国)?(?:[\u3400-\u9fff]{2,7}?(?:省|自治区|特别行政区))?(?:[\u3400-\u9fff]{2,8}?(?:市|自治州|地区|盟))?"
)
# A district ends so, a 小区 (estate) or 园区 (park) is none.
_DISTRICT = re.compile(r"^[\u3400-\u9fff]{1,9}?(?:自治县|自治旗|(?<![小社园厂校片])区|县|旗|市)")
_TOWN = re.compile(r"^[\u3400-\u9fff]{1,7}?(?:街道|镇|乡)")
_UNIT = re.compile(r"号楼|号院|单元|[号栋幢座楼层室弄门户房铺期#＃之\-—–_/,，、。.:：;；\s]")
_NUMERALS = re.compile(r"[零〇一二三四五六七八九十百]+(?=号|栋|幢|座|单元|楼|层|室|弄|门|户|房|期)")
_PART = re.compile(r"[0-9]+[a-z]?(?![a-z])|[a-z](?=[栋幢座])|[^0-9]+?(?=[0-9]|[a-z][栋幢座]|$)")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0}
_LAST = 3
_PROVINCE = re.compile(
    "^(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?=[\u3400-\u9fff])"
)
# A longer one has the city's name before its own, without the word for city.
_LONGEST_DISTRICT = 4

_LONG = {
    "st": "street", "str": "strasse", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "ln": "lane", "dr": "drive", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway", "pkwy": "parkway",
    "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
_FLATS = frozenset(("apt", "apartment", "unit", "flat", "suite", "ste", "no", "room", "rm", "floor", "fl"))


def normal_address(text: str) -> str:
    """``district|estate|numbers``, or ``words|numbers`` for an address in Latin letters; empty where nothing is left.

    The numbers are the last three, as that is what tells a flat from the next one.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    while (shorter := _BRACKETS.sub(" ", text)) != text:
        text = shorter
    return _chinese(_simplified(text)) if _CHINESE.search(text) else _western(text)


@cache
def _converter() -> OpenCC:
    # Loading its dictionaries takes a moment, which a shop without an address need not wait for.
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text))


def _chinese(text: str) -> str:
    text = re.sub(r"\s+", "", text)
    rest = _PROVINCE.sub("", _ABOVE.sub("", text, count=1))
    district = found[0] if (found := _DISTRICT.match(rest)) else ""
    rest = rest[len(district) :]
    if len(district) > _LONGEST_DISTRICT and not district.endswith("新区"):
        district = district[-3:]
    rest = _TOWN.sub("", rest, count=1)
    parts = [part for part in _PART.findall(_NUMERALS.sub(_number, rest)) if _is_number(part) or _UNIT.sub("", part)]
    last = max((place for place, part in enumerate(parts) if _is_number(part)), default=-1)
    first = last
    while first > 0 and last - first < _LAST - 1 and _is_number(parts[first - 1]):
        first -= 1
    names = [_UNIT.sub("", part) for part in (parts[:first] if last >= 0 else parts) if not _is_number(part)]
    estate, numbers = (names[-1] if names else ""), "-".join(parts[first : last + 1]) if last >= 0 else ""
    return f"{district}|{estate}|{numbers}" if estate or numbers else ""


def _is_number(part: str) -> bool:
    return part[0].isdigit() or (len(part) == 1 and part.isascii() and part.isalpha())


def _number(found: re.Match[str]) -> str:
    """A number up to 999 in Chinese characters, in digits."""
    total = digit = 0
    for character in found[0]:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[character]
    return str(total + digit)


def _western(text: str) -> str:
    text = "".join(
        character for character in unicodedata.normalize("NFD", text) if not unicodedata.combining(character)
    )
    words = [_LONG.get(word, word) for word in re.findall(r"[^\W_]+", text.replace("ß", "ss")) if word not in _FLATS]
    names = [word for word in words if not word[0].isdigit()]
    numbers = [word for word in words if word[0].isdigit()]
    return f"{' '.join(names)}|{'-'.join(numbers[-_LAST:])}" if names else ""
