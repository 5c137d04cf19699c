"""How buyers stop offers by themselves: a line under every offer, and a signed link that needs no account.

The link names the buyer by the row and a piece of the keyed hash of the reference, as rows are used again after an
import is undone; it says nothing to anybody else, and lasts as long as the shop's signing key.
"""

import re

from flask import current_app
from flask_babel import force_locale, gettext
from itsdangerous import BadData, URLSafeSerializer

from shopadmin.services.conflicts import MissingError
from shopadmin.services.messages import consents, people
from shopadmin.services.settings import LOCALES

RULE = "/unsubscribe/<token>"
_HAN, _WORD = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]+")


def address(person: people.Person) -> str:
    """Where the buyer stops offers, empty for a shop that has not said under which address buyers reach it."""
    base = str(current_app.config.get("PUBLIC_URL", "")).rstrip("/")
    if not base.startswith(("https://", "http://")):
        return ""
    return base + RULE.replace("<token>", _signer().dumps([person.buyer_id, _mark(person)]))


def with_line(text: str, person: people.Person) -> str:
    """The text of an offer with the line that says how there will be no more, in the language of the text."""
    link = address(person)
    with force_locale(LOCALES.get(_language(text), "en")):
        line = (
            gettext("No more offers: %(link)s", link=link)
            if link
            else gettext("Answer this message, and there will be no more offers.")
        )
    return f"{text}\n\n{line}"


def find(token: str) -> int:
    """The buyer that the link is for. Raises MissingError for a link that is nobody's, or nobody's any more."""
    try:
        buyer_id, mark = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        raise MissingError(token) from None
    person = people.find(buyer_id)
    if person is None or _mark(person) != mark:
        raise MissingError(token)
    return person.buyer_id


def stop(token: str) -> None:
    """The buyer agrees to offers no longer, and none that waits goes out. Repeating is no harm. Raises MissingError."""
    consents.withdraw(None, find(token), "marketing")


def _language(text: str) -> str:
    """What most of it is written in: a shop's Chinese name makes no English text Chinese, nor a brand the reverse."""
    return "zh" if len(_HAN.findall(text)) > len(_WORD.findall(text)) else "en"


def _mark(person: people.Person) -> str:
    return person.key.hex()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="shopadmin.unsubscribe.1")
