"""What the plugin does when it hears of something: orders and reviews that came, changed, or went."""

from collections.abc import Callable, Mapping, Sequence

from shopadmin.plugin_api import (
    MessageSnapshot,
    OrderChanged,
    Problem,
    ReviewChanged,
    ReviewId,
    ReviewsChanged,
    reviews_of_order,
)
from shopadmin_review_recovery import messages
from shopadmin_review_recovery.domain import suspicion
from shopadmin_review_recovery.services import (
    cases,
    keeping,
    learning,
    opening,
    prevention_opening,
    privacy,
    scripts,
    suspicions,
)

_HEARD: Mapping[str, Callable[[Sequence[ReviewId]], object]] = {
    "new": opening.open_for,
    "edited": opening.refresh,
    "order": opening.refresh,
    "removed": opening.forget,
}


def reviews_changed(event: ReviewsChanged) -> None:
    """Open cases, follow changes, let go."""
    _HEARD[event.change](event.review_ids)


def review_answered(event: ReviewChanged) -> None:
    """The buyer has an answer."""
    cases.answered(event.review_id, event.at)


def order_changed(event: OrderChanged) -> None:
    """What the order says may be another fact now."""
    if found := reviews_of_order(event.order_id):
        opening.refresh(found)


def message_problems(message: MessageSnapshot) -> Sequence[Problem]:
    """Suspicions stay in the shop, whoever wants to write of one (G10)."""
    words = suspicion.accuses(f"{message.subject}\n{message.text}")
    return [messages.problem("accuses", "text", words=words)] if words else []


def keep_time() -> None:
    """Due times of a new calendar, warnings, the end of waiting and of suspicions."""
    keeping.recalculate()
    keeping.warn()
    keeping.close_unanswered()
    suspicions.expire()


def catch_up() -> None:
    """What an import could not tell, because it was killed or the plugin was off; the shipped script of a new shop."""
    scripts.ensure_shipped()
    keeping.catch_up()


def prevent() -> None:
    """Open tasks where a cause has repeated."""
    prevention_opening.open_repeated()


def purge() -> None:
    """Forget what is due."""
    privacy.purge()


def learn() -> None:
    """Learn from what was confirmed."""
    learning.learn()
