"""``shopadmin red-envelope allocate``, ``refund-preview``, ``eligible``: without a shop, and for any input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_vectors import vectors
from shopadmin_red_envelope.cases.json_lines import LONGEST_LINE
from shopadmin_red_envelope.rule_commands import COMMANDS

from shopadmin.cli.main import build

FILES = {"allocate": "allocation", "refund-preview": "refund", "eligible": "eligibility"}
CASES = {
    command: next(case for case in vectors(file).values() if case["kind"] != "apportion")
    for command, file in FILES.items()
}


def no_shop() -> Flask:
    raise AssertionError("the shop was opened")


def call(command: str, *lines: object) -> tuple[int, list[Any]]:
    """Exit code, and what was printed for each line; a line that is no text is written as JSON."""
    given = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode() if not isinstance(line, str) else line.encode())
        + b"\n"
        for line in lines
    )
    answer = CliRunner().invoke(build(no_shop, ()), ["red-envelope", command], input=given)
    return answer.exit_code, [json.loads(line) for line in answer.stdout.splitlines()]


def result_of(case: dict[str, Any]) -> Any:
    if "undistributed" in case:
        return {"shares": case["expected"], "undistributed": case["undistributed"]}
    return case["expected"]


@pytest.mark.parametrize("command", FILES)
def test_the_shared_cases_are_answered_in_their_own_form(command: str) -> None:
    cases = vectors(FILES[command])

    code, answers = call(command, *cases.values())

    assert code == 0
    assert answers == [{"id": name, "result": result_of(case)} for name, case in cases.items()]


@pytest.mark.parametrize("command", FILES)
def test_what_is_expected_and_what_is_unknown_are_not_looked_at(command: str) -> None:
    case = CASES[command]
    odd = {**case, "expected": 1.5, "other": {"deep": [None]}, "note": "\ud800"}

    code, answers = call(command, "", odd, "  ")

    assert (code, answers) == (0, [{"id": case["id"], "result": result_of(case)}])


def changed(case: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The case with another value at the path, such as ``lines.0.amount``; without the field for ``...``."""
    copy = json.loads(json.dumps(case))
    *parents, name = path.split(".")
    place: Any = copy
    for parent in parents:
        place = place[int(parent)] if isinstance(place, list) else place[parent]
    if value is ...:
        del place[name]
    else:
        place[name] = value
    return copy


WRONG_NUMBERS = [None, True, "5", 1.0, -1, 10**30, [], {}]
NUMBERS = {
    "allocate": ["discount", "lines.0.amount"],
    "refund-preview": [
        "discount", "lines.0.amount", "lines.0.qty", "context.use_to", "steps.0.started_at", "steps.0.completed_at",
        "steps.0.units.L01",
    ],
    "eligible": [
        "discount", "lines.0.amount", "context.now", "context.use_from", "context.use_to", "context.other_envelopes",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("command", "path"), [(command, path) for command in NUMBERS for path in NUMBERS[command]])
def test_a_number_that_is_none_is_named_with_its_path(command: str, path: str) -> None:
    named = path.replace(".0.", "[0].")
    lines = [changed(CASES[command], path, wrong) for wrong in WRONG_NUMBERS]

    code, answers = call(command, *lines)

    assert code == 3
    assert len(answers) == len(WRONG_NUMBERS)
    for answer in answers:
        assert answer.keys() == {"id", "error"}
        assert answer["id"] == CASES[command]["id"]
        assert answer["error"].startswith(f"{named} must be "), answer


FIELDS = {
    "allocate": ["discount", "lines", "lines.0.key", "lines.0.amount"],
    "refund-preview": [
        "discount", "lines", "lines.0.key", "lines.0.amount", "lines.0.qty", "context", "context.receipt_confirmed_at",
        "context.use_to", "steps", "steps.0.started_at", "steps.0.completed_at",
    ],
    "eligible": [
        "discount", "lines", "lines.0.key", "lines.0.amount", "context",
        *[f"context.{name}" for name in vectors("eligibility")["elig-01"]["context"]],
    ],
}  # fmt: skip


@pytest.mark.parametrize(("command", "path"), [(command, path) for command in FIELDS for path in FIELDS[command]])
def test_a_field_that_is_missing_is_named_with_its_path(command: str, path: str) -> None:
    code, answers = call(command, changed(CASES[command], path, ...))

    assert code == 3
    assert answers == [{"id": CASES[command]["id"], "error": f"{path.replace('.0.', '[0].')} is missing"}]


WRONG_VALUES = [
    ("allocate", "kind", "spread", "kind must be one of allocate, apportion, capped, eligible"),
    ("allocate", "kind", None, "kind must be one of"),
    ("allocate", "kind", [], "kind must be one of"),
    ("allocate", "id", 1.5, "id must be a text or a whole number"),
    ("allocate", "id", True, "id must be a text or a whole number"),
    ("allocate", "lines", {}, "lines must be a list"),
    ("allocate", "lines", [1], "lines must be a list of objects"),
    ("allocate", "lines.0.key", 1, "lines[0].key must be a text"),
    ("allocate", "lines.0.key", "", "lines: a key has 1 to 64 printable ASCII characters"),
    ("allocate", "lines.0.key", "k" * 65, "lines: a key has 1 to 64 printable ASCII characters"),
    ("allocate", "lines.0.key", "商品", "lines: a key has 1 to 64 printable ASCII characters"),
    ("allocate", "lines.0.key", "a\n", "lines: a key has 1 to 64 printable ASCII characters"),
    ("allocate", "lines.0.key", "L02", "lines: the key L02 stands twice"),
    ("allocate", "lines.0.eligible", 0, "lines[0].eligible must be true or false"),
    ("allocate", "lines.0.amount", 10**15 + 1, "lines[0].amount must be between 0 and 1000000000000000"),
    ("refund-preview", "lines.0.qty", 0, "lines[0].qty must be between 1 and 1000000"),
    ("refund-preview", "lines.0.type", "parcel", "lines[0].type must be one of goods, freight, service_fee"),
    ("refund-preview", "discount", 10001, "discount is more than the goods: such an order cannot be placed"),
    ("refund-preview", "context", [], "context must be an object"),
    ("refund-preview", "context.receipt_confirmed_at", "x", "context.receipt_confirmed_at must be a whole number"),
    ("refund-preview", "steps", None, "steps must be a list"),
    ("refund-preview", "steps.0.units", {"L01": 2}, "steps[0]: of L01 are 1 units left, not 2"),
    ("refund-preview", "steps.0.units", {"L09": 1}, "steps[0]: there is no line L09"),
    ("refund-preview", "steps.0.units", {}, "steps[0]: nothing is left to refund, or no units are named"),
    ("refund-preview", "steps.0.units", None, "steps[0].units must be an object"),
    ("refund-preview", "steps.0.units", ..., "steps[0].units or all must be given, and not both"),
    ("refund-preview", "steps.0.all", True, "steps[0].units or all must be given, and not both"),
    ("refund-preview", "steps.0.all", "yes", "steps[0].all must be true or false"),
    ("refund-preview", "steps.0.completed_at", 99, "steps[0]: it is completed before it is started"),
    ("eligible", "lines.0.type", None, "lines[0].type must be one of goods, freight, service_fee"),
    ("eligible", "context.state", "lost", "context.state must be one of available, held, redeemed, forfeited, expired"),
    ("eligible", "context.amount_basis", "x", "context.amount_basis must be one of after_item_price, after_order"),
    ("eligible", "context.shop", None, "context.shop must be a text"),
    ("eligible", "context.threshold", -1, "context.threshold must be between"),
    ("eligible", "context.held_by", 7, "context.held_by must be a text"),
    ("eligible", "context.order", 7, "context.order must be a text"),
    ("eligible", "context.tools", ["store_coupon"], "context.tools must be a list of objects"),
    ("eligible", "context.tools", [{"amount": 1}], "context.tools[0].kind is missing"),
    ("eligible", "context.tools", [{"kind": "gold_coins"}], "context.tools[0].amount is missing"),
]


@pytest.mark.parametrize(("command", "path", "value", "error"), WRONG_VALUES)
def test_a_value_that_makes_no_sense_is_named(command: str, path: str, value: Any, error: str) -> None:
    code, (answer,) = call(command, changed(CASES[command], path, value))

    assert code == 3
    assert answer["error"].startswith(error)


def test_the_second_refund_of_the_same_units_is_named_with_its_step() -> None:
    case = CASES["refund-preview"]

    _code, (answer,) = call("refund-preview", {**case, "steps": case["steps"] * 2})

    assert answer["error"] == "steps[1]: of L01 are 0 units left, not 1"


def test_everything_may_be_refunded_once() -> None:
    case = {**CASES["refund-preview"], "steps": [{"all": True, "started_at": 1, "completed_at": 2}]}

    assert call("refund-preview", case)[1][0]["result"]["steps"] == [{"cash": 9000, "given_back": 1000, "forfeited": 0}]
    _code, (answer,) = call("refund-preview", {**case, "steps": case["steps"] * 2})
    assert answer["error"] == "steps[1]: nothing is left to refund, or no units are named"


def test_a_tool_that_is_not_combined_needs_no_amount() -> None:
    case = changed(CASES["eligible"], "context.tools", [{"kind": "store_coupon"}, {"kind": "new", "amount": "much"}])

    assert call("eligible", changed(case, "discount", 999))[1][0]["result"]["reasons"] == [
        "conflicts_with_coupon", "tool_not_listed",
    ]  # fmt: skip


BAD_LINES: list[tuple[bytes, str]] = [
    (b"{", "the line is not JSON: Expecting property name"),
    (b"null", "the line is not a JSON object"),
    (b"[]", "the line is not a JSON object"),
    (b'"text"', "the line is not a JSON object"),
    (b"{} {}", "the line is not JSON: Extra data at character 4"),
    (b'{"id": "a", "id": "a"}', "id stands twice in one object"),
    (b'{"id": "a", "lines": [{"key": "a", "key": "b"}]}', "key stands twice in one object"),
    (b'{"discount": NaN}', "NaN is not JSON"),
    (b'{"discount": -Infinity}', "-Infinity is not JSON"),
    (b'{"discount": ' + b"9" * 5000 + b"}", "the line holds a number of too many digits"),
    (b"[" * 100_000 + b"]" * 100_000, "the line is nested too deep"),
    (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "the line is nested too deep"),
    (b"\xff\xfe{\x00}\x00", "the line is not UTF-8: byte 1"),
    (b'{"id": "\xe5"}', "the line is not UTF-8: byte 9"),
    (b'{"id": "' + b"x" * LONGEST_LINE + b'"}', f"the line is longer than {LONGEST_LINE} bytes"),
    (b'{"id": "' + b"x" * 3 * LONGEST_LINE + b'"}', f"the line is longer than {LONGEST_LINE} bytes"),
    (b"\x00", "the line is not JSON"),
]


@pytest.mark.parametrize("command", FILES)
def test_a_line_that_cannot_be_read_does_not_stop_the_others(command: str) -> None:
    case = CASES[command]
    good = {"id": case["id"], "result": result_of(case)}

    code, answers = call(command, case, *[line for bad, _error in BAD_LINES for line in (bad, case)])

    assert code == 3
    assert answers[::2] == [good] * (len(BAD_LINES) + 1)
    for answer, (_bad, error) in zip(answers[1::2], BAD_LINES, strict=True):
        assert answer["id"] is None
        assert answer["error"].startswith(error), answer


def test_a_line_may_be_as_long_as_the_limit_and_a_mark_may_stand_before_it() -> None:
    case = json.dumps(CASES["allocate"]).encode()
    longest = case + b" " * (LONGEST_LINE - len(case) - 1)

    assert call("allocate", longest, b"\xef\xbb\xbf" + case)[0] == 0
    assert call("allocate", longest + b"  ")[0] == 3


def test_an_answer_without_an_id_has_none() -> None:
    _code, answers = call("allocate", {"lines": [], "discount": 3}, {"id": 7, "lines": [], "discount": 3})

    assert answers == [{"id": found, "result": {"shares": [], "undistributed": 3}} for found in (None, 7)]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("command", FILES)
@given(data=st.data())
def test_whatever_stands_in_a_field_there_is_an_answer(command: str, data: st.DataObject) -> None:
    paths = NUMBERS[command] + FIELDS[command]

    code, (answer,) = call(command, changed(CASES[command], data.draw(st.sampled_from(paths)), data.draw(values)))

    assert code in (0, 3)
    assert answer.keys() == {"id", "error" if code else "result"}


def test_no_database_no_keys_and_no_folder_are_needed_or_made(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SHOPADMIN_DATA": str(tmp_path / "data")}

    answer = subprocess.run(
        [sys.executable, "-m", "shopadmin", "red-envelope", "eligible", "--json"],
        input=json.dumps(CASES["eligible"]), cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
        check=True,
    )  # fmt: skip

    assert json.loads(answer.stdout) == {"id": "elig-01", "result": CASES["eligible"]["expected"]}
    assert answer.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_commands_name_their_exit_codes() -> None:
    for command in COMMANDS:
        assert "Exit 0" in (command.help or "")
