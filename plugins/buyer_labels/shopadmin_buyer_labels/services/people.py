"""Which buyers of the core are one person."""

from collections.abc import Collection, Mapping


def same_people(buyer_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """For each buyer all rows of the same person, itself included."""
    return {buyer_id: frozenset({buyer_id}) for buyer_id in buyer_ids}
