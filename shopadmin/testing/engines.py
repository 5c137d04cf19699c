"""Which engine the tests' shops are on: ``pytest --database postgresql``, or ``both``."""

from typing import Any

import pytest

from shopadmin.testing.clusters import POSTGRESQL_BINARIES


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the whole suite run on either database, or on both."""
    parser.addoption(
        "--database", choices=("sqlite", "postgresql", "both"), default="sqlite", help="where the tests' shops live"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With ``--database both``, run what needs a shop once on each.

    Not browser tests, and what is marked ``one_database``: what they look at is the same on either.
    """
    if metafunc.config.getoption("--database") != "both" or "database_kind" not in metafunc.fixturenames:
        return
    is_here = bool(POSTGRESQL_BINARIES)
    skip = pytest.mark.skipif(not is_here, reason="PostgreSQL is not installed")
    kinds: list[Any] = ["sqlite", pytest.param("postgresql", marks=skip)]
    if any(map(metafunc.definition.get_closest_marker, ("browser", "one_database"))):
        kinds = kinds[:1]
    metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``: where this test's shops live."""
    return str(getattr(request, "param", request.config.getoption("--database")))
