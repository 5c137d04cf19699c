"""What ``shopadmin check`` asks of this plugin: the lock as it was made, the seals as they were written, the clock,
the books, and the groups of pushes.
"""

from collections.abc import Iterator

from sqlalchemy import select

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeGuard, RedEnvelopeSeal
from shopadmin_red_envelope.services import books, push_checks, sealing

# A clock may be corrected by so much without a word.
TOLERANCE_MS = 2000


def problems() -> Iterator[Problem]:
    """Everything that is wrong; changes nothing."""
    yield from _triggers()
    yield from _seals()
    yield from _clock()
    yield from books.problems()
    yield from push_checks.problems()


def _triggers() -> Iterator[Problem]:
    changed = list(triggers.differences(db.session().connection()))
    if changed:
        names = ", ".join(changed)
        yield Problem("red_envelope.triggers", f"the lock in the database was changed or taken away: {names}")


def _seals() -> Iterator[Problem]:
    """Every seal has its hash, and the campaign still says what was sealed."""
    session = db.session()
    found = select(RedEnvelopeSeal, RedEnvelopeCampaign).outerjoin(
        RedEnvelopeCampaign, RedEnvelopeCampaign.id == RedEnvelopeSeal.campaign_id
    )
    for seal, campaign in session.execute(found.order_by(RedEnvelopeSeal.campaign_id)):
        if sealing.digest(seal.terms) != seal.sha256:
            yield Problem("red_envelope.seal", f"the seal of campaign {seal.campaign_id} was changed")
        elif campaign is None or sealing.terms_of(session, campaign) != seal.terms:
            yield Problem("red_envelope.seal", f"campaign {seal.campaign_id} was changed after its seal")


def _clock() -> Iterator[Problem]:
    session = db.session()
    guard = session.get(RedEnvelopeGuard, 1, populate_existing=True)
    if guard is None:
        yield Problem("red_envelope.guard", "the guard of the clock is gone")
        return
    if guard.late_changes:
        yield Problem(
            "red_envelope.clock",
            f"{guard.late_changes} changes of campaigns were made with the clock set back behind their start",
        )
    behind = guard.latest - triggers.now(session.connection())
    if behind > TOLERANCE_MS:
        yield Problem("red_envelope.clock", f"the clock was set back: it is {behind // 1000} s behind what it was")
