"""Where commands run: inside the app, in the command line's language."""

import contextlib
from collections.abc import Iterator

from flask import Flask, current_app, has_app_context
from flask_babel import force_locale


@contextlib.contextmanager
def inside(app: Flask) -> Iterator[None]:
    """The app's context, in which everything speaks English: the language of the command line, not of the shop.

    One that is open already is used: a plugin's command runs in that of its group.
    """
    is_inside = has_app_context() and current_app == app
    with contextlib.nullcontext() if is_inside else app.app_context(), force_locale("en"):
        yield
