"""The servers: the shop, an empty Flask view and the Django rival, each in a process of its own on the same waitress.

As ``shopadmin run`` serves a shop: one process, and as many threads. Such a process is this file.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from bench.databases import Shop

# What the empty view answers, as long as a claim's answer.
BODY = b'{"text": "' + b"x" * 380 + b'"}'


@contextlib.contextmanager
def serving(kind: str, shop: Shop) -> Iterator[int]:
    """A server of this kind (``shop``, ``empty``, ``django``) on the shop's database; yields its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rush.servers", kind, shop.url, str(shop.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def _app(kind: str, url: str, folder: str) -> Any:
    if kind == "shop":
        from shopadmin.app import create_app
        from shopadmin.services import plugins

        app = create_app({
            "DATABASE_URL": url, "DATABASE_MIGRATE_URL": url, "DATA_FOLDER": folder, "API_CALLS_PER_TOKEN": 10**6,
        })  # fmt: skip
        with app.app_context():
            plugins.look_again()  # as ``shopadmin run`` does before it serves
        return app
    if kind == "django":
        from bench.rush import django_view

        return django_view.application(url)
    from flask import Flask, Response

    empty = Flask("empty")
    empty.add_url_rule("/", "empty", lambda: Response(BODY, 201, content_type="application/json"), methods=["POST"])
    return empty


def _end_with_whoever_started_it() -> None:
    sys.stdin.read()  # nothing ever comes; it ends when the other side is gone
    os._exit(0)


def _serve() -> None:
    import logging

    from waitress.server import create_server

    from shopadmin.cli.serving import THREADS

    threading.Thread(target=_end_with_whoever_started_it, daemon=True).start()
    logging.getLogger("waitress.queue").disabled = True
    server: Any = create_server(_app(*sys.argv[1:4]), host="127.0.0.1", port=0, threads=THREADS, ident=None)
    logging.basicConfig(level="ERROR")
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    _serve()
