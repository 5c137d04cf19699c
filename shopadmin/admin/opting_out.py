"""The page on which a buyer stops offers: open to whoever holds the link, and to nobody's account.

A GET changes nothing, as mail scanners open every address that they see. A POST does it without any cookie: whoever
has the link may, and nobody else can guess it; so there is nothing for a foreign page to borrow, and mail programs do
it with one click (RFC 8058).
"""

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from shopadmin.admin import gate
from shopadmin.services.conflicts import MissingError
from shopadmin.services.messages import opting_out

ENDPOINT = "unsubscribe"


def init_app(app: Flask) -> None:
    """Attach the page."""
    app.add_url_rule(opting_out.RULE, ENDPOINT, show, methods=["GET", "POST"])
    app.extensions["csrf"].exempt(show)
    gate.declare(app, ENDPOINT, gate.PUBLIC)


def show(token: str) -> ResponseReturnValue:
    """Ask, then do it; 404 for a link that leads to nobody."""
    try:
        if request.method == "POST":
            opting_out.stop(token)
        else:
            opting_out.find(token)
    except MissingError:
        return render_template("unsubscribe.html", state="dead"), 404
    return render_template("unsubscribe.html", state="done" if request.method == "POST" else "asked")
