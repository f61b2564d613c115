"""A small API that requires an access token of the portal with each call. It needs PyJWT.

    .venv/bin/python api.py ISSUER TENANT_ID

It listens on http://localhost:9000 and responds with 200 and the caller's client id and roles, with
401 if the token is missing or not valid, with 403 if the caller lacks the role given by --role, and
with 503 while the portal is away and the token cannot be verified without it.
"""

import argparse
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TYPES = {"at+jwt", "application/at+jwt"}
REFRESH_S = 15 * 60  # a revoked key is trusted no longer than this
RETRY_S = 30  # between two fetches: anyone can send unknown key ids
KEEP_S = 24 * 60 * 60  # how long the keys are used while the portal is away


class PortalAway(Exception):
    """The portal does not answer, and without it the token cannot be judged: respond with 503."""


class PortalKeys(jwt.PyJWKClient):
    """Fetches the keys and caches them. While the portal is away, goes on with those it has."""

    def __init__(self, issuer: str) -> None:
        url = f"{issuer}/.well-known/openid-configuration/jwks"
        super().__init__(url, cache_jwk_set=False, timeout=2)
        self.keys: dict[str | None, jwt.PyJWK] = {}
        self.fetched_at = self.tried_at = float("-inf")
        self.lock = threading.Lock()

    def get_signing_key(self, kid: str | None) -> jwt.PyJWK:
        """Return a key. Raise PortalAway, or jwt.PyJWKClientError if the portal has no such key."""
        is_old = time.monotonic() - self.fetched_at > REFRESH_S
        if is_old or kid not in self.keys:
            self.fetch(wait=kid not in self.keys)
        if time.monotonic() - self.fetched_at > KEEP_S:
            raise PortalAway
        if kid in self.keys:
            return self.keys[kid]
        if self.fetched_at < self.tried_at:  # the key may be new
            raise PortalAway
        raise jwt.PyJWKClientError("The portal has no key with this id.")

    def fetch(self, *, wait: bool) -> None:
        """Fetch the keys unless that was just tried. One thread does; the others need not wait."""
        if not self.lock.acquire(blocking=wait):
            return
        try:
            now = time.monotonic()
            if now - self.tried_at > RETRY_S:
                self.tried_at = now
                self.keys = {key.key_id: key for key in self.get_signing_keys()}
                self.fetched_at = now
        except (jwt.PyJWTError, ValueError, OSError) as error:
            logging.warning("The portal's keys cannot be fetched: %s", error)
        finally:
            self.lock.release()


class Verifier:
    """Verifies access tokens."""

    def __init__(self, issuer: str, audience: str, tenant_id: str) -> None:
        self.issuer, self.audience, self.tenant_id = issuer, audience, tenant_id
        self.keys = PortalKeys(issuer)

    def claims_of(self, token: str) -> dict[str, Any]:
        """Return the claims of a valid token. Raise jwt.PyJWTError for any other, or PortalAway."""
        decoded = jwt.decode_complete(
            token,
            self.keys.get_signing_key_from_jwt(token),
            algorithms=ALGORITHMS,
            issuer=self.issuer,
            audience=self.audience,
            leeway=60,  # seconds by which clocks may differ
            options={"require": ["exp", "iat", "nbf", "sub", "client_id", "tid"]},
        )
        if str(decoded["header"].get("typ")).lower() not in TYPES:
            raise jwt.InvalidTokenError("This is not an access token.")
        if decoded["payload"]["tid"] != self.tenant_id:
            raise jwt.InvalidTokenError("This token belongs to another tenant.")
        return decoded["payload"]


class Api(BaseHTTPRequestHandler):
    verifier: Verifier
    role: str | None

    def do_GET(self) -> None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.answer(401, "Bearer", error="Send an access token.")
        try:
            claims = self.verifier.claims_of(token.strip())
        except PortalAway:
            return self.answer(503, error="The token cannot be verified now.")
        except jwt.PyJWTError as error:
            return self.answer(401, 'Bearer error="invalid_token"', error=str(error))
        if self.role and self.role not in claims["roles"]:
            return self.answer(
                403,
                'Bearer error="insufficient_scope"',
                error=f"This call requires the role {self.role}.",
            )
        return self.answer(200, client_id=claims["client_id"], roles=claims["roles"])

    def answer(self, status: int, challenge: str = "", **members: Any) -> None:
        body = json.dumps(members).encode() + b"\n"
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "30")
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="An example API that verifies tokens of the portal."
    )
    parser.add_argument("issuer", help="for example http://localhost:8000/identity")
    parser.add_argument("tenant_id", help="shown on the Get started page")
    parser.add_argument("--audience", help="default: the issuer without /identity")
    parser.add_argument("--role", help="a role that callers must have")
    parser.add_argument("--port", type=int, default=9000)
    options = parser.parse_args()
    Api.verifier = Verifier(
        options.issuer,
        options.audience or options.issuer.removesuffix("/identity"),
        options.tenant_id,
    )
    Api.role = options.role
    print(f"Listening on http://localhost:{options.port}", flush=True)
    ThreadingHTTPServer(("127.0.0.1", options.port), Api).serve_forever()
