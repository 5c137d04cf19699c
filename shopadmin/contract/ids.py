"""The numbers of the shop's rows, so that none is taken for another's."""

from typing import NewType

AccountId = NewType("AccountId", int)
BuyerId = NewType("BuyerId", int)
OrderId = NewType("OrderId", int)
ReviewId = NewType("ReviewId", int)
