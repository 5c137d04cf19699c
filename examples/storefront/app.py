"""A storefront in one page: collect a red envelope, use it on an order, get a part or all of the money back.

It talks to the shop through its public API alone. Goods, orders and payments are its own and live in this process.
"""

import json
import os
import secrets
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, session, url_for

# Units of 60 yuan and 40 yuan, in fen.
GOODS = {"SHIRT": ("Linen shirt", 6000), "SCARF": ("Silk scarf", 4000)}
MOST_UNITS = 9
SCOPES = ["claims", "wallet", "orders", "payments"]

page = Blueprint("storefront", __name__)


@dataclass
class Order:
    """What was ordered: lines as the API takes them, the hold, and the cash that came back."""

    number: str
    lines: list[dict[str, Any]]
    hold: dict[str, Any]
    is_paid: bool = False
    refunds: list[dict[str, Any]] = field(default_factory=list)


class RefusedError(Exception):
    """The shop refused; ``problem`` is its answer."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem


class Shop:
    """The shop's API. The storefront's token stays here on the server; calls carry one of the buyer's."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def buyer_token(self, buyer: str) -> str:
        """A token of fifteen minutes for a buyer whom this storefront has signed in."""
        body = {"platform": "example", "buyer_ref": buyer, "scopes": SCOPES}
        answer: str = self._call("POST", "/buyer-tokens", self._token, body)["token"]
        return answer

    def get(self, path: str) -> Any:
        """GET in the name of the present buyer."""
        return self._call("GET", f"/red-envelope{path}", self.buyer_token(buyer()))

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        """POST in the name of the present buyer; ``key``: the same again when the same request is repeated."""
        return self._call("POST", f"/red-envelope{path}", self.buyer_token(buyer()), body, key)

    def _call(self, method: str, path: str, token: str, body: Any = None, key: str = "") -> Any:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Language": request.headers.get("Accept-Language", "en"),
            "Content-Type": "application/json",
        }
        if key:
            headers["Idempotency-Key"] = key
        data = json.dumps({} if body is None else body).encode() if method == "POST" else None
        asked = urllib.request.Request(f"{self._url}/api/v1{path}", data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=15) as answer:  # noqa: S310 - the owner's own address
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise RefusedError(json.load(error)) from None
        except OSError:
            raise RefusedError({"title": "The shop does not answer just now"}) from None


def create_app(url: str, token: str) -> Flask:
    """The storefront of the shop at ``url``, with a token that it made for it."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=secrets.token_hex(), SESSION_COOKIE_SAMESITE="Lax")
    app.extensions["shop"], app.extensions["orders"] = Shop(url, token), {}
    app.register_blueprint(page)
    app.jinja_env.filters["money"] = lambda minor: f"¥{minor / 100:,.2f}"
    return app


def shop() -> Shop:
    """The shop that the present storefront sells for."""
    found: Shop = current_app.extensions["shop"]
    return found


def orders() -> dict[str, Order]:
    """The present buyer's orders, by number."""
    found: dict[str, Order] = current_app.extensions["orders"].setdefault(buyer(), {})
    return found


def an_order(number: str) -> Order:
    """One of the present buyer's."""
    return orders().get(number) or abort(HTTPStatus.NOT_FOUND)


def buyer() -> str:
    """Who is signed in; here everybody is a guest with a name of their own."""
    name: str = session.setdefault("buyer", f"guest-{uuid.uuid4().hex[:8]}")
    return name


def basket() -> list[dict[str, Any]]:
    """The lines of the basket, as the API takes them."""
    units = session.get("units", {})
    return [
        {"key": key, "amount": price * units[key], "qty": units[key]}
        for key, (_title, price) in GOODS.items()
        if units.get(key)
    ]


@page.get("/")
def index() -> str:
    """Everything there is."""
    lines = basket()
    return render_template(
        "page.html",
        campaigns=shop().get("/campaigns")["items"],
        wallet=shop().get("/wallet")["items"],
        goods=GOODS,
        most_units=MOST_UNITS,
        units=session.get("units", {}),
        total=sum(line["amount"] for line in lines),
        quotes=shop().post("/quotes", {"lines": lines})["items"] if lines else [],
        orders=list(orders().values())[::-1],
        said=session.pop("said", None),
    )


@page.post("/claims/<int:campaign>")
def claim(campaign: int) -> Any:
    """Collect an envelope. A double click sends the same key, and has one effect."""
    shop().post(f"/campaigns/{campaign}/claims", key=request.form["key"])
    return back("The envelope is in your wallet.")


@page.post("/basket")
def fill() -> Any:
    """Set the units of each of the goods."""
    asked = {key: request.form.get(key, "0") for key in GOODS}
    session["units"] = {key: min(int(text), MOST_UNITS) if text.isdecimal() else 0 for key, text in asked.items()}
    return back()


@page.post("/orders")
def place() -> Any:
    """Place the order: from now on the envelope is held, and each line's share of it stands.

    The page chose the number, so that a repeated click is the same order and not another one.
    """
    number, lines = f"EX-{request.form['key'][:12]}", basket()
    if number in orders():
        return back()
    asked = {"envelope_id": request.form.get("envelope", type=int), "order_no": number, "lines": lines}
    orders()[number] = Order(number, lines, shop().post("/holds", asked, key=f"hold-{number}"))
    session["units"] = {}
    return back("The order is placed. Pay it before the hold ends.")


@page.post("/orders/<number>/pay")
def pay(number: str) -> Any:
    """What a payment provider's message would do: the envelope is used up."""
    order = an_order(number)
    shop().post(f"/holds/{order.hold['id']}/redeem", key=f"paid-{number}")
    order.is_paid = True
    return back("Paid.")


@page.post("/orders/<number>/cancel")
def cancel(number: str) -> Any:
    """Not paid: the envelope is free again."""
    shop().post(f"/holds/{an_order(number).hold['id']}/cancel", key=f"cancelled-{number}")
    del orders()[number]
    return back("The order is cancelled, and the envelope is back in your wallet.")


@page.post("/orders/<number>/refunds")
def refund(number: str) -> Any:
    """Give back one unit of a line, or all that is left; the money goes back, then the refund is complete."""
    order, key = an_order(number), request.form["key"]
    line = request.form.get("line")
    started = shop().post(
        f"/orders/{number}/refunds", {"units": {line: 1}} if line else {"all": True}, key=f"refund-{key}"
    )
    done = shop().post(f"/refunds/{started['id']}/complete", key=f"done-{key}")
    if all(each["id"] != done["id"] for each in order.refunds):
        order.refunds.append(done)
    return back("The money is back, and so is the envelope." if done["gives_back"] else "The money is back.")


@page.app_errorhandler(RefusedError)
def refused(error: RefusedError) -> Any:
    """Say what the shop said, in the buyer's language."""
    if request.method == "GET":
        return render_template("page.html", said=error.problem, out_of_order=True), HTTPStatus.BAD_GATEWAY
    session["said"] = error.problem
    return redirect(url_for("storefront.index"))


def back(words: str = "") -> Response:
    """To the page, with a word."""
    if words:
        session["said"] = {"title": words}
    return redirect(url_for("storefront.index"))  # type: ignore[return-value]


@page.app_context_processor
def new_key() -> dict[str, Any]:
    """``new_key()``: a key for each form, so that a repeated click is a repeated request."""
    return {"new_key": lambda: uuid.uuid4().hex}


if __name__ == "__main__":
    create_app(os.environ["SHOP_URL"], os.environ["SHOP_TOKEN"]).run(port=int(os.environ.get("PORT", "8080")))
