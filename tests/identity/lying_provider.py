"""An OpenID Connect provider on loopback that says what a test tells it to, true or not."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.rsa_keys import key_of_a_stranger

CLIENT_ID = "portal"
CLIENT_SECRET = "a secret/of + the portal"
KEY = key_of_a_stranger()
OTHER_KEY = key_of_a_stranger()


class LyingProvider:
    """``claims``, ``header`` and ``metadata`` replace what is right; None leaves a member out."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.answer: dict[str, Any] | bytes | None = None  # of the token endpoint
        self.returned: dict[str, str | None] = {}  # instead of code and state
        self.requests: list[str] = []
        self.asked: dict[str, str] = {}
        self.stuck = threading.Event()  # clear: answers come when it is set
        self.stuck.set()

    def authorize(self, address: str) -> str:
        """Take an authorization request; return path and query of the page to come back to."""
        parts = urlsplit(address)
        assert address.startswith(f"{self.issuer}/authorize?")
        self.asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        back = {"code": "the-code", "state": self.asked["state"], **self.returned}
        query = urlencode({name: value for name, value in back.items() if value is not None})
        return f"{urlsplit(self.asked['redirect_uri']).path}?{query}"

    def discovered(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return _without_none(found | self.metadata)

    def keys(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**jwk, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def tokens(self, body: dict[str, str], authorization: str) -> dict[str, Any] | bytes:
        if self.answer is not None:
            return self.answer
        digest = hashlib.sha256(body["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        pair = "portal:a%20secret%2Fof%20%2B%20the%20portal"
        assert authorization == f"Basic {base64.b64encode(pair.encode()).decode()}"
        assert challenge == self.asked["code_challenge"]
        assert body["redirect_uri"] == self.asked["redirect_uri"]
        return {
            "access_token": "the-access-token",
            "token_type": "Bearer",
            "id_token": self.id_token(),
        }

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": self.asked["nonce"],
            "email": "mara@example.com",
            "email_verified": True,
        }
        claims = _without_none(claims | self.claims)
        header = _without_none({"kid": "1"} | self.header)
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers=header)


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    """Run a provider while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.requests.append(path)
            provider.stuck.wait(30)
            found = {
                "/.well-known/openid-configuration": provider.discovered,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.userinfo or {"sub": "subject-1"},
            }[path]()
            self.reply(found)

        def do_POST(self) -> None:
            provider.requests.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.stuck.wait(30)
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            self.reply(provider.tokens(fields, self.headers.get("Authorization", "")))

        def reply(self, found: dict[str, Any] | bytes) -> None:
            content = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = LyingProvider(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.stuck.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _without_none(some: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in some.items() if value is not None}
