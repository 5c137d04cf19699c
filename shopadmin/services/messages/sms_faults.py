"""What cannot be about a gateway for text messages, in words that name the remedy."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.contract import Problem
from shopadmin.domain.sms.gateway import LONGEST, Fault

_SENTENCES: Mapping[str, Callable[[str], Any]] = {
    "long": lambda _text: _("This takes %(count)s characters at most.", count=LONGEST),
    "https": lambda _text: _("The address has to begin with https://."),
    "url": lambda _text: _("This is no address, such as https://gateway.example.com/messages."),
    "private": lambda _text: _("The shop connects to public addresses alone, to none of its own network."),
    "header": lambda text: _("“%(text)s” is no header. Write one a line, such as X-Name: value.", text=text),
    "header_ours": lambda text: _("The header “%(text)s” is written by the shop, or stands here twice.", text=text),
    "header_secret": lambda text: _(
        "The header “%(text)s” looks like a password. Type that into its own field, and write {{secret}} here.",
        text=text,
    ),
    "place": lambda text: _("There is no {{%(text)s}} to fill in here.", text=text),
    "choice": lambda _text: _("Choose one of these."),
    "body_json": lambda _text: _("This is no object of JSON."),
    "body_form": lambda _text: _("Write one name=value a line."),
    "body_lacks": lambda _text: _("The body needs {{text}}, and one of {{to}}, {{to_digits}}, {{to_national}}."),
    "status": lambda _text: _("Write the statuses that mean success, such as 200 201."),
    "path": lambda _text: _("This is no path. Write names and numbers with dots between them: messages.0.id."),
    "success": lambda _text: _("Say both: where in the answer to look, and what stands there on success."),
    "receipt_id": lambda _text: _("Say where a receipt names its message."),
    "receipt_delivered": lambda _text: _("Say which words mean that the message arrived."),
    "secret": lambda _text: _("A password is one line of plain letters, digits and signs, 500 at most."),
}


def problem(fault: Fault) -> Problem:
    """The objection with its sentence, at the field it is about."""
    return Problem(f"sms.{fault.code}", _SENTENCES[fault.code](fault.text), fault.field)
