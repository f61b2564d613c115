"""Adding a secret to a client, alone or as a step of another operation."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import SECRETS_MAX
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.expiry import check_expiration
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.adding import adding
from clients_app.services.credentials.changes import clean_description, touch
from clients_app.services.credentials.kinds import KINDS, values_of
from clients_app.services.credentials.own import check_own_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import HashedSecret, hashed_secret, stored_form


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A new secret with its plain text, which can be read only here and now."""

    secret: ClientSecret
    plain: str = field(repr=False)


def add_secret(
    client: Client,
    draft: SecretDraft,
    *,
    actor: Actor,
    now: datetime,
    form_key: str = "",
    hashed: HashedSecret | None = None,
) -> NewSecret:
    """Give ``client`` a new secret; return it with its plain text.

    Within a transaction of the caller, ``hashed`` is that secret, made before.

    Errors: Forbidden; RuleBroken at 10 live secrets, for a bad date or description, where a policy
    forbids new secrets, and for a client type without secrets; NotFound if the client was removed;
    AlreadyAdded.
    Source: RFC 6749 section 2.3.1; SEC-6.
    """
    require(actor, Action.ADD_SECRET, client=client)
    if not client.type.has_secrets:
        raise RuleBroken(_("Authorization Code clients have no secrets."))
    new = prepare_secret(draft, client_id=client.pk, now=now, hashed=hashed)
    action = Action.ADD_SECRET
    with adding(client, action, actor=actor, now=now, form_key=form_key) as client:
        check_new_secret(client)
        if not has_room(client, now=now):
            raise RuleBroken(KINDS[ClientSecret].full, maximum=SECRETS_MAX)
        check_own_secret(client, new.secret.expires_at, actor=actor, now=now)
        insert_secret(client, new.secret, actor=actor, now=now)
    return new


def has_room(client: Client, *, now: datetime) -> bool:
    """Return whether the client, whose row is locked, may have one more live secret."""
    return client.secrets.live(now).count() < SECRETS_MAX


def prepare_secret(
    draft: SecretDraft, *, client_id: UUID, now: datetime, hashed: HashedSecret | None = None
) -> NewSecret:
    """Return a secret that is not saved yet.

    Without ``hashed`` it takes 20 ms of Argon2id, so begin no transaction before.
    Errors: RuleBroken (secret.description, secret.expiration).
    """
    check_expiration(draft.expires_at, now)
    description, new = clean_description(draft), hashed or hashed_secret()
    stored = stored_form(new.plain, client_id=client_id, digest=new.digest)._asdict()
    secret = ClientSecret(description=description, expires_at=draft.expires_at, **stored)
    return NewSecret(secret, new.plain)


def insert_secret(client: Client, secret: ClientSecret, *, actor: Actor, now: datetime) -> None:
    """Insert a prepared secret and its event; the last step of an operation that checked the rest.

    Errors: RuleBroken (secret.expiration) where a policy of the tenant requires an earlier one, and
    without a field where one forbids new secrets.
    """
    policy = tenant_policy(client.tenant_id)
    _insert(client, secret, policy=policy, actor=actor, now=now)
    touch(client, actor=actor, now=now)
    _record_added(client, secret, policy=policy, actor=actor, now=now)


def insert_first_secret(
    client: Client, secret: ClientSecret, *, policy: TenantPolicy, actor: Actor, now: datetime
) -> None:
    """Insert the secret of a new client, whose row has its expiry already, and its event."""
    _insert(client, secret, policy=policy, actor=actor, now=now)
    _record_added(client, secret, policy=policy, actor=actor, now=now)


def check_new_secret(client: Client) -> None:
    """Refuse a new secret where a policy forbids it, before other rules ask for changes (POL-4).

    Errors: RuleBroken.
    """
    tenant_policy(client.tenant_id).check_new_secret(is_exempt=client.may_add_secrets)


def _insert(
    client: Client, secret: ClientSecret, *, policy: TenantPolicy, actor: Actor, now: datetime
) -> None:
    policy.check_new_secret(is_exempt=client.may_add_secrets)
    policy.check_end(secret.expires_at, created_at=now, now=now)
    secret.client, secret.created_at, secret.created_by = client, now, actor.name
    secret.save(force_insert=True)


def _record_added(
    client: Client, secret: ClientSecret, *, policy: TenantPolicy, actor: Actor, now: datetime
) -> None:
    after = values_of(secret)
    audit.record("client.secret.added", secret, actor=actor, now=now, after=after)
    if policy.would_refuse_new_secret(is_exempt=client.may_add_secrets):
        audit.record("client.secret.dry-run", secret, actor=actor, now=now, after=after)
