"""The errors of the protocol endpoints, raised at any depth and answered in one place."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(eq=False)
class OAuthError(Exception):
    """The caller gets ``error`` and ``description``; only the log gets ``cause``.

    ``description`` is plain ASCII without quotes and backslashes (RFC 6749 section 5.2) and never
    repeats what was sent. ``counts`` is True for refused credentials, whose number is limited.
    ``is_usual`` is True where nothing is wrong with the client, such as for an expired refresh
    token. ``challenge`` replaces the one of client authentication (RFC 6750 section 3).
    """

    error: str
    description: str
    status: int = HTTPStatus.BAD_REQUEST
    cause: str = ""  # the description where it is empty
    client_id: str = ""
    retry_after_s: int = 0
    counts: bool = False
    is_usual: bool = False
    challenge: str = ""


def invalid_request(
    description: str, *, status: int = HTTPStatus.BAD_REQUEST, cause: str = ""
) -> OAuthError:
    """Return the error for a malformed request."""
    return OAuthError("invalid_request", description, status, cause)


def invalid_client(cause: str, *, client_id: str = "", counts: bool = False) -> OAuthError:
    """Return the error for a client that is not authenticated: the same for every cause."""
    description = "Client authentication failed."
    return OAuthError(
        "invalid_client", description, HTTPStatus.UNAUTHORIZED, cause, client_id, counts=counts
    )


def too_many_failures(error: OAuthError, *, retry_after_s: int) -> OAuthError:
    """Return what replaces ``error`` after too many failures from the same address."""
    return OAuthError(
        "temporarily_unavailable",
        "Too many requests failed. Try again later.",
        HTTPStatus.TOO_MANY_REQUESTS,
        error.cause,
        error.client_id,
        retry_after_s,
    )


def unavailable(cause: str, *, retry_after_s: int) -> OAuthError:
    """Return the error for a request that may succeed later."""
    description = "The server cannot answer now. Try again later."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return OAuthError(
        "temporarily_unavailable", description, status, cause, retry_after_s=retry_after_s
    )
