"""The errors of the REST API, in one shape and translated in one place (API-3).

``Reason`` names the property that is wrong; ``Resolution`` says what to do.
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from clients_app import errors
from clients_app.actors import Actor
from clients_app.http import operation_ids
from clients_app.http.sentences import sentence_of
from clients_app.identity.last_proof import LASTS
from clients_app.models import Client
from clients_app.outages import sentence_about
from clients_app.services.activity.refused_attempts import note_refused
from clients_app.services.exports import TooManyExports
from clients_app.services.secrets.argon2_queue import Busy

CHALLENGE: Final = 'Bearer realm="api"'
log = logging.getLogger("clients_app.api")
_NONE: Final[Mapping[str, str]] = MappingProxyType({})

_RESOLUTIONS: Final = {
    400: "Correct the request, then send it again.",
    401: "Get an access token for this API, and send it as Authorization: Bearer.",
    403: "Use a token of a client or person with the role that this needs.",
    404: "Check the address and the ids in it.",
    405: "Use one of the methods in the header Allow.",
    408: "Send the request again.",
    409: "Read the current state, then decide whether to send the request again.",
    412: "Get the current state with its ETag, then repeat the change.",
    413: "Send less at a time.",
    415: "Send JSON as it is, with Content-Type: application/json.",
    422: "Use another Idempotency-Key for another request.",
    429: "Wait as long as the header Retry-After says, then send the request again.",
    500: "Tell the operator of the portal the OperationId.",
    503: "Wait as long as the header Retry-After says, then send the request again.",
}


class Refusal(exceptions.APIException):
    """A request that the API itself refuses; ``prop`` is the property or parameter at fault."""

    def __init__(
        self, status: int, reason: str, *, prop: str = "", headers: Mapping[str, str] = _NONE
    ) -> None:
        super().__init__(reason)
        self.status_code = status
        self.reason, self.prop, self.headers = reason, prop, headers


def challenged(status: int, reason: str, error: str = "", **more: str) -> Refusal:
    """Return a refusal that says in a header what is wrong with the token (RFC 6750 section 3)."""
    values = {"error": error, "error_description": reason, **more} if error else {}
    challenge = ", ".join([CHALLENGE, *(f'{name}="{value}"' for name, value in values.items())])
    return Refusal(status, reason, headers={"WWW-Authenticate": challenge})


class Problem(NamedTuple):
    """What the caller is told."""

    status: int
    reason: str
    prop: str = ""
    headers: Mapping[str, str] = _NONE

    def members(self) -> dict[str, str]:
        """Return the body."""
        reason = f"{self.prop}: {self.reason}" if self.prop else self.reason
        reason = reason.encode(errors="backslashreplace").decode()  # half a character of a body
        return {
            "OperationId": operation_ids.current(),
            "Error": HTTPStatus(self.status).phrase,
            "Reason": reason,
            "Resolution": _RESOLUTIONS[self.status],
        }

    def as_bytes(self) -> bytes:
        """Return the body as it is sent."""
        return json.dumps(self.members(), ensure_ascii=False).encode()


def answer_of(error: Exception, context: dict[str, Any]) -> Response:
    """Return the response to an error of a view; DRF's exception handler."""
    if isinstance(error, errors.Forbidden):
        actor = context["request"].user
        if isinstance(actor, Actor):
            note_refused(error, actor=actor, now=timezone.now())
    if isinstance(error, errors.ProofRequired):
        error = _of_stale_proof(context["request"].auth.client)
    properties = getattr(context["view"], "properties", {})
    problem = _problem_of(error, properties)
    if problem is None:
        request = context["request"]
        log.exception("%s %s failed.", request.method, request.path)
        problem = Problem(500, "The server failed.")
    return Response(problem.members(), problem.status, headers=dict(problem.headers))


def _problem_of(error: Exception, properties: Mapping[str, str]) -> Problem | None:
    if isinstance(error, errors.PortalError):
        return _of_operation(error, properties)
    if isinstance(error, Refusal):
        return Problem(error.status_code, error.reason, error.prop, error.headers)
    if isinstance(error, exceptions.ValidationError):
        prop, reason = _first(error.detail)
        return Problem(400, reason, prop)
    if isinstance(error, exceptions.Throttled):
        wait = str(ceil(getattr(error, "wait", None) or 1))
        return Problem(429, "Too many requests.", headers={"Retry-After": wait})
    if isinstance(error, exceptions.APIException):
        return Problem(error.status_code, str(error.detail))
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "The body is too large.")
    if isinstance(error, Busy):
        return Problem(503, "The server is busy.", headers={"Retry-After": "1"})
    if isinstance(error, DatabaseError):
        log.error("The database failed: %s", error)
        return Problem(503, sentence_about(error), headers={"Retry-After": "5"})
    return None


def _of_stale_proof(application: Client) -> Refusal:
    """Return how the application lets its person prove who they are (RFC 9470 section 3)."""
    if not application.skips_consent:
        return Refusal(403, "Only a First-party application can do this for a person.")
    sentence = "The person must have signed in within the last 10 minutes."
    max_age = f"{LASTS.total_seconds():.0f}"
    return challenged(401, sentence, "insufficient_user_authentication", max_age=max_age)


def _of_operation(error: errors.PortalError, properties: Mapping[str, str]) -> Problem:
    """Return the problem of an operation that changed nothing."""
    reason = sentence_of(error)
    if isinstance(error, errors.ChangedMeanwhile):
        return Problem(412, "It was changed since you read it. Nothing was saved.")
    if isinstance(error, errors.AlreadyAdded):
        said = f"This request was sent before, and added to the client {error.client_id}."
        lost = " Its secret cannot be shown; add a new one." if error.has_secret else ""
        return Problem(409, said + lost)
    if isinstance(error, errors.SentBefore):
        return Problem(409, "This request was sent before, and did what it asked for.")
    if isinstance(error, errors.Refused):
        status = 409 if isinstance(error, errors.Conflict) else 400
        return Problem(status, reason, properties.get(error.field or "", ""))
    if isinstance(error, errors.NotFound):
        return Problem(404, reason)
    if isinstance(error, TooManyExports):
        return Problem(503, reason, headers={"Retry-After": "30"})
    return Problem(403, reason)


def _first(detail: Any, prop: str = "") -> tuple[str, str]:
    """Return the property and the sentence of the first error of a serializer."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        name = "" if name == "non_field_errors" else str(name)
        joined = (
            f"{prop}[{name}]" if prop and name.isdecimal() else ".".join(filter(None, (prop, name)))
        )
        return _first(inner, joined)
    if isinstance(detail, list):
        position = next((i for i, one in enumerate(detail) if one), 0)
        inner = detail[position]
        return _first(inner, f"{prop}[{position}]" if isinstance(inner, dict) else prop)
    return prop, str(detail)
