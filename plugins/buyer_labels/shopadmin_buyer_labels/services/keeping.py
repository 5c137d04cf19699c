"""What the worker does for the index, and what is forgotten with a buyer."""

from sqlalchemy import delete, or_, update

from shopadmin.plugin_api import writing
from shopadmin_buyer_labels.models import BuyerMerge, BuyerSplit, MatchSuggestion
from shopadmin_buyer_labels.services import indexing, never_match

# Where the walk goes on, in the process that does the work; another one begins anew.
_walk = {"after": 0}


def keep_index() -> None:
    """The shop's own contacts, and the buyers who changed since."""
    never_match.keep_own()
    _walk["after"] = indexing.catch_up(_walk["after"])


def erase(buyer_id: int) -> None:
    """Take a buyer out of the index, and what was suggested or written of it; that it was merged stays, without why."""
    indexing.forget([buyer_id])
    with writing() as session:
        pairs = or_(MatchSuggestion.buyer_id == buyer_id, MatchSuggestion.other_id == buyer_id)
        session.connection().execute(delete(MatchSuggestion).where(pairs))
        for model in (BuyerMerge, BuyerSplit):
            theirs = model.buyer_id == buyer_id
            if model is BuyerMerge:
                theirs = theirs | (BuyerMerge.into_id == buyer_id)
            session.connection().execute(update(model).where(theirs).values(why=None))
