"""The portal's public keys, for APIs that verify tokens by themselves. It needs PyJWT."""

import logging
import threading
import time

import jwt

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
