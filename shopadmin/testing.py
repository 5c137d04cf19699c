"""A pytest plugin for the core's tests and for plugins': an app per test, on SQLite or PostgreSQL.

``pytest --database postgresql`` runs the same tests on a private cluster that is started from the binaries on the
machine and thrown away afterwards. Every test gets a database of its own, copied from one that was migrated once.
"""

import contextlib
import contextvars
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from werkzeug.routing import Rule

from shopadmin.app import create_app
from shopadmin.domain.reviews import is_bad
from shopadmin.models import db
from shopadmin.models.accounts import Account, Grant
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services import api_tokens, contacts, schema, sessions
from shopadmin.services.api_scopes import CORE_SCOPES
from shopadmin.services.transactions import writing

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from werkzeug.test import TestResponse

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# A fresh profile without the connections that Chromium opens on its own account.
CHROMIUM_SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# What a server does for the sake of a crash or of a long life is of no use to one that is thrown away.
# Whoever waits for a lock for two minutes would wait for ever, and the run with it: that is an error with a name.
SHORT_LIVED = (
    "-c fsync=off -c full_page_writes=off -c checkpoint_timeout=1h -c max_wal_size=4GB -c autovacuum=off "
    "-c lock_timeout=120s"
)

POSTGRESQL_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


_build_rule = Rule._compile_builder
_builders: dict[object, Callable[..., tuple[str, str]]] = {}


def _build_rule_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What makes a rule's addresses; Werkzeug compiles Python for it, most of the time that an app needs to start."""
    wanted = rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown
    if wanted not in _builders:
        _builders[wanted] = _build_rule(rule, append_unknown)
    return _builders[wanted]


Rule._compile_builder = _build_rule_once  # type: ignore[method-assign, assignment]


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


class Cluster:
    """A private PostgreSQL cluster on a socket in a temporary folder, without fsync: it does not outlive the tests."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        self._connection: Connection | None = None
        # initdb refuses root; any unprivileged account will do.
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def run(self, command: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the cluster's user."""
        options: dict[str, Any] = {"user": self.user} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(self.binaries / command), *arguments],
            check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def start(self, durable: bool = False) -> None:
        """Create the cluster and wait until it answers; ``durable`` syncs as a real one does."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=120"
        if not durable:
            options += f" {SHORT_LIVED}"
        self.run("pg_ctl", "-D", data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """Stop at once."""
        if self._connection:
            self._connection.close()
            self._connection.engine.dispose()
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def url(self, database: str, role: str = "shop") -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run a statement that must not be in a transaction."""
        if self._connection is None:
            self._connection = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect()
        self._connection.execute(text(statement))

    def copy(self, template: str, name: str, options: str = "") -> None:
        """Make a database as the template is, which nobody may be connected to."""
        # Copying files is twice as fast here as the log that is the default since version 15.
        if int(self.binaries.parent.name) >= 15:
            options += " strategy file_copy"
        self.execute(f"create database {name} template {template} {options}")


@contextlib.contextmanager
def postgresql_cluster(durable: bool = False) -> Iterator[Cluster]:
    """A running private cluster; raises FileNotFoundError where PostgreSQL is not installed."""
    if not POSTGRESQL_BINARIES:
        raise FileNotFoundError("PostgreSQL's programs are not on this machine")
    folder = Path(tempfile.mkdtemp(prefix="shopadmin-pg-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, POSTGRESQL_BINARIES[0])
    cluster.start(durable)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``: where this test's shops live."""
    return str(getattr(request, "param", request.config.getoption("--database")))


@pytest.fixture(scope="session")
def cluster(database_kind: str) -> Iterator[Cluster | None]:
    """The run's private cluster, None on SQLite."""
    if database_kind == "sqlite":
        yield None
        return
    with postgresql_cluster() as running:
        yield running


# Makes tables, in the context of an app whose database the shops of other tests are copied from.
Prepare = Callable[[], object]
# Of a template: what prepared it, for which plugins; none of either: the core's tables alone.
Template = tuple[Prepare | None, tuple[str, ...]]
CORE: Template = (None, ())


class Databases:
    """Hands out fresh, migrated databases: a copied file, or a cloned PostgreSQL database."""

    def __init__(self, cluster: Cluster | None, folder: Path) -> None:
        self._cluster, self._folder = cluster, folder
        # Their names, as databases or as files.
        self._templates = {CORE: "template_shop"}
        if cluster:
            cluster.execute("create database template_shop")
        app = create_app(self._config(folder / "template", self._url("template_shop", self._file(CORE))), plugins={})
        with app.app_context():
            schema.upgrade()
            db.engine.dispose()

    def _file(self, template: Template) -> Path:
        return self._folder / f"{self._templates[template]}.db"

    def prepare(self, prepare: Prepare, plugins: Mapping[str, object]) -> Template:
        """Let plugins make their tables once, for all tests of the session that want them."""
        template = prepare, tuple(sorted(plugins))
        if template in self._templates:
            return template
        name = f"template_{len(self._templates)}"
        app = create_app(self.fresh(self._folder / name, name=name), plugins=plugins)
        with app.app_context():
            prepare()
            db.session.remove()
            db.engine.dispose()
        self._templates[template] = name
        if not self._cluster:
            shutil.copy(self._folder / name / "shop.db", self._file(template))
        return template

    def _url(self, name: str, file: Path) -> str:
        return self._cluster.url(name) if self._cluster else f"sqlite:///{file}"

    def _config(self, data: Path, url: str) -> dict[str, Any]:
        return {
            "DATA_FOLDER": data,
            "DATABASE_URL": url,
            "DATABASE_MIGRATE_URL": url,
            "SECRET_KEY": "k" * 40,
            "TESTING": True,
            "PASSWORD_MEMORY_KIB": 64,  # a real check takes a third of a second
        }

    def fresh(self, data: Path, template: Template = CORE, name: str = "") -> dict[str, Any]:
        """Configuration of a new empty shop whose data folder is ``data``, copied from a template."""
        name = name or f"shop_{uuid.uuid4().hex}"
        data.mkdir(parents=True, exist_ok=True)
        if self._cluster:
            self._cluster.copy(self._templates[template], name)
        else:
            shutil.copy(self._file(template), data / "shop.db")
        # The same keys everywhere: making new ones for each test buys nothing.
        shutil.copytree(self._folder / "template" / "keys", data / "keys", dirs_exist_ok=True)
        return self._config(data, self._url(name, data / "shop.db"))

    def drop(self, config: Mapping[str, Any]) -> None:
        """Throw a PostgreSQL database away."""
        if self._cluster:
            name = make_url(str(config["DATABASE_URL"])).database
            self._cluster.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def databases(cluster: Cluster | None, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where tests get their databases from."""
    return Databases(cluster, tmp_path_factory.mktemp("databases"))


@dataclass(frozen=True)
class TwoRoles:
    """An empty database on PostgreSQL that the role ``owning`` owns; ``serving`` may do what it is granted."""

    cluster: Cluster
    database: str
    data: Path

    def config(self, **changes: Any) -> dict[str, Any]:
        """The configuration of a shop that is served by the one and migrated by the other."""
        return {
            "DATA_FOLDER": self.data,
            "DATABASE_URL": self.url("serving"),
            "DATABASE_MIGRATE_URL": self.url("owning"),
            "SECRET_KEY": "not a secret at all, but long enough too",
            "TESTING": True,
            "PASSWORD_MEMORY_KIB": 64,
        } | changes

    def url(self, role: str) -> str:
        """The database's address for a role; ``shop`` is the superuser."""
        return self.cluster.url(self.database, role)

    @contextlib.contextmanager
    def open(self, plugins: Mapping[str, object] | None = None, **changes: Any) -> Iterator[Flask]:
        """The shop as a new process finds it, its context pushed."""
        app = create_app(self.config(**changes), plugins=plugins or {})
        try:
            with app.app_context():
                yield app
        finally:
            # In a context of its own: when the other ended, what was slow in a hook may have been written down.
            with app.app_context():
                db.session.remove()
                db.engine.dispose()

    def run(self, role: str, *statements: str) -> list[Any]:
        """Run statements in one transaction as a role; returns the rows of the last, if it gives any."""
        engine = create_engine(self.url(role), poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                found = connection.exec_driver_sql(statement)
            return list(found.all()) if found.returns_rows else []


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A private cluster with the roles ``owning`` and ``serving``, whatever database the other tests' shops are on."""
    if not POSTGRESQL_BINARIES:
        pytest.skip("PostgreSQL is not installed")
    with postgresql_cluster() as running:
        running.execute("create role owning login")
        running.execute("create role serving login")
        yield running


@pytest.fixture
def empty_roles(postgresql: Cluster, tmp_path: Path) -> Iterator[TwoRoles]:
    """A new database that one role owns and another one serves; nothing is in it."""
    with _roles_database(postgresql, tmp_path / "data") as made:
        yield made


@pytest.fixture
def two_roles(postgresql: Cluster, roles_template: str, tmp_path: Path) -> Iterator[TwoRoles]:
    """As ``empty_roles``, with the core's tables, as an upgrade leaves them there."""
    with _roles_database(postgresql, tmp_path / "data", roles_template) as made:
        yield made


@pytest.fixture(scope="session")
def roles_template(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database that ``two_roles`` copies: migrated once."""
    with _roles_database(postgresql, tmp_path_factory.mktemp("roles")) as made:
        with made.open():
            schema.upgrade()
        yield made.database


@contextlib.contextmanager
def _roles_database(cluster: Cluster, data: Path, template: str = "template1") -> Iterator[TwoRoles]:
    name = f"roles_{uuid.uuid4().hex}"
    cluster.copy(template, name, "owner owning")
    yield TwoRoles(cluster, name, data)
    cluster.execute(f"drop database {name} with (force)")


class ShopClient(FlaskClient):
    """A test client whose requests stand alone, as on a server: a context pushed by the test is not theirs.

    Flask would lend them that one, and with it what an earlier request left in ``g``: the account, for example.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; the answer is read to its end, and the test's own session sees what it changed."""
        kwargs.setdefault("buffered", True)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return response


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real and sample export files."""
    named = os.environ.get("SHOPADMIN_TEST_DATA")
    if not named:
        pytest.skip("SHOPADMIN_TEST_DATA is not set")
    folder = Path(named)
    assert (folder / "samples").is_dir(), "SHOPADMIN_TEST_DATA names no folder of export files"
    return folder


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Where apps find the templates that an earlier one compiled: that takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(databases: Databases, tmp_path: Path, compiled_templates: BytecodeCache) -> Iterator[Callable[..., Flask]]:
    """``make_app(plugins={}, **config)``: an app on a new empty shop; ``shop_of=app``: on the shop of that one.

    ``prepare=schema.upgrade`` or a function of your own: it has made the plugins' tables, once for all tests.
    """
    made: list[tuple[Flask, dict[str, Any]]] = []

    def make(
        plugins: Mapping[str, object] | None = None,
        shop_of: Flask | None = None,
        prepare: Prepare | None = None,
        **config: Any,
    ) -> Flask:
        there = next((settings for app, settings in made if app is shop_of), None)
        template = databases.prepare(prepare, plugins or {}) if prepare else CORE
        settings = (there or databases.fresh(tmp_path / f"data{len(made)}", template)) | config
        app = create_app(settings, plugins=plugins or {})
        app.test_client_class = ShopClient
        app.jinja_env.bytecode_cache = compiled_templates
        made.append((app, settings))
        return app

    yield make
    for app, _settings in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    for settings in {str(found["DATABASE_URL"]): found for _app, found in made}.values():
        databases.drop(settings)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An app without plugins on a new empty shop, its context pushed."""
    made = make_app()
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; without one the test is left out."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    """Chromium, one for all browser tests of the run: Playwright cannot be started twice in a process."""
    from playwright.sync_api import sync_playwright  # only who tests in a browser needs it installed

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_SWITCHES))
        yield launched
        launched.close()


def make_account(app: Flask, *permissions: str, email: str = "", is_owner: bool = False) -> int:
    """Add an account with just these grants (granted by the owner, who is made when there is none); returns its id."""
    with app.app_context(), writing() as session:
        owner = session.query(Account).filter_by(is_owner=True).one_or_none()
        if owner is None:
            owner = _account("owner@example.com", "Owner", is_owner=True)
            session.add(owner)
            session.flush()
        if is_owner:
            return owner.id
        email = email or f"{uuid.uuid4().hex[:12]}@example.com"
        account = _account(email, email.partition("@")[0], is_owner=False)
        session.add(account)
        session.flush()
        now = datetime.now(UTC)
        for permission in permissions:
            session.add(Grant(account_id=account.id, permission=permission, granted_by=owner.id, granted_at=now))
        return account.id


def _account(email: str, name: str, is_owner: bool) -> Account:
    return Account(
        email=email,
        name=name,
        is_owner=is_owner,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=datetime.now(UTC),
    )


def sign_in(app: Flask, account_id: int) -> FlaskClient:
    """A client that is signed in as the account, by way of a real session row."""
    client = app.test_client()
    with app.app_context():
        account = db.session.get(Account, account_id)
        assert account is not None
        token, uniquifier = sessions.begin(account_id, "127.0.0.1", "tests"), account.fs_uniquifier
        db.session.remove()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": uniquifier, "_fresh": True, "shopadmin_session": token, "language": "en"})
    return client


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """``client_as("core.orders:read", …)`` or ``client_as(owner=True)``: a signed-in client."""

    def make(*permissions: str, owner: bool = False) -> FlaskClient:
        return sign_in(app, make_account(app, *permissions, is_owner=owner))

    return make


def make_token(app: Flask, *scopes: str, label: str = "Sample storefront") -> str:
    """Make a storefront token with these scopes, without any the core's own; returns its text."""
    with app.app_context():
        return api_tokens.create(None, label, scopes or [scope.code for scope in CORE_SCOPES], None).text


class ApiClient:
    """Calls the storefront API with one token; every POST has a new idempotency key unless one is given."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client, self.token = app.test_client(), token

    def get(self, path: str, **options: Any) -> "TestResponse":
        """GET ``/api/v1`` + ``path``."""
        return self._open("GET", path, {}, options)

    def post(self, path: str, json: Any = None, key: str | None = None, **options: Any) -> "TestResponse":
        """POST ``json`` to ``/api/v1`` + ``path``; ``key``: empty for none."""
        headers = {"Idempotency-Key": uuid.uuid4().hex if key is None else key} if key != "" else {}
        if json is not None:
            options["json"] = json
        return self._open("POST", path, headers, options)

    def for_buyer(self, ref: str = "sample_buyer", *scopes: str, platform: str = "test") -> "ApiClient":
        """A client with a token that this storefront's mints for the buyer."""
        body = {"platform": platform, "buyer_ref": ref} | ({"scopes": list(scopes)} if scopes else {})
        answer = self.post("/buyer-tokens", body)
        assert answer.status_code == 201, answer.text
        return ApiClient(self._client.application, answer.get_json()["token"])

    def _open(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> "TestResponse":
        headers = {"Authorization": f"Bearer {self.token}"} | headers | options.pop("headers", {})
        return self._client.open(f"/api/v1{path}", method=method, headers=headers, **options)


def api_client(app: Flask, *scopes: str) -> ApiClient:
    """A client with a new storefront token; ``.for_buyer(…)`` gives one of a buyer."""
    return ApiClient(app, make_token(app, *scopes))


def make_order(number: int = 1, **changes: Any) -> int:
    """Add a paid order worth 100.00 CNY; call inside an app context. Returns its id."""
    fields: dict[str, Any] = {
        "platform": "test",
        "order_no": f"T{number:06}",
        "buyer_name": f"Sample buyer {number}",
        "status": "paid",
        "status_raw": "paid",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "currency": "CNY",
        "total": 10_000,
        "paid": 10_000,
    }
    with writing() as session:
        order = Order(**(fields | changes))
        session.add(order)
        session.flush()
        return order.id


def make_buyer(name: str = "Sample Buyer", phone: str = "", email: str = "", platform: str = "test") -> int:
    """Add a buyer with these identifiers, sealed as by an import; call inside an app context. Returns its id."""
    keys = contacts.keyring()
    with writing() as session:
        buyer = Buyer(platform=platform, ref=f"{platform}:{uuid.uuid4().hex}", name=name, created_at=datetime.now(UTC))
        session.add(buyer)
        session.flush()
        known: tuple[tuple[contacts.IdentifierKind, str], ...] = (("phone", phone), ("email", email))
        for kind, value in known:
            if value:
                session.add(
                    BuyerIdentifier(
                        buyer_id=buyer.id,
                        kind=kind,
                        value_hash=contacts.identifier_hash(keys, kind, value),
                        value_encrypted=contacts.seal_identifier(keys, value),
                        tail_hash=contacts.tail_hash(keys, value) if kind == "phone" else None,
                    )
                )
        return buyer.id


def make_review(number: int = 1, **changes: Any) -> int:
    """Add an unanswered review of two stars; call inside an app context. Returns its id."""
    fields: dict[str, Any] = {
        "platform": "test",
        "key": f"R{number:06}",
        "stars": 2,
        "body": f"Sample text {number}",
        "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
    }
    fields |= changes
    fields.setdefault("inbox_rank", 0 if is_bad(fields["stars"], fields.get("grade")) else 1)
    with writing() as session:
        review = Review(**fields)
        session.add(review)
        session.flush()
        return review.id
