"""A secret, and how often Argon2id is run for it; signing keys, and who may act on them."""

from collections.abc import Iterator
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.models import SigningKey, Tenant
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.factories import NOW, command_line_in


@pytest.fixture
def plain() -> str:
    return new_secret()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that Argon2id was run for."""
    run: list[str] = []
    real = digests.digest_fits

    def counted(plain: str, digest: str) -> bool:
        run.append(digest)
        return real(plain, digest)

    monkeypatch.setattr(digests, "digest_fits", counted)
    return run


@pytest.fixture
def quick_keys(settings: Any) -> Iterator[None]:
    """Keys of the quickest algorithm, which this process forgets at the end."""
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    yield
    private_keys.forget()


@pytest.fixture
def first(tenant: Tenant, quick_keys: None) -> SigningKey:
    """The active key, the first that there is."""
    return ensure_active_key(now=NOW)


@pytest.fixture
def operator(tenant: Tenant) -> Actor:
    return command_line_in(tenant)
