"""New low reviews reach the owner: as a tile, and as a text message to the phones that are set.

What opened since the last look goes into one message for each phone, so that an import of many is no flood. Old reviews
that an import brings are no news. The timeline remembers which cases were told.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from shopadmin.plugin_api import (
    RefusedError,
    StaffMessage,
    db,
    message_channels,
    plugin_settings,
    send_to_staff,
    shop_settings,
    writing,
)
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import cases, opening
from shopadmin_review_recovery.services.setup import PLUGIN

PHONES, LANGUAGE, MOST_PHONES = "alert_phones", "alert_language", 5
TOLD = "owner.told"
# Written or opened longer ago it is no news.
NEWS, OPENED = timedelta(hours=48), timedelta(hours=24)
MOST = 500
_TEXTS: Mapping[str, tuple[str, str]] = {
    "zh": ("{shop}：新的低分评价，工单#{case}（{rating}）。", "{shop}：新的低分评价{count}条，最早的是工单#{case}。"),
    "en": (
        "{shop}: a new low review, case #{case} ({rating}).",
        "{shop}: {count} new low reviews, from case #{case} on.",
    ),
}
_GRADES: Mapping[str, Mapping[str, str]] = {"zh": {"bad": "差评", "neutral": "中评"}, "en": {}}


def phones(text: str) -> list[str]:
    """The numbers as they are typed, one on a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def unseen() -> tuple[int, datetime | None]:
    """How many cases nobody has looked at, and when the newest opened."""
    row = db.session().execute(
        select(func.count(), func.max(ReviewCase.opened_at)).where(ReviewCase.state == "new")
    ).one()  # fmt: skip
    return row[0], row[1]


def tell(now: datetime | None = None) -> int:
    """Text the phones that are set about what is new; returns of how many cases. Nothing while none are set."""
    now = now or datetime.now(UTC)
    settings = plugin_settings(PLUGIN)
    numbers = phones(str(settings.get(PHONES) or ""))[:MOST_PHONES]
    way = _way()
    if not numbers or way is None or not (found := _news(now)):
        return 0
    with writing() as session:
        rows = [case for case in (cases.load(session, case_id, None) for case_id in found) if case.state in OPEN]
        for case in rows:
            opening.record(session, case, TOLD, now)
        session.flush()
        if rows:
            _send(rows, numbers, way, str(settings.get(LANGUAGE) or "zh"), now)
    return len(rows)


def _news(now: datetime) -> Sequence[int]:
    told = select(ReviewCaseEvent.id).where(ReviewCaseEvent.case_id == ReviewCase.id, ReviewCaseEvent.code == TOLD)
    query = select(ReviewCase.id).where(
        ReviewCase.opened_at > now - OPENED, ReviewCase.reviewed_at > now - NEWS, ReviewCase.state.in_(OPEN),
        ~told.exists(),
    )  # fmt: skip
    return db.session().scalars(query.order_by(ReviewCase.id).limit(MOST)).all()


def _way() -> str | None:
    """The first way that texts phones by itself."""
    ways = message_channels().values()
    return next((way.name for way in ways if way.deliver and (way.medium, way.address) == ("text", "phone")), None)


def _send(rows: Sequence[ReviewCase], numbers: Sequence[str], way: str, language: str, now: datetime) -> None:
    first = rows[0]
    rating = f"{first.stars}★" if first.stars is not None else _GRADES[language].get(first.grade, first.grade)
    values = {"shop": shop_settings().name, "case": first.id, "count": len(rows), "rating": rating}
    one, many = _TEXTS[language]
    text = (one if len(rows) == 1 else many).format(**values)
    for position, phone in enumerate(numbers):
        key = f"{PLUGIN}.alert.{first.id}.{now:%Y%m%d%H%M%S%f}.{position}"
        try:
            send_to_staff(StaffMessage(key, way, phone, text), now)
        except RefusedError:  # a number that was whole once; the others still hear of it
            continue
