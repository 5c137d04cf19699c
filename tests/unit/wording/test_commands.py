"""``shopadmin wording check``: one answer a line, whatever the line holds, and no shop needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopadmin.cli.wording import wording


def run(data: bytes, *options: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(wording, ["check", *options], input=data)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_has_its_answer_and_one_blocked_line_makes_exit_1():
    code, answers = run("Good morning\n好评返现5元\n\nWe never give refunds for good reviews".encode())

    assert code == 1
    assert answers == [
        {"line": 1, "blocked": False, "warned": False, "rules": [], "lang": "en"},
        {"line": 2, "blocked": True, "warned": False, "rules": ["incentive"], "lang": "zh"},
        {"line": 3, "blocked": False, "warned": False, "rules": [], "lang": "en"},
        {"line": 4, "blocked": False, "warned": True, "rules": ["incentive"], "lang": "en"},
    ]


def test_harmless_lines_make_exit_0():
    assert run(b"Good morning\nYour parcel is on its way.\n")[0] == 0
    assert run(b"") == (0, [])


def test_the_context_decides_what_a_line_may_say():
    line = b"Call us on 555-0142\n"

    assert run(line)[0] == 0
    assert run(line, "--context", "reply")[1][0]["rules"] == ["privacy_phone"]
    assert run(b"Five-star fans\n")[0] == 0
    assert run(b"Five-star fans\n", "--context", "campaign")[0] == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x00" * 1000,
        "\u202eweiver\u202c \u200b\u200d\ufeff".encode(),
        b"a" * 1_000_000,
        "好".encode() * 300_000,
        b"\r",
    ],
    ids=["NUL", "right to left", "1 MB of one letter", "1 MB of one character", "return"],
)
def test_hostile_lines_are_answered(hostile: bytes):
    code, answers = run(hostile + b"\nplain\n")

    assert code == 0
    assert [answer["line"] for answer in answers] == [1, 2]


@pytest.mark.parametrize(
    ("line", "byte"),
    [
        ("好评返现5元".encode("gbk"), 1),
        ("五星好评返现".encode("utf-16"), 1),
        (b"ab\xed\xa0\x80 half a character", 3),
        ("好".encode() + b"\xff" + "评返现".encode(), 4),
    ],
    ids=["GBK", "UTF-16", "surrogate", "one byte"],
)
def test_a_line_that_is_not_utf_8_is_an_error_and_the_others_are_answered(line: bytes, byte: int):
    code, answers = run(b"plain\n" + line + b"\n" + "好评返现5元\n".encode())

    assert code == 3
    assert answers[0]["blocked"] is False
    assert answers[1] == {"line": 2, "error": f"the line is not UTF-8: byte {byte}", "code": "not_utf8"}
    assert answers[-1]["blocked"] is True


def test_neither_a_shop_nor_a_database_is_needed(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    environment["SHOPADMIN_DATA"] = str(tmp_path / "none")

    result = subprocess.run(
        [sys.executable, "-m", "shopadmin", "wording", "check", "--context", "campaign"],
        input=b"Good reviews get 5 off\n",
        capture_output=True,
        cwd=tmp_path,
        env=environment,
        timeout=120,
    )

    assert result.returncode == 1, result.stderr
    assert json.loads(result.stdout)["blocked"] is True
    assert list(tmp_path.iterdir()) == []
