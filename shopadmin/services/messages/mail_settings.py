"""The shop's mail server, as the owner set it up or as the environment says; the password is sealed, and never shown.

The owner decides which server it is: one in the house is as good as any. Without TLS no password is sent, and none of
it leaves the machine.
"""

import ipaddress
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Literal, cast

from flask import current_app
from flask_babel import lazy_gettext as _

from shopadmin.contract import Actor, Problem
from shopadmin.domain.identifiers.canonical import read_email
from shopadmin.keys import Keyring
from shopadmin.models import db
from shopadmin.models.settings import Setting
from shopadmin.services import audit, contacts
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.transactions import writing

KEY = "mail"
_PURPOSE = b"setting.mail_password"
Security = Literal["starttls", "tls", "none"]
SECURITIES: tuple[Security, ...] = ("starttls", "tls", "none")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where e-mail is handed in. ``security``: of the connection; ``none`` only on this machine."""

    host: str = ""
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""

    @property
    def is_set(self) -> bool:
        """Whether there is a server to go to."""
        return bool(self.host and self.sender)


def load() -> MailSettings:
    """What is set; the password of the environment (``SHOPADMIN_SMTP_PASSWORD``) goes before the stored one."""
    stored = db.session.get(Setting, KEY)
    found = dict(stored.value) if stored else {}
    sealed = found.pop("sealed_password", "")
    password = current_app.config.get("SMTP_PASSWORD") or (
        contacts.keyring().decrypt(b64decode(sealed), _PURPOSE) if sealed else ""
    )
    return MailSettings(**found, password=password)


def save(
    actor: Actor, *, host: str, port: int, security: str, user: str, sender: str, password: str | None = None
) -> None:
    """Change all of it; ``password`` None keeps the stored one, empty forgets it. Raises RefusedError."""
    host, user, sender = host.strip(), user.strip(), sender.strip()
    _check(host, port, security, user, sender)
    with writing() as session:
        stored = session.get(Setting, KEY)
        before = dict(stored.value) if stored else {}
        sealed = before.pop("sealed_password", "")
        if password is not None:
            sealed = b64encode(contacts.keyring().encrypt(password, _PURPOSE)).decode() if password else ""
        after: dict[str, object] = {"host": host, "port": port, "security": security, "user": user, "sender": sender}
        session.merge(Setting(key=KEY, value=after | {"sealed_password": sealed}))
        changed = after | ({"password": "changed"} if password is not None else {})
        audit.record(actor, "core.settings.changed", "settings", before=before, after=changed)


def seal_again(keyring: Keyring) -> int:
    """Put the password under the active key, for a rotation; returns how many values that were."""
    with writing() as session:
        stored = session.get(Setting, KEY)
        sealed = stored.value.get("sealed_password", "") if stored else ""
        if stored is None or not sealed or keyring.is_current(b64decode(sealed)):
            return 0
        password = keyring.decrypt(b64decode(sealed), _PURPOSE)
        stored.value = stored.value | {"sealed_password": b64encode(keyring.encrypt(password, _PURPOSE)).decode()}
        return 1


def is_this_machine(host: str) -> bool:
    """Whether nothing that is sent there leaves the machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(host: str, port: int, security: str, user: str, sender: str) -> None:
    checks = (
        (bool(host) and not _HOST.fullmatch(host), "host", _("This is no name of a server, such as mail.example.com.")),
        (not 1 <= port <= 65535, "port", _("A port is a number from 1 to 65535.")),
        (security not in cast("tuple[str, ...]", SECURITIES), "security", _("Choose how the connection is protected.")),
        (
            security == "none" and bool(host) and not is_this_machine(host),
            "security",
            _("Without encryption mail goes to a server on this machine alone."),
        ),
        (len(user) > 200 or not user.isprintable(), "user", _("A user name is one line of 200 characters at most.")),
        (bool(host) and read_email(sender).reason in ("invalid", "masked"), "sender",
         _("This is not an e-mail address.")),
    )  # fmt: skip
    problems = [Problem(field, message, field) for is_wrong, field, message in checks if is_wrong]
    if problems:
        raise RefusedError(*problems)
