"""The plugin that plugins/README.md writes works as it stands there: its table, page, form and tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "plugins" / "README.md"
INIT = """
from shopadmin_hello import models
from shopadmin_hello.views import GreetingsView
from shopadmin.plugin_api import AuditMessage, Permission


@hookimpl
def shopadmin_permissions():
    return [Permission(f"hello.greeting:{verb}", verb) for verb in ("read", "send")]


@hookimpl
def shopadmin_admin_views():
    return [GreetingsView()]


@hookimpl
def shopadmin_audit_messages():
    return [AuditMessage("hello.greeting.sent", "Sent a greeting"), AuditMessage("hello.greeting", "Greeting")]
"""
# What `shopadmin db revision` does.
REVISION = """
import pytest
import shopadmin_hello
from shopadmin import testing
from shopadmin.services import schema


@pytest.fixture(scope="session", autouse=True)
def revision(databases, tmp_path_factory):
    from shopadmin.app import create_app

    app = create_app(databases.fresh(tmp_path_factory.mktemp("revision")), plugins={"hello": shopadmin_hello})
    with app.app_context():
        schema.revise("hello", "Greetings")
"""


def files() -> dict[str, str]:
    """Name to content of the files that the page writes."""
    text = README.read_text(encoding="utf-8")
    return dict(re.findall(r"^`([\w./]+\.py)`\n```python\n(.*?)^```$", text, re.M | re.S))


@pytest.mark.one_database
def test_the_plugin_of_the_readme_works(tmp_path: Path) -> None:
    found = files()
    last = re.search(r"^## Tests\n```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
    assert last
    found["shopadmin_hello/__init__.py"] += INIT
    found["tests/test_greetings.py"] = REVISION + last[1]
    for name, content in found.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "shopadmin_hello" / "migrations" / "versions").mkdir(parents=True)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
