"""The buyers of a rush over HTTP: their tokens, and their requests as bytes."""

from datetime import UTC, datetime

from flask import Flask

from bench.rush import load
from shopadmin.api_contract import ApiBuyer, ApiCaller
from shopadmin.models import db
from shopadmin.services import api_tokens

# Every so many requests somebody asks again, under another key.
AGAIN_EVERY = 20


def names(count: int, kind: str = "b") -> list[str]:
    """So many buyers as they ask, one after the other; another ``kind``: other buyers."""
    return [
        f"{kind}{number - AGAIN_EVERY // 2 if number % AGAIN_EVERY == AGAIN_EVERY - 1 else number}"
        for number in range(count)
    ]


def of_shop(app: Flask, campaign: int, count: int, kind: str = "b") -> list[bytes]:
    """Requests with tokens of the shop's own; to be sent within fifteen minutes."""
    with app.app_context():
        issued = api_tokens.create(None, "bench", ["claims"], None)
        caller = ApiCaller(issued.id, "bench", frozenset(issued.scopes), None)
        now = datetime.now(UTC)
        path = f"/api/v1/red-envelope/campaigns/{campaign}/claims"
        made = []
        for number, name in enumerate(names(count, kind)):
            token, _until = api_tokens.mint(caller, ApiBuyer("bench", name), ["claims"], now)
            made.append(
                load.post(
                    path, {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{campaign}-{kind}-{number:08d}"}
                )
            )
        db.session.remove()
    return made


def of_django(campaign: int, count: int) -> list[bytes]:
    """The same, for the rival, who asks for no token."""
    return [
        load.post(f"/{campaign}", {"Buyer": f"bench:{name}", "Idempotency-Key": f"k-{campaign}-{number:08d}"})
        for number, name in enumerate(names(count))
    ]
