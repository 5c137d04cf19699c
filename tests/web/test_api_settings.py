"""Settings that an endpoint asks for are read once for a call, and never kept beyond it."""

import pytest
from parcels import Parcel, plugin

from shopadmin import testing
from shopadmin.api_contract import ApiAnswer, ApiEndpoint
from shopadmin.services import plugins, settings
from shopadmin.services.transactions import writing

PATH = "/api/v1/parcels/parcels"


def answer(call):
    """What is set, said by an answer that changes what it was given."""
    for _ in range(3):
        shop, own = settings.load(), plugins.load_settings("parcels")
        weight = own.pop("weight", 0)
    return ApiAnswer(Parcel(id="1", buyer=shop.name, weight=weight))


def answer_and_set(call):
    """What is set after it was read and changed in the same call."""
    plugins.load_settings("parcels")
    with writing():
        plugins.save_settings(None, "parcels", {"weight": 5})
        settings.save(None, name=settings.load().name + "!")
    return answer(call)


@pytest.fixture
def client(make_app):
    endpoints = [
        ApiEndpoint("GET", PATH, "wallet", "Ask", answer, Parcel),
        ApiEndpoint("POST", PATH, "wallet", "Set", answer_and_set, Parcel, effect="transaction"),
    ]
    app = make_app({"parcels": plugin(*endpoints)})
    with app.app_context():
        yield testing.api_client(app).for_buyer()


@pytest.fixture
def reads(monkeypatch):
    """Who was asked for, each time that the database was."""
    found, shop, own = [], settings._read, plugins._read_settings
    monkeypatch.setattr(settings, "_read", lambda: found.append("shop") or shop())
    monkeypatch.setattr(plugins, "_read_settings", lambda name: found.append(name) or own(name))
    return found


def said(response):
    found = response.get_json()
    return found["buyer"], found["weight"]


def test_an_endpoint_that_asks_again_and_again_reads_settings_once(client, reads):
    plugins.save_settings(None, "parcels", {"weight": 7})
    reads.clear()

    assert said(client.get("/parcels/parcels")) == ("My shop", 7)
    assert sorted(reads) == ["parcels", "shop"]


def test_what_was_set_since_is_what_the_next_call_finds(client):
    before = said(client.get("/parcels/parcels"))
    plugins.save_settings(None, "parcels", {"weight": 9})
    settings.save(None, name="Another")

    assert (before, said(client.get("/parcels/parcels"))) == (("My shop", 0), ("Another", 9))


def test_what_a_call_sets_it_finds_itself(client):
    assert said(client.post("/parcels/parcels")) == ("My shop!", 5)


def test_who_answers_nobody_asks_anew_each_time(client, reads):
    for _ in range(2):
        settings.load()
        plugins.load_settings("parcels")

    assert reads == ["shop", "parcels"] * 2
