"""Every code that can reach an owner or a storefront has a sentence, in both languages."""

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest
import shopadmin_red_envelope
from flask import Flask
from flask_babel import force_locale
from red_envelope_api import LINES, ROOT, Buyer, check_problem
from red_envelope_shop import Clock, begun
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain import baskets, claims, eligibility, refunds, states
from shopadmin_red_envelope.http_api import ENDPOINTS, refusals

HOME = Path(shopadmin_red_envelope.__file__).parent
# What the rules may answer, and where it is told as a code of this prefix.
RULES: list[tuple[str, Iterable[str]]] = [
    ("", get_args(states.Refusal)),
    ("", claims.REFUSALS),
    ("", eligibility.REASONS),
    ("", get_args(refunds.RefundCode)),
    ("line_", get_args(baskets.BasketCode)),
    ("", get_args(baskets.ToolListCode)),
]
CODES = sorted({f"{prefix}{code}" for prefix, codes in RULES for code in codes})
HAN = re.compile("[\u3400-\u9fff]")


def sentence(code: str) -> str:
    """With something for every value that it names."""
    values: dict[str, Any] = {"milliseconds": 1, "instead": 0}
    named = inspect.signature(messages._SENTENCES[code]).parameters
    given = {name: values.get(name, "so much") for name in named if name != "name"}
    return str(messages.problem(code, "amount", **given).message)


@pytest.mark.parametrize("code", CODES)
def test_what_a_rule_refuses_is_said_in_both_languages(shop: Flask, code: str) -> None:
    with shop.test_request_context():
        with force_locale("en"):
            english = sentence(code)
        with force_locale("zh_Hans_CN"):
            chinese = sentence(code)

    assert len(english) > 10
    assert english[-1] in ".?"
    assert not HAN.search(english)
    assert HAN.search(chinese)


def test_every_code_that_the_plugin_names_anywhere_has_a_sentence() -> None:
    texts = [path.read_text() for path in HOME.rglob("*.py")]
    named = {code for text in texts for code in re.findall(r'\b(?:problem|Objection)\(\s*"([a-z_]+)"', text)}

    assert len(named) > 30
    assert named <= messages._SENTENCES.keys()


def test_every_refusal_of_the_storefront_api_has_a_title_in_both_languages(shop: Flask) -> None:
    problems = {problem.code: problem for endpoint in ENDPOINTS for problem in endpoint.problems}
    assert refusals.CLAIMS.keys() == set(claims.REFUSALS)
    assert refusals.CLAIMS.keys() <= problems.keys()

    with shop.test_request_context():
        for problem in problems.values():
            with force_locale("zh_Hans_CN"):
                assert HAN.search(str(problem.title))
            with force_locale("en"):
                assert str(problem.title)
                assert not HAN.search(str(problem.title))


@pytest.mark.parametrize(("language", "words"), [("en", "Two lines have the same key."), ("zh-CN", "两行的标识相同")])
def test_the_storefront_is_told_what_is_wrong_with_its_lines(
    clock: Clock, anna: Buyer, language: str, words: str
) -> None:
    body = {"envelope_id": anna.claimed(begun(clock)), "lines": [LINES[0], LINES[0]]}

    answer = anna.post(f"{ROOT}/quotes", body, headers={"Accept-Language": language})

    assert check_problem(answer, 422, "bad_lines")["reasons"] == ["key_twice"]
    assert words in answer.get_json()["detail"]


def test_the_readme_holds_the_envelope_that_its_claim_answered() -> None:
    """An id in a text is somebody else's envelope in the next shop: that would answer 404."""
    commands = [line.strip() for line in (HOME.parent / "README.md").read_text().splitlines() if "call $shop" in line]

    (claim,) = [line for line in commands if "/claims -X POST" in line]
    (hold,) = [line for line in commands if "/holds --json" in line]
    assert claim.startswith("envelope=$(call ")
    assert """'{"envelope_id": '$envelope', """ in hold
