"""``shopadmin review-recovery script validate FILE``: exit 0 or 1, a line for each finding, no shop."""

import json

import pytest
from click.testing import CliRunner
from scripts_of_tests import TEXT

from shopadmin.cli.main import build


def no_shop():
    raise AssertionError("the shop was opened")


def call(*words, given=None):
    return CliRunner().invoke(build(no_shop, ()), ["review-recovery", "script", *words], input=given)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "script.yaml"


def test_a_script_that_may_be_published_is_exit_0(file):
    file.write_text(TEXT, encoding="utf-8")

    result = call("validate", str(file))

    assert (result.exit_code, result.stdout) == (0, f"{file} may be published.\n")


def test_each_finding_is_a_line_with_node_and_remedy(file):
    text = TEXT.replace("open: later", "open: ask").replace("recorded: no", "recorded: yes")
    file.write_text(text, encoding="utf-8")

    result = call("validate", str(file))

    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert len(lines) == 3
    assert all(line.startswith(f"{file}:") for line in lines)
    assert [line.split(": ")[1] for line in lines] == ["listen", "ask_ok", "later"]
    assert "Let it lead to a guard that checks everything" in lines[1]


def test_programs_get_one_object(file):
    file.write_text(TEXT.replace("kind: guard", "kind: gurad"), encoding="utf-8")

    result = call("validate", str(file), "--json")

    found = json.loads(result.stdout)
    assert (result.exit_code, found["valid"]) == (1, False)
    assert {(one["node"], one["code"]) for one in found["findings"]} == {
        ("gate", "unknown_value"), ("ask_ok", "unknown_value"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"\x00" * 10, "评".encode("gbk"), b"[" * 100_000, b"a: &a [*a]", b"x" * 900_000, b"%YAML 9.9\n"],
)
def test_any_file_is_answered_with_a_finding(file, raw):
    file.write_bytes(raw)

    result = call("validate", str(file))

    assert result.exit_code == 1
    assert result.stdout.startswith(f"{file}:")
    assert "Traceback" not in result.output


def test_a_byte_order_mark_is_no_harm(file):
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    assert call("validate", str(file)).exit_code == 0


def test_standard_input_is_read_too():
    assert call("validate", "-", given=TEXT.encode()).exit_code == 0


def test_a_file_that_is_not_there_is_no_finding(file):
    assert call("validate", str(file)).exit_code == 2
