"""The job that suggests who is perhaps the same person: pairs of which one is labelled, for somebody to decide about.

It looks at buyers whom the index has anew (an import, a list), at those who were labelled since, and every night at all
who are labelled. That it looked is written down with what it found, a piece at a time: broken off it goes on where it
was, and the same again changes nothing. One run looks at so many that nothing else waits for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import BuyersChanged, among, buyer_identities, db, shop_settings, writing
from shopadmin_buyer_labels.domain.people import Person
from shopadmin_buyer_labels.domain.suggestions import Decision, Finding, Kept, Pair, last_night, pair, plan
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import BuyerBlock, BuyerIndexed, Label, MatchSuggestion
from shopadmin_buyer_labels.services import alike, changes, deciding, matching, merging
from shopadmin_buyer_labels.services.indexing import person_of
from shopadmin_buyer_labels.services.people import same_people

# Of one run: buyers who are compared, and pages of buyers of whom most have nothing in common with a labelled one.
LOOKS, PAGES, PAGE = 100, 20, 500
# Of one transaction.
PIECE = 20

_PROTECTIVE = [code for code, rule in CODES.items() if rule.is_protective]
_INDEXED = cast(Table, BuyerIndexed.__table__)
_UNSEEN = (
    select(BuyerIndexed.buyer_id, BuyerIndexed.mark)
    .where(BuyerIndexed.looked_at.is_(None))
    .order_by(BuyerIndexed.buyer_id)
    .limit(PAGE)
)
_MARKS = select(BuyerIndexed.buyer_id, BuyerIndexed.mark).where(among(BuyerIndexed.buyer_id, "ids"))
_BLOCKS = select(BuyerBlock.buyer_id, BuyerBlock.hash).where(among(BuyerBlock.buyer_id, "ids"))
_THEIRS = select(MatchSuggestion).where(
    or_(among(MatchSuggestion.buyer_id, "ids"), among(MatchSuggestion.other_id, "ids"))
)
_IS_THERE = [
    select(BuyerIndexed.buyer_id).where(BuyerIndexed.buyer_id == each).exists()
    for each in (MatchSuggestion.buyer_id, MatchSuggestion.other_id)
]
_GONE = select(MatchSuggestion.id).where(or_(*(~each for each in _IS_THERE)))
# A row that the index made anew meanwhile has not been looked at.
_LOOKED = (
    update(_INDEXED)
    .where(_INDEXED.c.buyer_id == bindparam("buyer"), _INDEXED.c.mark == bindparam("seen"))
    .values(looked_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """Who is labelled, with all who are the same person, and the blocks that they are found by."""

    ids: frozenset[int]
    blocks: frozenset[bytes]


def suggest(now: datetime | None = None) -> int:
    """One run of the job; returns how many buyers were compared. ``now``: aware UTC."""
    now = now or datetime.now(UTC)
    _drop_those_gone()
    stale = _stale(now)
    if not stale and not _unseen():
        return 0
    labelled = _labelled(now)
    people = same_people(stale)
    compared = _compare(sorted({each for same in people.values() for each in same}), labelled, now)
    for _page in range(PAGES):
        unseen = _unseen()
        if not unseen or compared >= LOOKS:
            break
        alone = _alone(unseen, labelled)
        with writing() as session:
            _seen(session, {each: unseen[each] for each in alone}, now)
        compared += _compare([each for each in unseen if each not in alone][: LOOKS - compared], labelled, now)
    return compared


def heard(event: BuyersChanged) -> None:
    """Nothing is suggested of buyers who are gone: their ids will be others'."""
    if event.change == "removed":
        with writing() as session:
            for row in session.scalars(_THEIRS, {"ids": list(event.buyer_ids)}):
                session.delete(row)


@changes.listen
def labels_changed(label_ids: Collection[int]) -> None:
    """Orders of those who are perhaps a labelled buyer follow the label as well."""
    buyers = db.session().scalars(select(Label.buyer_id).where(among(Label.id, "ids")), {"ids": list(label_ids)})
    everybody = {each for same in same_people(set(buyers)).values() for each in same}
    if others := {each for found in alike.open_pairs(everybody).values() for each in found}:
        deciding.decide_for_buyers(others)


def _stands(now: datetime) -> tuple[object, ...]:
    is_over = (Label.revoked_at, Label.corrected_at, Label.tombstoned_at)
    return (Label.expires_at > now, Label.code.not_in(_PROTECTIVE), *(each.is_(None) for each in is_over))


def _stale(now: datetime) -> Sequence[int]:
    """Labelled buyers who were not looked at since the last night, or since they were labelled."""
    query = (
        select(Label.buyer_id)
        .join(BuyerIndexed, BuyerIndexed.buyer_id == Label.buyer_id)
        .where(
            *_stands(now),  # type: ignore[arg-type]
            or_(
                BuyerIndexed.looked_at < last_night(now, shop_settings().zone),
                BuyerIndexed.looked_at <= Label.created_at,
            ),
        )
        .distinct()
        .order_by(Label.buyer_id)
        .limit(LOOKS)
    )
    return db.session().scalars(query).all()


def _labelled(now: datetime) -> _Labelled:
    session = db.session()
    buyers = session.scalars(select(Label.buyer_id).where(*_stands(now)).distinct()).all()  # type: ignore[arg-type]
    everybody = frozenset(each for same in same_people(buyers).values() for each in same)
    rows = session.execute(_BLOCKS, {"ids": sorted(everybody)})
    return _Labelled(everybody, frozenset(bytes(row.hash) for row in rows))


def _unseen() -> dict[int, bytes]:
    return {row.buyer_id: bytes(row.mark) for row in db.session().execute(_UNSEEN)}


def _alone(buyer_ids: Collection[int], labelled: _Labelled) -> frozenset[int]:
    """Those who are not labelled and share no block with anybody who is: there is nobody to compare them with."""
    rows = db.session().execute(_BLOCKS, {"ids": list(buyer_ids)})
    sharing = {row.buyer_id for row in rows if bytes(row.hash) in labelled.blocks}
    return frozenset(buyer_ids) - sharing - labelled.ids


def _compare(buyer_ids: Sequence[int], labelled: _Labelled, now: datetime) -> int:
    for start in range(0, len(buyer_ids), PIECE):
        piece = buyer_ids[start : start + PIECE]
        # Marks first: what changes from here on is looked at again.
        marks = {row.buyer_id: bytes(row.mark) for row in db.session().execute(_MARKS, {"ids": list(piece)})}
        people, refused = same_people(piece), _told_apart(piece)
        found: dict[Pair, Finding] = {}
        whole = set()
        for buyer_id, identity in buyer_identities(piece).items():
            theirs = _like(buyer_id, person_of(identity), people[buyer_id] | refused[buyer_id], labelled)
            found |= theirs
            if len(theirs) < matching.MOST:
                whole.add(buyer_id)
        with writing() as session:
            _write(session, piece, found, whole, now)
            _seen(session, marks, now)
    return len(buyer_ids)


def _like(buyer_id: int, person: Person, without: Collection[int], labelled: _Labelled) -> dict[Pair, Finding]:
    out = set(without)
    if buyer_id not in labelled.ids:
        out |= matching.candidates(person) - labelled.ids
    return {
        pair(buyer_id, other): Finding(round(score * 1000), tuple(reasons))
        for other, score, reasons in matching.fuzzy(person, out)
    }


def _told_apart(buyer_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Of whom somebody said that they are not these, in whatever row of either."""
    people = same_people(buyer_ids)
    everybody = {each for same in people.values() for each in same}
    said = db.session().scalars(_THEIRS.where(MatchSuggestion.decision == "other"), {"ids": sorted(everybody)}).all()
    pairs = [(row.buyer_id, row.other_id) for row in said]
    theirs = same_people({each for both in pairs for each in both})
    return {
        buyer_id: frozenset(
            each
            for one, other in (*pairs, *((other, one) for one, other in pairs))
            if one in same
            for each in theirs[other]
        )
        for buyer_id, same in people.items()
    }


def _write(
    session: Session, buyer_ids: Collection[int], found: Mapping[Pair, Finding], whole: Collection[int], now: datetime
) -> None:
    rows = {(row.buyer_id, row.other_id): row for row in session.scalars(_THEIRS, {"ids": list(buyer_ids)})}
    kept = {
        each: Kept(Finding(row.score, tuple(row.reasons)), cast(Decision, row.decision)) for each, row in rows.items()
    }
    wanted = plan(found, kept, whole)
    for (buyer_id, other_id), finding in wanted.new.items():
        session.add(
            MatchSuggestion(
                buyer_id=buyer_id, other_id=other_id, score=finding.score, reasons=list(finding.reasons), found_at=now
            )
        )
    for each, finding in wanted.changed.items():
        rows[each].score, rows[each].reasons = finding.score, list(finding.reasons)
    for each in wanted.gone:
        session.delete(rows[each])
    session.flush()
    if concerned := {each for both in (*wanted.new, *wanted.gone) for each in both}:
        merging.tell(session, concerned)


def _seen(session: Session, marks: Mapping[int, bytes], now: datetime) -> None:
    if marks:
        rows = [{"buyer": buyer_id, "seen": mark, "at": now} for buyer_id, mark in marks.items()]
        session.connection().execute(_LOOKED, rows)


def _drop_those_gone() -> None:
    """Suggestions of buyers whose removal nobody told of: an undo that was killed."""
    if db.session().scalar(_GONE.limit(1)) is not None:
        with writing() as session:
            session.execute(delete(MatchSuggestion).where(MatchSuggestion.id.in_(_GONE)))
