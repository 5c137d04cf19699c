"""Ways in which people write a name or an address anew. Each takes the chance and the text."""

import random
from collections.abc import Callable, Iterator
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

# Characters that sound alike, by which people write themselves anew.
_HOMOPHONES = dict(
    zip(
        "伟芳敏静丽强军洋艳杰涛明霞英华文玉红建海燕晓小春雪梅婷宇轩浩子涵欣怡佳琪思志鹏俊峰",
        "炜方闽婧莉蔷君扬燕捷滔铭遐瑛桦雯钰虹健嗨艳小晓椿鳕玫庭雨萱皓梓晗鑫宜嘉淇斯智朋骏锋",
        strict=True,
    )
)
_SHORT = {
    "William": "Bill", "Robert": "Bob", "James": "Jim", "Michael": "Mike", "Thomas": "Tom", "Richard": "Rick",
    "Charles": "Charlie", "Joseph": "Joe", "David": "Dave", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Christopher": "Chris", "Andrew": "Andy", "Benjamin": "Ben", "Samuel": "Sam", "Alexander": "Alex",
    "Nicholas": "Nick", "Edward": "Ted", "Elizabeth": "Liz", "Margaret": "Peggy", "Katherine": "Kate",
    "Jennifer": "Jenny", "Patricia": "Pat", "Susan": "Sue", "Rebecca": "Becky", "Deborah": "Debbie",
    "Victoria": "Vicky", "Samantha": "Sam", "Jessica": "Jess", "Amanda": "Mandy", "Abigail": "Abby",
}  # fmt: skip
_WRITTEN_SHORT = {"Street": "St", "Road": "Rd.", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr", "Court": "Ct"}
_NOTES = ("(放门口)", "【打电话】", "(勿敲门)", "（工作日送）", "")


def _traditional(rng: random.Random, text: str) -> str:
    return str(_converter().convert(text))


def _homophone(rng: random.Random, name: str) -> str:
    places = [place for place, each in enumerate(name) if place and each in _HOMOPHONES]
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + _HOMOPHONES[name[place]] + name[place + 1 :]


def _pinyin(rng: random.Random, name: str) -> str:
    surname, *given = lazy_pinyin(name)
    words = [surname.title(), "".join(given).title()]
    return " ".join(rng.choice((words, words[::-1], [each.title() for each in (surname, *given)])))


def _typo(rng: random.Random, text: str) -> str:
    letters = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
    place = rng.choice(letters)
    if rng.random() < 0.5:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]


def _numbers_only(rng: random.Random, address: str) -> str:
    """``3-2-501`` instead of building, unit and room."""
    for unit, written in (("栋", "-"), ("单元", "-"), ("室", "")):
        address = address.replace(unit, written)
    return address


def _in_words(rng: random.Random, address: str) -> str:
    head, mark, tail = address.rpartition("栋")
    place = len(head)
    while head[place - 1].isdigit():
        place -= 1
    return head[:place] + _in_chinese(int(head[place:])) + mark + tail


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def _in_chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")


def _middle(rng: random.Random, name: str) -> str:
    first, last = name.split()
    return f"{first} {rng.choice('ABCDEFGHJKLM')}. {last}"


def _turned(name: str) -> str:
    first, last = name.split()
    return f"{last}, {first}"


def _plain(text: str) -> str:
    pairs = ("éëñúüöáíä", "eenuuoaia")
    return text.translate(str.maketrans(*pairs))


_Way = tuple[str, Callable[[random.Random, str], str]]
CHINESE_NAMES: tuple[_Way, ...] = (
    ("the same", lambda rng, name: name),
    ("the same", lambda rng, name: name),
    ("traditional", _traditional),
    ("sounds alike", _homophone),
    ("pinyin", _pinyin),
    ("with a title", lambda rng, name: name + rng.choice(("先生", "女士"))),
    ("without surname", lambda rng, name: name[1:] if len(name) > 2 else name),
)
CHINESE_HOMES: tuple[_Way, ...] = (
    ("the same", lambda rng, address: address),
    ("with a note", lambda rng, address: address + rng.choice(_NOTES)),
    ("traditional", _traditional),
    ("without province and city", lambda rng, address: address[address.index("市") + 1 :]),
    ("numbers only", _numbers_only),
    ("numbers in words", _in_words),
    ("without road", lambda rng, address: "".join(_without_road(address))),
    ("without building", lambda rng, address: _without_building(address)),
)
WESTERN_NAMES: tuple[_Way, ...] = (
    ("the same", lambda rng, name: name),
    ("the same", lambda rng, name: name),
    ("initial", lambda rng, name: f"{name[0]}. {name.split()[1]}"),
    ("short form", lambda rng, name: " ".join((_SHORT.get(name.split()[0], name.split()[0]), name.split()[1]))),
    ("turned round", lambda rng, name: _turned(name)),
    ("without accents, upper case", lambda rng, name: _plain(name).upper()),
    ("middle initial", _middle),
    ("typing error", _typo),
)
WESTERN_HOMES: tuple[_Way, ...] = (
    ("the same", lambda rng, address: address),
    ("short words", lambda rng, address: _shortened(address)),
    ("with a note", lambda rng, address: f"{address} (leave at the door)"),
    ("upper case", lambda rng, address: address.upper()),
    ("without flat", lambda rng, address: address.split(", ", 1)[1] if address.startswith("Apt") else address),
    ("without postcode", lambda rng, address: address.rpartition(" ")[0]),
    ("typing error", _typo),
)


AS_IT_IS: tuple[_Way, ...] = (("parcel station", lambda rng, address: address),)


def _shortened(address: str) -> str:
    for word, short in _WRITTEN_SHORT.items():
        address = address.replace(word, short)
    return address


def _without_road(address: str) -> Iterator[str]:
    """The estate is known without its road."""
    yield address[: address.rindex("区", 0, address.index("路")) + 1]
    yield address.partition("号")[2]


def _without_building(address: str) -> str:
    head, _unit, room = address.partition("单元")
    return head.rpartition("栋")[0].rstrip("0123456789") + room
