"""The command line as a program meets it: a folder without a shop, and arguments that cannot be read."""

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from shopadmin.cli import main, tokens
from shopadmin.cli.main import json_option


def shell(folder, *arguments):
    """Run shopadmin in ``folder``: exit code, standard output, standard error."""
    found = subprocess.run(
        [sys.executable, "-m", "shopadmin", *arguments],
        cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize(
    "arguments", [("token", "list"), ("plugins", "check"), ("check",), ("red-envelope", "list")], ids=" ".join
)
def test_in_a_folder_without_a_shop_a_command_says_so_and_makes_none(tmp_path, arguments):
    code, said, why = shell(tmp_path, *arguments, "--json")

    assert (code, why) == (2, "")
    assert json.loads(said)["code"] == "no_shop"
    assert f"there is no shop in {tmp_path}/shopadmin-data" in json.loads(said)["error"]
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_makes_a_shop_makes_it_and_the_others_find_it(tmp_path):
    made = shell(tmp_path, "init", "--name", "Sample shop", "--json")
    listed = shell(tmp_path, "token", "list", "--json")

    assert made[0] == 0, made
    assert (listed[0], json.loads(listed[1])) == (0, {"tokens": []})


@click.command()
@click.option("--days", type=int)
@json_option
def sample(days, as_json):
    click.echo("done")


@pytest.mark.parametrize(
    "arguments",
    [("sample", "--days", "abc"), ("sample", "--nights", "3"), ("sample", "one"), ("--loud", "sample"),
     ("token", "revoke"), ("token", "revoke", "x")],
    ids=" ".join,
)  # fmt: skip
def test_arguments_that_cannot_be_read_are_an_object_for_a_program_and_words_for_a_person(arguments):
    group = main.build(lambda: None, (sample, tokens.token))

    told = CliRunner().invoke(group, [*arguments, "--json"])
    said = CliRunner().invoke(group, list(arguments))

    assert (told.exit_code, said.exit_code) == (2, 2)
    assert json.loads(told.stdout)["code"] == "usage"
    assert "Error: " in said.stderr
    assert said.stdout == ""
