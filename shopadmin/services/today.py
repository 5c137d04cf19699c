"""The figures of Today: what waits, what was sold, how buyers rate. Days are the shop's own, by its time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, and_, column, exists, func, select, values

from shopadmin.domain.orders import SOLD, TO_SHIP, OrderStatus
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.base import UtcDateTime
from shopadmin.models.orders import Chargeback, Order, Refund
from shopadmin.models.reviews import Review
from shopadmin.models.settings import Setting

# Tiles stop counting here; their lists say more.
CAP = 9_999
SALES_DAYS = 30
RATING_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait (up to the cap), and since when the oldest does."""

    count: int
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold in one period, in minor units, and from how many orders."""

    starts: date
    total: int
    orders: int


@dataclass(frozen=True, slots=True)
class Rating:
    """Average stars of a week's reviews, None without any."""

    starts: date
    stars: float | None
    reviews: int


def _count(model: type[Order] | type[Chargeback] | type[Review], *conditions: ColumnElement[bool]) -> int:
    found = select(model.id).where(*conditions).limit(CAP + 1).subquery()
    return db.session().scalar(select(func.count()).select_from(found)) or 0


def to_ship() -> Waiting:
    """Paid orders that have not gone out."""
    condition = Order.status == TO_SHIP.value
    return Waiting(_count(Order, condition), db.session().scalar(select(func.min(Order.created_at)).where(condition)))


def unanswered_bad_reviews() -> Waiting:
    """Bad reviews without a reply on the platform."""
    conditions = [and_(Review.answer == answer, Review.inbox_rank == 0) for answer in ("open", "draft")]
    oldest = [db.session().scalar(select(func.min(Review.created_at)).where(found)) for found in conditions]
    known = [moment for moment in oldest if moment is not None]
    return Waiting(sum(_count(Review, found) for found in conditions), min(known, default=None))


def open_refunds() -> Waiting:
    """Orders that count as refunded without any money given back on record, and chargebacks nobody has decided."""
    none_recorded = ~exists().where(Refund.order_id == Order.id)
    owed = and_(Order.status == OrderStatus.REFUNDED.value, func.coalesce(Order.refunded, 0) == 0, none_recorded)
    return Waiting(_count(Order, owed) + _count(Chargeback, Chargeback.state == "open"))


def _days(first: date, count: int, length: int, zone: ZoneInfo) -> list[tuple[date, datetime, datetime]]:
    """``count`` periods of ``length`` days: first day, and the half-open window of instants."""

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    starts = [first + timedelta(days=length * number) for number in range(count)]
    return [(day, midnight(day), midnight(day + timedelta(days=length))) for day in starts]


def _windows(
    windows: Sequence[tuple[datetime, datetime]],
) -> "tuple[ColumnElement[int], ColumnElement[datetime], ColumnElement[datetime]]":
    table = (
        values(column("number", Integer), column("begins", UtcDateTime()), column("ends", UtcDateTime()))
        .data([(number, begins, ends) for number, (begins, ends) in enumerate(windows)])
        .cte("windows")
    )
    return table.c.number, table.c.begins, table.c.ends


def sales(windows: Sequence[tuple[date, datetime, datetime]], currency: str) -> tuple[str, list[Sales]]:
    """What was sold in each window: in the shop's currency, or in that of most orders where it has none in it.

    One query; each window is a range of the index.
    """
    number, begins, ends = _windows([(start, end) for _day, start, end in windows])
    query = (
        select(number, Order.currency, func.sum(Order.total), func.count())
        .join(Order, and_(Order.created_at >= begins, Order.created_at < ends))
        .where(Order.status.in_(SOLD))
        .group_by(number, Order.currency)
    )
    found = db.session().execute(query).all()
    counts: dict[str, int] = {}
    for _number, code, _total, orders in found:
        counts[code] = counts.get(code, 0) + orders
    shown = currency if currency in counts or not counts else max(counts, key=lambda code: counts[code])
    sums = {place: (int(total or 0), orders) for place, code, total, orders in found if code == shown}
    return shown, [Sales(day, *sums.get(place, (0, 0))) for place, (day, _start, _end) in enumerate(windows)]


def sales_by_day(zone: ZoneInfo, currency: str, now: datetime) -> tuple[str, list[Sales]]:
    """The last 30 days, today included."""
    today = now.astimezone(zone).date()
    return sales(_days(today - timedelta(days=SALES_DAYS - 1), SALES_DAYS, 1, zone), currency)


def sales_today(zone: ZoneInfo, currency: str, now: datetime) -> tuple[str, Sales, Sales]:
    """Today so far, and the same weekday of last week up to the same time."""
    here = now.astimezone(zone)
    windows = []
    for moment in (here, here - timedelta(days=7)):
        begins = datetime.combine(moment.date(), time(), zone)
        windows.append((moment.date(), begins.astimezone(UTC), moment.astimezone(UTC)))
    # The third window decides on the currency: a morning may have no order in the shop's own.
    month = (here.date(), now - timedelta(days=SALES_DAYS), now)
    shown, (today, before, _month) = sales([*windows, month], currency)
    return shown, today, before


def ratings_by_week(zone: ZoneInfo, now: datetime) -> list[Rating]:
    """Average stars of the last 13 weeks, each beginning on a Monday."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    windows = _days(monday - timedelta(weeks=RATING_WEEKS - 1), RATING_WEEKS, 7, zone)
    number, begins, ends = _windows([(start, end) for _day, start, end in windows])
    query = (
        select(number, func.avg(Review.stars), func.count())
        .join(Review, and_(Review.created_at >= begins, Review.created_at < ends))
        .where(Review.stars.is_not(None))
        .group_by(number)
    )
    found = {place: (float(stars), count) for place, stars, count in db.session().execute(query)}
    return [Rating(day, *found.get(place, (None, 0))) for place, (day, _start, _end) in enumerate(windows)]


def has_any(model: type[Order] | type[Review]) -> bool:
    """Whether the shop has one at all: without, there is nothing to draw."""
    return db.session().scalar(select(model.id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class SetUp:
    """Which steps of setting up a shop are done."""

    has_profile: bool
    has_orders: bool
    has_team: bool

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.has_profile and self.has_orders and self.has_team


def set_up() -> SetUp:
    """How far the shop is set up. One query."""
    row = (
        db.session()
        .execute(
            select(
                exists().where(Setting.key == "name").label("has_profile"),
                exists().where(Order.id > 0).label("has_orders"),
                exists().where(Account.is_owner.is_(False)).label("has_team"),
            )
        )
        .one()
    )
    return SetUp(**row._mapping)
