"""One visit of a person to the authorize endpoint: what is known of it so far.

Its checks fill it in one after the other. See ``endpoints/authorize``.
"""

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clients_app.identity.last_proof import LASTS, last_proof
from clients_app.identity.person import person_of
from clients_app.limits import AUTHORIZATION_REQUEST_MAX
from clients_app.models import Client, Person
from clients_app.oauth.authorization.redirects import see_other
from clients_app.oauth.errors import invalid_request
from clients_app.oauth.params import form_body, pairs_of
from clients_app.oauth.plain_http import request_from
from clients_app.rules.authorization_requests import PARAMETERS, AuthorizationRequest
from clients_app.rules.targets import Chosen

#: ours, in the address to go on to: the sign-in must have been after this signed moment
AFTER: Final = "signed_in_after"
KNOWN: Final = PARAMETERS | {"post_logout_redirect_uri", AFTER}
_SALT: Final = "authorization request"


@dataclass(slots=True)
class Visit:
    """``params`` are without empty ones; what is ``repeated`` has its first value in them."""

    http: HttpRequest
    params: dict[str, str] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    client: Client = field(init=False)  # a check sets it, and those below
    request: AuthorizationRequest = field(init=False)
    chosen: Chosen = field(init=False)
    proved_at: datetime = field(init=False)  # when the person last proved who they are

    @property
    def person(self) -> Person:
        """The person who is signed in; a check has seen to it."""
        return person_of(self.http)

    @property
    def redirect_uri(self) -> str:
        """Where the answer goes, once it is trusted."""
        return self.params["redirect_uri"]

    def as_get(self, name: str) -> HttpResponse | None:
        """Return the redirect with which a POST comes back as GET; None for a GET.

        A form of another site brings no session cookie (SameSite=Lax), the GET after it does.
        Errors: OAuthError invalid_request for other methods, and unless the body is a form.
        """
        if self.http.method in {"GET", "HEAD"}:
            return None
        if self.http.method != "POST":
            status = HTTPStatus.METHOD_NOT_ALLOWED
            raise invalid_request("Use GET or POST.", status=status)
        pairs = self.read(form_body(request_from(self.http.META)))
        return see_other(f"{reverse(name)}?{urlencode(pairs)}")

    def read_query(self) -> None:
        """Read the query. Errors: OAuthError invalid_request if it is malformed."""
        self.read(self.http.META.get("QUERY_STRING", ""))

    def read(self, form: str) -> list[tuple[str, str]]:
        """Read a query or form body; return its parameters that mean something here.

        Others are ignored (RFC 6749 section 3.1), and repeated nowhere: they may be secrets.
        Errors: OAuthError invalid_request if it is malformed.
        """
        if len(form) > AUTHORIZATION_REQUEST_MAX:
            raise invalid_request("The request is too long.")
        sent = [(name, value) for name, value in pairs_of(form) if value]
        times, pairs = Counter(name for name, _ in sent), [one for one in sent if one[0] in KNOWN]
        self.repeated = frozenset(name for name in times if times[name] > 1)
        self.params = {}
        for name, value in pairs:
            self.params.setdefault(name, value)
        return pairs

    def query_after_sign_in(self) -> str:
        """Return the query to come back with after a sign-in that begins now."""
        params = {name: value for name, value in self.params.items() if name != AFTER}
        moment = signing.dumps([_digest_of(params), time.time()], salt=_SALT)
        return urlencode({**params, AFTER: moment})

    def signed_in_for_this(self) -> bool:
        """Return whether the person proved who they are after this request had asked for it."""
        params, proved = dict(self.params), last_proof(self.http)
        moment = params.pop(AFTER, "")
        try:
            digest, asked_at_s = signing.loads(moment, salt=_SALT, max_age=LASTS)
        except signing.BadSignature:
            return False
        return (
            digest == _digest_of(params) and proved is not None and proved.timestamp() >= asked_at_s
        )


def _digest_of(params: dict[str, str]) -> str:
    return hashlib.sha256(urlencode(sorted(params.items())).encode()).hexdigest()
