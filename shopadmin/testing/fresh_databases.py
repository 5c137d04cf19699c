"""A database of its own for every test, on either engine: copied from one that was migrated once."""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.services import schema
from shopadmin.testing.clusters import Cluster, postgresql_cluster


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
