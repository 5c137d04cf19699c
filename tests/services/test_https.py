"""One HTTPS request to where the owner said: to an address that was looked at, and nowhere else."""

import socket

import pytest
from gateway import Gateway, admits_loopback, gateway_server, make_certificate
from mail_server import nobody_listening

from shopadmin.services.messages import https
from shopadmin.services.messages.https import LostError, NotSentError

HEADERS = {"Idempotency-Key": "r1", "Content-Type": "text/plain"}


@pytest.fixture
def gateway():
    return Gateway()


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """What a server here shows, signed by somebody whom the machine trusts."""
    trusted, shown = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return shown


@pytest.fixture
def url(make_app, gateway, certificate):
    """The address of a gateway on this machine, for a shop that may connect to it."""
    app = make_app(ADDRESS_CHECK=admits_loopback)
    with app.app_context(), gateway_server(gateway, certificate) as address:
        yield address


def port_of(url):
    return int(url.rpartition(":")[2].partition("/")[0])


def leads_to(*addresses):
    """A name that leads here, and a count of how often it was asked for."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return addresses

    return resolve, asked


def test_a_request_arrives_whole_at_the_name_it_was_meant_for(url, gateway):
    reply = https.post(f"{url}?a=1", HEADERS | {"X-Mine": "yes"}, "样例".encode())

    assert (reply.status, reply.content) == (200, b'{"status": "ok", "id": "gw-r1"}')
    ((headers, body),) = gateway.asked
    assert (headers["Host"], headers["X-Mine"], body) == (f"localhost:{port_of(url)}", "yes", "样例")


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_into_a_network_of_ones_own_gets_nothing(url, gateway, private, make_app):
    """The check that every shop has, not that of the tests; one private address among public ones is enough."""
    with make_app().app_context():
        for addresses in ((private,), ("93.184.216.34", private)):
            with pytest.raises(NotSentError, match="not public"):
                https.post(url, HEADERS, b"x", leads_to(*addresses)[0])
        with pytest.raises(NotSentError, match="not public"):
            https.post(url, HEADERS, b"x")

    assert gateway.asked == []


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_was_looked_at(url, gateway, monkeypatch):
    """DNS rebinding: whoever would ask again is sent to another address, where nobody listens."""
    resolve, asked = leads_to("127.0.0.1")
    connected = []
    really = socket.getaddrinfo

    def look_up(host, *arguments, **options):
        connected.append(host)
        return really("127.0.0.1" if host == "127.0.0.1" else "192.0.2.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert https.post(url, HEADERS, b"x", resolve).status == 200
    assert asked == ["localhost"]
    assert connected == ["127.0.0.1"]


def test_a_redirect_is_an_answer_and_nobody_goes_there(url, gateway, certificate):
    inside = Gateway()
    with gateway_server(inside, certificate) as private:
        gateway.redirect_to, gateway.faults = private, ["redirect"]
        reply = https.post(url, HEADERS, b"x")

    assert reply.status == 307
    assert inside.asked == []


def test_a_server_that_cannot_prove_its_name_gets_nothing(url, gateway, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    trusted, shown = make_certificate(elsewhere, "other.example")

    with gateway_server(gateway, shown) as wrong:
        with pytest.raises(NotSentError, match="SSLCertVerificationError"):
            https.post(wrong, HEADERS, b"x")  # nobody knows who signed it
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        with pytest.raises(NotSentError, match="SSLCertVerificationError"):
            https.post(wrong, HEADERS, b"x")  # signed by somebody known, for another name

    assert gateway.asked == []


def test_where_nobody_listens_nothing_was_sent_and_the_next_address_is_tried(url, gateway):
    with nobody_listening() as port, pytest.raises(NotSentError, match="cannot be reached"):
        https.post(f"https://localhost:{port}/", HEADERS, b"x")
    assert https.post(url, HEADERS, b"x", leads_to("::1", "127.0.0.1")[0]).status == 200
    with pytest.raises(NotSentError, match="leads nowhere"):
        https.post("https://nowhere.invalid/", HEADERS, b"x")


@pytest.mark.parametrize("fault", ["hang", "drip", "drop_after"])
def test_after_the_request_was_begun_nobody_knows(url, gateway, monkeypatch, fault):
    monkeypatch.setattr(https, "STEP_SECONDS", 2)
    monkeypatch.setattr(https, "WHOLE_SECONDS", 4)
    gateway.faults = [fault]

    with pytest.raises(LostError):
        https.post(url, HEADERS, b"x")

    assert len(gateway.asked) == 1


def test_an_answer_without_end_is_cut_short(url, gateway, monkeypatch):
    monkeypatch.setattr(https, "LONGEST_ANSWER", 10)

    assert https.post(url, HEADERS, b"x").content == b'{"status":'


@pytest.mark.parametrize("value", ["plum\norchard", "密码"])
def test_a_header_that_cannot_be_written_is_certainly_not_sent(url, gateway, value):
    with pytest.raises(NotSentError):
        https.post(url, HEADERS | {"X-Secret": value}, b"x")

    assert gateway.asked == []
