"""A plaintext secret, and the digests that Argon2id checked."""

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests


@pytest.fixture
def plain() -> str:
    return new_secret()


@pytest.fixture
def argon2_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that Argon2id checked so far."""
    checked: list[str] = []
    real = digests.digest_fits

    def counted(plain: str, digest: str) -> bool:
        checked.append(digest)
        return real(plain, digest)

    monkeypatch.setattr(digests, "digest_fits", counted)
    return checked
