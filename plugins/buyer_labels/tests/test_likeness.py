"""How alike people are: rules that hold for any two, how names and homes are written, and a small invented shop."""

from collections import defaultdict
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import lazy_pinyin
from shopadmin_buyer_labels.domain.homes import homes_alike
from shopadmin_buyer_labels.domain.matching import AGREES, Part, blocks, compare, weigh
from shopadmin_buyer_labels.domain.names import name_keys, names_alike
from shopadmin_buyer_labels.domain.people import STRONG, Key, Person, keys_of
from shopadmin_buyer_labels.domain.surnames import _READINGS
from shopadmin_buyer_labels.services.indexing import homes_of

from bench import aliases
from bench.aliases import Someone
from shopadmin.plugin_api import read_identifier

few = settings(max_examples=60)
KINDS = ("phone", "email", "platform_uid", "nick", "address")
WORDS = (
    "anna",
    "anne",
    "bob",
    "robert",
    "j",
    "smith",
    "smyth",
    "li",
    "wang",
    "xiaoming",
    "o",
    "王小明",
    "王小華",
    "王",
)
NAMES = st.lists(st.sampled_from(WORDS) | st.text("abé王李明", min_size=1, max_size=4), min_size=1, max_size=4).map(
    " ".join
)
HOMES = st.sampled_from(
    ("南山区|阳光花园|3-2-501", "|阳光花园|501", "福田区|翠湖家园|9", "park road ashford|12-4223", "park road|14")
)
KEYS = st.frozensets(
    st.builds(Key, st.sampled_from((*STRONG, "fixed", "tail", "nick")), st.sampled_from(("1", "2"))), max_size=4
)
PEOPLE = st.builds(
    Person, KEYS, st.lists(NAMES, max_size=2).map(tuple), st.lists(HOMES, max_size=2, unique=True).map(tuple)
)


@few
@given(PEOPLE, PEOPLE)
def test_it_does_not_matter_who_comes_first(one: Person, other: Person) -> None:
    there, back = compare(one, other), compare(other, one)

    assert (there.reasons, there.is_likely) == (back.reasons, back.is_likely)
    assert there.score == pytest.approx(back.score)
    assert 0 <= there.score <= 1


@few
@given(PEOPLE, PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_names_and_of_the_words_in_them_does_not_matter(one: Person, other: Person, rng: object) -> None:
    def turned(name: str) -> str:
        words = name.split()
        rng.shuffle(words)  # type: ignore[attr-defined]
        return " ".join(words) if name.isascii() else name

    shuffled = replace(one, names=tuple(turned(name) for name in reversed(one.names)))

    assert compare(shuffled, other) == compare(one, other)


@few
@given(PEOPLE, PEOPLE)
def test_nobody_is_suggested_for_the_home_alone_or_any_one_thing_alone(one: Person, other: Person) -> None:
    alone = [
        replace(each, names=(), keys=frozenset(k for k in each.keys if k.kind == "fixed")) for each in (one, other)
    ]

    assert not compare(*alone).is_likely
    assert len(compare(one, other).reasons) != 1


@few
@given(PEOPLE, PEOPLE)
def test_strong_keys_neither_help_nor_harm_where_people_decide(one: Person, other: Person) -> None:
    weak = [replace(each, keys=each.keys - each.strong()) for each in (one, other)]

    assert compare(*weak) == compare(one, other)
    assert blocks(weak[0]) == blocks(one)


def test_masked_private_role_and_disposable_identifiers_are_no_key_at_all() -> None:
    for kind, reason in product(KINDS, ("masked", "privacy_number", "role", "disposable", "invalid")):
        assert keys_of([(kind, "a value", reason)]) == frozenset()


@few
@given(st.lists(st.builds(Part, st.just("x"), st.sampled_from((0.25, 0.4)), st.floats(0, 1)), max_size=4))
def test_two_parts_must_agree(told: list[Part]) -> None:
    agreed = sum(part.found >= AGREES for part in told)

    assert bool(weigh(told).reasons) == (agreed >= 2)


SAME = [
    ("王小明", "王小明先生"), ("張偉", "张伟"), ("王小明", "王晓明"), ("王小明", "Xiaoming Wang"),
    ("王小明", "WANG XIAO MING"), ("王明华", "明华"), ("王小明", "小明王"), ("Robert Smith", "Bob Smith"),
    ("José Núñez", "NUNEZ, JOSE"),
    ("John Smith", "J. Smith"), ("John Smith", "John M. Smith"), ("Katherine Brown", "Kahterine Brown"),
    ("Mr John Smith", "Smith John"), ("Elki Menzies", "elk i menzies"),
    ("曾小明", "Zeng Xiaoming"), ("曾小明", "Xiaoming Ceng"), ("單小明", "Shan Xiao Ming"), ("单于丹", "Chanyu Dan"),
    ("查文", "Wen Zha"), ("区伟", "Ou Wei"), ("仇英", "Qiu Ying"), ("解明", "Ming Xie"), ("朴华", "Piao Hua"),
]  # fmt: skip
TWO = [
    ("王小明", "王小华"), ("王伟", "王芳"), ("王伟", "李伟"), ("John Smith", "Anna Smith"),
    ("John Smith", "John Walker"),
    ("王小明", "Xiaohua Wang"), ("张伟", "Wang Zhen"),
]  # fmt: skip


def test_ways_of_writing_one_name_agree_and_names_of_a_family_do_not() -> None:
    assert [pair for pair in SAME if (names_alike(*pair) or 0) < AGREES] == []
    assert [pair for pair in TWO if (names_alike(*pair) or 0) >= AGREES] == []
    assert names_alike("Katherine Brown", "Brown Kathrine") == names_alike("Katherine Brown", "Kathrine Brown")
    assert [names_alike("王小明", name) for name in ("王先生", "小王", "Mr", "")] == [None] * 4


def test_a_surname_is_read_as_one_and_still_found_by_whoever_misread_it() -> None:
    for character in _READINGS:
        zeng, read = f"{character}小明", lazy_pinyin(character)[0]
        for surname in (_READINGS[character], read):
            assert names_alike(zeng, f"Xiaoming {surname}".title()) == 0.9, (character, surname)
            assert {each[0] for each in name_keys(zeng)} >= {each[0] for each in name_keys(f"{surname} xiaoming")}
        assert read != _READINGS[character]


def test_neighbours_do_not_share_a_home() -> None:
    home = "南山区|阳光花园|3-2-501"

    assert [homes_alike(home, each) for each in (home, "|阳光花园|3-2-501")] == [1.0, 1.0]
    assert (homes_alike(home, "南山区|阳光花园|2-501") or 0) >= AGREES
    assert (homes_alike(home, "南山区|阳光花园|3-2-502") or 0) < 0.85
    assert (homes_alike(home, "南山区|翠湖花园|3-2-501") or 0) < 0.85
    assert homes_alike(home, "park road ashford|12-4223") is None


def person(one: Someone) -> Person:
    written = [("phone", one.phone), ("phone", one.fixed), ("email", one.email)]
    readings = [(kind, read_identifier(kind, value, "CN")) for kind, value in written if value]  # type: ignore[arg-type]
    return Person(
        keys_of((kind, each.value, each.reason) for kind, each in readings), (one.name,), homes_of([one.address])
    )


def test_in_a_shop_of_500_nobody_else_is_acted_on_and_most_who_hide_are_suggested() -> None:
    population = aliases.make(7, count=500, labelled=120, others=150)
    people = {one.number: person(one) for one in population.people}
    by_block: dict[str, set[int]] = defaultdict(set)
    by_key: dict[Key, set[int]] = defaultdict(set)
    for number, each in people.items():
        for block in blocks(each):
            by_block[block].add(number)
        for key in each.strong():
            by_key[key].add(number)
    automatic, found, suggested_wrong = set(), 0, 0
    for asked, true in [(alias.asked, alias.of) for alias in population.aliases] + [
        (one, 0) for one in population.others
    ]:
        who = person(asked)
        exact = {number for key in who.strong() for number in by_key[key]}
        near = {number for block in blocks(who) for number in by_block[block]} - exact
        suggested = {number for number in near if compare(who, people[number]).is_likely}
        automatic |= {(true, number) for number in exact}
        found += true in exact | suggested
        suggested_wrong += len(suggested - {true})

    assert len(automatic) >= 70
    assert {true for true, number in automatic if true != number} == set()
    assert found >= 0.95 * len(population.aliases)
    assert suggested_wrong <= 5
