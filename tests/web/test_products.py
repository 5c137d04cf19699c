"""Products: the list, and the form for supplier and stock."""

import pytest
from sqlalchemy import select

from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.products import Product, Seller
from shopadmin.services.transactions import writing

READ, UPDATE = "core.products:read", "core.products:update"


@pytest.fixture
def app(make_app):
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def product_id(app):
    with writing() as session:
        product = Product(platform="test", ref="P1", sku="MUG", title="Blue mug", stock=5)
        session.add(product)
        session.flush()
        return product.id


def known(product_id):
    db.session.rollback()
    product = db.session.get(Product, product_id)
    supplier = db.session.get(Seller, product.supplier_id) if product.supplier_id else None
    return supplier.name if supplier else None, product.stock


def save(client, product_id, revision=1, **fields):
    return client.post(f"/admin/products/details/{product_id}/edit?revision={revision}", data=fields)


def test_supplier_and_stock_are_kept_and_logged(app, client_as, product_id):
    client = client_as(UPDATE)

    response = save(client, product_id, supplier=" Kiln & Co ", stock="7")

    assert response.status_code == 302
    assert known(product_id) == ("Kiln & Co", 7)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.product.changed")).one()
    assert entry.before == {"supplier": "", "stock": 5}
    assert entry.after == {"supplier": "Kiln & Co", "stock": 7}
    listed = client.get("/admin/products/").get_data(as_text=True)
    assert "Kiln &amp; Co" in listed


def test_a_known_supplier_is_not_made_twice(app, client_as, product_id):
    client = client_as(UPDATE)
    save(client, product_id, supplier="Kiln", stock="")
    save(client, product_id, revision=2, supplier="", stock="")
    save(client, product_id, revision=3, supplier="Kiln", stock="")

    assert known(product_id) == ("Kiln", None)
    assert len(db.session.scalars(select(Seller)).all()) == 1


def test_saving_what_is_there_already_writes_nothing(app, client_as, product_id):
    save(client_as(UPDATE), product_id, supplier="", stock="5")

    assert db.session.get(Product, product_id).revision == 1


@pytest.mark.parametrize("stock", ["-1", "x", "1e3", "99999999999999999999"])
def test_stock_that_is_none_is_refused(app, client_as, product_id, stock):
    assert save(client_as(UPDATE), product_id, supplier="", stock=stock).status_code == 400
    assert known(product_id) == (None, 5)


def test_who_was_slower_gets_409_with_both_values(app, client_as, product_id):
    client = client_as(UPDATE)
    save(client, product_id, supplier="First", stock="1")

    response = save(client, product_id, supplier="Second", stock="2")

    text = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Second, 2" in text
    assert "First, 1" in text
    assert known(product_id) == ("First", 1)


def test_reading_alone_shows_the_values_without_a_form(app, client_as, product_id):
    client = client_as(READ)

    text = client.get(f"/admin/products/details/{product_id}").get_data(as_text=True)

    assert "Blue mug" in text
    assert 'name="stock"' not in text
    assert save(client, product_id, supplier="x", stock="1").status_code == 403
    assert known(product_id) == (None, 5)


@pytest.mark.parametrize("term", ["mug", "MU", "P1", "blue"])
def test_products_are_found_by_words_sku_and_number(app, client_as, product_id, term):
    assert "Blue mug" in client_as(READ).get(f"/admin/products/?search={term}").get_data(as_text=True)
