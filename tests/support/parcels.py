"""A plugin for tests of the storefront API: a list, an effect in the framework's transaction, one in its own."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from shopadmin.api_contract import (
    ApiAnswer,
    ApiCall,
    ApiEndpoint,
    ApiLine,
    ApiLink,
    ApiListQuery,
    ApiModel,
    ApiProblem,
    ApiQuery,
    ApiRefusalError,
    ApiRendered,
)
from shopadmin.contract import Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.settings import Setting
from shopadmin.services import idempotency
from shopadmin.services.conflicts import MissingError
from shopadmin.services.transactions import after_commit, writing

SOLD_OUT = ApiProblem("sold_out", 409, "Nothing is left")
PREFIX = "parcels:"
# A note that makes an endpoint fail.
FAULT = "a planted fault, on purpose"
announced: list[str] = []


class Parcel(ApiModel):
    """What was sent."""

    id: str
    buyer: str
    weight: int


class ParcelPage(ApiModel):
    """A page of parcels."""

    items: list[Parcel]
    next_cursor: str | None


class NewParcel(ApiModel):
    """What to send."""

    weight: Annotated[int, Field(ge=1, le=1000)]
    kind: Literal["letter", "box"] = "box"
    note: Annotated[ApiLine, Field(max_length=40)] = ""


class ParcelId(ApiQuery):
    """Which parcel."""

    parcel_id: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]


def rows(ref: str | None = None) -> list[Parcel]:
    """All parcels, or the buyer's."""
    found = db.session.scalars(select(Setting).where(Setting.key.startswith(PREFIX)).order_by(Setting.key))
    parcels = [Parcel(id=row.key.removeprefix(PREFIX), **row.value) for row in found]
    return [parcel for parcel in parcels if ref is None or parcel.buyer == ref]


def add(session, call: ApiCall) -> Parcel:
    """One row more, in the transaction around."""
    number = f"{len(rows()) + 1:09}"
    session.add(Setting(key=PREFIX + number, value={"buyer": call.buyer.ref, "weight": call.body.weight}))
    session.flush()
    return Parcel(id=number, buyer=call.buyer.ref, weight=call.body.weight)


def send(call: ApiCall) -> ApiAnswer:
    """An effect in the framework's transaction; a heavy one is refused after it has written."""
    with writing() as session:
        parcel = add(session, call)
        after_commit(lambda: announced.append(parcel.id))
        if call.body.note == FAULT:
            raise RuntimeError("on purpose")
        if call.body.weight > 500:
            raise ApiRefusalError(SOLD_OUT, reasons=["too_heavy"], more={"missing": call.body.weight - 500})
    return ApiAnswer(parcel, location=f"/api/v1/parcels/parcels/{parcel.id}")


def send_on_its_own(call: ApiCall) -> ApiRendered:
    """The same, storing the answer itself."""
    with writing() as session:
        stored = idempotency.stored_answers(session, [call.key])
        if stored:
            return stored[call.key.key_hash]
        rendered = call.render(ApiAnswer(add(session, call)))
        idempotency.store_answers(session, [call.key.row(rendered, datetime.now(UTC))])
        return rendered


def show(call: ApiCall) -> ApiAnswer:
    """One of the buyer's own."""
    for parcel in rows(call.buyer.ref):
        if parcel.id == call.params.parcel_id:
            return ApiAnswer(parcel)
    raise MissingError("parcel")


def page(call: ApiCall) -> ApiAnswer:
    """The buyer's own, a page at a time."""
    after = call.after(call.query.cursor)
    limit = call.query.size
    found = [parcel for parcel in rows(call.buyer.ref) if not after or parcel.id > after[0]][: limit + 1]
    more = len(found) > limit
    return ApiAnswer(ParcelPage(items=found[:limit], next_cursor=call.cursor([found[limit - 1].id]) if more else None))


def weigh(call: ApiCall) -> ApiAnswer:
    """Changes nothing; tries to when asked."""
    if call.body.note == FAULT:
        with writing() as session:
            session.add(Setting(key=PREFIX + "stolen", value={}))
    return ApiAnswer({"id": "0", "buyer": call.buyer.ref, "weight": call.body.weight})


def deliver(call: ApiCall) -> ApiAnswer:
    """The server's own; no body."""
    return ApiAnswer({"id": call.params.parcel_id, "buyer": "", "weight": 1})


ROOT = "/api/v1/parcels/parcels"
ENDPOINTS = (
    ApiEndpoint("GET", ROOT, "wallet", "The buyer's parcels", page, ParcelPage, query=ApiListQuery),
    ApiEndpoint(
        "POST", ROOT, "claims", "Send a parcel", send, Parcel, body=NewParcel, problems=(SOLD_OUT,),
        effect="transaction", status=201,
        links={"show": ApiLink("GET", f"{ROOT}/{{parcel_id}}", {"parcel_id": "$response.body#/id"})},
    ),
    ApiEndpoint("GET", f"{ROOT}/{{parcel_id}}", "wallet", "One parcel", show, Parcel, params=ParcelId),
    ApiEndpoint(
        "POST", "/api/v1/parcels/batches", "claims", "Send one of many", send_on_its_own, Parcel, body=NewParcel,
        effect="own", status=201,
    ),
    ApiEndpoint("POST", "/api/v1/parcels/weights", "wallet", "Weigh", weigh, Parcel, body=NewParcel),
    ApiEndpoint(
        "POST", f"{ROOT}/{{parcel_id}}/deliveries", "payments", "Deliver", deliver, Parcel, params=ParcelId,
        effect="transaction", needs_buyer=False,
    ),
)  # fmt: skip


def plugin(*endpoints: ApiEndpoint, name: str = "parcels") -> SimpleNamespace:
    """The plugin with these endpoints, its own when none are given."""
    manifest = Manifest(name=name, title="Parcels", version="1.0", api_version=1)
    return SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: manifest),
        shopadmin_api_endpoints=hookimpl(lambda: list(endpoints or ENDPOINTS)),
    )
