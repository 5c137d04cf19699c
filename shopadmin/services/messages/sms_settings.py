"""The shop's gateway for text messages, as the owner described it; its password and the address of its receipts are
sealed, and the password is never shown.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, replace

from flask import current_app

from shopadmin.contract import Actor
from shopadmin.domain.sms.gateway import Fault, Gateway, faults
from shopadmin.keys import Keyring
from shopadmin.models import db
from shopadmin.models.settings import Setting
from shopadmin.services import audit, contacts
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.messages import https
from shopadmin.services.messages.sms_faults import problem
from shopadmin.services.transactions import writing

KEY = "sms"
LONGEST_SECRET = 500
# What is kept sealed, by its name in the setting.
_SEALED = {"sealed_secret": b"setting.sms_secret", "sealed_token": b"setting.sms_receipts"}


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """``token``: the secret part of the address that receipts come to, empty where none are taken."""

    gateway: Gateway
    secret: str = ""
    token: str = ""

    @property
    def is_set(self) -> bool:
        """Whether there is a gateway to go to."""
        return bool(self.gateway.url)


def load() -> SmsSettings:
    """What is set; the password of the environment (``SHOPADMIN_SMS_SECRET``) goes before the stored one."""
    stored = db.session.get(Setting, KEY)
    found = dict(stored.value) if stored else {}
    secret, token = (_opened(found.pop(name, ""), purpose) for name, purpose in _SEALED.items())
    return SmsSettings(Gateway(**found), current_app.config.get("SMS_SECRET") or secret, token)


def is_set() -> bool:
    """Whether there is a gateway to go to; opens nothing."""
    stored = db.session.get(Setting, KEY)
    return bool(stored and stored.value.get("url"))


def is_token(typed: str) -> bool:
    """Whether receipts are taken under this secret address."""
    found = load()
    return bool(found.token) and found.gateway.takes_receipts and hmac.compare_digest(
        found.token.encode(), typed.encode()
    )  # fmt: skip


def save(actor: Actor, gateway: Gateway, secret: str | None = None, renew: bool = False) -> None:
    """Change all of it; ``secret`` None keeps the stored one, empty forgets it. Raises RefusedError.

    ``renew``: make a new address for receipts; the one before is answered no more.
    """
    gateway = replace(gateway, url=gateway.url.strip())
    _check(gateway, secret)
    with writing() as session:
        stored = session.get(Setting, KEY)
        before = dict(stored.value) if stored else {}
        kept = {name: before.pop(name, "") for name in _SEALED}
        if secret is not None:
            kept["sealed_secret"] = _sealed(secret, "sealed_secret")
        if gateway.takes_receipts and (renew or not kept["sealed_token"]):
            kept["sealed_token"] = _sealed(secrets.token_urlsafe(32), "sealed_token")
        session.merge(Setting(key=KEY, value=asdict(gateway) | kept))
        changed = asdict(gateway) | ({"secret": "changed"} if secret is not None else {})
        audit.record(actor, "core.settings.changed", "settings", before=before, after=changed)


def seal_again(keyring: Keyring) -> int:
    """Put what is sealed under the active key, for a rotation; returns how many values that were."""
    with writing() as session:
        stored = session.get(Setting, KEY)
        found = {name: stored.value.get(name, "") for name in _SEALED} if stored else {}
        old = {name: value for name, value in found.items() if value and not keyring.is_current(b64decode(value))}
        if stored is None or not old:
            return 0
        opened = {name: keyring.decrypt(b64decode(value), _SEALED[name]) for name, value in old.items()}
        stored.value = stored.value | {
            name: b64encode(keyring.encrypt(text, _SEALED[name])).decode() for name, text in opened.items()
        }
        return len(old)


def _sealed(text: str, name: str) -> str:
    return b64encode(contacts.keyring().encrypt(text, _SEALED[name])).decode() if text else ""


def _opened(sealed: str, purpose: bytes) -> str:
    return contacts.keyring().decrypt(b64decode(sealed), purpose) if sealed else ""


def _check(gateway: Gateway, secret: str | None) -> None:
    problems = [problem(fault) for fault in faults(gateway)]
    if not problems and gateway.url and _is_private(gateway.host):
        problems.append(problem(Fault("private", "url")))
    if secret and (len(secret) > LONGEST_SECRET or not secret.isascii() or not secret.isprintable()):
        problems.append(problem(Fault("secret", "secret")))
    if problems:
        raise RefusedError(*problems)


def _is_private(host: str) -> bool:
    """Of an address that is written in numbers; what a name leads to is looked at whenever something is sent."""
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    return https.is_address(host) and not https.may_connect(host)
