"""The shape of the tree: names that say something, and the one secured base."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*ROOT.glob("shopadmin/**/*.py"), *ROOT.glob("plugins/*/shopadmin_*/**/*.py")])
FLASK_ADMIN_VIEWS = {"BaseView", "ModelView", "BaseModelView", "AdminIndexView", "FileAdmin", "BaseFileAdmin"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = {"utils.py", "helpers.py", "common.py", "misc.py"}

    found = [path for path in SOURCES if path.name in nameless]

    assert found == []


def test_flask_admins_views_are_subclassed_in_the_secured_base_alone() -> None:
    outside = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and path != ROOT / "shopadmin/admin/base.py":
                names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                outside += [f"{path.name}:{node.name}"] * bool(names & FLASK_ADMIN_VIEWS)

    assert outside == []


def test_only_the_transaction_module_commits() -> None:
    allowed = {"transactions.py", "audit.py"}
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "commit" and "session" in ast.unparse(node.value):
                found += [path.name] * (path.name not in allowed)

    assert found == []


def test_the_core_never_imports_the_plugins_door() -> None:
    core = [path for path in SOURCES if path.is_relative_to(ROOT / "shopadmin")]

    found = [path.name for path in core if path.name != "plugin_api.py" and "shopadmin.plugin_api" in path.read_text()]

    assert found == []


def test_types_and_imports_of_every_plugin_are_looked_at() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = {path.parent.name for path in ROOT.glob("plugins/*/shopadmin_*/__init__.py")}

    assert packages
    assert packages | {"shopadmin"} == set(tools["mypy"]["packages"]) == set(tools["importlinter"]["root_packages"])


def test_no_left_over_markers() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"))

    found = subprocess.run(
        ["git", "grep", "-nIwE", words, "--", "*.py", "*.html", "*.md", "*.js", "*.css"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert found.stdout == ""


def test_who_looks_at_a_page_in_a_browser_waits_for_it_by_the_helpers_of_testing() -> None:
    # Each of these sees what stands there in that moment, or gives up on a machine that does much else.
    hasty = re.compile(r"Axe\(\)|documentElement\.scrollWidth|wait_for_timeout\(|expect_navigation\(")
    tests = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/tests/**/*.py")]

    found = {path.name: hasty.findall(path.read_text(encoding="utf-8")) for path in tests}

    assert {name: texts for name, texts in found.items() if texts} == {}
