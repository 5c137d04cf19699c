"""Cases of the demo shop's bad reviews: some in every state, by the services that people use."""

from collections.abc import Sequence

from sqlalchemy import select

from shopadmin.plugin_api import Actor, DemoShop, shop_settings, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import cases, keeping

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


def load(shop: DemoShop) -> None:
    """Open the cases and let the owner work on some; nothing in a shop that is not the demo."""
    if not shop_settings().is_demo:
        return
    owner = Actor(shop.owner_id, "", True, frozenset({permissions.REPLY}))
    with writing() as session:
        keeping.catch_up(shop.today)
        found = session.scalars(select(ReviewCase.id).order_by(ReviewCase.id)).all()
        for number, case_id in enumerate(found):
            session.flush()  # what is not written yet would be forgotten
            session.expire_all()
            _tell(owner, case_id, _STORIES[number % len(_STORIES)])


def _tell(owner: Actor, case_id: int, story: Sequence[str]) -> None:
    for step in story:
        case = cases.find(case_id)
        if step == "confirm":
            cases.assign(owner, [case_id], owner.account_id)
            cases.confirm_cause(owner, case_id, None, case.cause or CODES[case_id % 8])
        elif step == "close":
            cases.close(owner, case_id, None, "resolved_kept", "solved", "已补发，买家确认收到")
        else:
            cases.move(owner, case_id, None, step)  # type: ignore[arg-type]
