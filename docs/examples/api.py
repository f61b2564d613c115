"""A small API that wants an access token of the portal with each call. It needs PyJWT.

    .venv/bin/python docs/examples/api.py ISSUER TENANT_ID

answers on http://localhost:9000 who calls it: 200 with the client's id and roles, 401 without a
good token, 403 where the role that --role names is missing.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TYPES = {"at+jwt", "application/at+jwt"}


class Verifier:
    """Tells whose a token is. The keys are fetched once and kept for five minutes."""

    def __init__(self, issuer: str, audience: str, tenant_id: str) -> None:
        self.issuer, self.audience, self.tenant_id = issuer, audience, tenant_id
        self.keys = jwt.PyJWKClient(f"{issuer}/.well-known/openid-configuration/jwks", timeout=5)

    def claims_of(self, token: str) -> dict[str, Any]:
        """Return what the token says. Errors: jwt.PyJWTError for one that is not to be trusted."""
        whole = jwt.decode_complete(
            token,
            self.keys.get_signing_key_from_jwt(token),
            algorithms=ALGORITHMS,
            issuer=self.issuer,
            audience=self.audience,
            options={"require": ["exp", "iat", "nbf", "sub", "client_id", "tid"]},
        )
        if str(whole["header"].get("typ")).lower() not in TYPES:
            raise jwt.InvalidTokenError("This is not an access token.")
        if whole["payload"]["tid"] != self.tenant_id:
            raise jwt.InvalidTokenError("This token is of another tenant.")
        return whole["payload"]


class Api(BaseHTTPRequestHandler):
    verifier: Verifier
    role: str | None

    def do_GET(self) -> None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.answer(401, "Bearer", error="Send an access token.")
        try:
            claims = self.verifier.claims_of(token.strip())
        except jwt.PyJWTError as error:
            return self.answer(401, 'Bearer error="invalid_token"', error=str(error))
        if self.role and self.role not in claims["roles"]:
            return self.answer(
                403, 'Bearer error="insufficient_scope"', error=f"It takes {self.role}."
            )
        return self.answer(200, client_id=claims["client_id"], roles=claims["roles"])

    def answer(self, status: int, challenge: str = "", **said: Any) -> None:
        body = json.dumps(said).encode() + b"\n"
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An API that verifies tokens of the portal.")
    parser.add_argument("issuer", help="for example http://localhost:8000/identity")
    parser.add_argument("tenant_id", help="Get started shows it")
    parser.add_argument("--audience", help="default: the issuer without /identity")
    parser.add_argument("--role", help="a role that callers must have")
    parser.add_argument("--port", type=int, default=9000)
    given = parser.parse_args()
    Api.verifier = Verifier(
        given.issuer, given.audience or given.issuer.removesuffix("/identity"), given.tenant_id
    )
    Api.role = given.role
    print(f"Listening on http://localhost:{given.port}", flush=True)
    ThreadingHTTPServer(("127.0.0.1", given.port), Api).serve_forever()
