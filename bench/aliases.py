"""A seeded population of invented people: households, neighbours, namesakes, and aliases of those who were labelled.

Nobody in it exists: names, streets and estates are drawn from short lists, phones from ranges that the rules call
mobile, mailboxes at example domains. The same seed makes the same people.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from opencc import OpenCC
from pypinyin import lazy_pinyin

CHINESE_SHARE, HOUSEMATES, EVADING = 0.6, 0.12, 0.35
# Of those who do not hide: written in another way. Of those who hide: one old contact kept, written in another way;
# the last digits of the old phone kept; another name altogether, or moved to somewhere else: nobody finds these.
REWRITTEN, KEPT_ONE, KEPT_TAIL, GONE = 0.14, 0.25, 0.1, 0.06

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉红建国海燕晓小春雪梅婷倩宇轩浩然子涵欣怡佳琪思远志鹏俊峰"
# Characters that sound alike, by which people write themselves anew.
_HOMOPHONES = dict(
    zip(
        "伟芳敏静丽强军洋艳杰涛明霞英华文玉红建海燕晓小春雪梅婷宇轩浩子涵欣怡佳琪思志鹏俊峰",
        "炜方闽婧莉蔷君扬燕捷滔铭遐瑛桦雯钰虹健嗨艳小晓椿鳕玫庭雨萱皓梓晗鑫宜嘉淇斯智朋骏锋",
        strict=True,
    )
)
_DISTRICTS = (
    "广东省深圳市南山区", "广东省深圳市福田区", "广东省广州市天河区", "浙江省杭州市西湖区", "浙江省宁波市鄞州区",
    "江苏省南京市鼓楼区", "江苏省苏州市姑苏区", "四川省成都市武侯区", "湖北省武汉市洪山区", "山东省青岛市市南区",
    "北京市朝阳区", "北京市海淀区", "上海市浦东新区", "上海市徐汇区", "天津市河西区", "重庆市渝北区",
)  # fmt: skip
_ROADS = (
    "人民",
    "解放",
    "建设",
    "中山",
    "和平",
    "文化",
    "学府",
    "滨江",
    "科技",
    "长江",
    "黄河",
    "迎宾",
    "新华",
    "光明",
    "青年",
    "湖滨",
)
_ESTATES = (
    "阳光",
    "锦绣",
    "碧水",
    "金色",
    "翠湖",
    "紫荆",
    "江南",
    "东方",
    "世纪",
    "花香",
    "丽景",
    "云山",
    "星河",
    "绿洲",
    "御龙",
    "枫林",
)
_KINDS = ("花园", "家园", "小区", "新村", "雅苑", "华庭", "名邸", "公馆")
_NOTES = ("(放门口)", "【打电话】", "(勿敲门)", "（工作日送）", "")
_FIRST_WORDS = (
    "William Robert James John Michael Thomas Richard Charles Joseph David Daniel Matthew Anthony Christopher Andrew "
    "Benjamin Samuel Alexander Nicholas Edward Elizabeth Margaret Katherine Jennifer Patricia Susan Rebecca Deborah "
    "Christine Victoria Samantha Jessica Amanda Stephanie Abigail Theodora José Zoë Björn Chloé Noëlle Renée"
)
_FIRST = _FIRST_WORDS.split()
_SHORT = {
    "William": "Bill", "Robert": "Bob", "James": "Jim", "Michael": "Mike", "Thomas": "Tom", "Richard": "Rick",
    "Charles": "Charlie", "Joseph": "Joe", "David": "Dave", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Christopher": "Chris", "Andrew": "Andy", "Benjamin": "Ben", "Samuel": "Sam", "Alexander": "Alex",
    "Nicholas": "Nick", "Edward": "Ted", "Elizabeth": "Liz", "Margaret": "Peggy", "Katherine": "Kate",
    "Jennifer": "Jenny", "Patricia": "Pat", "Susan": "Sue", "Rebecca": "Becky", "Deborah": "Debbie",
    "Victoria": "Vicky", "Samantha": "Sam", "Jessica": "Jess", "Amanda": "Mandy", "Abigail": "Abby",
}  # fmt: skip
_LAST_WORDS = (
    "Smith Johnson Brown Taylor Wilson Davies Evans Walker Wright Robinson Thompson White Hughes Edwards Green Hall "
    "Wood Harris Lewis Martin Jackson Clarke Cooper Ward Turner Hill Moore Morris Baker King Morgan Allen Müller Núñez "
    "Fischer García Rossi Novák Dubois Jensen Larsson Okafor Petrov Silva Kowalski Andersson Hoffmann Moreau"
)
_LAST = _LAST_WORDS.split()
_STREETS_WORDS = (
    "Maple Oak Cedar Willow Station Church Park Mill Victoria Queen King Bridge Garden Lake River Hill Meadow Orchard "
    "Castle Spring"
)
_STREETS = _STREETS_WORDS.split()
_WAYS = ("Street", "Road", "Avenue", "Lane", "Drive", "Court")
_WRITTEN_SHORT = {"Street": "St", "Road": "Rd.", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr", "Court": "Ct"}
_TOWNS_WORDS = (
    "Ashford Brookfield Carlton Denham Eastwood Fairview Greenfield Hartley Ironbridge Kingsley Linwood Milford "
    "Northgate Oakham Preston Riverton"
)
_TOWNS = _TOWNS_WORDS.split()
_PICKUP = "{}菜鸟驿站{}号店"


@dataclass(frozen=True, slots=True)
class Someone:
    """What a shop holds of a buyer, as written; ``fixed``: a line of the home."""

    number: int
    is_chinese: bool
    name: str
    phone: str
    email: str
    address: str
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """Somebody labelled who comes again. ``of``: the number of who it is; ``how``: what is written in another way."""

    asked: Someone
    of: int
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """``people``: the shop's buyers; ``aliases``: labelled ones who come again; ``others``: buyers who are new, many of
    them from the homes, the names and the offices of those who are there.
    """

    people: tuple[Someone, ...]
    aliases: tuple[Alias, ...]
    others: tuple[Someone, ...]


def make(seed: int, count: int = 20_000, labelled: int = 400, others: int = 600) -> Population:
    """Invented people, the same for the same seed."""
    maker = _Maker(random.Random(f"aliases {seed}"))
    people = [maker.someone(number) for number in range(1, count + 1)]
    people = [maker.into_home_of(each, maker.rng.choice(people)) if maker.rng.random() < HOUSEMATES else each
              for each in people]  # fmt: skip
    chosen = maker.rng.sample(people, labelled)
    aliases = tuple(maker.alias(each) for each in chosen)
    new = tuple(maker.newcomer(count + number, chosen) for number in range(1, others + 1))
    return Population(tuple(people), aliases, new)


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._traditional = OpenCC("s2t")
        self._phones: set[str] = set()

    def someone(self, number: int) -> Someone:
        is_chinese = self.rng.random() < CHINESE_SHARE
        name = self.chinese_name() if is_chinese else self.western_name()
        address = self.chinese_address() if is_chinese else self.western_address()
        if is_chinese and self.rng.random() < 0.03:
            address = _PICKUP.format(self.rng.choice(_DISTRICTS), self.rng.randint(1, 4))
        fixed = f"+867552{self.rng.randint(1000000, 9999999)}" if is_chinese and self.rng.random() < 0.05 else ""
        return Someone(number, is_chinese, name, self.phone(is_chinese), self.email(number), address, fixed)

    def chinese_name(self) -> str:
        weights = [1 / (rank + 4) for rank in range(len(_SURNAMES))]
        given = "".join(self.rng.choices(_GIVEN, k=1 if self.rng.random() < 0.25 else 2))
        return self.rng.choices(_SURNAMES, weights)[0] + given

    def western_name(self) -> str:
        return f"{self.rng.choice(_FIRST)} {self.rng.choice(_LAST)}"

    def chinese_address(self) -> str:
        estate = self.rng.choice(_ESTATES) + self.rng.choice(_KINDS)
        return (
            f"{self.rng.choice(_DISTRICTS)}{self.rng.choice(_ROADS)}路{self.rng.randint(1, 200)}号{estate}"
            f"{self.rng.randint(1, 20)}栋{self.rng.randint(1, 4)}单元"
            f"{self.rng.randint(1, 25)}0{self.rng.randint(1, 4)}室"
        )

    def western_address(self) -> str:
        flat = f"Apt {self.rng.randint(1, 40)}, " if self.rng.random() < 0.3 else ""
        town = self.rng.choice(_TOWNS)
        street = f"{self.rng.choice(_STREETS)} {self.rng.choice(_WAYS)}"
        return f"{flat}{self.rng.randint(1, 250)} {street}, {town} {10000 + _TOWNS.index(town) * 137}"

    def phone(self, is_chinese: bool) -> str:
        while True:
            digits = f"{self.rng.choice(('138', '139', '150', '186'))}{self.rng.randint(0, 99999999):08d}"
            if not is_chinese:
                digits = f"+447{self.rng.randint(400000000, 599999999)}"
            if digits not in self._phones:
                self._phones.add(digits)
                return digits

    def email(self, number: int) -> str:
        return f"buyer.{number}.{self.rng.randint(100, 999)}@{self.rng.choice(('gmail.com', 'qq.com', 'example.org'))}"

    def into_home_of(self, each: Someone, host: Someone) -> Someone:
        """A housemate: the home and its line are the same, of families the surname too, and of some one syllable."""
        name = each.name
        if host.is_chinese == each.is_chinese and self.rng.random() < 0.6:
            if host.is_chinese:
                given = self.chinese_name()[1:]
                if len(host.name) == 3 and self.rng.random() < 0.3:
                    given = host.name[1] + self.rng.choice(_GIVEN)
                name = host.name[0] + given
            else:
                name = f"{name.split()[0]} {host.name.split()[1]}"
        if name == host.name:
            name = self.chinese_name() if each.is_chinese else self.western_name()
        return replace(each, name=name, address=host.address, fixed=host.fixed)

    def newcomer(self, number: int, chosen: Sequence[Someone]) -> Someone:
        """Somebody whom the shop does not know, one in four somehow near to a labelled one."""
        new, near = self.someone(number), self.rng.choice(chosen)
        way = self.rng.random()
        if way < HOUSEMATES:
            return self.into_home_of(new, near)
        if way < 0.18:
            return replace(new, name=near.name)
        if way < 0.22 and near.is_chinese:
            return replace(new, phone=f"{near.phone}-{self.rng.randint(1000, 9999)}", email="service@example.org")
        return new

    def alias(self, one: Someone) -> Alias:
        rng, number = self.rng, 1_000_000 + one.number
        same = replace(one, number=number)
        if rng.random() >= EVADING:
            if rng.random() >= REWRITTEN:
                return Alias(same, one.number, ())
            return Alias(
                replace(same, phone=self._other_phone(one), email=self._other_email(one)), one.number, ("ids",)
            )
        new_phone, new_email = self.phone(one.is_chinese), self.email(number)
        if rng.random() < KEPT_ONE:
            kept = rng.random() < 0.5
            ids = (self._other_phone(one), new_email) if kept else (new_phone, self._other_email(one))
            return Alias(self._disguised(replace(same, phone=ids[0], email=ids[1]))[0], one.number, ("one id",))
        how: list[str] = ["new ids"]
        if rng.random() < KEPT_TAIL:
            new_phone, how = new_phone[:-4] + one.phone[-4:], [*how, "same tail"]
        hidden = replace(same, phone=new_phone, email=new_email)
        if rng.random() < GONE:
            gone = self.someone(number)
            moved = rng.random() < 0.5 and gone.is_chinese == one.is_chinese
            hidden = replace(hidden, address=gone.address, fixed="") if moved else replace(hidden, name=gone.name)
            return Alias(hidden, one.number, (*how, "moved" if moved else "another name"))
        hidden, ways = self._disguised(hidden)
        return Alias(hidden, one.number, (*how, *ways))

    def _other_phone(self, one: Someone) -> str:
        if not one.is_chinese:
            return f"00{one.phone[1:5]} {one.phone[5:8]} {one.phone[8:]}"
        return self.rng.choice(("+86 {}", "0086{}", "86-{}", "{} ")).format(one.phone)

    def _other_email(self, one: Someone) -> str:
        local, _, domain = one.email.partition("@")
        if domain == "gmail.com":
            return f"{local.replace('.', '')}+shop@googlemail.com"
        return f"{local.upper()}@{domain.upper()}" if domain == "qq.com" else f"{local}@{domain.title()}"

    def _disguised(self, one: Someone) -> tuple[Someone, tuple[str, ...]]:
        """Name and address written in another way, each in one of several."""
        names = _CHINESE_NAMES if one.is_chinese else _WESTERN_NAMES
        # Housemates may be of either kind, and a parcel station is no home to disguise.
        addresses = _WESTERN_HOMES if one.address.isascii() else _CHINESE_HOMES if "单元" in one.address else _AS_IT_IS
        name_way, write_name = self.rng.choice(names)
        home_way, write_home = self.rng.choice(addresses)
        return (
            replace(one, name=write_name(self, one.name), address=write_home(self, one.address)),
            (f"name: {name_way}", f"address: {home_way}"),
        )

    def traditional(self, text: str) -> str:
        return str(self._traditional.convert(text))

    def homophone(self, name: str) -> str:
        places = [place for place, each in enumerate(name) if place and each in _HOMOPHONES]
        if not places:
            return name
        place = self.rng.choice(places)
        return name[:place] + _HOMOPHONES[name[place]] + name[place + 1 :]

    def pinyin(self, name: str) -> str:
        surname, *given = lazy_pinyin(name)
        words = [surname.title(), "".join(given).title()]
        return " ".join(self.rng.choice((words, words[::-1], [each.title() for each in (surname, *given)])))

    def typo(self, text: str) -> str:
        letters = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
        place = self.rng.choice(letters)
        if self.rng.random() < 0.5:
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        return text[:place] + text[place + 1 :]

    def numbers_only(self, address: str) -> str:
        """``3-2-501`` instead of building, unit and room."""
        for unit, written in (("栋", "-"), ("单元", "-"), ("室", "")):
            address = address.replace(unit, written)
        return address

    def in_words(self, address: str) -> str:
        head, mark, tail = address.rpartition("栋")
        place = len(head)
        while head[place - 1].isdigit():
            place -= 1
        return head[:place] + _in_chinese(int(head[place:])) + mark + tail


def _in_chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")


def _middle(maker: _Maker, name: str) -> str:
    first, last = name.split()
    return f"{first} {maker.rng.choice('ABCDEFGHJKLM')}. {last}"


def _turned(name: str) -> str:
    first, last = name.split()
    return f"{last}, {first}"


def _plain(text: str) -> str:
    pairs = ("éëñúüöáíä", "eenuuoaia")
    return text.translate(str.maketrans(*pairs))


_Way = tuple[str, Callable[[_Maker, str], str]]
_CHINESE_NAMES: tuple[_Way, ...] = (
    ("the same", lambda maker, name: name),
    ("the same", lambda maker, name: name),
    ("traditional", lambda maker, name: maker.traditional(name)),
    ("sounds alike", lambda maker, name: maker.homophone(name)),
    ("pinyin", lambda maker, name: maker.pinyin(name)),
    ("with a title", lambda maker, name: name + maker.rng.choice(("先生", "女士"))),
    ("without surname", lambda maker, name: name[1:] if len(name) > 2 else name),
)
_CHINESE_HOMES: tuple[_Way, ...] = (
    ("the same", lambda maker, address: address),
    ("with a note", lambda maker, address: address + maker.rng.choice(_NOTES)),
    ("traditional", lambda maker, address: maker.traditional(address)),
    ("without province and city", lambda maker, address: address[address.index("市") + 1 :]),
    ("numbers only", lambda maker, address: maker.numbers_only(address)),
    ("numbers in words", lambda maker, address: maker.in_words(address)),
    ("without road", lambda maker, address: "".join(_without_road(address))),
    ("without building", lambda maker, address: _without_building(address)),
)
_WESTERN_NAMES: tuple[_Way, ...] = (
    ("the same", lambda maker, name: name),
    ("the same", lambda maker, name: name),
    ("initial", lambda maker, name: f"{name[0]}. {name.split()[1]}"),
    ("short form", lambda maker, name: " ".join((_SHORT.get(name.split()[0], name.split()[0]), name.split()[1]))),
    ("turned round", lambda maker, name: _turned(name)),
    ("without accents, upper case", lambda maker, name: _plain(name).upper()),
    ("middle initial", _middle),
    ("typing error", lambda maker, name: maker.typo(name)),
)
_WESTERN_HOMES: tuple[_Way, ...] = (
    ("the same", lambda maker, address: address),
    ("short words", lambda maker, address: _shortened(address)),
    ("with a note", lambda maker, address: f"{address} (leave at the door)"),
    ("upper case", lambda maker, address: address.upper()),
    ("without flat", lambda maker, address: address.split(", ", 1)[1] if address.startswith("Apt") else address),
    ("without postcode", lambda maker, address: address.rpartition(" ")[0]),
    ("typing error", lambda maker, address: maker.typo(address)),
)


_AS_IT_IS: tuple[_Way, ...] = (("parcel station", lambda maker, address: address),)


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
