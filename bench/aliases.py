"""A seeded population of invented people: households, neighbours, namesakes, and aliases of those who were labelled.

Nobody in it exists: names, streets and estates are drawn from short lists, phones from ranges that the rules call
mobile, mailboxes at example domains. The same seed makes the same people.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.disguises import AS_IT_IS, CHINESE_HOMES, CHINESE_NAMES, WESTERN_HOMES, WESTERN_NAMES
from bench.invented import DISTRICTS, ESTATES, FIRST, GIVEN, KINDS, LAST, PICKUP, ROADS, STREETS, SURNAMES, TOWNS, WAYS

CHINESE_SHARE, HOUSEMATES, EVADING = 0.6, 0.12, 0.35
# Of those who do not hide: written in another way. Of those who hide: one old contact kept, written in another way;
# the last digits of the old phone kept; another name altogether, or moved to somewhere else: nobody finds these.
REWRITTEN, KEPT_ONE, KEPT_TAIL, GONE = 0.14, 0.25, 0.1, 0.06


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
        self._phones: set[str] = set()

    def someone(self, number: int) -> Someone:
        is_chinese = self.rng.random() < CHINESE_SHARE
        name = self.chinese_name() if is_chinese else self.western_name()
        address = self.chinese_address() if is_chinese else self.western_address()
        if is_chinese and self.rng.random() < 0.03:
            address = PICKUP.format(self.rng.choice(DISTRICTS), self.rng.randint(1, 4))
        fixed = f"+867552{self.rng.randint(1000000, 9999999)}" if is_chinese and self.rng.random() < 0.05 else ""
        return Someone(number, is_chinese, name, self.phone(is_chinese), self.email(number), address, fixed)

    def chinese_name(self) -> str:
        weights = [1 / (rank + 4) for rank in range(len(SURNAMES))]
        given = "".join(self.rng.choices(GIVEN, k=1 if self.rng.random() < 0.25 else 2))
        return self.rng.choices(SURNAMES, weights)[0] + given

    def western_name(self) -> str:
        return f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"

    def chinese_address(self) -> str:
        estate = self.rng.choice(ESTATES) + self.rng.choice(KINDS)
        return (
            f"{self.rng.choice(DISTRICTS)}{self.rng.choice(ROADS)}路{self.rng.randint(1, 200)}号{estate}"
            f"{self.rng.randint(1, 20)}栋{self.rng.randint(1, 4)}单元"
            f"{self.rng.randint(1, 25)}0{self.rng.randint(1, 4)}室"
        )

    def western_address(self) -> str:
        flat = f"Apt {self.rng.randint(1, 40)}, " if self.rng.random() < 0.3 else ""
        town = self.rng.choice(TOWNS)
        street = f"{self.rng.choice(STREETS)} {self.rng.choice(WAYS)}"
        return f"{flat}{self.rng.randint(1, 250)} {street}, {town} {10000 + TOWNS.index(town) * 137}"

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
                    given = host.name[1] + self.rng.choice(GIVEN)
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
        names = CHINESE_NAMES if one.is_chinese else WESTERN_NAMES
        # Housemates may be of either kind, and a parcel station is no home to disguise.
        addresses = WESTERN_HOMES if one.address.isascii() else CHINESE_HOMES if "单元" in one.address else AS_IT_IS
        name_way, write_name = self.rng.choice(names)
        home_way, write_home = self.rng.choice(addresses)
        return (
            replace(one, name=write_name(self.rng, one.name), address=write_home(self.rng, one.address)),
            (f"name: {name_way}", f"address: {home_way}"),
        )
