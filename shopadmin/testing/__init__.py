"""A pytest plugin for the core's tests and for plugins': an app per test, on SQLite or PostgreSQL.

``pytest --database postgresql`` runs the same tests on a private cluster that is started from the binaries on the
machine and thrown away afterwards. Every test gets a database of its own, copied from one that was migrated once.

pytest looks for fixtures and options in this module, so it names them beside what tests call themselves.
"""

from shopadmin.testing.accounts import client_as, make_account, sign_in
from shopadmin.testing.browsers import axe_finds, browser, chromium, follow, page_width
from shopadmin.testing.clusters import POSTGRESQL_BINARIES, Cluster, postgresql_cluster
from shopadmin.testing.engines import database_kind, pytest_addoption, pytest_generate_tests
from shopadmin.testing.files import test_data
from shopadmin.testing.fresh_databases import Databases, cluster, databases
from shopadmin.testing.pages import do_jobs, send_form, token_in
from shopadmin.testing.races import at_once
from shopadmin.testing.roles import TwoRoles, empty_roles, postgresql, roles_template, two_roles
from shopadmin.testing.rows import make_buyer, make_order, make_review
from shopadmin.testing.shops import ShopClient, app, compiled_templates, make_app, make_tables
from shopadmin.testing.storefronts import ApiClient, api_client, check_problem, make_token

__all__ = [
    "POSTGRESQL_BINARIES", "ApiClient", "Cluster", "Databases", "ShopClient", "TwoRoles", "api_client", "app",
    "at_once", "axe_finds", "browser", "check_problem", "chromium", "client_as", "cluster", "compiled_templates",
    "database_kind", "databases", "do_jobs", "empty_roles", "follow", "make_account", "make_app", "make_buyer",
    "make_order", "make_review", "make_tables", "make_token", "page_width", "postgresql", "postgresql_cluster",
    "pytest_addoption", "pytest_generate_tests", "roles_template", "send_form", "sign_in", "test_data", "token_in",
    "two_roles",
]  # fmt: skip
