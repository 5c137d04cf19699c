"""When a buyer changed a review, or the shop's answer shows up in a file."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, literal, select, update

from shopadmin.models.base import UtcDateTime
from shopadmin.models.reviews import Reply, ReviewVersion
from shopadmin.services.imports import images
from shopadmin.services.imports.targets import REVIEWS, TEXTS

_KEPT = ("stars", "grade", "title", "body", "followup_body")


def keep_versions(connection: Connection, run_id: int, chosen: Any) -> None:
    """Write down what reviews said, before the texts change; ``chosen``: the staged rows about to be applied."""
    stage, table = REVIEWS.stage, REVIEWS.table
    connection.execute(
        insert(ReviewVersion).from_select(
            ["review_id", "version", *_KEPT, "replaced_at", "import_run_id"],
            select(
                table.c.id,
                table.c.text_version,
                *(table.c[name] for name in _KEPT),
                literal(datetime.now(UTC), UtcDateTime()),
                literal(run_id),
            ).where(table.c.id == stage.c.target_id, chosen, REVIEWS.differs(TEXTS, stage.c, table.c)),
            include_defaults=False,
        )
    )


def confirm_replies(connection: Connection, run_id: int, chosen: Any) -> None:
    """The platform shows an answer: the shop's reply is there, whatever its state was before."""
    stage, reply = REVIEWS.stage, Reply.__table__
    waiting = and_(
        reply.c.review_id.in_(select(stage.c.target_id).where(chosen, stage.c.platform_reply.is_not(None))),
        reply.c.state != "confirmed",
    )
    images.keep(connection, reply, run_id, select(reply.c.id).where(waiting))  # type: ignore[arg-type]
    at = (
        select(func.max(stage.c.platform_reply_at))
        .where(chosen, stage.c.target_id == reply.c.review_id)
        .scalar_subquery()
    )
    now = literal(datetime.now(UTC), UtcDateTime())
    connection.execute(
        update(Reply)
        .where(waiting)
        .values(state="confirmed", confirmed_at=func.coalesce(at, now), revision=reply.c.revision + 1)
    )
