"""The servers: the shop, bare Flask views and the Django rival, each in processes of its own on the same waitress.

As ``PROCESSES=2 shopadmin run`` serves a shop: so many processes that share a port, and as many threads. Such a process
is this file.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from bench.databases import Shop

# One for each core of the machine that the goals were set on.
PROCESSES = 2


@contextlib.contextmanager
def serving(kind: str, shop: Shop) -> Iterator[int]:
    """A server (``shop``, ``empty``, ``questions`` or ``django``) on the shop's database; yields its port."""
    with contextlib.ExitStack() as stack:
        port = 0
        for _ in range(PROCESSES):
            port = stack.enter_context(_process(kind, shop, port))
        yield port


@contextlib.contextmanager
def _process(kind: str, shop: Shop, port: int) -> Iterator[int]:
    """One process of it, on a port that it shares with the others, else on a free one; yields the port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rush.servers", kind, shop.url, str(shop.folder), str(port)],
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
    from bench.rush import bare_views

    return bare_views.application(url if kind == "questions" else "")


def _end_with_whoever_started_it() -> None:
    sys.stdin.read()  # nothing ever comes; it ends when the other side is gone
    os._exit(0)


def _serve() -> None:
    import logging

    from shopadmin.cli import serving

    threading.Thread(target=_end_with_whoever_started_it, daemon=True).start()
    logging.getLogger("waitress.queue").disabled = True
    app, port = _app(*sys.argv[1:4]), int(sys.argv[4])
    host = "127.0.0.1"
    listener = serving.join(host, port) if port else serving.listen(host, 0, shares=True)
    together = {"goes_together": app.extensions["shopadmin.api"].goes_together} if sys.argv[1] == "shop" else {}
    server = serving.Server(app, listener, most_bytes=2**20, **together)
    logging.basicConfig(level="ERROR")
    print(listener.getsockname()[1], flush=True)
    server.run(lambda: None, lambda: None)


if __name__ == "__main__":
    _serve()
