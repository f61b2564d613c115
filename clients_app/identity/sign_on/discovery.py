"""What a provider says about itself: its addresses and keys, kept in memory (Discovery 1.0)."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import jwt
import requests

from clients_app.identity.sign_on.adapter import SessionInTime
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.rules.sign_on_providers import SignOnProvider

_CONFIGURATION_S: Final = 3600.0  # that it is used
_KEYS_S: Final = 600.0
_KEYS_AGAIN_S: Final = 10.0  # before they are read again because one was not there
_PAUSE_S: Final = 20.0  # after a provider did not answer; others are not made to wait for it
_ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")

T = TypeVar("T")


class _Read(NamedTuple):
    content: Any
    at: float


_configurations: Final[dict[str, _Read]] = {}
_keys: Final[dict[str, _Read]] = {}
_pauses: Final[dict[str, float]] = {}


def configuration_of(provider: SignOnProvider) -> Mapping[str, Any]:
    """Return the metadata of ``provider``. Errors: SignOnRefused."""
    known = _configurations.get(provider.issuer)
    if known is None or time.monotonic() - known.at > _CONFIGURATION_S:
        address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = read_json(provider, address)
        _refuse_other_issuer(provider, found)
        known = _configurations[provider.issuer] = _Read(found, time.monotonic())
    content: Mapping[str, Any] = known.content
    return content


def keys_of(provider: SignOnProvider, kid: str | None) -> list[jwt.PyJWK]:
    """Return the keys with this ``kid`` that verify signatures. Errors: SignOnRefused."""
    known, now = _keys.get(provider.issuer), time.monotonic()
    if known is None or now - known.at > _KEYS_S:
        known = _read_keys(provider)
    if not _fitting(known, kid) and now - known.at > _KEYS_AGAIN_S:
        known = _read_keys(provider)
    return _fitting(known, kid)


def read_json(provider: SignOnProvider, url: str, **options: Any) -> dict[str, Any]:
    """Return the JSON object at ``url``. Errors: SignOnRefused."""

    def read() -> Any:
        response = SessionInTime().request("GET", url, **options)
        if response.status_code != 200:
            raise requests.RequestException(f"HTTP {response.status_code} from {url}")
        return response.json()

    found = reached(provider, read)
    if not isinstance(found, dict):
        raise SignOnRefused("not trusted", provider, detail=f"no JSON object at {url}")
    return found


def reached(provider: SignOnProvider, send: Callable[[], T]) -> T:
    """Return what ``send`` returns; for a while after no answer came, nothing is sent.

    Errors: SignOnRefused.
    """
    if time.monotonic() < _pauses.get(provider.issuer, 0.0):
        raise SignOnRefused("unreachable", provider, detail="no answer a moment ago")
    try:
        return send()
    except requests.JSONDecodeError as error:
        raise SignOnRefused("not trusted", provider, detail="no JSON") from error
    except requests.RequestException as error:
        if isinstance(error, requests.Timeout):
            _pauses[provider.issuer] = time.monotonic() + _PAUSE_S
        detail = f"{type(error).__name__}: {error}"[:200]
        raise SignOnRefused("unreachable", provider, detail=detail) from error


def forget() -> None:
    """Forget all providers; for tests."""
    for kept in (_configurations, _keys, _pauses):
        kept.clear()


def _refuse_other_issuer(provider: SignOnProvider, found: Mapping[str, Any]) -> None:
    if found.get("issuer") != provider.issuer:  # Discovery 1.0 section 4.3
        detail = f"its metadata names the issuer {found.get('issuer')!r}"
        raise SignOnRefused("not trusted", provider, detail=detail)
    scheme = urlsplit(provider.issuer).scheme
    for name in _ADDRESSES:
        if urlsplit(str(found.get(name, ""))).scheme not in {"https", scheme}:
            raise SignOnRefused("not trusted", provider, detail=f"its metadata has no {name}")


def _read_keys(provider: SignOnProvider) -> _Read:
    found = read_json(provider, configuration_of(provider)["jwks_uri"])
    try:
        keys = jwt.PyJWKSet.from_dict(found).keys
    except (jwt.PyJWTError, TypeError, AttributeError, ValueError) as error:
        raise SignOnRefused("not trusted", provider, detail="no usable keys") from error
    known = _keys[provider.issuer] = _Read(keys, time.monotonic())
    return known


def _fitting(known: _Read, kid: str | None) -> list[jwt.PyJWK]:
    keys: list[jwt.PyJWK] = known.content
    usable = [key for key in keys if key.public_key_use in {None, "sig"}]
    return usable if kid is None else [key for key in usable if key.key_id == kid]
