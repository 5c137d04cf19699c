"""An import that is killed in the middle is complete after a restart, or was never applied; never half, never twice."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import commands
import pytest
from flask import Flask
from importing import rows
from orders_file import line, lines, order, orders, rating, ratings

from shopadmin.models import db
from shopadmin.services import audit
from shopadmin.services.imports import runs

pytestmark = pytest.mark.fault

COUNT = 2_100
POINTS = (
    "import.batch:1", "import.staged:1", "import.begin:1", "import.chunk:1", "import.between:1", "import.chunk:3",
    "import.chunk:5", "import.between:6", "import.chunk:9", "import.between:10", "import.link:1", "import.applied:1",
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Orders, lines and ratings that fill several chunks; one line without its order."""
    texts = {
        "orders.csv": orders(*map(order, range(COUNT))),
        "lines.csv": lines(*map(line, range(COUNT + 1))),
        "ratings.csv": ratings(*map(rating, range(50))),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in texts]


def environment(app: Flask, **more: str) -> dict[str, str]:
    url = str(app.config["DATABASE_URL"])
    shop = {"SHOPADMIN_DATA": str(app.config["DATA_FOLDER"]), "DATABASE_URL": url, "DATABASE_MIGRATE_URL": url}
    return os.environ | shop | more


def command(app: Flask, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    db.session.remove()
    return commands.run(arguments, environment(app, **more))


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def shop() -> dict[str, Any]:
    """What the shop holds, without numbers that an interrupted transaction may skip and bytes that are random."""
    return {
        "orders": rows("shop_order", "order_no", "status", "total", "contact_hash", "revision"),
        "buyers": rows("buyer", "ref", "name", "revision"),
        "identifiers": rows("buyer_identifier", "kind", "value_hash", "tail_hash"),
        "lines": rows("order_line", "line_no", "title", "revision"),
        "shipments": rows("shipment", "tracking_no", "carrier"),
        "reviews": rows("review", "key", "body", "answer", "text_version"),
        "counts": rows("import_count", "kind", "new", "updated", "unchanged", "duplicates", "rejected"),
        "rejections": rows("import_rejection", "row", "kind", "code", "value"),
        "changes": rows("import_change", "table_name", "revision"),
        "states": rows("import_run", "state"),
    }


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """By table, the rows that stand on one side alone: thousands of rows are too many for a readable assertion."""
    return {
        name: (set(found[name]) ^ set(wanted[name])) or (len(found[name]), len(wanted[name]))
        for name in wanted
        if sorted(found[name]) != sorted(wanted[name])
    }


_whole: dict[str, dict[str, Any]] = {}


@pytest.fixture
def whole(app: Flask, make_app: Any, files: list[str]) -> dict[str, Any]:
    """What an import that nobody disturbs leaves; made once for each engine, whose shops all have the same keys."""
    engine = db.engine.name
    if engine not in _whole:
        undisturbed = make_app()
        with undisturbed.app_context():
            assert command(undisturbed, "import", *files, "--json").returncode == 3
            _whole[engine] = shop()
    return _whole[engine]


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_and_a_restart_the_import_is_complete(
    app: Flask, files: list[str], whole: dict[str, Any], point: str
) -> None:
    killed = command(app, "import", *files, "--json", SHOPADMIN_FAILPOINT=f"{point}=kill")
    if killed.returncode == 3:
        assert point == "import.link:1"  # everything came in the right order: there was nothing to link
    else:
        assert killed.returncode == -signal.SIGKILL
    recovered = command(app, "imports", "recover", "--json")
    again = command(app, "imports", "recover", "--json")

    assert recovered.returncode == 0, recovered.stderr
    if rows("import_run", "state") == [("staged",)]:
        assert rows("shop_order", "id") == []  # stopped before it began: it waits for someone's word
    else:
        assert differences(shop(), whole) == {}
    assert told(again)["jobs"] == []
    assert audit.chain_problems(db.session()) == []


def test_an_undo_that_is_killed_is_finished_by_the_restart(app: Flask, files: list[str]) -> None:
    done = told(command(app, "import", *files, "--json"))
    killed = command(app, "imports", "undo", str(done["run"]), SHOPADMIN_FAILPOINT="import.undo:4=kill")
    assert killed.returncode == -signal.SIGKILL

    told(command(app, "imports", "recover", "--json"))

    assert rows("import_run", "state") == [("undone",)]
    assert [rows(name, "id") for name in ("shop_order", "order_line", "buyer", "review", "import_change")] == [[]] * 5


def test_the_same_files_again_after_a_kill_add_nothing_twice(app: Flask, files: list[str]) -> None:
    command(app, "import", *files, "--json", SHOPADMIN_FAILPOINT="import.chunk:4=kill")

    again = command(app, "import", *files, "--json")
    command(app, "imports", "recover", "--json")

    assert again.returncode == 3
    assert len(rows("shop_order", "id")) == COUNT
    assert len(rows("order_line", "id")) == COUNT


def test_a_worker_takes_up_what_a_killed_one_left(app: Flask, files: list[str], whole: dict[str, Any]) -> None:
    command(app, "import", *files, "--json", SHOPADMIN_FAILPOINT="import.chunk:3=kill")
    reading, writing = os.pipe()
    worker = subprocess.Popen(
        [sys.executable, "-m", "shopadmin", "worker", "--parent-pipe", str(reading)],
        env=environment(app), pass_fds=(reading,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: rows("import_run", "state") == [("applied",)])
        second = command(app, "worker")

        assert differences(shop(), whole) == {}
        assert second.returncode == 2
    finally:
        os.close(writing)
        os.close(reading)
        assert worker.wait(60) == 0  # the server's end of the pipe is closed: the worker is gone as well


def test_a_worker_that_waits_is_woken_and_one_that_is_killed_leaves_its_job_to_the_next(
    app: Flask, files: list[str], whole: dict[str, Any]
) -> None:
    worker = start_worker(app, SHOPADMIN_FAILPOINT="import.chunk:4=kill")
    try:
        uploads = [runs.Upload(Path(name).name, io.BytesIO(Path(name).read_bytes())) for name in files]
        run_id = runs.create_run(None, uploads, {})
        runs.start(None, run_id, runs.CHECK)
        wait_for(lambda: rows("import_run", "state") == [("staged",)])
        wait_for(lambda: ("done",) in rows("job", "state"))
        runs.start(None, run_id, runs.RUN)
        wait_for(lambda: worker.poll() == -signal.SIGKILL)
    finally:
        worker.kill()
    assert rows("import_run", "state") == [("applying",)]

    worker = start_worker(app)
    try:
        wait_for(lambda: rows("import_run", "state") == [("applied",)])
    finally:
        worker.terminate()
        assert worker.wait(60) == 0

    assert differences(shop(), whole) == {}


def start_worker(app: Flask, **more: str) -> commands.Command:
    db.session.remove()
    return commands.start_silent(["worker"], environment(app, **more))


def wait_for(is_so: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)
