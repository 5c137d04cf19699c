"""A gateway for text messages on this machine, over real TLS, that counts what it sent and misbehaves when told to."""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = ("127.0.0.1", "::1")
# What goes wrong before the message is sent on, and after it; and what is no fault but an answer.
BEFORE = ("500", "drop", "hang", "garbage", "redirect", "busy", "no_number")
AFTER = ("500_after", "drop_after", "half_after", "hang_after", "garbage_after")


def admits_loopback(address: str) -> bool:
    """The address check of tests: servers of this machine alone."""
    return address in LOOPBACK


class Gateway:
    """``effects``: how many text messages went on to phones, by reference. ``faults``: of the next requests."""

    def __init__(self, *, is_idempotent: bool = False) -> None:
        self.is_idempotent = is_idempotent
        self.effects: Counter[str] = Counter()
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.faults: list[str] = []
        self.redirect_to = ""
        self.ended = threading.Event()

    def send(self, reference: str) -> None:
        """A text message goes on to its phone, unless this gateway knows its reference already."""
        if not (self.is_idempotent and self.effects[reference]):
            self.effects[reference] += 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway: Gateway

    def do_POST(self) -> None:
        gateway = self.gateway
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reference, fault = self.headers["Idempotency-Key"], gateway.faults.pop(0) if gateway.faults else ""
        gateway.asked.append((dict(self.headers), json.loads(body) if body[:1] == b"{" else body.decode()))
        self.close_connection = True
        if fault not in BEFORE:
            gateway.send(reference)
        match fault.removesuffix("_after"):
            case "500":
                self.answer(500, b"<h1>Oops</h1>")
            case "drop":
                self.reset()
            case "half":
                self.answer(200, b'{"status": "ok"', length=400)
            case "hang":
                gateway.ended.wait(20)
            case "drip":
                self.drip()
            case "garbage":
                self.answer(200, b'{"status": \xff\xfe')
            case "redirect":
                self.answer(307, b"", location=gateway.redirect_to)
            case "busy" | "no_number" as word:
                self.answer(200, json.dumps({"status": word}).encode())
            case _:
                self.answer(200, json.dumps({"status": "ok", "id": f"gw-{reference[:8]}"}).encode())

    def answer(self, status: int, content: bytes, location: str = "", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(content)

    def drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with contextlib.suppress(OSError):
            while not self.gateway.ended.wait(0.05):
                self.wfile.write(b"a")

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_arguments: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_arguments: Any) -> None:
        """A client that hangs up is what these tests are about."""


@contextlib.contextmanager
def gateway_server(gateway: Gateway, certificate: Path) -> Iterator[str]:
    """Serve it; its address. ``certificate``: of ``make_certificate``."""
    handler = type("Handler", (_Handler,), {"gateway": gateway})
    server = _Server(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # Each connection shakes hands in a thread of its own: one that does not keeps nobody else out.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/messages"
    finally:
        gateway.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """An authority of this test, and a certificate that it gave to ``name``: the files of both."""
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    root = _certificate(issuer, issuer, authority.public_key(), authority, is_authority=True, name=name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    leaf = _certificate(subject, issuer, server.public_key(), authority, is_authority=False, name=name)
    key = server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    trusted, shown = folder / "authority.pem", folder / "server.pem"
    trusted.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    shown.write_bytes(key + leaf.public_bytes(serialization.Encoding.PEM))
    return trusted, shown


def _certificate(
    subject: x509.Name, issuer: x509.Name, public: Any, signer: Any, *, is_authority: bool, name: str
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=is_authority, crl_sign=is_authority, **usage),
            critical=True,
        )
    )
    if not is_authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return made.sign(signer, hashes.SHA256())
