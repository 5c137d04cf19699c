"""One of many ids or hashes: whatever number of them, one statement, and the rows that ``in_`` would find."""

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import StatementError

from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.id_lists import among, among_hashes
from shopadmin.models.orders import Order
from shopadmin.services.transactions import writing
from shopadmin.testing import make_buyer, make_order

ORDERS = select(Order.id).where(among(Order.id, "ids"))


@pytest.mark.usefixtures("app")
def test_it_finds_what_a_list_of_parameters_finds():
    ids = sorted(make_order(number) for number in range(1, 5))

    for wanted in ([], ids[:1], ids[1:3], [*ids, ids[0], ids[-1] + 1, 0, -1, 2**62]):
        found = db.session().scalars(ORDERS, {"ids": wanted}).all()

        assert sorted(found) == sorted(set(wanted) & set(ids))


@pytest.mark.usefixtures("app")
def test_the_statement_is_the_same_for_every_number_of_ids():
    seen: set[str] = set()

    def note(_connection, _cursor, statement, *_rest):
        seen.add(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for count in (0, 1, 49, 50):
            db.session().scalars(ORDERS, {"ids": list(range(count))}).all()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    (statement,) = seen - {"BEGIN"}
    assert statement.endswith((" IN (SELECT value FROM json_each(?))", " = ANY (%(ids)s::BIGINT[])"))


@pytest.mark.usefixtures("app")
def test_no_list_at_all_is_refused():
    with pytest.raises(StatementError, match="a list of ids"):
        db.session().scalars(ORDERS, {"ids": None}).all()


@pytest.mark.usefixtures("app")
def test_hashes_find_what_a_list_of_parameters_finds():
    hashes = [bytes([number]) * 15 + b"\0" for number in range(4)]
    buyer_id = make_buyer()
    with writing() as session:
        for each in hashes:
            session.add(BuyerIdentifier(buyer_id=buyer_id, kind="phone", value_hash=each, value_encrypted=b""))
    query = select(BuyerIdentifier.value_hash).where(among_hashes(BuyerIdentifier.value_hash, "hashes"))

    for wanted in ([], hashes[:1], hashes[1:3], [*hashes, hashes[0], b"\xff" * 16, b"\0" * 16]):
        found = db.session().scalars(query, {"hashes": wanted}).all()

        assert sorted(map(bytes, found)) == sorted(set(wanted) & set(hashes))
    with pytest.raises(StatementError, match="a list of hashes"):
        db.session().scalars(query, {"hashes": None}).all()
