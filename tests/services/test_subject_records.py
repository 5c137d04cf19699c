"""What is held on a person, what became of orders, evidence that is erased, decisions looked for again, look-ups."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shopadmin import plugin_api, testing
from shopadmin.contract import AccountId, Actor, BuyerId, EvidenceOrigin, IncidentReport
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Incident, Note
from shopadmin.models.evidence import Evidence
from shopadmin.models.orders import Chargeback, Order, OrderLine
from shopadmin.services import contacts, viewing
from shopadmin.services.complaints import deciding, opening, working
from shopadmin.services.evidence import erasing, storing
from shopadmin.services.transactions import writing

NOW = datetime.now(UTC)
ORIGIN = EvidenceOrigin(NOW - timedelta(hours=1), "chat", 1)


@pytest.fixture
def actor(app: Flask) -> Actor:
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def make_person(number: int, actor: Actor) -> int:
    """A buyer with something of everything; each text carries the person's number."""
    buyer_id = testing.make_buyer(f"Sample Person {number}", f"1380000000{number}", f"person{number}@example.com")
    sealed, mark = contacts.seal_contact(contacts.keyring(), f'{{"address":"Sample Road {number}"}}')
    order_id = testing.make_order(number, buyer_id=buyer_id, contact_encrypted=sealed, contact_hash=mark)
    testing.make_review(number, buyer_id=buyer_id, order_id=order_id, body=f"Sample opinion {number}")
    with writing() as session:
        session.add(OrderLine(order_id=order_id, line_no="1", title=f"Sample thing {number}", qty=1, price=10_000))
        session.add(
            Note(subject="buyer", subject_id=buyer_id, text=f"Sample note {number}", written_by=1, written_at=NOW)
        )
    report = IncidentReport(
        "review.extortion_demand", f"p.{number}", NOW, BuyerId(buyer_id), note=f"Sample event {number}"
    )
    plugin_api.record_incident(actor, report)
    storing.store(actor, "order", order_id, "chat", "said", ORIGIN, f"sample-{number}.txt")
    about = opening.about_order(actor, order_id)
    assert about is not None
    opening.by_hand(actor, about, "extortion", None, f"Sample complaint {number}")
    plugin_api.send_message(
        actor, plugin_api.MessageRequest(f"t.{number}", buyer_id, "email", f"Sample words {number}", subject="Order")
    )
    return buyer_id


def test_all_that_is_held_on_a_person_and_nothing_of_another(app: Flask, actor: Actor) -> None:
    with app.app_context():
        first, _second = make_person(1, actor), make_person(2, actor)

        found = plugin_api.records_held_on([first])

        text = str(found)
        for kept in (
            "Sample Person 1", "13800000001", "person1@example.com", "Sample Road 1", "Sample opinion 1",
            "Sample thing 1", "Sample note 1", "Sample event 1", "sample-1.txt", "Sample complaint 1", "Sample words 1",
        ):  # fmt: skip
            assert kept in text, kept
        assert not [word for word in ("Person 2", "13800000002", "Road 2", "opinion 2", "event 2") if word in text]
        assert "owner@example.com" not in text
        assert found == plugin_api.records_held_on([first])


def test_orders_that_were_taken_back_or_cost_the_shop_are_told_apart(app: Flask) -> None:
    with app.app_context():
        sold, refunded, charged, won, costly = (testing.make_order(number) for number in range(1, 6))
        testing.make_order(6, status="cancelled")
        with writing() as session:
            order = session.get_one(Order, refunded)
            order.refunded = 100
            for order_id, state in ((charged, "lost"), (won, "won")):
                session.add(Chargeback(order_id=order_id, amount=1, state=state, opened_at=NOW))
            session.add(
                Incident(incident_no="I1", kind="lost", order_id=costly, cost=5, currency="CNY", occurred_at=NOW)
            )

        rows = db.session.execute(plugin_api.order_outcomes()).all()

        found = {row.order_id: (bool(row.is_returned), bool(row.is_lost)) for row in rows}
        assert found == {
            sold: (False, False), refunded: (True, False), charged: (False, True), won: (False, False),
            costly: (False, True),
        }  # fmt: skip
        sums = db.session.execute(plugin_api.order_sums()).all()
        assert [(row.order_id, row.is_cancelled) for row in sums if row.is_cancelled] == [(costly + 1, True)]
        assert {(row.total, row.currency) for row in sums} == {(10_000, "CNY")}


def test_evidence_is_erased_with_its_files_but_what_a_complaint_uses_stays_and_is_named(
    app: Flask, actor: Actor
) -> None:
    with app.app_context():
        order_id = testing.make_order(1, buyer_id=testing.make_buyer())
        gone = storing.store(actor, "hello.greeting", 1, "chat", "gone", ORIGIN)
        used = storing.store(actor, "hello.greeting", 1, "chat", "used", ORIGIN)
        other = storing.store(actor, "hello.greeting", 2, "chat", "other", ORIGIN)
        about = opening.about_order(actor, order_id)
        assert about is not None
        complaint_id = opening.by_hand(actor, about, "extortion", None, "")
        working.use_evidence(actor, complaint_id, used)
        files = storing.files(db.session.scalars(select(Evidence).where(Evidence.uuid == gone)).one())

        kept = erasing.erase(actor, "hello.greeting", [1])

        assert [piece.uuid for piece in kept] == [used]
        assert set(db.session.scalars(select(Evidence.uuid))) == {used, other}
        assert not [path for path in files if path.exists()]


def test_a_transaction_that_is_undone_keeps_the_files(app: Flask, actor: Actor) -> None:
    with app.app_context():
        uuid = storing.store(actor, "hello.greeting", 1, "chat", "words", ORIGIN)

        def erase_and_fail() -> None:
            with writing():
                erasing.erase(actor, "hello.greeting", [1])
                raise KeyError

        with pytest.raises(KeyError):
            erase_and_fail()

        found = storing.find(uuid)
        assert found is not None
        assert storing.original(found) == b"words"


def test_decisions_are_told_again_to_whoever_missed_them(app: Flask, actor: Actor) -> None:
    with app.app_context():
        order_id = testing.make_order(1, buyer_id=testing.make_buyer(), platform="unknown")
        about = opening.about_order(actor, order_id)
        assert about is not None
        complaint_id = opening.by_hand(actor, about, "extortion", None, "")
        for key, kind in (("order", "order"), ("demand", "chat")):
            working.add_evidence(actor, complaint_id, kind, f"sample {key}", ORIGIN, key)  # type: ignore[arg-type]
        deciding.submit(actor, complaint_id, "tool", "")
        assert plugin_api.complaint_decisions(NOW - timedelta(days=1), 0, 10) == []
        deciding.decide(actor, complaint_id, "upheld", "They owe us")

        (found,) = plugin_api.complaint_decisions(NOW - timedelta(days=1), 0, 10)

        assert (found.complaint_id, found.outcome, len(found.evidence)) == (complaint_id, "upheld", 3)
        assert plugin_api.complaint_decisions(NOW - timedelta(days=1), complaint_id, 10) == []


def test_a_look_up_is_written_down_once_a_page_and_person(app: Flask, actor: Actor) -> None:
    with app.test_request_context("/"):
        for _row in range(3):
            viewing.record_views(actor, "hello.person.viewed", "buyer", [7, 8], {"page": "list"})
        app.process_response(app.make_response("page"))  # type: ignore[no-untyped-call]
    with app.app_context():
        viewing.record_views(actor, "hello.person.viewed", "buyer", [9])

        rows = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "hello.person.viewed")).all()
        assert [(row.object_id, row.after) for row in rows] == [
            ("7", {"page": "list"}),
            ("8", {"page": "list"}),
            ("9", {}),
        ]
