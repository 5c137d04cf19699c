"""The form of the gateway for text messages: where, what is sent, what the answer and the receipts mean."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from shopadmin.contract import Text


def _strip(value: str | None) -> str | None:
    return value.strip() if value else value


def _line(label: Any, description: Any = "", default: str = "") -> StringField:
    switched_off = {"autocomplete": "off"}
    return StringField(label, filters=[_strip], description=description, default=default, render_kw=switched_off)


_JSON = '{"to": "{{to}}", "text": "{{text}}", "reference": "{{reference}}"}'
_KINDS: list[Any] = [
    SelectChoice("json", "JSON"),
    SelectChoice("form", cast(str, _("Fields of a form"))),
]


class SmsForm(FlaskForm):
    """What the gateway's own description says, in its words. An empty password keeps the one that is stored."""

    url = _line(_("Address"), _("Begins with https://; empty for no gateway. It is asked with POST."))
    headers = TextAreaField(
        _("Headers"),
        default="Authorization: Bearer {{secret}}",
        description=_("One a line. {{secret}} is the password, {{reference}} the shop's name of the message."),
    )
    secret = PasswordField(
        _("Password"),
        description=_("Kept encrypted. Empty keeps the one that is stored."),
        render_kw={"autocomplete": "new-password"},
    )
    forget = BooleanField(_("Forget the stored password"))
    body_kind = SelectField(_("Body"), choices=_KINDS)
    body = TextAreaField(
        _("Template of the body"),
        default=_JSON,
        description=_("{{to}} is the number as +8613900139001, {{to_digits}} without the plus, {{to_national}} as it "
                      "is dialled inside of its country. Fields of a form: one name=value a line."),
    )  # fmt: skip
    success_status = _line(_("Statuses of success"), _("Such as 200 201."), "200")
    success_path = _line(
        _("Where the answer says whether it went well"),
        _("Names and numbers with dots between them, such as messages.0.status. Empty: the status alone counts."),
    )
    success_values = _line(_("What stands there on success"), _("Such as 0 or OK; several with blanks between them."))
    bad_number_values = _line(_("What stands there for a number that does not exist"))
    duplicate_values = _line(_("What stands there for a message that it has already"))
    retry_values = _line(_("What stands there for try again later"))
    id_path = _line(_("Where the answer names the message"), _("For receipts that use the gateway's own name of it."))
    is_idempotent = BooleanField(
        _("The gateway promises to send a message once, however often its reference comes"),
        description=_("Only then is a message sent again whose answer was lost; else a person looks what became of it. "
                      "The reference goes along as the header Idempotency-Key, and wherever {{reference}} stands."),
    )  # fmt: skip
    receipt_path = _line(
        _("Where a receipt says what became of the message"),
        _("Empty: no receipts are taken. Fields of a form go by their names."),
    )
    receipt_id_path = _line(_("Where a receipt names the message"), _("By the shop's reference or the gateway's name."))
    receipt_delivered = _line(_("What it says when the message arrived"))
    receipt_failed = _line(_("What it says when the message did not arrive"))
    receipt_bad_number = _line(_("What it says for a number that does not exist"))
    receipt_duplicate = _line(_("What it says for a message that it has already"))
    renew = BooleanField(_("Make a new address for receipts; the one before ends"))


GROUPS: Mapping[Text, Sequence[str]] = {
    _("Where"): ("url", "headers", "secret", "forget"),
    _("What is sent"): ("body_kind", "body"),
    _("What the answer means"): (
        "success_status", "success_path", "success_values", "bad_number_values", "duplicate_values", "retry_values",
        "is_idempotent",
    ),
    _("Receipts"): (
        "receipt_path", "receipt_id_path", "id_path", "receipt_delivered", "receipt_failed", "receipt_bad_number",
        "receipt_duplicate", "renew",
    ),
}  # fmt: skip
