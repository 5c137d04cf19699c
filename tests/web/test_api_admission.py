"""Whether callers may call, asked for many together: nobody gets in with another, or is told another's answer."""

import threading
from datetime import UTC, datetime

from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.api_contract import ApiKey, ApiRendered
from shopadmin.http_api import admission
from shopadmin.models import db
from shopadmin.models.api import ApiToken
from shopadmin.services import api_tokens, idempotency, plugins
from shopadmin.services.transactions import writing
from shopadmin.testing import check_problem

PATH = "/parcels/parcels"


def shown(client, key="", plugin_name="parcels"):
    """What the admission asks about a call of the client."""
    token = api_tokens.read(client.token, datetime.now(UTC))
    return admission._Shown(plugin_name, token, idempotency.key_hash(token.identity, "POST /x", key) if key else None)


def store(call, body):
    with writing() as session:
        row = ApiKey(call.key_hash, b"f" * 32).row(ApiRendered(201, body), datetime.now(UTC))
        idempotency.store_answers(session, [row])


def test_each_of_many_finds_what_was_answered_to_it_and_nobody_anothers(storefront):
    """All of them ask for the same with one storefront's tokens: only their keys tell their answers apart."""
    calls = [shown(storefront.for_buyer(f"buyer {number}"), f"key {number}") for number in range(6)]
    calls.append(shown(storefront.for_buyer("no key")))
    for number in (1, 4):
        store(calls[number], f"answer {number}".encode())

    found = admission._look_up(calls)

    assert [each.answer and each.answer.body for each in found] == [
        None, b"answer 1", None, None, b"answer 4", None, None,
    ]  # fmt: skip
    assert all(each.token is not None for each in found)
    assert [admission._look_up([call])[0].answer is None for call in calls] == [each.answer is None for each in found]


def test_of_many_only_those_are_found_whose_storefront_stands(shop):
    good, revoked, late = (testing.api_client(shop) for _ in range(3))
    calls = [shown(each.for_buyer("a")) for each in (good, revoked, late)] + [shown(each) for each in (good, revoked)]
    ids = db.session.scalars(select(ApiToken.id).order_by(ApiToken.id)).all()
    api_tokens.revoke(None, ids[1])
    with writing() as session:
        session.execute(update(ApiToken).where(ApiToken.id == ids[2]).values(expires_at=datetime.now(UTC)))

    found = [each.token and each.token.id for each in admission._look_up(calls)]

    assert found == [ids[0], None, ids[2], ids[0], None]  # one that ran out is refused by its row


def test_each_plugins_state_is_its_own(storefront):
    plugins.disable(None, "parcels")
    calls = [shown(storefront.for_buyer("a"), plugin_name=name) for name in ("parcels", "core", "parcels")]

    assert [each.token.state for each in admission._look_up(calls)] == ["off", None, "off"]


def at_once(shop, monkeypatch, calls):
    """Make the calls while the first question is held up, so that those after it are asked about together."""
    api, answers, sizes = shop.extensions["shopadmin.api"], {}, []
    goes, plain = threading.Event(), admission._look_up

    def slow(asked):
        sizes.append(len(asked))
        if len(sizes) == 1:
            assert goes.wait(30)
        return plain(asked)

    shared = admission.SharedQuestion(slow)
    monkeypatch.setattr(api.admission, "_look_up", shared)
    threads = []
    for number, call in enumerate(calls):
        threads.append(threading.Thread(target=lambda n=number, c=call: answers.setdefault(n, c()), daemon=True))
        threads[-1].start()
        while not (sizes and len(shared._queue) == number):
            threads[-1].join(0.001)
    goes.set()
    for thread in threads:
        thread.join(30)
    assert sizes == [1, len(calls) - 1]
    return [answers[number] for number in range(len(calls))]


def test_calls_that_come_together_are_answered_each_for_itself(shop, storefront, monkeypatch):
    other = testing.api_client(shop)
    buyers = [storefront.for_buyer(f"buyer {number}") for number in range(4)] + [other.for_buyer("revoked")]
    first = [client.post(PATH, {"weight": 5}, key="one") for client in buyers]
    api_tokens.revoke(None, db.session.scalars(select(ApiToken.id).order_by(ApiToken.id)).all()[1])

    *again, refused, reused = at_once(
        shop,
        monkeypatch,
        [lambda c=client: c.post(PATH, {"weight": 5}, key="one") for client in buyers]
        + [lambda: buyers[0].post(PATH, {"weight": 6}, key="one")],
    )

    assert [(answer.status_code, answer.data) for answer in again] == [
        (answer.status_code, answer.data) for answer in first[:4]
    ]
    assert len({answer.data for answer in again}) == 4
    check_problem(refused, 401, "unauthenticated")
    check_problem(reused, 422, "idempotency_key_reused")
