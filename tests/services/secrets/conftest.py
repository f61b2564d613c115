"""A client and its new secrets, the digests that Argon2id checked, and a former SECRET_KEY."""

from typing import Any

import pytest

from clients_app.models import Client, Tenant
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets import digests, renewal
from clients_app.services.secrets.adding import NewSecret, add_secret
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import command_line_in
from tests.factories import insert_clients
from tests.moments import IN_A_YEAR, NOW

NEW_KEY = "n" * 60
DRAFT = SecretDraft(description="second", expires_at=IN_A_YEAR)


@pytest.fixture(autouse=True)
def _nothing_renewed_before() -> None:
    renewal.renewed.clear()


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


@pytest.fixture
def replaced_key(settings: Any) -> None:
    """The SECRET_KEY is another one from now on; the former is a fallback."""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = NEW_KEY


@pytest.fixture
def lost_key(settings: Any) -> None:
    """The SECRET_KEY is another one from now on; the former is lost."""
    settings.SECRET_KEY = NEW_KEY


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return insert_clients(["Pump"], tenant)[0]


def add(client: Client, draft: SecretDraft = DRAFT, form_key: str = "") -> NewSecret:
    actor = command_line_in(client.tenant)
    return add_secret(client, draft, actor=actor, now=NOW, form_key=form_key)
