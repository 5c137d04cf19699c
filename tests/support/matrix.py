"""What the permission matrix and its neighbours share: seeded rows with markers, principals, addresses, a digest.

The markers are texts that stand nowhere else. ``MARKERS`` says which permissions somebody must hold to read each.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import inspect, select
from werkzeug.routing import Rule
from wtforms import Form, StringField

from shopadmin import testing
from shopadmin.admin import gate
from shopadmin.contract import Actor, BuyerId, EvidenceOrigin, Manifest, MessageRequest
from shopadmin.domain.records import Phone
from shopadmin.hookspecs import hookimpl
from shopadmin.models import Base, db
from shopadmin.models.accounts import Account, LoginSession
from shopadmin.models.audit import AuditEntry
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.cases import Incident, Note
from shopadmin.models.imports import ImportFile, ImportRun
from shopadmin.models.messages import DoNotContact
from shopadmin.models.orders import Chargeback, Order, OrderLine
from shopadmin.models.products import Product, Seller
from shopadmin.models.reviews import Review
from shopadmin.services import access, accounts, api_tokens, contacts, invitations, links
from shopadmin.services.complaints import opening, working
from shopadmin.services.evidence import storing
from shopadmin.services.messages import blocks
from shopadmin.services.messages.sending import send
from shopadmin.services.transactions import writing

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = frozenset(METHODS) - {"GET"}
CONTACT = "core.buyers:contact"

# Marker to the permissions that together let somebody read it.
MARKERS: Mapping[str, frozenset[str]] = {
    "MARKORDERNO": frozenset({"core.orders:read"}),
    "MARKBUYERNOTE": frozenset({"core.orders:read"}),
    "MARKLINE": frozenset({"core.orders:read"}),
    "MARKNOTE": frozenset({"core.orders:read"}),
    "MARKPICTURE": frozenset({"core.orders:read"}),
    "MARKREVIEWPROOF": frozenset({"core.reviews:read"}),
    "MARKPROOF": frozenset({"core.complaints:read"}),
    "MARKCOMPLAINT": frozenset({"core.complaints:read"}),
    "MARKBUYERNAME": frozenset({CONTACT}),
    "MARKRECIPIENT": frozenset({CONTACT}),
    "MARKADDRESS": frozenset({CONTACT}),
    "13900139777": frozenset({CONTACT}),
    "13900139666": frozenset({CONTACT, "core.messages:read"}),
    "markmail": frozenset({CONTACT}),
    "MARKREVIEWBODY": frozenset({"core.reviews:read"}),
    "MARKREVIEWER": frozenset({CONTACT, "core.reviews:read"}),
    "MARKINCIDENT": frozenset({"core.incidents:read"}),
    "MARKINCIDENTPROOF": frozenset({"core.incidents:read"}),
    "MARKPRODUCT": frozenset({"core.products:read"}),
    "MARKSUPPLIER": frozenset({"core.products:read"}),
    "MARKLOGGED": frozenset({"core.activity:read", "core.orders:read"}),
    "marktarget@": frozenset({"core.team:read"}),
    "markinvitee@": frozenset({"core.team:delegate"}),
    "MARKFILE": frozenset({"core.imports:read"}),
    "MARKTOKEN": frozenset({"core.tokens:manage"}),
    "MARKMESSAGE": frozenset({"core.messages:read"}),
    "MARKBLOCKED": frozenset({"core.contact:read"}),
}

# Answers of routes that let somebody pass, where they are not 200.
PASSED = {
    "front": {302},
    "security.login": {200, 302},  # somebody who is signed in is sent on
    "demo_sign_in": {404},  # this is no demo shop
    "unsubscribe": {404},  # nobody's link
    "imports.rejected_view": {404},  # nothing of the seeded import was rejected
    "imports.undo_view": {409},  # and it was never applied
}


@dataclass(frozen=True)
class Seeds:
    """Ids of the seeded rows by the first part of the endpoint, and single-use links."""

    ids: Mapping[str, Any]
    tokens: Mapping[str, str]
    chargeback_id: int
    target_id: int


def seed(app: Flask) -> Seeds:
    """One row of everything, each with its marker; call inside an app context."""
    owner_id = testing.make_account(app, is_owner=True)
    target_id = testing.make_account(app, email="marktarget@example.com")
    owner = access.load_actor(owner_id)
    assert owner is not None
    now = datetime.now(UTC) - timedelta(days=2)
    keys = contacts.keyring()
    with writing() as session:
        buyer = Buyer(platform="test", ref="test:1", name="MARKBUYERNAME", created_at=now)
        supplier = Seller(platform="test", ref="S1", name="MARKSUPPLIER")
        session.add_all([buyer, supplier])
        session.flush()
        for kind, value in (("phone", "13900139777"), ("email", "markmail@example.com")):
            found = BuyerIdentifier(
                buyer_id=buyer.id,
                kind=kind,
                value_hash=contacts.identifier_hash(keys, kind, value),
                value_encrypted=contacts.seal_identifier(keys, value),
                tail_hash=contacts.tail_hash(keys, value) if kind == "phone" else None,
            )
            session.add(found)
        text = contacts.contact_json("MARKRECIPIENT", Phone("13900139777"), "Street 1234, MARKADDRESS")
        sealed_contact, contact_hash = contacts.seal_contact(keys, text)
        order = Order(
            platform="test",
            order_no="MARKORDERNO",
            buyer_id=buyer.id,
            buyer_name="MARKBUYERNAME",
            status="paid",
            created_at=now,
            currency="CNY",
            total=10_000,
            paid=10_000,
            goods=10_000,
            buyer_note="MARKBUYERNOTE",
            contact_encrypted=sealed_contact,
            contact_hash=contact_hash,
        )
        session.add(order)
        session.flush()
        chargeback = Chargeback(order_id=order.id, amount=5, opened_at=now)
        product = Product(platform="test", ref="P1", sku="SKU1", title="MARKPRODUCT", supplier_id=supplier.id, stock=3)
        review = Review(
            platform="test",
            key="R1",
            order_id=order.id,
            buyer_id=buyer.id,
            buyer_name="MARKREVIEWER",
            stars=1,
            inbox_rank=0,
            body="MARKREVIEWBODY",
            created_at=now,
        )
        incident = Incident(incident_no="I1", kind="lost", order_id=order.id, note="MARKINCIDENT", occurred_at=now)
        run = ImportRun(state="staged", account_id=owner_id, created_at=now)
        session.add_all([chargeback, product, review, incident, run])
        session.add(OrderLine(order_id=order.id, line_no="1", title="MARKLINE", qty=1, price=10_000, product_ref="P1"))
        session.add(Note(subject="order", subject_id=order.id, text="MARKNOTE", written_by=owner_id, written_at=now))
        session.flush()
        session.add(ImportFile(run_id=run.id, position=0, name="MARKFILE.csv", path="gone", sha256="0" * 64, size=1))
        entry = AuditEntry(
            at=now,
            account_id=owner_id,
            code="core.note.added",
            object_type="order",
            object_id=str(order.id),
            before={},
            after={"text": "MARKLOGGED"},
        )
        session.add(entry)
        session.flush()
        ids = {"orders": order.id, "buyers": buyer.id, "products": product.id, "reviews": review.id,
               "incidents": incident.id, "imports": run.id, "activity": entry.id}  # fmt: skip
        chargeback_id = chargeback.id
    # To ring at another phone than the buyer's own: what a message's page alone could give away.
    asked = MessageRequest(
        "matrix.1", BuyerId(ids["buyers"]), "call", "MARKMESSAGE", destination="13900139666", basis="order"
    )
    ids["messages"] = send(owner, asked).message_id
    blocks.block(owner, "phone", "13900139888", "other", "MARKBLOCKED")
    ids["do_not_contact"] = session.scalar(select(DoNotContact.id))
    seed_evidence(owner, ids)
    invited = invitations.invite(owner, "markinvitee@example.com", "Newcomer", [])
    with writing() as session:
        # Sessions of this account are ended in the matrix, not those of the principals.
        ended = LoginSession(token_hash="x" * 64, account_id=target_id, created_at=now, seen_at=now)
        session.add(ended)
        session.flush()
        ids |= {"team": target_id, "team.invitation": invited.link_id, "profile": ended.id}
    ids["tokens"] = api_tokens.create(owner, "MARKTOKEN", ["wallet"], None).id
    tokens = {
        "account.invite": invited.path,
        "account.setup": accounts.make_setup_link().path,
        "account.sign_in": links.issue("sign_in", "marktarget@example.com", "Target").path,
    }
    tokens = {endpoint: path.rpartition("/")[2] for endpoint, path in tokens.items()}
    return Seeds(ids, tokens, chargeback_id, target_id)


def seed_evidence(owner: Actor, ids: dict[str, Any]) -> None:
    """A piece for each kind of thing, and a complaint about something else than the order and the review."""
    name = "MARKPICTURE.png"
    ids["evidence.order_view"] = storing.store(owner, "order", ids["orders"], "picture", _png(), file_name=name)
    ids["evidence.review_view"] = storing.store(owner, "review", ids["reviews"], "chat", "MARKREVIEWPROOF")
    about = opening.About("taobao", None, None, None)
    ids["complaints"] = opening.by_hand(owner, about, "extortion", None, "MARKCOMPLAINT")
    origin = EvidenceOrigin(datetime.now(UTC))
    ids["evidence.complaint_view"] = working.add_evidence(owner, ids["complaints"], "chat", "MARKPROOF", origin)
    proof = storing.store(None, "sample.case", 1, "chat", "MARKINCIDENTPROOF", origin)
    ids["evidence.incident_view"] = proof
    with writing() as session:
        session.get_one(Incident, ids["incidents"]).evidence = [proof]


def _png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2), "white").save(file, "PNG")
    return file.getvalue()


class UnknownRouteError(AssertionError):
    """The matrix has no sample value for a part of the route's address: add a seed."""


# Values of parameters that are no row ids, by endpoint or for all.
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "static": {"filename": "shopadmin.css"},
    "bootstrap.static": {"filename": "css/bootstrap.min.css"},
    "orders.change_status": {"status": "cancelled"},
    "orders.decide_chargeback": {"result": "won"},
    "sms_receipts": {"token": "not-the-secret-one"},
    "unsubscribe": {"token": "not-a-signed-one"},
    "*": {"kind": "csv", "theme": "light", "plugin": "sample"},
}


class SampleForm(Form):
    """Settings of the sample plugin."""

    greeting = StringField("Greeting")


# What the pages of plugins are tried on: a plugin with settings and nothing else.
PLUGINS = {
    "sample": SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: Manifest(name="sample", title="Sample", version="1.0", api_version=1)),
        shopadmin_settings_form=hookimpl(lambda: SampleForm),
    )
}


def values_of(app: Flask, rule: Rule, seeds: Seeds) -> dict[str, Any]:
    """A value for each parameter of the rule. Raises UnknownRouteError."""
    found: dict[str, Any] = {}
    area, _dot, name = rule.endpoint.partition(".")
    for argument in rule.arguments:
        special = _VALUES.get(rule.endpoint, {}) | {k: v for k, v in _VALUES["*"].items() if k == argument}
        if argument in special:
            found[argument] = special[argument]
        elif argument == "token" and rule.endpoint in seeds.tokens:
            found[argument] = seeds.tokens[rule.endpoint]
        elif argument == "chargeback_id":
            found[argument] = seeds.chargeback_id
        elif argument == "incident_id":
            found[argument] = seeds.ids["incidents"]
        elif rule.endpoint == "icons.sprite":
            found |= _icon_values(app)
        elif argument == "row_id" and rule.endpoint in seeds.ids:
            found[argument] = seeds.ids[rule.endpoint]
        elif argument == "row_id" and area == "team" and name.endswith("invitation"):
            found[argument] = seeds.ids["team.invitation"]
        elif argument in ("row_id", "run_id") and area in seeds.ids:
            found[argument] = seeds.ids[area]
        else:
            raise UnknownRouteError(f"no sample value for <{argument}> of {rule.rule} ({rule.endpoint})")
    return found


def _icon_values(app: Flask) -> dict[str, str]:
    from shopadmin.admin import icons

    return {"version": icons._version(), "sheet": icons.SHEET}


def address(app: Flask, rule: Rule, seeds: Seeds) -> str:
    """The rule's address with sample values."""
    with app.test_request_context():
        found = rule.build(values_of(app, rule, seeds))
    assert found is not None, rule
    return found[1]


def rules(app: Flask) -> list[Rule]:
    """Every route."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def methods_at(app: Flask, path_rule: str) -> frozenset[str]:
    """What is answered at this address, by whichever route."""
    return frozenset(m for rule in app.url_map.iter_rules() if rule.rule == path_rule for m in rule.methods or ())


def points_of(app: Flask, rule: Rule) -> frozenset[str]:
    """What the route declares: one point, or two that are both needed. Fails for a route that declares nothing."""
    also = gate.declared_also(app).get(rule.endpoint)
    return frozenset({_point_of(app, rule), *([also] if also else [])})


def _point_of(app: Flask, rule: Rule) -> str:
    point = gate.declared(app).get(rule.endpoint)
    assert point is not None, f"{rule.rule} ({rule.endpoint}) declares nobody who may pass"
    with app.app_context():
        assert point in ("public", "self", gate.BEARER) or point in access.all_permissions(), (
            f"{rule.rule}: unknown {point}"
        )
    return point


@dataclass(frozen=True)
class Principal:
    """Somebody who asks: a signed-in client with what it holds, or nobody."""

    name: str
    client: FlaskClient
    points: frozenset[str] = field(default_factory=frozenset)
    is_owner: bool = False
    is_anonymous: bool = False

    def may(self, points: frozenset[str]) -> bool:
        """Derived from what is declared, not from the code under test."""
        if gate.BEARER in points:
            return False  # no cookie opens the storefront API
        if points == {"public"} or self.is_owner:
            return True
        return not self.is_anonymous and points - {"self"} <= self.points

    def hidden(self) -> list[str]:
        """Markers that this principal must never see."""
        return [] if self.is_owner else [marker for marker, needed in MARKERS.items() if not needed <= self.points]


def principals(app: Flask, only: frozenset[str] | None = None) -> Iterator[Principal]:
    """Nobody, an account without grants, one account for each single permission (of ``only``), the owner."""
    with app.app_context():
        declared = access.all_permissions()
    everybodys = frozenset(code for code, found in declared.items() if found.level == "baseline")
    yield Principal("anonymous", app.test_client(), is_anonymous=True)
    yield Principal("no grants", testing.sign_in(app, testing.make_account(app)), everybodys)
    for code, found in declared.items():
        if found.level == "grantable" and (only is None or code in only):
            client = testing.sign_in(app, testing.make_account(app, code))
            yield Principal(code, client, everybodys | {code, *found.implies})
    if only and len(only) > 1 and all(declared[code].level != "owner_only" for code in only):
        client = testing.sign_in(app, testing.make_account(app, *only))
        implied = {read for code in only for read in declared[code].implies}
        yield Principal(" + ".join(sorted(only)), client, everybodys | only | implied)
    yield Principal("owner", testing.sign_in(app, testing.make_account(app, is_owner=True)), is_owner=True)


# The log grows by every refusal, which is its purpose; "last seen" of a session is no change of the shop.
_NOT_COMPARED = frozenset({"audit_entry", "audit_seal", "login_session"})


def digest(app: Flask) -> dict[str, str]:
    """Each table's row count and a hash of its content; of a plugin that is merely imported there are no tables."""
    with app.app_context():
        found = {}
        # Other tests of this process may have imported a plugin whose tables this shop does not have.
        there = set(inspect(db.engine).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in there - _NOT_COMPARED:
                rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
                found[table.name] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
        db.session.remove()
        return found


def owner_of(app: Flask) -> Account:
    """The owner's row."""
    return db.session.execute(select(Account).where(Account.is_owner)).scalar_one()
