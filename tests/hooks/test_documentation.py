"""HOOKS.md says of every hook what hookspecs.py says; each hook is exercised by a test and used by a shipped plugin."""

import inspect
import re
from pathlib import Path

import pytest

from shopadmin import hook_calls, hookspecs

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {
    name: found for name, found in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("shopadmin_")
}
SHIPPED = sorted((ROOT / "plugins").glob("*/shopadmin_*/__init__.py"))


def documented() -> dict[str, str]:
    """Hook name to the signature that HOOKS.md prints."""
    text = (ROOT / "plugins" / "HOOKS.md").read_text()
    return {name: f"({arguments})" for name, arguments in re.findall(r"^### `(shopadmin_\w+)\((.*?)\)`$", text, re.M)}


def test_every_hook_is_documented_and_nothing_else() -> None:
    assert documented().keys() == HOOKS.keys()


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_the_documented_arguments_are_those_of_the_hook(name: str) -> None:
    arguments = ", ".join(inspect.signature(HOOKS[name]).parameters)

    assert documented()[name] == f"({arguments})"


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_has_a_docstring_that_says_when_it_is_called(name: str) -> None:
    assert "alled" in (HOOKS[name].__doc__ or "")


@pytest.mark.parametrize("name", sorted(set(HOOKS) - {"shopadmin_manifest"}))
def test_every_hook_has_one_wrapper(name: str) -> None:
    wrapper = getattr(hook_calls, name.removeprefix("shopadmin_"))

    assert name in inspect.getsource(wrapper)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_is_exercised_by_a_test(name: str) -> None:
    noun = name.removeprefix("shopadmin_")
    here = ROOT / "tests" / "hooks"
    sources = (here / "test_calls.py").read_text() + (here / "test_quarantine.py").read_text()

    marks = (f'"{noun}"', f'", {noun}=', f"{name}=", f"hook_calls.{noun}(")
    assert any(mark in sources for mark in marks)


def test_every_hook_is_used_by_a_shipped_plugin_or_by_the_core() -> None:
    sources = [path.read_text() for path in (*SHIPPED, ROOT / "shopadmin" / "builtin.py")]
    used = {name for name in HOOKS if any(f"\ndef {name}(" in source for source in sources)}

    assert used == HOOKS.keys()
