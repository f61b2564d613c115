"""A new client with a public key or a federated identity instead of a secret. CRE-1, FED-1."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from clients_app.errors import AlreadyAdded, RuleBroken
from clients_app.models import AuditEvent, Client, FetchedKeySet, Person, Tenant
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.credentials import key_sets
from clients_app.services.credentials.identities import IdentityDraft
from clients_app.services.credentials.keys import KeyDraft
from tests.actors import actor_for
from tests.moments import IN_A_YEAR, NOW
from tests.refused_values import refused_at

PUBLIC = ECKey.generate_key("P-256").as_pem(private=False).decode()
GITHUB = IdentityDraft(
    preset="github",
    issuer="https://token.actions.githubusercontent.com",
    subject_rule="repo:o/r:environment:production",
    expires_at=None,
)


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose keys would be fetched."""
    urls: list[str] = []
    monkeypatch.setattr(key_sets, "fetch_aside", lambda source: urls.append(source.url))
    return urls


def register(administrator: Person, first: FirstDraft, **more: Any) -> Any:
    draft, actor = ClientDraft(name="Deploys"), actor_for(administrator)
    return register_client(draft, first, actor=actor, now=NOW, **more)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[-2:]


def test_register_with_a_key_saves_client_and_key(administrator: Person) -> None:
    added = register(administrator, KeyDraft(pasted=PUBLIC, expires_at=IN_A_YEAR))

    client = Client.objects.get(pk=added.client.pk)
    assert (added.secret, added.plain) == (None, "")
    assert client.keys.get().created_by == "mara"
    assert not client.secrets.exists()
    assert (client.next_expires_at, client.never_expires) == (IN_A_YEAR, False)
    assert actions() == ["client.added", "client.key.added"]


def test_register_with_an_identity_saves_both_and_asks_for_its_keys(
    administrator: Person, fetched: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        added = register(administrator, GITHUB)

    client = Client.objects.get(pk=added.client.pk)
    assert client.identities.get().subject_rule == GITHUB.subject_rule
    assert client.never_expires
    assert actions() == ["client.added", "client.identity.added"]
    assert fetched == [GITHUB.issuer]
    assert FetchedKeySet.objects.get().is_issuer


@pytest.mark.parametrize(
    ("first", "field"),
    [
        (KeyDraft(pasted="x", expires_at=None), "key"),
        (KeyDraft(jwks_url="http://k.example", expires_at=None), "jwks_url"),
        (IdentityDraft(issuer="x", subject_rule="a", expires_at=None), "identity.issuer"),
    ],
)
def test_register_with_a_wrong_credential_saves_nothing(
    administrator: Person, first: FirstDraft, field: str
) -> None:
    with refused_at(field):
        register(administrator, first)

    assert not Client.objects.exists()


def test_register_applies_the_policies_of_identities(tenant: Tenant, administrator: Person) -> None:
    Tenant.objects.update(allowed_issuers=["https://ci.example"])

    with pytest.raises(RuleBroken, match="allows only these issuers"):
        register(administrator, GITHUB)
    assert not Client.objects.exists()
    assert not AuditEvent.objects.filter(action="client.added").exists()


def test_register_applies_the_policies_of_expirations(
    tenant: Tenant, administrator: Person
) -> None:
    Tenant.objects.update(never_expires_allowed=False)

    with refused_at("secret.expiration"):
        register(administrator, GITHUB)
    assert not Client.objects.exists()


def test_register_with_a_key_twice_adds_one(administrator: Person) -> None:
    draft = KeyDraft(
        pasted=json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}),
        expires_at=None,
    )
    register(administrator, draft, form_key="a-key-of-this-very-form")

    with pytest.raises(AlreadyAdded, match=r"^Already added\.$"):
        register(administrator, draft, form_key="a-key-of-this-very-form")
    assert Client.objects.count() == 1
