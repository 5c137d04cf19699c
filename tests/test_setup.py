"""The two commands' groundwork: what make does on machines that lack something, the locks, and the wheel."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = (
    "requirements-build.lock", "requirements.lock", "requirements-dev.lock", "requirements-linkage.lock",
    "requirements-mutants.lock",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing of the project but its Makefile."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


def fake_python(folder: Path, refuses: str) -> Path:
    """A Python that fails when asked for ``refuses`` and is the real one otherwise."""
    path = folder / "fake-python"
    path.write_text(f'#!/bin/sh\ncase "$*" in *"{refuses}"*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "-s", *arguments], cwd=folder, capture_output=True, text=True, env=environment, timeout=120
    )


def test_a_python_without_venv_support_names_the_package_to_install(folder: Path) -> None:
    result = make(folder, "setup", f"PYTHON={fake_python(folder, 'ensurepip')}")

    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert result.returncode != 0
    assert f"sudo apt-get install {version}" in result.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_too_old_or_too_new_is_refused(folder: Path) -> None:
    result = make(folder, "setup", f"PYTHON={fake_python(folder, 'version_info <')}")

    assert result.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in result.stderr
    assert not (folder / ".venv").exists()


def test_the_commands_of_the_readme_are_there() -> None:
    for target in ("demo", "run", "setup", "test", "lint", "check", "bench"):
        result = make(ROOT, "--dry-run", target)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()

    pinned = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert all(re.match(r"[A-Za-z0-9._-]+==\S+", entry) and "--hash=sha256:" in entry for entry in pinned)
    assert "://" not in text
    assert "--index" not in text


def test_the_build_lock_holds_every_build_back_end() -> None:
    locked = (ROOT / "requirements-build.lock").read_text()
    for project in (ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")):
        for requirement in tomllib.loads(project.read_text())["build-system"]["requires"]:
            assert f"\n{requirement}==" in f"\n{locked}", requirement


FLOORS = {
    "flask": (3, 1, 3),
    "jinja2": (3, 1, 6),
    "werkzeug": (3, 1, 9),
    "flask-admin": (2, 2, 1),
    "wtforms": (3, 2, 0),
}


@pytest.mark.parametrize("package", FLOORS)
def test_no_pinned_version_is_below_its_floor(package: str) -> None:
    """Floors by security advisories: Flask, Jinja2, Werkzeug; by what works together: Flask-Admin, WTForms."""
    found = re.search(rf"^{package}==([\d.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    assert found is not None
    assert tuple(map(int, found[1].split("."))) >= FLOORS[package]


def test_the_lock_satisfies_what_the_project_asks_for() -> None:
    locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]

    names = {re.match(r"[\w-]+", entry)[0].lower().replace("_", "-") for entry in wanted}  # type: ignore[index]

    assert names <= locked.keys()


def test_an_installed_wheel_carries_its_settings_and_migrations(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(installed)
    assert {"config.py", "shopadmin/_migrations/env.py", "shopadmin/_migrations/versions/0001_first_tables.py"} <= names
    assert not any(name.startswith(("tests/", "bench/", "plugins/")) for name in names)

    # Before the checkout in the path: what runs is the wheel's.
    environment = os.environ | {"PYTHONPATH": str(installed), "SHOPADMIN_DATA": str(tmp_path / "data")}
    program = "import shopadmin, shopadmin.__main__ as m; assert 'installed' in shopadmin.__file__; m.main()"
    result = subprocess.run(
        [sys.executable, "-c", program, "db", "upgrade"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
    assert "core" in result.stdout


@pytest.mark.parametrize(
    "plugin", sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml")), ids=lambda path: path.name
)
def test_the_wheel_of_a_plugin_carries_its_translations_as_programs_read_them(plugin: Path, tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=plugin, capture_output=True, text=True,
    )  # fmt: skip

    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert f"shopadmin_{plugin.name}/translations/zh_Hans_CN/LC_MESSAGES/messages.mo" in archive.namelist()


def test_the_gates_leave_nothing_out() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "SHOPADMIN_REQUIRE_ALL=1" in script.read_text()
    assert script.read_text().rstrip().endswith("make test")
