"""A refusal of a protocol endpoint, raised at any depth and answered in one place."""

from typing import Final

BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
METHOD_NOT_ALLOWED: Final = 405
CONTENT_TOO_LARGE: Final = 413
TOO_MANY_REQUESTS: Final = 429
HEADERS_TOO_LARGE: Final = 431
INTERNAL_ERROR: Final = 500
UNAVAILABLE: Final = 503


class OAuthError(Exception):
    """``error`` and ``description`` go to the caller, ``cause`` only to the log.

    ``description`` is plain ASCII without quotes and backslashes (RFC 6749 section 5.2) and never
    repeats what was sent. ``counts`` says that a credential was refused, which may be done only so
    often.
    """

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = BAD_REQUEST,
        cause: str = "",
        client_id: str = "",
        retry_after_s: int = 0,
        counts: bool = False,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.cause = cause or description
        self.client_id = client_id
        self.retry_after_s = retry_after_s
        self.counts = counts


def invalid_request(description: str, *, status: int = BAD_REQUEST) -> OAuthError:
    """Return the refusal of a request that is not well formed."""
    return OAuthError("invalid_request", description, status=status)


def invalid_client(cause: str, *, client_id: str = "", counts: bool = False) -> OAuthError:
    """Return the one refusal of every client that is not authenticated, whatever the cause."""
    return OAuthError(
        "invalid_client",
        "Client authentication failed.",
        status=UNAUTHORIZED,
        cause=cause,
        client_id=client_id,
        counts=counts,
    )


def too_many_failures(refusal: OAuthError, *, retry_after_s: int) -> OAuthError:
    """Return what takes the place of ``refusal`` where too many came before it."""
    return OAuthError(
        "temporarily_unavailable",
        "Too many requests failed. Try again later.",
        status=TOO_MANY_REQUESTS,
        cause=refusal.cause,
        client_id=refusal.client_id,
        retry_after_s=retry_after_s,
    )


def unavailable(cause: str, *, retry_after_s: int) -> OAuthError:
    """Return the refusal of a request that would be good at another moment."""
    return OAuthError(
        "temporarily_unavailable",
        "The server cannot answer now. Try again later.",
        status=UNAVAILABLE,
        cause=cause,
        retry_after_s=retry_after_s,
    )
