"""Which way imports run: the contracts hold, and each of them notices a violation that is planted for it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path[:0] = sys.argv.pop().split('|'); "
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    paths = [folder, *sorted((folder / "plugins").glob("*/"))]
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "|".join(map(str, paths))],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the code, in which a violation can be planted."""
    for name in ("shopadmin", "plugins"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "static")
        )
    shutil.copy(ROOT / "config.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(file: Path, line: str) -> None:
    file.write_text(file.read_text() + f"\n{line}\n")


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("shopadmin/services/orders.py", "import shopadmin.admin.base", "Layers"),
        ("shopadmin/models/base.py", "import shopadmin.services.audit", "Layers"),
        ("shopadmin/domain/money.py", "import flask", "Rules know no framework"),
        (
            "plugins/red_envelope/shopadmin_red_envelope/domain/allocation.py",
            "import sqlalchemy",
            "Rules know no framework",
        ),
        ("plugins/red_envelope/shopadmin_red_envelope/__init__.py", "import sqlalchemy", None),
        ("shopadmin/services/orders.py", "import shopadmin_red_envelope", "The core imports no plugin"),
        (
            "plugins/red_envelope/shopadmin_red_envelope/__init__.py",
            "import shopadmin_buyer_labels",
            "Plugins do not know each other",
        ),
        (
            "plugins/red_envelope/shopadmin_red_envelope/__init__.py",
            "import shopadmin.services.audit",
            "Plugins come through the one door",
        ),
    ],
)
def test_a_planted_violation_is_noticed(copied: Path, file: str, line: str, contract: str | None) -> None:
    plant(copied / file, line)

    result = lint(copied)

    if contract is None:
        assert result.returncode == 0, result.stdout
    else:
        assert result.returncode == 1, result.stdout + result.stderr
        assert f"{contract} BROKEN" in result.stdout


def test_a_module_outside_the_layers_is_noticed(copied: Path) -> None:
    (copied / "shopadmin" / "leftover.py").write_text("")

    result = lint(copied)

    assert result.returncode == 1
    assert "leftover" in result.stdout


def test_the_contracts_name_every_plugin_in_the_tree() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    in_tree = {f"shopadmin_{folder.parent.name}" for folder in (ROOT / "plugins").glob("*/pyproject.toml")}

    named = set(settings["root_packages"]) - {"shopadmin"}

    assert named == in_tree
    assert in_tree
