"""The demo shop: everything invented, the same every time, and never on top of a real shop."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.contract import DemoShop, Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import Base, db
from shopadmin.models.accounts import Account
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.cases import Incident, Note
from shopadmin.models.messages import OutboxMessage
from shopadmin.models.orders import Chargeback, Order, Refund, Shipment
from shopadmin.models.products import Product
from shopadmin.models.reviews import Reply, Review
from shopadmin.services import access, contacts, integrity, settings
from shopadmin.services.demo import catalogue, load, opinions

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_shop_holds_what_it_promises(app) -> None:
    assert load.load(NOW)

    assert (count(Order), count(Review)) == (500, 120)
    for model in (Product, Shipment, Refund, Chargeback, Incident, Note):
        assert count(model) > 0, model
    assert db.session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)).all() == [
        "sent",
        "sent",
        "queued",
        "queued",
    ]
    first, last = db.session.execute(select(func.min(Order.created_at), func.max(Order.created_at))).one()
    assert NOW - timedelta(days=60) <= first < last < NOW
    assert settings.load().is_demo
    assert integrity.problems() == []


def test_bad_reviews_wait_and_replies_are_in_every_state(app) -> None:
    load.load(NOW)

    waiting = db.session.scalar(
        select(func.count()).select_from(Review).where(Review.answer == "open", Review.inbox_rank == 0)
    )
    assert waiting is not None
    assert waiting >= 10
    assert set(db.session.scalars(select(Reply.state))) == {"draft", "posted", "confirmed"}


def test_no_time_of_the_demo_lies_in_the_future(app) -> None:
    load.load(NOW)

    for column in (Order.delivered_at, Order.confirmed_at, Review.created_at, Review.followup_at, Reply.confirmed_at):
        latest = db.session.scalar(select(func.max(column)))
        assert latest is not None
        assert latest <= NOW, column


def test_the_same_day_gives_the_same_shop(make_app) -> None:
    shops = []
    for app in (make_app(), make_app()):
        with app.app_context():
            load.load(NOW)
            orders = db.session.execute(select(Order.order_no, Order.status, Order.total).order_by(Order.id)).all()
            reviews = db.session.execute(select(Review.body, Review.created_at).order_by(Review.id)).all()
            shops.append((orders, reviews))
            db.session.remove()

    assert shops[0] == shops[1]


def test_every_phone_number_rings_nobody(app) -> None:
    load.load(NOW)

    sealed = db.session.scalars(select(BuyerIdentifier.value_encrypted).where(BuyerIdentifier.kind == "phone"))
    phones = [contacts.open_identifier(contacts.keyring(), value) for value in sealed]

    for_stories = {phone for phone in phones if phone.startswith("+614915")}
    assert (len(phones), len(for_stories)) == (180, 30)
    assert all(phone.startswith("100") and len(phone) == 11 for phone in phones if phone not in for_stories)


def test_the_sub_accounts_hold_grants_and_nobody_has_a_password(app) -> None:
    load.load(NOW)

    accounts = db.session.scalars(select(Account).order_by(Account.id)).all()
    held = {account.name: access.load_actor(account.id) for account in accounts}
    assert [account.name for account in accounts] == ["店主", "客服", "运营", "仓库"]
    assert all(account.password is None for account in accounts)
    assert held["客服"].can("core.reviews:reply")
    assert not held["客服"].can("core.buyers:contact")
    assert held["仓库"].can("core.buyers:contact")
    assert not held["仓库"].can("core.reviews:read")


def test_a_second_call_keeps_the_shop(app) -> None:
    load.load(NOW)
    before = db.session.scalars(select(Order.id)).all()

    assert load.load(NOW + timedelta(days=3)) is False

    assert db.session.scalars(select(Order.id)).all() == before


@pytest.mark.parametrize("what", ["an order", "an owner"])
def test_a_real_shop_is_refused_and_left_alone(app, what: str) -> None:
    if what == "an order":
        testing.make_order()
    else:
        testing.make_account(app, is_owner=True)
    before = (count(Order), count(Account))

    with pytest.raises(load.RealShopError):
        load.load(NOW)
    with pytest.raises(load.RealShopError):
        load.empty()

    assert (count(Order), count(Account), count(Review)) == (*before, 0)
    assert not settings.load().is_demo


def test_an_emptied_demo_can_be_filled_for_another_day(app) -> None:
    load.load(NOW)
    age = load.age(datetime.now(UTC))
    assert age is not None

    load.empty()

    assert load.age(NOW) is None
    assert count(Order) == 0
    assert load.load(NOW + timedelta(days=2))
    assert integrity.problems() == []


class DemoPlugin:
    """Takes part in the demo, or fails to."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.seen = fails, list[DemoShop]()

    @hookimpl
    def shopadmin_manifest(self) -> Manifest:
        return Manifest(name="guest", title="Guest", version="1", api_version=1)

    @hookimpl
    def shopadmin_demo_data(self, shop: DemoShop) -> None:
        self.seen.append(shop)
        if self.fails:
            raise RuntimeError("no room")


def test_plugins_are_asked_for_their_rows(make_app) -> None:
    guest = DemoPlugin()
    with make_app(plugins={"guest": guest}).app_context():
        load.load(NOW)

    (shop,) = guest.seen
    assert (shop.today, len(shop.order_ids), len(shop.buyer_ids)) == (NOW, 500, 180)


def test_a_plugin_that_fails_leaves_nothing_half_loaded(make_app) -> None:
    with make_app(plugins={"guest": DemoPlugin(fails=True)}).app_context():
        with pytest.raises(RuntimeError, match="no room"):
            load.load(NOW)

        assert count(Order) == count(Account) == 0
        assert not settings.load().is_demo
        db.session.remove()


# How buyers may call what they bought, and the products that are such a thing.
THINGS = {
    "碗": "陶碗", "砧板": "砧板", "桌布": "桌布", "蜡烛": "蜡烛", "篮": "篮", "茶叶": "绿茶", "绿茶": "绿茶",
    "白茶": "白茶", "陈皮": "白茶", "茶具": "茶具", "壶": "茶具", "杯口": "马克杯",
    "mug": "mug", "tea": "Tea", "tins": "Tea", "notebook": "notebook", "paper": "notebook", "runner": "runner",
}  # fmt: skip


def test_each_review_speaks_of_the_product_that_was_bought(app) -> None:
    load.load(NOW)

    said = db.session.execute(select(Review.product_title, Review.title, Review.body, Review.followup_body)).all()
    strange = [
        (product, words)
        for product, *texts in said
        for words in texts
        for thing, kind in THINGS.items()
        if re.search(thing if thing > "\u2e7f" else rf"\b{thing}\b", words) and kind not in product
    ]
    assert strange == []
    assert {product for product, *_texts in said} == {product.title for product in catalogue.PRODUCTS}
    assert opinions.OF.keys() == {product.ref for product in catalogue.PRODUCTS}
