"""A buyer for somebody whom a person or a list names: the one the shop has, found the way an import finds it, or new.

So a label, say, can be put on somebody who has not ordered yet, and the order that comes later joins the same row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, BuyerId, BuyerIdentifier, Problem, Text
from shopadmin.domain.identifiers import normal_phone
from shopadmin.domain.identifiers.canonical import (
    Reading,
    Reason,
    read_email,
    read_nick,
    read_phone,
    read_platform_uid,
)
from shopadmin.domain.records import Phone
from shopadmin.models.buyers import Buyer
from shopadmin.models.buyers import BuyerIdentifier as IdentifierRow
from shopadmin.services import audit, contacts, settings
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.imports import announcing, people
from shopadmin.services.messages.people import region_of_zone
from shopadmin.services.transactions import gather, writing

LONGEST_NAME = LONGEST_VALUE = 200
LONGEST_SCOPE = 40
# What a buyer is filed under who was named by phone or e-mail alone.
OWN = "shop"

REASONS: Mapping[Reason, Text] = {
    "masked": _("part of it is hidden, so it says nothing of the person"),
    "privacy_number": _("the platform lends this number and hands it out again"),
    "not_mobile": _("a fixed line belongs to a place, not to a person"),
    "invalid": _("it is no phone number, e-mail address or account"),
    "role": _("a mailbox of a function belongs to nobody"),
    "disposable": _("a throw-away mailbox belongs to nobody"),
    "not_a_key": _("a nick can be taken by somebody else"),
    "weak": _("many people share it"),
}


@dataclass(frozen=True, slots=True)
class _Strong:
    """An identifier by which a machine may act: as rows keep it, and every spelling under which one may be there."""

    kept: people.Identifier
    spellings: tuple[people.Identifier, ...]


def known_or_new_buyer(
    actor: Actor | None, identifiers: Sequence[BuyerIdentifier], name: str = "", now: datetime | None = None
) -> BuyerId:
    """The buyer with one of these identifiers; else a new one that has them all. The same ones again find the same.

    Mobile numbers, personal e-mail addresses and platform ids decide; several buyers: the one that a platform names,
    then the oldest. A nick (``scope``: its platform) finds the buyer of its orders where nothing stronger is given,
    and makes none. What is known of a buyer that is found stays as it is; see ``keep_buyer``. ``name``: of a new one.
    ``actor``: none for the program. ``now``: aware UTC. Joins the transaction around; whoever asks or imports at the
    same time waits for it. Raises RefusedError (field ``identifiers``), nothing is added then.
    """
    return buyer_found_or_made(actor, identifiers, name, now)[0]


def buyer_found_or_made(
    actor: Actor | None, identifiers: Sequence[BuyerIdentifier], name: str = "", now: datetime | None = None
) -> tuple[BuyerId, bool]:
    """The same, and whether the buyer was made just now: nobody can know anything of such a one."""
    _check(identifiers, name)
    own = _own_region()
    strong = [found for identifier in identifiers if (found := _strong(identifier, own))]
    nicks = [ref for each in identifiers if each.kind == "nick" and (ref := _nick_ref(each))]
    if not strong and not nicks:
        raise RefusedError(_why_none(identifiers))
    with writing() as session:
        people.hold_buyers(session.connection(), alone=True)
        if (known := _known(session, strong, nicks)) is not None:
            keep_buyer(known)
            return known, False
        if not strong:
            raise RefusedError(_why_none(identifiers))
        return _made(session, actor, strong, name.strip(), now or datetime.now(UTC)), True


def keep_buyer(buyer_id: int) -> None:
    """From now on the buyer stays when the import that brought it is undone: rows of a plugin hang on it.

    Ids are used again after an undo, and such rows would then be somebody else's. Joins the transaction around.
    """
    with writing() as session:
        session.connection().execute(update(Buyer).where(Buyer.id == buyer_id).values(import_run_id=None))


def reading_of(identifier: BuyerIdentifier) -> Reading:
    """What the identifier says, whether or not that is somebody; a phone without country code is one of its region, or
    where it names none, of the shop's own.
    """
    return readings_of((identifier,))[0]


def readings_of(identifiers: Iterable[BuyerIdentifier]) -> list[Reading]:
    """The same of many, in their order."""
    own = _own_region()
    return [_reading(each.kind, each.value, each.scope, each.region or own) for each in identifiers]


def _reading(kind: str, value: str, scope: str, region: str | None) -> Reading:
    if kind == "phone":
        return read_phone(value, region)
    if kind == "email":
        return read_email(value)
    if kind == "platform_uid":
        return read_platform_uid(scope, value)
    if kind == "address":
        return Reading("", "weak")
    return read_nick(scope, value) if kind == "nick" else Reading("", "invalid")


def _own_region() -> str | None:
    return region_of_zone(settings.load().timezone)


def _check(identifiers: Sequence[BuyerIdentifier], name: str) -> None:
    texts = [name, *(each.value for each in identifiers)]
    is_long = any(len(text) > LONGEST_VALUE for text in texts)
    if is_long or any(len(each.scope) > LONGEST_SCOPE for each in identifiers):
        raise RefusedError(Problem("too_long", _("A name or an identifier is too long."), "identifiers"))
    if "\0" in "".join((*texts, *(each.scope for each in identifiers))):
        raise RefusedError(Problem("invalid", _("A text holds a character that cannot be kept."), "identifiers"))


def _why_none(identifiers: Sequence[BuyerIdentifier]) -> Problem:
    reasons = [reading_of(each).reason or "not_a_key" for each in identifiers]
    if not reasons:
        return Problem("no_identifier", _("Give a mobile number, an e-mail address or a platform id."), "identifiers")
    text = _(
        "Nothing here tells who it is (%(why)s). Give a mobile number, an e-mail address or a platform id.",
        why=REASONS[reasons[0]],
    )
    return Problem(reasons[0], text, "identifiers")


def _strong(identifier: BuyerIdentifier, own: str | None) -> _Strong | None:
    """None for what is no key of a person. ``own``: the region of the shop."""
    reading = _reading(identifier.kind, identifier.value, identifier.scope, identifier.region or own)
    keys = contacts.keyring()
    if not reading.key:
        return None
    if identifier.kind == "platform_uid":
        account = people.account_identifier(keys, identifier.scope.strip(), identifier.value)
        return _Strong(account, (account,))
    if identifier.kind == "email":
        written = [people.email_identifier(keys, text) for text in (identifier.value, reading.value)]
    else:
        values = [normal_phone(reading.value)]
        if identifier.region in ("", own):
            # Rows of imports hold the shop's own numbers as they are dialled there.
            values.append(normal_phone(identifier.value))
        written = [people.phone_identifier(keys, Phone(value)) for value in values]
    spellings = tuple(dict.fromkeys(found for found in written if found))
    return _Strong(spellings[0], spellings)


def _nick_ref(identifier: BuyerIdentifier) -> str:
    is_whole = reading_of(identifier).value != ""
    return people.platform_ref(identifier.scope.strip(), identifier.value) if is_whole else ""


def _known(session: Session, strong: Sequence[_Strong], nicks: Sequence[str]) -> BuyerId | None:
    """By what is strong first; a nick counts where that finds nobody and nothing else was given."""
    spellings = [spelling for each in strong for spelling in each.spellings]
    found = select(Buyer.id, Buyer.ref)
    if spellings:
        is_one = (
            and_(IdentifierRow.kind == each.kind, IdentifierRow.value_hash == each.value_hash) for each in spellings
        )
        carried = select(IdentifierRow.buyer_id).where(or_(*is_one))
        found = found.where(or_(Buyer.ref.in_(map(_ref, spellings)), Buyer.id.in_(carried)))
    else:
        found = found.where(Buyer.ref.in_(nicks))
    rows = session.execute(found).all()
    return BuyerId(min(rows, key=lambda row: (-people.rank_of(row.ref), row.id)).id) if rows else None


def _ref(identifier: people.Identifier) -> str:
    """The reference that an import gives to somebody with this identifier alone."""
    return identifier.value if identifier.kind == "account" else f"{identifier.kind}:{identifier.value_hash.hex()}"


def _made(session: Session, actor: Actor | None, strong: Sequence[_Strong], name: str, now: datetime) -> BuyerId:
    kept = list(dict.fromkeys(each.kept for each in strong))
    first = min(kept, key=lambda each: ("account", "email", "phone").index(each.kind))
    platform = first.value.partition(":")[0] if first.kind == "account" else OWN
    buyer = Buyer(platform=platform, ref=_ref(first), name=name, created_at=now)
    session.add(buyer)
    session.flush()
    keys = contacts.keyring()
    for each in kept:
        session.add(
            IdentifierRow(
                buyer_id=buyer.id, kind=each.kind, value_hash=each.value_hash,
                value_encrypted=contacts.seal_identifier(keys, each.value),
                tail_hash=contacts.tail_hash(keys, each.value) if each.kind == "phone" else None,
            )
        )  # fmt: skip
    session.flush()
    after = {"platform": platform, "identifiers": sorted({each.kind for each in kept})}
    audit.record(actor, "core.buyer.added", "buyer", buyer.id, after=after)
    made = BuyerId(buyer.id)
    gather(_tell, [made])
    return made


def _tell(buyer_ids: list[int]) -> None:
    announcing.buyers(buyer_ids, "known")
