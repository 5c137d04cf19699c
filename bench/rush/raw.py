"""The limit of the service: raw SQL that writes the rows of a claim, each claim in a transaction of its own.

On PostgreSQL a pgbench script with 8 connections, on SQLite one writer with ``synchronous=FULL``. The tables, keys and
indexes are the shop's, without its triggers.
"""

import hashlib
import json
import re
import sqlite3
import subprocess
import tempfile
import time
from datetime import UTC, datetime

from sqlalchemy import make_url

from bench.databases import Shop
from shopadmin.testing import POSTGRESQL_BINARIES

CONNECTIONS = 8
BODY = json.dumps({"id": 0, "refusal": None, "text": "x" * 330}).encode()
ENVELOPE = (
    "insert into plugin_red_envelope_envelope (campaign_id, buyer, amount, currency, use_from, use_to, claimed_at, "
    "state, moves) values ({campaign}, {buyer}, 1000, 'CNY', 0, 4000000000000, {at}, 'available', 1) returning id"
)
LEDGER = (
    "insert into plugin_red_envelope_ledger (envelope_id, move, book, line_key, from_account, to_account, amount, "
    "currency, event, source, at) "
    "values ({envelope}, 1, 'envelope', '', 'unissued', 'outstanding', 1000, 'CNY', 'issue', '', {at})"
)
ANSWER = (
    "insert into api_idempotency (key_hash, fingerprint, status, body, location, created_at) "
    "values ({key}, {key}, 201, {body}, {location}, {now})"
)
ENTRY = (
    "insert into audit_entry (at, code, object_type, object_id, before, after, reason, ip, request_id) values ({now}, "
    "'red_envelope.envelope.claimed', 'red_envelope.envelope', {envelope_text}, '{{}}', {after}, '', '', '')"
)
STOCK = "update plugin_red_envelope_stock set claimed = claimed + 1 where campaign_id = {campaign} and claimed < total"


def limit(shop: Shop, campaign: int, claims: int) -> float:
    """Claims a second over about so many claims."""
    return _sqlite(shop, campaign, claims) if shop.kind == "SQLite" else _postgresql(shop, campaign, claims)


def _sqlite(shop: Shop, campaign: int, claims: int) -> float:
    statements = [
        statement.format(
            campaign=campaign, buyer=":buyer", at=":at", envelope=":envelope", envelope_text=":envelope_text",
            key=":key", body=":body", location=":location", now=":now", after=":after",
        )
        for statement in (ENVELOPE, LEDGER, ANSWER, ENTRY, STOCK)
    ]  # fmt: skip
    connection = sqlite3.connect(make_url(shop.url).database or "", isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
        connection.execute(f"pragma {pragma}")
    after, started = json.dumps({"campaign": campaign}), time.perf_counter()
    for number in range(claims):
        moment = datetime.now(UTC)
        values = {
            "buyer": f"raw:{number}-{started}", "at": int(moment.timestamp() * 1000), "after": after, "body": BODY,
            "key": hashlib.sha256(f"{campaign} {number} {started}".encode()).digest(),
            "now": moment.replace(tzinfo=None).isoformat(" "), "location": "/api/v1/red-envelope/wallet/1234567",
        }  # fmt: skip
        connection.execute("begin immediate")
        envelope = connection.execute(statements[0], values).fetchone()[0]
        values |= {"envelope": envelope, "envelope_text": str(envelope)}
        for statement in statements[1:]:
            connection.execute(statement, values)
        connection.execute("commit")
    seconds = time.perf_counter() - started
    connection.close()
    return claims / seconds


def _postgresql(shop: Shop, campaign: int, claims: int) -> float:
    at = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
    names = {
        "campaign": str(campaign), "buyer": "'raw:' || :n", "at": at, "envelope": ":id", "envelope_text": "(:id)::text",
        "key": "sha256((:n)::text::bytea)", "body": f"'{BODY.decode()}'::bytea", "now": "clock_timestamp()",
        "location": "'/api/v1/red-envelope/wallet/1234567'",
        "after": f"'{json.dumps({'campaign': campaign})}'",
    }  # fmt: skip
    lines = [
        r"\set n random(1, 1000000000000000)",
        "begin;",
        ENVELOPE.format(**names) + r" \gset",
        *(statement.format(**names) + ";" for statement in (LEDGER, ANSWER, ENTRY, STOCK)),
        "commit;",
    ]
    url = make_url(shop.url)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\n".join(lines) + "\n")
        script.flush()
        output = subprocess.run(
            [
                str(POSTGRESQL_BINARIES[0] / "pgbench"), "--no-vacuum", "--client", str(CONNECTIONS), "--jobs", "2",
                "--transactions", str(max(claims // CONNECTIONS, 1)), "--protocol", "prepared", "--file", script.name,
                "--host", str(url.query["host"]), "--username", str(url.username), str(url.database),
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+) \(without initial", output)
    assert found, output
    return float(found[1])
