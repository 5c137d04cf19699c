"""The storefront API as a storefront calls it: shops, buyers, baskets, and what a refusal must look like."""

from typing import Any

from flask import Flask
from red_envelope_shop import stored

from shopadmin import testing

ROOT = "/red-envelope"
ALL = ("claims", "wallet", "orders", "payments")
# Two lines, 40 and 60 yuan.
LINES = [{"key": "L01", "amount": 4000}, {"key": "L02", "amount": 6000}]


class Buyer(testing.ApiClient):
    """A buyer whose token holds every scope, so that whose things they are is the only question."""

    def claim(self, campaign: int, key: str | None = None) -> Any:
        return self.post(f"{ROOT}/campaigns/{campaign}/claims", key=key)

    def claimed(self, campaign: int) -> int:
        """The id of a new envelope."""
        answer = self.claim(campaign)
        assert answer.status_code == 201, answer.text
        return int(answer.get_json()["id"])

    def hold(self, envelope: int, order_no: str = "S1", key: str | None = None, **changes: Any) -> Any:
        body = {"lines": LINES, "envelope_id": envelope, "order_no": order_no} | changes
        return self.post(f"{ROOT}/holds", body, key=key)

    def held(self, envelope: int, order_no: str = "S1") -> str:
        """The id of a new hold."""
        answer = self.hold(envelope, order_no)
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def bought(self, campaign: int, order_no: str = "S1") -> str:
        """An order that is paid with a new envelope; returns the hold's id."""
        hold = self.held(self.claimed(campaign), order_no)
        assert self.post(f"{ROOT}/holds/{hold}/redeem").status_code == 200
        return hold


def buyer(shop: Flask, ref: str = "anna", *scopes: str) -> Buyer:
    """A buyer of a new storefront."""
    return Buyer(shop, testing.api_client(shop).for_buyer(ref, *(scopes or ALL)).token)


def check_problem(answer: Any, status: int, code: str, before: Any = None) -> dict[str, Any]:
    """The answer is a whole problem document of this kind; with ``before``, and nothing was changed since."""
    found = testing.check_problem(answer, status, code)
    if before is not None:
        assert stored() == before
    return found
