"""E-mail: the only module that speaks SMTP.

A message is handed over in three steps, and what fails says whether it may be tried again: before the text is sent it
may, once the server took it or refused it for good the answer is final, and when the line breaks in between nobody
knows.
"""

import hashlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime
from typing import Any

from shopadmin.contract import Delivery, OutgoingMessage
from shopadmin.services import settings
from shopadmin.services.messages import mail_settings
from shopadmin.services.messages.mail_settings import MailSettings

# Seconds for one answer of the server, and for the whole of one message.
STEP_SECONDS, WHOLE_SECONDS = 15.0, 60.0
_NO_SUCH_MAILBOX = frozenset((550, 551, 553, 554))


def deliver(message: OutgoingMessage) -> Delivery:
    """Send one e-mail by the shop's server."""
    found = mail_settings.load()
    if not found.is_set:
        return Delivery("retry", "no mail server is set up")
    try:
        mail = compose(found, message, settings.load().name, datetime.now(UTC))
    except ValueError as error:
        return Delivery("failed", f"the message cannot be written as an e-mail: {error}")
    try:
        with _connected(found) as server:
            return _hand_over(server, found.sender, message.destination, mail)
    except smtplib.SMTPAuthenticationError:
        return Delivery("retry", "the mail server does not accept the user name and password")
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        # Raised before the text was begun, see _hand_over.
        return Delivery("retry", f"the mail server cannot be reached: {type(error).__name__}")


def compose(found: MailSettings, message: OutgoingMessage, shop: str, at: datetime) -> EmailMessage:
    """The e-mail. Raises ValueError for a header that holds what no header can: it would begin another one."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(display_name=_line(shop), addr_spec=_line(found.sender))
    mail["To"] = Address(addr_spec=_line(message.destination))
    mail["Subject"] = _line(message.subject or shop)
    mail["Date"] = format_datetime(at)
    domain = found.sender.rpartition("@")[2]
    # The same for every attempt, so that a mailbox which got two of them can tell.
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.purpose == "marketing":
        by_mail, link = f"<mailto:{_line(found.sender)}?subject=unsubscribe>", _line(message.unsubscribe_url)
        mail["List-Unsubscribe"] = f"<{link}>, {by_mail}" if link else by_mail
        if link.startswith("https://"):
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    return mail


def _line(text: str) -> str:
    if not all(character.isprintable() for character in text):
        raise ValueError("a header holds a control character")
    return text


class _Server(smtplib.SMTP):
    """A connection that is cut when the whole of it takes too long, however steadily the other side drips."""

    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        self._timer = threading.Timer(WHOLE_SECONDS, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            return super().connect(*arguments, **options)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


class _TlsServer(_Server, smtplib.SMTP_SSL):
    pass


@contextmanager
def _connected(found: MailSettings) -> Iterator[smtplib.SMTP]:
    """A server that took the user's name."""
    context = ssl.create_default_context()
    if found.security == "tls":
        server: smtplib.SMTP = _TlsServer(found.host, found.port, timeout=STEP_SECONDS, context=context)
    else:
        server = _Server(found.host, found.port, timeout=STEP_SECONDS)
    try:
        if found.security == "starttls":
            server.starttls(context=context)
        if found.user:
            server.login(found.user, found.password)
        server.ehlo_or_helo_if_needed()
        yield server
    finally:
        server.close()


def _hand_over(server: smtplib.SMTP, sender: str, to: str, mail: EmailMessage) -> Delivery:
    """Raises before the text is begun alone; afterwards it answers."""
    code, _said = server.mail(sender)
    if code != 250:
        return Delivery("retry" if code < 500 else "failed", f"the mail server refuses the sender: {code}")
    code, _said = server.rcpt(to)
    if code in _NO_SUCH_MAILBOX:
        return Delivery("bad_number", f"there is no such mailbox: {code}")
    if code not in (250, 251):
        return Delivery("retry" if code < 500 else "failed", f"the mail server refuses the recipient: {code}")
    try:
        code, _said = server.data(mail.as_bytes())
    except smtplib.SMTPDataError as refused:
        code = refused.smtp_code
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("unknown", f"the connection broke while the text was sent: {type(error).__name__}")
    if code == 250:
        return Delivery("sent", "the mail server took it")
    return Delivery("retry" if code < 500 else "failed", f"the mail server refuses the message: {code}")
