"""The answers to requests that never reach the application: OAuth errors for machines."""

from http import HTTPStatus
from typing import Final

from clients_app import measures
from clients_app.api.errors import Problem
from clients_app.api.paths import is_of_api
from clients_app.http import operation_ids
from clients_app.http.middleware import is_for_machines
from clients_app.oauth.errors import OAuthError, invalid_request, unavailable
from clients_app.oauth.responses import error_json
from portal.server.request_threads import Answer

_RETRY_S: Final = 1


def busy(path: str, *, why: str) -> Answer:
    """Return the answer while too many other requests are waiting; ``why`` is for the metrics."""
    measures.count(measures.TURNED_AWAY, why)
    return _answer(path, unavailable("too many requests are waiting", retry_after_s=_RETRY_S))


def too_slow(path: str) -> Answer:
    """Return the answer to a body that did not arrive in time."""
    measures.count(measures.TURNED_AWAY, "slow body")
    status = HTTPStatus.REQUEST_TIMEOUT
    return _answer(path, invalid_request("The body did not arrive in time.", status=status))


def incomplete(path: str) -> Answer:
    """Return the answer to a body that broke off."""
    measures.count(measures.TURNED_AWAY, "incomplete body")
    return _answer(path, invalid_request("The body is incomplete."))


def _answer(path: str, error: OAuthError) -> Answer:
    operation_ids.begin_unnamed()
    status, headers, body = error_json(error)
    if is_of_api(path):
        body = Problem(status, error.description).as_bytes()
    elif not is_for_machines(path):
        headers = {**headers, "Content-Type": "text/plain"}
        body = f"{error.description}\n".encode()
    if status != HTTPStatus.SERVICE_UNAVAILABLE:  # the rest of the body is not read
        headers = {**headers, "Connection": "close"}
    return Answer(status, list(headers.items()), body)
