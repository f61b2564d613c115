"""Checks that the tokens issued under load are valid, distinct and fresh."""

import http.client
import threading
import time
from contextlib import closing

import jwt

from tests.bench.load import Target, basic

SAMPLES = 200
FRESH_S = 5  # from issue to arrival, on a busy machine


class Watcher:
    """Requests tokens during the load; ``verdict`` returns how many were valid."""

    def __init__(self, target: Target, pair: tuple[str, str], jwks_path: str) -> None:
        self.target, self.pair, self.jwks_path = target, pair, jwks_path
        self.tokens: list[tuple[str, float]] = []
        self._thread = threading.Thread(target=self._collect, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def verdict(self) -> str:
        """Return a sentence; raise SystemExit for a wrong token."""
        self._thread.join()
        keys = jwt.PyJWKClient(f"http://127.0.0.1:{self.target.port}{self.jwks_path}")
        ids = set()
        for token, at in self.tokens:
            key = keys.get_signing_key_from_jwt(token).key
            claims = jwt.decode(
                token, key, algorithms=["RS256", "ES256"], options={"verify_aud": False}
            )
            if claims["sub"] != self.pair[0] or abs(claims["iat"] - at) > FRESH_S:
                raise SystemExit(f"A token is not fresh, or another client's: {claims}")
            ids.add(claims["jti"])
        if len(ids) != SAMPLES:
            raise SystemExit(f"{SAMPLES - len(ids)} of {SAMPLES} tokens came twice.")
        return f"{SAMPLES} tokens taken under load: signatures verified, all distinct, all fresh"

    def _collect(self) -> None:
        headers = {
            "Authorization": basic(*self.pair),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.target.port)) as wire:
            for _ in range(SAMPLES):
                wire.request("POST", self.target.path, self.target.body, headers)
                body = wire.getresponse().read()
                token = body.partition(b'"access_token":"')[2].partition(b'"')[0].decode()
                self.tokens.append((token, time.time()))
