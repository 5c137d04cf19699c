"""The one address that the gateway for text messages posts its receipts to; whoever knows it may."""

from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from shopadmin.domain.sms.answers import read_receipts
from shopadmin.services.messages import receipts, sms_settings

RULE, ENDPOINT = "/receipts/sms/<token>", "sms_receipts"
LONGEST = 256 * 1024


def init_app(app: Flask) -> None:
    """Make the route; who may pass, and that no page's token is asked for, is said where the app is put together."""
    app.add_url_rule(RULE, ENDPOINT, receive, methods=["POST"])


def receive(token: str) -> ResponseReturnValue:
    """Take receipts as JSON, one or a list, or as the fields of a form.

    401 for a wrong address, where none may be taken; 404 when none of them is of a message of this shop: the gateway
    may be faster than the answer that tells the shop its name, and comes again.
    """
    if not sms_settings.is_token(token):
        abort(401)
    request.max_content_length = LONGEST
    found = list(read_receipts(sms_settings.load().gateway, _document()))
    taken = receipts.take(found)
    return {"taken": taken}, 404 if found and not taken else 200


def _document() -> Any:
    if not request.is_json:
        return request.form.to_dict()
    try:
        return request.get_json()
    except RecursionError:
        raise BadRequest from None
