"""What the tests need of the machine, and the closing lines that say what was left out for want of it.

``SHOPADMIN_REQUIRE_ALL=1`` makes anything left out a failure.
"""

import importlib.metadata
import importlib.util
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
CATALOGS = "translations/*/LC_MESSAGES/messages.po"
REQUIRE_ALL = os.environ.get("SHOPADMIN_REQUIRE_ALL") == "1"
# How long examples take says more about the machine than about the rule.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
PLUGINS = tuple(sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the rest of the suite run where a plugin is not installed: ``make test-without-plugins``."""
    parser.addoption(
        "--without-plugin", action="append", default=[], choices=PLUGINS, metavar="NAME",
        help="leave out the tests of this plugin's own, which must not be installed",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Pass by the own tests of a plugin that is not here, refuse that for one that is, and see to the catalogs."""
    entry_points = importlib.metadata.entry_points(group="shopadmin.plugins").names
    for name in config.getoption("--without-plugin"):
        if name in entry_points or importlib.util.find_spec(f"shopadmin_{name}"):
            raise pytest.UsageError(f"{name} is installed here: that would say nothing of a shop without it")
    config.option.ignore = [*(config.option.ignore or ()), *map(str, _own_tests(config))]
    if not hasattr(config, "workerinput"):  # else one of several processes; the one that started them has done it
        _compile_catalogs()


def _compile_catalogs() -> None:
    """Make the catalogs again whose texts changed since: no page is tested in words of yesterday."""
    for texts in (*ROOT.glob(f"shopadmin/{CATALOGS}"), *ROOT.glob(f"plugins/*/*/{CATALOGS}")):
        compiled, part = texts.with_suffix(".mo"), texts.with_suffix(f".{os.getpid()}.mo")
        if not compiled.exists() or compiled.stat().st_mtime < texts.stat().st_mtime:
            with texts.open("rb") as source, part.open("wb") as target:
                write_mo(target, read_po(source))
            part.replace(compiled)


def _own_tests(config: pytest.Config) -> list[Path]:
    return [ROOT / "plugins" / name / "tests" for name in config.getoption("--without-plugin")]


def left_out(reports: Sequence[pytest.TestReport]) -> Counter[str]:
    """How many tests did not run, by reason."""
    reasons = (report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr) for report in reports)
    return Counter(reason.removeprefix("Skipped: ") for reason in reasons)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out and why, right above the closing line."""
    for reason, count in sorted(left_out(terminalreporter.stats.get("skipped", [])).items()):
        terminalreporter.write_line(f"LEFT OUT: {count} test{'s' * (count != 1)}: {reason}", yellow=True)
    for folder in _own_tests(terminalreporter.config):
        files = len(list(folder.rglob("test_*.py")))
        terminalreporter.write_line(f"WITHOUT {folder.parent.name}: {files} file{'s' * (files != 1)} of its own tests")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is required, what was left out fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
