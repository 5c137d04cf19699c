"""What an endpoint of the storefront API is: declared by the core and by plugins alike, served by ``http_api``.

A declaration says everything that is checked, documented and limited; ``run`` is the part that differs. Bodies and
answers are pydantic models: an ``ApiModel`` takes JSON as it stands, without turning ``"1"`` or ``true`` into 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shopadmin.contract import Text

Method = Literal["GET", "POST", "PUT", "DELETE"]
# ``none``: changes nothing, writing is refused. ``transaction``: runs inside ``writing()``, and what was answered is
# stored in the same transaction. ``own``: the endpoint itself stores the answer in the transaction of its effect,
# for effects of many callers that share a commit.
Effect = Literal["none", "transaction", "own"]

# In the place of a scope: a storefront token with whatever scopes, never a buyer's.
STOREFRONT = "storefront"
# Entries of a page of a list at the most.
MAX_PAGE = 100


# A line of text without control characters. A plain ``str`` would promise that NUL is taken, which no database keeps.
ApiLine = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class ApiModel(BaseModel):
    """Base of bodies and answers: strict types, no field that is not declared."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ApiQuery(BaseModel):
    """Base of query strings and path parameters, which arrive as text; no field that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApiListQuery(ApiQuery):
    """Which page of a list: ``size`` entries after ``cursor``, which ``ApiCall.after`` reads; empty for the first."""

    limit: Annotated[int, Field(ge=1, description=f"How many entries; more than {MAX_PAGE} are {MAX_PAGE}")] = 20
    cursor: Annotated[
        str, Field(max_length=1000, pattern=r"^[A-Za-z0-9_.-]*$", description="next_cursor of the page before")
    ] = ""

    @property
    def size(self) -> int:
        """How many entries the page has at the most."""
        return min(self.limit, MAX_PAGE)


@dataclass(frozen=True, slots=True)
class ApiScope:
    """What a token may be used for. A plugin's own codes start with its name and a dot.

    ``server_only``: never in a browser; a call that a browser makes is refused.
    """

    code: str
    label: Text
    server_only: bool = False


@dataclass(frozen=True, slots=True)
class ApiProblem:
    """A kind of refusal that an endpoint names: stable ``code``, HTTP status, a title for a person."""

    code: str
    status: int
    title: Text
    detail: Text = ""


class ApiRefusalError(Exception):
    """The call is refused with ``problem``; nothing was changed.

    ``detail`` takes the place of the problem's own; ``reasons`` are stable codes; ``more`` are further members of the
    answer; ``retry_after`` seconds.
    """

    def __init__(
        self,
        problem: ApiProblem,
        detail: Text = "",
        *,
        reasons: Sequence[str] = (),
        more: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem, self.detail, self.reasons = problem, detail, tuple(reasons)
        self.more, self.retry_after = dict(more or {}), retry_after


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What ``run`` answers: a model, or the mapping that it would become. ``status`` None: the endpoint's own."""

    body: BaseModel | Mapping[str, Any]
    status: int | None = None
    location: str = ""


@dataclass(frozen=True, slots=True)
class ApiRendered:
    """An answer as it goes over the wire, and as it is stored. ``replayed``: it was stored before."""

    status: int
    body: bytes
    location: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An idempotency key as it is stored.

    ``key_hash``: SHA-256 of caller, route and key, the record's primary key. ``fingerprint``: SHA-256 of method, path
    and canonical body.
    """

    key_hash: bytes
    fingerprint: bytes

    def row(self, rendered: ApiRendered, now: datetime) -> dict[str, Any]:
        """The record's values for ``store_api_answers``. ``now``: aware UTC."""
        return {
            "key_hash": self.key_hash,
            "fingerprint": self.fingerprint,
            "status": rendered.status,
            "body": rendered.body,
            "location": rendered.location,
            "created_at": now,
        }


@dataclass(frozen=True, slots=True)
class ApiBuyer:
    """The buyer that the token names: the platform and the platform's own word for the person."""

    platform: str
    ref: str


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """Who calls: a storefront token, and the buyer where it is a buyer's token."""

    token_id: int
    label: str
    scopes: frozenset[str]
    buyer: ApiBuyer | None = None


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call, checked: what ``run`` gets.

    ``params``, ``query``, ``body``: of the endpoint's models, None where it has none. ``key``: None unless the
    endpoint has an effect. ``render``: an answer or a refusal as bytes, in the caller's language; works in any thread.
    ``cursor(values)`` signs where the next page begins; ``after(cursor)`` reads it, or refuses.
    """

    endpoint: "ApiEndpoint"
    caller: ApiCaller
    params: Any
    query: Any
    body: Any
    language: str
    key: ApiKey | None
    render: Callable[[ApiAnswer | ApiRefusalError], ApiRendered]
    cursor: Callable[[Sequence[Any]], str]
    after: Callable[[str], list[Any]]

    @property
    def buyer(self) -> ApiBuyer:
        """The buyer of an endpoint that needs one. Raises LookupError for a storefront's own call."""
        if self.caller.buyer is None:
            raise LookupError("the endpoint takes calls without a buyer: see ApiCaller.buyer")
        return self.caller.buyer


@dataclass(frozen=True, slots=True)
class ApiLink:
    """Which endpoint goes on from an answer: ``parameters`` by runtime expression, ``$response.body#/id``."""

    method: Method
    path: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """One method of one path, e.g. ``POST /api/v1/hello/greetings/{greeting_id}/answers``.

    ``path``: a plugin's lies under ``/api/v1/<its name with dashes>/``. ``scope``: a declared code, or an ``ApiScope``
    of the plugin's own. ``problems``: the refusals it names. ``status``: of success. ``needs_buyer``: only a buyer's
    token may call it; otherwise a storefront's own may as well. ``links``: by name. ``together``: made for a rush,
    waits for nothing but questions and commits that callers share: those who come at once are answered on one thread.
    """

    method: Method
    path: str
    scope: str | ApiScope
    summary: str
    run: Callable[[ApiCall], ApiAnswer | ApiRendered]
    answer: type[BaseModel]
    body: type[ApiModel] | None = None
    query: type[ApiQuery] | None = None
    params: type[ApiQuery] | None = None
    problems: tuple[ApiProblem, ...] = ()
    effect: Effect = "none"
    status: int = 200
    needs_buyer: bool = True
    description: str = ""
    links: Mapping[str, ApiLink] = field(default_factory=dict)
    together: bool = False

    @property
    def scope_code(self) -> str:
        """The scope's code, however it was given."""
        return self.scope.code if isinstance(self.scope, ApiScope) else self.scope
