"""One call of an endpoint, from its request to what is answered: admit, read, look for a stored answer, run, render."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug import Request

from shopadmin import hook_guard
from shopadmin.api_contract import ApiAnswer, ApiCall, ApiEndpoint, ApiKey, ApiRefusalError, ApiRendered
from shopadmin.http_api import cursors, effects, inputs, problems
from shopadmin.http_api.admission import Admission
from shopadmin.http_api.endpoints import Registered
from shopadmin.models import db
from shopadmin.services import idempotency
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.refusals import ConflictError, ForbiddenError


def answer(
    door: Admission, registered: Registered, asked: Request, here: problems.Place, values: Mapping[str, Any]
) -> ApiRendered:
    """What is answered to the call. ``values``: the parts of the path. Raises ApiRefusalError."""
    endpoint = registered.endpoint
    admitted = door.admit(registered, asked)
    params = inputs.read_params(endpoint, values)
    query = inputs.read_query(endpoint, asked, here)
    body, canonical = inputs.read_body(endpoint, asked, here)
    key = None
    if admitted.key_hash is not None:
        key = ApiKey(admitted.key_hash, idempotency.fingerprint(endpoint.method, asked.full_path, canonical))
        if admitted.answer is not None:
            return effects.replay(admitted.answer, key)
    call = ApiCall(
        endpoint=endpoint,
        caller=admitted.caller,
        params=params,
        query=query,
        body=body,
        language=here.language,
        key=key,
        render=_Renderer(here, endpoint.status),
        cursor=lambda cells: cursors.write(registered.name, cells),
        after=lambda text: cursors.read(registered.name, text),
    )
    return effects.settle(call, lambda: _run(registered, here, call))


@dataclass(frozen=True, slots=True)
class _Renderer:
    """Answers and refusals as bytes; asks for no request, so it serves any thread."""

    here: problems.Place
    status: int

    def __call__(self, found: ApiAnswer | ApiRefusalError) -> ApiRendered:
        if isinstance(found, ApiRefusalError):
            return problems.render(self.here, found)
        body = found.body
        data = body.model_dump_json(by_alias=True).encode() if isinstance(body, BaseModel) else problems.to_bytes(body)
        return ApiRendered(found.status or self.status, data, found.location)


def _run(registered: Registered, here: problems.Place, call: ApiCall) -> ApiAnswer | ApiRendered:
    """Under the watch that every hook is under: a fault is noted, and five of them pause the plugin.

    A refusal is no fault, nor is a key used twice or a database that does not answer; they leave the watch as values.
    """
    hook, reads = f"API {registered.name}", registered.endpoint.effect == "none"
    try:
        with hook_guard.calling(registered.plugin, hook, reads=reads):
            outcome = _outcome(registered.endpoint, here, call)
    except Exception:  # a plugin may raise anything at all; it has been noted
        if reads:
            db.session.rollback()
        raise ApiRefusalError(problems.FAULT, more={"reference": hook_guard.reference()}) from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _outcome(endpoint: ApiEndpoint, here: problems.Place, call: ApiCall) -> ApiAnswer | ApiRendered | Exception:
    try:
        found: object = endpoint.run(call)
        if not isinstance(found, ApiAnswer | ApiRendered):
            raise TypeError(f"{type(found).__name__} instead of ApiAnswer")
        return found
    except (ApiRefusalError, OperationalError, PoolTimeoutError, idempotency.KeyReusedError) as error:
        return error
    except MissingError:
        return ApiRefusalError(problems.NOT_FOUND)
    except ForbiddenError:
        return ApiRefusalError(problems.FORBIDDEN)
    except ObjectionsError as error:
        return ApiRefusalError(problems.CONFLICT, error.message, reasons=[found.code for found in error.problems])
    except ConflictError as error:
        return ApiRefusalError(problems.CONFLICT, error.message)
    except RefusedError as error:
        return inputs.refusal(here, [(found.field, found.code, found.message) for found in error.problems])
