"""Every command says what its exit codes mean, and can answer a program."""

from collections.abc import Iterator

import click
import pytest

from shopadmin.cli import (
    accounts,
    backup,
    check,
    database,
    demo,
    doctor,
    imports,
    init,
    keys,
    run,
    tokens,
    wording,
    worker,
)

# They serve until they are stopped: there is no one answer.
SERVING = {"run", "worker"}


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    name = f"{name} {command.name}".strip()
    if isinstance(command, click.Group):
        for found in command.commands.values():
            yield from leaves(found, name)
    else:
        yield name, command


COMMANDS = dict(
    pair
    for command in (
        *accounts.commands, backup.backup, backup.restore, check.check, database.db, demo.demo, doctor.doctor,
        imports.import_files, imports.imports, init.init, keys.keys, run.run, tokens.token,
        worker.worker,
        imports.import_files, imports.imports, init.init, keys.keys, run.run, wording.wording, worker.worker,
    )
    for pair in leaves(command)
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_names_the_exit_codes(name):
    text = COMMANDS[name].help or ""

    assert "Exit 0" in text


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - SERVING))
def test_a_command_has_an_answer_for_programs(name):
    assert "as_json" in {parameter.name for parameter in COMMANDS[name].params}
