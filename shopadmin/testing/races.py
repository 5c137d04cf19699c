"""Several acts in the same moment, as several processes or people would do them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from shopadmin.models import db


def at_once(app: Flask, *acts: Callable[[], object]) -> list[Any]:
    """Do all of it at the same moment, each act in a thread and a session of its own; the caller's looks anew after.

    Returns what each act returned, or the exception that it raised.
    """
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(60)
            try:
                return act()
            except Exception as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        found = list(pool.map(run, acts))
    db.session.rollback()
    return found
