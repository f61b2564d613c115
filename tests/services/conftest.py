"""A secret, and how often Argon2id is run for it."""

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services import secret_digests


@pytest.fixture
def plain() -> str:
    return new_secret()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that Argon2id was run for."""
    run: list[str] = []
    real = secret_digests.digest_fits

    def counted(plain: str, digest: str) -> bool:
        run.append(digest)
        return real(plain, digest)

    monkeypatch.setattr(secret_digests, "digest_fits", counted)
    return run
