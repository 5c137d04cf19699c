"""The shop's own people among buyers: by their accounts here, and by contacts that the list of what never matches names
as the shop's own, an e-mail address with or without a tag behind ``+``; also where the contact is in another row of the
same person.
"""

from collections.abc import Collection

from sqlalchemy import select

from shopadmin.plugin_api import among, buyer_identities, db, email_mailbox, own_people
from shopadmin.plugin_api import own_mailboxes as core_mailboxes
from shopadmin_buyer_labels.domain.never_match import OWN
from shopadmin_buyer_labels.domain.people import Key
from shopadmin_buyer_labels.models import BuyerKey, NeverMatch
from shopadmin_buyer_labels.services.hashes import key_hash
from shopadmin_buyer_labels.services.people import same_people

# The shop's own address is where its people work, not who they are.
_OWN = select(NeverMatch.hash).where(
    NeverMatch.cause == OWN, NeverMatch.ended_at.is_(None), NeverMatch.kind.in_(("phone", "email"))
)
_HOLDERS = select(BuyerKey.buyer_id).where(among(BuyerKey.buyer_id, "ids"), BuyerKey.hash.in_(_OWN))


def among_buyers(buyer_ids: Collection[int]) -> frozenset[int]:
    """Those among the buyers who are the shop's own people."""
    people = same_people(buyer_ids)
    everybody = {each for same in people.values() for each in same}
    own = {*own_people(everybody), *db.session().scalars(_HOLDERS, {"ids": list(everybody)}), *_by_mailbox(everybody)}
    return frozenset(buyer_id for buyer_id, same in people.items() if same & own)


def own_mailboxes(boxes: Collection[str]) -> frozenset[str]:
    """Those among the mailboxes of e-mail addresses by which somebody is one of the shop's own people: all that makes
    one of a buyer who is not in the index yet.
    """
    listed = {bytes(each) for each in db.session().scalars(_OWN)} if boxes else set()
    of_accounts = core_mailboxes() if boxes else frozenset()
    return frozenset(box for box in boxes if box in of_accounts or key_hash(Key("email", box)) in listed)


def _by_mailbox(buyer_ids: Collection[int]) -> frozenset[int]:
    listed = {bytes(each) for each in db.session().scalars(_OWN)}
    known = buyer_identities(buyer_ids, with_homes=False) if listed else {}
    return frozenset(
        buyer_id
        for buyer_id, identity in known.items()
        for kind, reading in identity.identifiers
        if kind == "email" and key_hash(Key("email", email_mailbox(reading.value))) in listed
    )
