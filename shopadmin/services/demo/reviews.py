"""120 reviews, bad ones among the unanswered, and replies in every state."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopadmin.domain.reviews import Grade, ReplyState, is_bad
from shopadmin.models.reviews import Reply, Review
from shopadmin.services.demo import catalogue, opinions
from shopadmin.services.demo.opinions import Opinions
from shopadmin.services.demo.orders import DemoOrder

REVIEWS = 120
OPEN = "open"


def add_reviews(
    session: Session, rng: random.Random, orders: Sequence[DemoOrder], written_by: int, now: datetime
) -> int:
    """Add them; returns how many are bad and still without an answer."""
    chosen = sorted(rng.sample([order for order in orders if order.is_reviewable], REVIEWS), key=lambda o: o.id)
    rows = [_review_row(rng, order, now) for order in chosen]
    ids = session.scalars(insert(Review).returning(Review.id, sort_by_parameter_order=True), rows).all()
    session.execute(
        insert(Reply),
        [
            _reply_row(review_id, row, written_by, now)
            for review_id, row in zip(ids, rows, strict=True)
            if row["answer"] != OPEN
        ],
    )
    return sum(row["inbox_rank"] == 0 and row["answer"] == OPEN for row in rows)


def _review_row(rng: random.Random, order: DemoOrder, now: datetime) -> dict[str, Any]:
    line = order.lines[0]
    said = opinions.OF[line["product_ref"]]
    opinion = _graded(rng, said) if order.row["platform"] == "taobao" else _starred(rng, said)
    is_low = is_bad(opinion["stars"], opinion["grade"])
    at = min(order.row["delivered_at"] + timedelta(hours=rng.randrange(2, 60)), now)
    answer = _answer(rng, is_low)
    reply = _reply_text(order, is_low) if answer == ReplyState.CONFIRMED else ""
    has_followup = order.row["platform"] == "taobao" and rng.random() < 0.12
    return {
        "platform": order.row["platform"],
        "key": f"DEMO-{order.id}",
        "order_no": order.row["order_no"],
        "line_no": line["line_no"],
        "order_id": order.id,
        "buyer_id": order.buyer.id,
        "buyer_name": order.buyer.name,
        "product_ref": line["product_ref"],
        "product_title": line["title"],
        "spec": line["spec"],
        **opinion,
        "inbox_rank": 0 if is_low else 1,
        "followup_body": rng.choice(said.later) if has_followup else "",
        "followup_at": min(at + timedelta(days=9), now) if has_followup else None,
        "platform_reply": reply,
        "platform_reply_at": min(at + timedelta(hours=20), now) if reply else None,
        "verified": True,
        "photos": [],
        "answer": answer,
        "created_at": at,
    }


def _graded(rng: random.Random, said: Opinions) -> dict[str, Any]:
    grade = rng.choices((Grade.GOOD, Grade.NEUTRAL, Grade.BAD), (68, 12, 20))[0]
    words = {Grade.GOOD: said.good, Grade.NEUTRAL: said.neutral, Grade.BAD: said.bad}
    title, body = rng.choice(words[grade])
    return {"stars": None, "grade": str(grade), "title": title, "body": body}


def _starred(rng: random.Random, said: Opinions) -> dict[str, Any]:
    stars = rng.choices((5, 4, 2, 1), (55, 20, 12, 13))[0]
    title, body = rng.choice(said.bad if stars < 4 else said.good)
    return {"stars": stars, "grade": "", "title": title, "body": body}


def _answer(rng: random.Random, is_low: bool) -> str:
    states = (OPEN, str(ReplyState.DRAFT), str(ReplyState.POSTED), str(ReplyState.CONFIRMED))
    return rng.choices(states, (50, 12, 18, 20) if is_low else (62, 4, 10, 24))[0]


def _reply_text(order: DemoOrder, is_low: bool) -> str:
    texts = catalogue.REPLIES_TAOBAO if order.row["platform"] == "taobao" else catalogue.REPLIES_ENGLISH
    return texts[order.id % (len(texts) - 1)] if is_low else texts[-1]


def _reply_row(review_id: int, row: dict[str, Any], written_by: int, now: datetime) -> dict[str, Any]:
    texts = catalogue.REPLIES_TAOBAO if row["platform"] == "taobao" else catalogue.REPLIES_ENGLISH
    written = min(row["created_at"] + timedelta(hours=3), now)
    is_out = row["answer"] != ReplyState.DRAFT
    return {
        "review_id": review_id,
        "text": row["platform_reply"] or texts[0 if row["inbox_rank"] == 0 else -1],
        "state": row["answer"],
        "review_version": 1,
        "written_by": written_by,
        "written_at": written,
        "posted_at": min(written + timedelta(hours=1), now) if is_out else None,
        "confirmed_at": row["platform_reply_at"],
    }
