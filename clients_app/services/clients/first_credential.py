"""The first credential of a new client: a secret, public keys or a federated identity."""

from datetime import datetime
from uuid import UUID

from clients_app.actors import Actor
from clients_app.models import Client, ClientKey, FederatedIdentity
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.services.credentials.identities import (
    IdentityDraft,
    insert_identity,
    prepare_identity,
)
from clients_app.services.credentials.keys import KeyDraft, insert_keys, prepare_keys
from clients_app.services.secrets.adding import NewSecret, insert_first_secret, prepare_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import HashedSecret

FirstDraft = SecretDraft | KeyDraft | IdentityDraft
Prepared = NewSecret | list[ClientKey] | FederatedIdentity


def prepared(
    first: FirstDraft | None, *, client_id: UUID, now: datetime, hashed: HashedSecret | None
) -> Prepared | None:
    """Return the credential, not saved yet; None for None.

    Errors: as ``prepare_secret``, ``prepare_keys`` and ``prepare_identity``.
    """
    if isinstance(first, KeyDraft):
        return prepare_keys(first, now=now)
    if isinstance(first, IdentityDraft):
        return prepare_identity(first, now=now)
    if first is None:
        return None
    return prepare_secret(first, client_id=client_id, now=now, hashed=hashed)


def insert(
    client: Client, new: Prepared | None, *, policy: TenantPolicy, actor: Actor, now: datetime
) -> None:
    """Insert it for a new client, and its event.

    Errors: RuleBroken where a policy forbids it (secret.expiration, identity.issuer and so on).
    """
    if isinstance(new, NewSecret):
        insert_first_secret(client, new.secret, policy=policy, actor=actor, now=now)
    elif isinstance(new, FederatedIdentity):
        insert_identity(client, new, actor=actor, now=now)
    elif new is not None:
        insert_keys(client, new, actor=actor, now=now)
