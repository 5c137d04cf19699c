"""Cases of the demo shop's bad reviews: some in every state, by the services that people use."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from shopadmin.plugin_api import Actor, DemoShop, db, shop_settings, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import prevention
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention
from shopadmin_review_recovery.services import case_records, cases, keeping, scripts
from shopadmin_review_recovery.services import prevention as tasks

# What becomes of every seventh of the cases; the others are new.
_STORIES: Sequence[Sequence[str]] = (
    (),
    ("confirm",),
    (),
    ("confirm", "contacting"),
    ("confirm", "contacting", "waiting_buyer"),
    (),
    ("confirm", "contacting", "close"),
    ("confirm", "on_hold"),
)
# What people say it was where the words said nothing: of the demo's reviews those on how something is or tastes.
_NOT_FOUND = "quality"


def load(shop: DemoShop) -> None:
    """Open the cases and let the owner work on some; nothing in a shop that is not the demo."""
    if not shop_settings().is_demo:
        return
    owner = Actor(shop.owner_id, "", True, frozenset({permissions.REPLY}))
    with writing() as session:
        scripts.newest(session)
        keeping.catch_up(shop.today)
        _confirm_alike(owner)
        found = session.scalars(select(ReviewCase.id).order_by(ReviewCase.id)).all()
        for number, case_id in enumerate(found):
            session.flush()  # what is not written yet would be forgotten
            session.expire_all()
            _tell(owner, case_id, _STORIES[number % len(_STORIES)])


def _confirm_alike(owner: Actor) -> None:
    """The cause that most cases of a product share is confirmed, which opens a prevention task; some of it is done."""
    kind = (ReviewCase.platform, ReviewCase.product_ref, ReviewCase.cause)
    recent = (ReviewCase.product_ref != "", ReviewCase.reviewed_at >= datetime.now(UTC) - prevention.WINDOW)
    query = select(*kind).where(ReviewCase.cause != "", *recent).group_by(*kind).order_by(func.count().desc(), *kind)
    platform, ref, cause = db.session().execute(query.limit(1)).one()
    same = (ReviewCase.platform == platform, ReviewCase.product_ref == ref, ReviewCase.cause == cause)
    for case_id in db.session().scalars(select(ReviewCase.id).where(*same)).all():
        cases.confirm_cause(owner, case_id, None, cause or _NOT_FOUND)
    for task in db.session().scalars(select(ReviewPrevention)).all():
        tasks.tick(owner, task.id, prevention.ITEMS_OF[task.cause][:2])


def _tell(owner: Actor, case_id: int, story: Sequence[str]) -> None:
    for step in story:
        case = case_records.find(case_id)
        if step == "confirm":
            cases.assign(owner, [case_id], owner.account_id)
            cases.confirm_cause(owner, case_id, None, case.cause or _NOT_FOUND)
        elif step == "close":
            cases.close(owner, case_id, None, "resolved_kept", "solved", "已补发，买家确认收到")
        else:
            cases.move(owner, case_id, None, step)  # type: ignore[arg-type]
